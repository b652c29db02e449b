#!/bin/sh
# What `make mutants` does: changes policy, compiler, bpf and proof in one place at a time, and runs the unit
# tests and tests/meaning with each change; .cargo/mutants.toml says how. Fails if a change goes unnoticed that
# tests/data/unnoticed.txt does not explain. Takes hours; `tests/mutants.sh 7/40` makes a fortieth of the changes.
set -eu
cd "$(dirname "$0")/.."
PATH="$(sh tests/tool.sh cargo-mutants 27.1.0):$(sh tests/tool.sh cargo-nextest 0.9.143):$PATH"
export PATH

# 2 says that some went unnoticed, 3 that some ran for ever, which is noticing; all else is a failure.
status=0
cargo mutants --shard "${1:-0/1}" --sharding round-robin --output target/mutants || status=$?
case $status in 0 | 2 | 3) ;; *) exit "$status" ;; esac

# A change is named without its line, which moves; of changes with one name as many may go unnoticed as are listed.
sed -E 's/:[0-9]+:[0-9]+:/:/' target/mutants/mutants.out/missed.txt | sort | uniq -c | awk '
    FILENAME != "-" { if (/^[0-9]/) { count = $1; sub(/^[0-9]+ /, ""); listed[$0] = count } next }
    { count = $1; sub(/^ *[0-9]+ /, ""); if (count > listed[$0]) { print "not noticed, not explained: " $0; bad = 1 } }
    END { exit bad }' tests/data/unnoticed.txt -
