#!/bin/sh
# What `make coverage` does: which lines of src/ the unit tests and tests/meaning run, part by part, and
# the lines of a part that none of them does. Installs cargo-llvm-cov into target/; rustup gives it llvm-tools.
set -eu
cd "$(dirname "$0")/.."
PATH="$(sh tests/tool.sh cargo-llvm-cov 0.9.1):$PATH"
export PATH
rustup component add llvm-tools >/dev/null 2>&1 || true
cargo llvm-cov --quiet --locked --lib --test meaning --json --output-path target/coverage.json >/dev/null
exec python3 tests/coverage.py target/coverage.json
