/* Keeps a note on the function's volume at /mnt/data: a JSON string as event replaces it; the answer is what it says now. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *path = "/mnt/data/note.txt";

int main(void) {
  static char event[4096], note[4096];
  size_t read = fread(event, 1, sizeof event - 1, stdin);
  if (read > 1 && event[0] == '"') {
    FILE *file = fopen(path, "w");
    if (!file || fwrite(event + 1, 1, read - 2, file) != read - 2 || fclose(file)) {
      printf("{\"errorType\":\"Files\",\"errorMessage\":\"%s\"}", strerror(errno));
      return 1;
    }
  }
  FILE *file = fopen(path, "r");
  if (!file) {
    printf("null");
    return 0;
  }
  note[fread(note, 1, sizeof note - 1, file)] = 0;
  printf("\"%s\"", note);
  return 0;
}
