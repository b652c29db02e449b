#!/bin/sh
# Installs a tool of Cargo's into target/tools, if it is not there, and says in which folder it is.
#
#     tests/tool.sh cargo-fuzz 0.13.1
set -eu
at="$(cd "$(dirname "$0")/.." && pwd)/target/tools/$1-$2"
[ -x "$at/bin/$1" ] || cargo install --quiet --locked --root "$at" --version "$2" "$1" >&2
echo "$at/bin"
