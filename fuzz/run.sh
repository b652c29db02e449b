#!/bin/sh
# What `make fuzz` does: builds the targets with cargo-fuzz, which it installs into target/ if need be,
# and runs them two at a time. Rust need not be nightly.
#
#     FUZZ_SECONDS=60    for each target
#     FUZZ_TARGETS=all   or some of them
#
# What a run learns stays in target/fuzz/corpus, and the next one begins with it. What it finds is in
# target/fuzz/found: make it smaller (-minimize_crash=1), mend what is wrong, and put the bytes into
# tests/fuzz/findings, where `cargo test` tries them from then on.
set -eu
cd "$(dirname "$0")/.."

work=target/fuzz

build() {
    # cargo-fuzz asks the compiler for sanitizers, which it has without this in nightly builds only.
    RUSTC_BOOTSTRAP=1 PATH="$(sh tests/tool.sh cargo-fuzz 0.13.1):$PATH" \
        cargo fuzz build --fuzz-dir fuzz --target-dir $work/build
    NUCLEUS_FUZZ_SEEDS="$PWD/$work/seeds" cargo test --quiet --locked --test fuzz >/dev/null
}

run() {
    target=$1
    corpus=$work/corpus/$target log=$work/$target.log
    mkdir -p "$corpus" $work/found
    set -- "$corpus" $work/seeds/"$target"
    [ ! -d tests/fuzz/findings/"$target" ] || set -- "$@" tests/fuzz/findings/"$target"
    [ ! -f fuzz/dictionaries/"$target".dict ] || set -- "$@" -dict=fuzz/dictionaries/"$target".dict
    set -- "$@" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=60 -report_slow_units=60 -artifact_prefix=$work/found/"$target"-
    if $work/build/*/release/"$target" "$@" >"$log" 2>&1; then
        echo "$target: $(sed -n 's/^#\([0-9]*\).*DONE *\(.*\) lim.*/\1 runs, \2/p' "$log")"
    else
        echo "$target: ended before its time, see $log"
        return 1
    fi
}

case "${1-}" in
'')
    build
    [ "${FUZZ_TARGETS:-all}" != all ] || FUZZ_TARGETS=$(basename -s .rs -a fuzz/targets/*.rs)
    printf '%s\n' $FUZZ_TARGETS | xargs -n 1 -P 2 sh fuzz/run.sh
    ;;
*)
    run "$1"
    ;;
esac
