/* Counts visits and remembers the last event: a function without memory of its own, with a memory all the same. */
#include "mayfly_keyvalue.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(int code, const char *what) {
  if (code != KV_OK) {
    printf("{\"errorType\":\"KeyValue\",\"errorMessage\":\"%s: %d\"}", what, code);
    exit(1);
  }
}

int main(void) {
  static char event[65536], before[65536], keys[4096], larger[65537];
  uint32_t store, length = 0, used, more, there;
  int64_t visits;
  size_t read = fread(event, 1, sizeof event, stdin);

  check(kv_open("visits", 6, &store), "open");
  check(kv_increment(store, "count", 5, 1, &visits), "increment");
  int found = kv_get(store, "last", 4, before, sizeof before, &length);
  if (found != KV_NOT_FOUND) {
    check(found, "get");
  }
  check(kv_compare_and_swap(store, "last", 4, before, found == KV_NOT_FOUND ? UINT32_MAX : length, event, read), "swap");
  check(kv_set(store, "scratch", 7, "x", 1), "set");
  check(kv_exists(store, "scratch", 7, &there), "exists");
  check(kv_delete(store, "scratch", 7), "delete");
  check(kv_list_keys(store, 0, 0, keys, sizeof keys, &used, &more), "list");
  int listed = 0;
  for (uint32_t at = 0; at < used; listed++) {
    uint32_t size;
    memcpy(&size, keys + at, 4);
    at += 4 + size;
  }
  int wrong = kv_set(store + 1, "a", 1, "b", 1) == KV_INVALID && kv_open("../x", 4, &used) == KV_NO_SUCH_STORE &&
              kv_get(store, (void *)0xfffffff0u, 64, before, 1, &used) == KV_INVALID &&
              kv_set(store, "a", 1, larger, sizeof larger) == KV_TOO_LARGE;

  printf("{\"visits\":%lld,\"keys\":%d,\"there\":%u,\"refused\":%d,\"last\":", (long long)visits, listed, there, wrong);
  fwrite(found == KV_NOT_FOUND ? "null" : before, 1, found == KV_NOT_FOUND ? 4 : length, stdout);
  printf("}");
  return 0;
}
