#!/bin/sh
# Needs clang, lld and wasi-libc (Debian: clang lld wasi-libc libclang-rt-14-dev-wasm32)
set -eu
cd "$(dirname "$0")"
exec clang --target=wasm32-wasi --sysroot=/usr -O2 -s -o "${1:-note.wasm}" note.c
