#!/bin/sh
# Needs rustc with the target: rustup target add wasm32-wasip1
set -eu
cd "$(dirname "$0")"
exec rustc --edition 2021 --target wasm32-wasip1 -C opt-level=s -C lto -C strip=symbols -C panic=abort -o "${1:-hello.wasm}" hello.rs
