/* Reads the event from standard input and writes it back: {"echo": EVENT}. */
#include <stdio.h>

int main(void) {
    static char event[65536];
    size_t length = fread(event, 1, sizeof event, stdin);
    fputs("{\"echo\":", stdout);
    fwrite(event, 1, length, stdout);
    fputs("}", stdout);
    return 0;
}
