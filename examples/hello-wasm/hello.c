/* A WebAssembly function: the event comes on stdin, the result goes to stdout, the log to stderr. */
#include <stdio.h>
#include <string.h>

static void write_json_string(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            printf("\\%c", c);
        } else if (c < 0x20) {
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
}

int main(void) {
    static char event[1 << 20];
    size_t length = fread(event, 1, sizeof event, stdin);
    fprintf(stderr, "hello from WebAssembly, %zu bytes in\n", length);
    printf("{\"message\": \"Hello from WebAssembly!\", \"event\": \"");
    write_json_string(event, length);
    printf("\"}");
    return 0;
}
