#!/bin/sh
# Needs npm, which brings the compiler.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --no-audit --no-fund --silent
exec node_modules/.bin/asc hello.ts --config node_modules/@assemblyscript/wasi-shim/asconfig.json --optimize --noAssert -o "${1:-hello.wasm}"
