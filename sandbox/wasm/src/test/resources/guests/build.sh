#!/bin/sh
# Builds guest.c once for each behaviour. Needs clang, lld, wasi-libc and libclang-rt-dev-wasm32.
set -e
cd "$(dirname "$0")"
for behaviour in echo count fail exits loop allocate allocate_once flood logs sized flood_stdout not_json two_values \
    nothing environment context sleeps recurse traps divides reads_far random_bytes now probe \
    fill_tmp fill_inodes open_files late; do
    clang --target=wasm32-wasi --sysroot=/usr -O1 -Wl,--strip-all -w -DBEHAVE="$behaviour" guest.c -o "$behaviour.wasm"
done
clang --target=wasm32-wasi --sysroot=/usr -O1 -Wl,--strip-all -w wasi.c -o wasi.wasm
wat2wasm other_import.wat
wat2wasm no_start.wat
wat2wasm grow.wat
wat2wasm table.wat
wat2wasm wait.wat --enable-threads
