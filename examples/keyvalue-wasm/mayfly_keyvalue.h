/* Stores of keys and values for WebAssembly functions: see docs/files.md. All return 0 or one of the codes below. */
#ifndef MAYFLY_KEYVALUE_H
#define MAYFLY_KEYVALUE_H
#include <stdint.h>

enum {
  KV_OK = 0,
  KV_NO_SUCH_STORE = 1, /* the name is not of 1 - 64 letters, digits, '.', '_', '-' */
  KV_ACCESS_DENIED = 2,
  KV_NOT_A_NUMBER = 3,
  KV_NOT_FOUND = 4,
  KV_BUFFER_TOO_SMALL = 5, /* what is needed is told all the same */
  KV_CHANGED = 6,          /* the value is another than was expected */
  KV_TOO_LARGE = 7,        /* keys: 1 - 1024 bytes; values: up to 65,536; 100 in a batch */
  KV_OVER_QUOTA = 8,
  KV_INVALID = 9,
  KV_UNAVAILABLE = 10 /* nobody answered; a change may or may not have been made */
};

#define KV(name) __attribute__((import_module("mayfly_keyvalue"), import_name(#name)))

KV(open) int kv_open(const char *name, uint32_t length, uint32_t *store);
KV(get) int kv_get(uint32_t store, const void *key, uint32_t key_length, void *to, uint32_t room, uint32_t *length);
KV(set) int kv_set(uint32_t store, const void *key, uint32_t key_length, const void *value, uint32_t length);
KV(delete) int kv_delete(uint32_t store, const void *key, uint32_t key_length);
KV(exists) int kv_exists(uint32_t store, const void *key, uint32_t key_length, uint32_t *there);

/* Keys after `cursor` (the last key of the page before, or nothing), in the order of their bytes; each with its length before it. */
KV(list_keys)
int kv_list_keys(uint32_t store, const void *cursor, uint32_t cursor_length, void *to, uint32_t room, uint32_t *used,
                 uint32_t *more);

/* Adds to a value that is a whole number in decimal digits; no such key counts as 0. */
KV(increment) int kv_increment(uint32_t store, const void *key, uint32_t key_length, int64_t by, int64_t *sum);

/* Sets the value if it still is `expected`; expected_length UINT32_MAX: if there is none. */
KV(compare_and_swap)
int kv_compare_and_swap(uint32_t store, const void *key, uint32_t key_length, const void *expected,
                        uint32_t expected_length, const void *value, uint32_t length);

/* Batches: each key and each value with its length before it, as 32 bits, little-endian. What is not found has the length -1. */
KV(get_many) int kv_get_many(uint32_t store, const void *keys, uint32_t length, void *to, uint32_t room, uint32_t *used);
KV(set_many) int kv_set_many(uint32_t store, const void *pairs, uint32_t length);
KV(delete_many) int kv_delete_many(uint32_t store, const void *keys, uint32_t length);

#endif
