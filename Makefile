# make            the library, shared and static
# make demo       real programs and attacks under the launcher, in a short table
# make test       everything that is tested; installs what it needs
# make test-long  what make test tries in a short form, for as long as one likes
# make sanitize   the C programs of the tests under sanitizers; installs what it needs
# make fuzz       everything that is fuzzed, FUZZ_SECONDS (60) each, with sanitizers; installs cargo-fuzz
# make coverage   which lines the tests run, part by part; installs cargo-llvm-cov
# make mutants    which changes of policy, compiler, bpf and proof no test notices, in hours (MUTANTS=7/40 is
#                 a part of them); installs cargo-mutants
# make miri       the C surface in an interpreter of Rust; needs a nightly Rust with miri
# make bench      what a filter costs, beside its peers; installs what it needs
# make bench-docs docs/benchmarks.md and its plots, from what make bench has measured
# make lint       formatting and clippy
# make docs-graph docs/policy.dot and .svg, the built-in policy as a picture; needs graphviz
# make header     include/nucleus_seccomp.h and the other generated files, anew
# make musl       target/musl, the archive for static programs with musl
# make install    into PREFIX (default /usr/local); DESTDIR, LIBDIR, INCLUDEDIR, MANDIR as usual

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=

CARGO ?= cargo
CC ?= cc
CFLAGS ?= -O2 -g
WARNINGS = -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
SONAME := libnucleus_seccomp.so.0
SHARED := libnucleus_seccomp.so.$(VERSION)
# Where Cargo puts it if the variable of the environment has it built for a target that is named.
BUILT := target/$(if $(CARGO_BUILD_TARGET),$(CARGO_BUILD_TARGET)/)release
MUSL ?= $(shell uname -m)-unknown-linux-musl
STAGE := $(CURDIR)/target/stage

.PHONY: all musl demo test test-long fuzz sanitize miri coverage mutants bench bench-docs docs-graph lint \
    header install uninstall stage setup-demo setup-test setup-bench setup-sanitize clean

# Without the rlib, which is for Rust: Cargo optimizes across crates only where none is made with it.
# Without the paths to other crates and, for those who have it, to the standard library's source, which
# panics would tell: so all who build it get the same bytes. By --config, which adds to .cargo/config.toml;
# the variable RUSTFLAGS would stand in its place.
RUST_SOURCE = $(shell rustc --print sysroot)/lib/rustlib/src/rust
RUST_COMMIT = $(shell rustc --version --verbose | sed -n 's/^commit-hash: //p')
REMAPPED = --config 'build.rustflags=["--remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo", \
    "--remap-path-prefix=$(RUST_SOURCE)=/rustc/$(RUST_COMMIT)"]'
all:
	$(CARGO) rustc $(REMAPPED) --lib --crate-type cdylib,staticlib --release --locked --quiet --target-dir target

# With Rust's unwinder for musl beside it: gcc's, which musl-gcc links else, is made for glibc.
musl:
	$(CARGO) rustc $(REMAPPED) --lib --crate-type staticlib --release --locked --quiet --target-dir target \
	    --target $(MUSL)
	install -D -m 644 -t target/musl target/$(MUSL)/release/libnucleus_seccomp.a \
	    "$$(rustc --print target-libdir --target $(MUSL))/self-contained/libunwind.a"

# What the archive needs besides itself: `rustc --print native-static-libs`, less what is libc anyway.
PRIVATE := -lpthread -ldl -lm

# In files that say where the rest is. pkg-config's are relative to their prefix where they can be, so that
# pkg-config --define-prefix works.
FILLED_IN = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
    -e 's|@VERSION@|$(VERSION)|' -e 's|@SONAME@|$(SONAME)|' -e 's|@SHARED@|$(SHARED)|' \
    -e 's|@PRIVATE@|$(PRIVATE)|' -e 's|^\([a-z]*dir=\)$(PREFIX)/|\1$${prefix}/|'
CMAKE_DIR = $(LIBDIR)/cmake/nucleus-seccomp
CMAKE_FILES := nucleus-seccomp-config.cmake nucleus-seccomp-config-version.cmake

# What was built is installed as it is by those without Cargo, such as root may be.
install: $(if $(shell command -v $(firstword $(CARGO))),all)
	install -d '$(DESTDIR)$(LIBDIR)/pkgconfig' '$(DESTDIR)$(CMAKE_DIR)' '$(DESTDIR)$(INCLUDEDIR)' \
	    '$(DESTDIR)$(MANDIR)/man3' '$(DESTDIR)$(MANDIR)/man7'
	install -m 755 $(BUILT)/libnucleus_seccomp.so '$(DESTDIR)$(LIBDIR)/$(SHARED)'
	ln -sf $(SHARED) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libnucleus_seccomp.so'
	install -m 644 $(BUILT)/libnucleus_seccomp.a '$(DESTDIR)$(LIBDIR)/libnucleus_seccomp.a'
	install -m 644 include/nucleus_seccomp.h '$(DESTDIR)$(INCLUDEDIR)/nucleus_seccomp.h'
	$(FILLED_IN) pkgconfig/nucleus-seccomp.pc.in \
	    | install -m 644 /dev/stdin '$(DESTDIR)$(LIBDIR)/pkgconfig/nucleus-seccomp.pc'
	for file in $(CMAKE_FILES); do \
	    $(FILLED_IN) cmake/$$file.in | install -m 644 /dev/stdin '$(DESTDIR)$(CMAKE_DIR)'/$$file || exit; \
	done
	install -m 644 man/man3/*.3 '$(DESTDIR)$(MANDIR)/man3'
	install -m 644 man/man7/*.7 '$(DESTDIR)$(MANDIR)/man7'

uninstall:
	rm -f '$(DESTDIR)$(LIBDIR)/$(SHARED)' '$(DESTDIR)$(LIBDIR)/$(SONAME)' \
	    '$(DESTDIR)$(LIBDIR)/libnucleus_seccomp.so' '$(DESTDIR)$(LIBDIR)/libnucleus_seccomp.a' \
	    '$(DESTDIR)$(INCLUDEDIR)/nucleus_seccomp.h' \
	    '$(DESTDIR)$(LIBDIR)/pkgconfig/nucleus-seccomp.pc'
	for file in $(CMAKE_FILES); do rm -f '$(DESTDIR)$(CMAKE_DIR)'/$$file; done
	cd man && for page in man?/*; do rm -f '$(DESTDIR)$(MANDIR)'/$$page; done
	rmdir '$(DESTDIR)$(CMAKE_DIR)' 2>/dev/null || true

# For those who can't install pkg-config.
WITHOUT_PKG_CONFIG = '-I$(STAGE)/include -L$(STAGE)/lib -lnucleus_seccomp'

# Installs into target/stage and builds the examples against that, as any user would.
stage: export PKG_CONFIG_PATH = $(STAGE)/lib/pkgconfig
stage:
	@$(MAKE) --no-print-directory --silent install PREFIX='$(STAGE)' \
	    LIBDIR='$(STAGE)/lib' INCLUDEDIR='$(STAGE)/include' MANDIR='$(STAGE)/share/man' DESTDIR=
	@mkdir -p target/demo
	@for example in launcher inspect; do \
	    set -- $(CC) $(CFLAGS) $(WARNINGS) -o target/demo/$$example examples/$$example.c examples/profile.c \
	        $$(pkg-config --cflags --libs nucleus-seccomp 2>/dev/null || echo $(WITHOUT_PKG_CONFIG)) \
	        -Wl,-rpath,'$(STAGE)/lib'; \
	    echo "$$@"; "$$@" || exit; \
	done

setup-demo setup-test setup-bench setup-sanitize:
	@bash tests/setup.sh $(@:setup-%=%)

demo: setup-demo stage
	@sh examples/demo.sh target/demo/launcher

# Tests that need the installed library, the launcher or other languages find them under target/.
test: setup-test stage
	$(CARGO) test --locked --quiet --no-fail-fast -- --show-output

# A command a line; each says what it did. Some minutes each.
test-long: setup-test stage
	NUCLEUS_KERNEL_POLICIES=20000 $(CARGO) test --locked --quiet --test live kernel:: -- --show-output
	FUZZ_SECONDS=120 sh fuzz/run.sh
	$(MAKE) --no-print-directory sanitize

fuzz:
	@sh fuzz/run.sh

coverage:
	@sh tests/coverage.sh

MUTANTS ?= 0/1
mutants:
	@sh tests/mutants.sh $(MUTANTS)

# Cargo for a sanitizer, $(1), with the standard library built anew: threads that synchronize in code that is not
# instrumented would seem to race. Rust's compiler takes both for unstable.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
SANITIZING = RUSTC_BOOTSTRAP=1 $(CARGO) --config 'build.rustflags=["-Zsanitizer=$(1)"]' -Zbuild-std
SANITIZED = --lib --locked --quiet --target $(HOST) --target-dir target/$(1)
RUNTIME = "$$(rustc --print target-libdir)"/librustc-*_rt

# Of the unit tests those of the C surface, in which a panic unwinds through each function.
sanitize: setup-sanitize
	$(call SANITIZING,address) rustc $(call SANITIZED,address) --crate-type staticlib
	$(call SANITIZING,thread) rustc $(call SANITIZED,thread) --crate-type staticlib
	ln -sf $(HOST)/debug/libnucleus_seccomp.a target/address
	ln -sf $(HOST)/debug/libnucleus_seccomp.a target/thread
	ln -sf $(RUNTIME).asan.a target/address/runtime.a
	ln -sf $(RUNTIME).tsan.a target/thread/runtime.a
	$(call SANITIZING,address) test $(call SANITIZED,address) ffi::
	$(CARGO) test --locked --quiet --test live sanitizers:: -- --ignored --show-output

# Of the unit tests that call every function; the rest of the library is far too slow there.
miri:
	MIRIFLAGS=-Zmiri-disable-isolation $(CARGO) +nightly miri test --lib --locked --quiet \
	    --target-dir target/miri ffi::

# The staged library is what it measures; the results are in target/bench.
bench: setup-bench stage
	$(CARGO) bench --locked --quiet --bench filter

bench-docs:
	$(CARGO) bench --locked --quiet --bench filter -- --docs

# Graphviz draws alike, but not the same in all versions: what is compared is what was drawn.
docs-graph:
	NUCLEUS_REGENERATE=1 $(CARGO) test --quiet --locked --test drift graph
	dot -Tsvg docs/policy.dot >docs/policy.svg
	printf '<!-- sha256 of policy.dot: %s -->\n' \
	    "$$(sha256sum <docs/policy.dot | cut -d ' ' -f 1)" >>docs/policy.svg

lint:
	$(CARGO) fmt --check
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(CARGO) clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --no-deps --locked --document-private-items --quiet

header:
	NUCLEUS_REGENERATE=1 $(CARGO) test --test drift
	NUCLEUS_REGENERATE=1 $(CARGO) test --test meaning reproducible

clean:
	$(CARGO) clean
