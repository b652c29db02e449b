#!/bin/sh
# Real programs and attacks under the launcher, one line each. `make demo` runs it.
#
#     demo.sh LAUNCHER
#
# Exits with 1 if a program does not run or an attack is not refused.
set -u
launcher=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

row() { # VERDICT NAME HOW
    printf '  %-9s %-38s %s\n' "$1" "$2" "$3"
}

# missing NAME TOOL: whether the tool that a row needs is not there, which the row then says.
missing() {
    command -v "$2" >/dev/null && return 1
    row skipped "$1" "$2 is not installed"
}

# program NAME TOOL COMMAND...: must end with status 0, and its last line is shown.
program() {
    name=$1
    missing "$name" "$2" && return
    shift 2
    if output=$("$launcher" "$@" 2>"$scratch/errors"); then
        row runs "$name" "$(printf '%s' "$output" | tail -n 1)"
    else
        row FAILS "$name" "$(tail -n 1 "$scratch/errors")"
        failures=$((failures + 1))
    fi
}

# attack NAME TOOL COMMAND...: must be refused; the reason is shown.
attack() {
    name=$1
    missing "$name" "$2" && return
    shift 2
    "$launcher" "$@" >"$scratch/output" 2>"$scratch/errors"
    case $? in
    0)
        row SUCCEEDS "$name" "not refused!"
        failures=$((failures + 1))
        ;;
    125 | 126 | 127) # the launcher's own: nothing was tried
        row FAILS "$name" "$(tail -n 1 "$scratch/errors")"
        failures=$((failures + 1))
        ;;
    *)
        # Our own sentence where the launcher has one, else the program's last.
        why=$(sed -n -e 's/^launcher: .*: system call /killed by the filter: /p' \
            -e 's/^launcher: .* was killed by the filter: the .*/killed by the filter/p' \
            "$scratch/errors")
        row refused "$name" "${why:-$(tail -n 1 "$scratch/errors")}"
        ;;
    esac
}

cat >"$scratch/hello.c" <<'END'
#include <stdio.h>
int main(void) { puts("compiled and run, confined"); return 0; }
END

cat >"$scratch/int80.c" <<'END'
int main(void)
{
    int getpid = 20; /* i386's number */
    __asm__ volatile("int $0x80" : "+a"(getpid) : : "memory");
    return getpid <= 0;
}
END

echo
echo "Programs under the built-in policy:"
program "a shell with pipes" sh -- sh -c 'printf "c\nb\na\n" | sort | head -n 1'
program "gcc, and what it made" cc -- \
    sh -c "cc -o $scratch/hello $scratch/hello.c && $scratch/hello"
program "git: init, commit, clone" git -- sh -c "cd $scratch && git init -q a && cd a && \
    git -c user.name=n -c user.email=e commit -q --allow-empty -m first && \
    git clone -q . ../b 2>/dev/null && git -C ../b log --format=%s"
program "python3: threads and processes" python3 -- python3 -c '
import multiprocessing, subprocess, threading
t = threading.Thread(target=lambda: None); t.start(); t.join()
with multiprocessing.Pool(2) as pool:
    total = sum(pool.map(abs, [-1, -2, -3]))
print("sum over two processes:", total, subprocess.check_output(["echo", "ok"], text=True).strip())'
program "python3 and curl over loopback" curl --network -- sh -c "cd $scratch && echo 'hello over http' >page
    python3 -u -m http.server --bind 127.0.0.1 0 >port 2>/dev/null & server=\$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        grep -q port port && break; sleep 0.1; done
    port=\$(sed -n 's/.* port \([0-9]*\) .*/\1/p' port)
    curl -s http://127.0.0.1:\$port/page; status=\$?; kill \$server; exit \$status"
program "openssl: a key and a certificate" openssl -- sh -c "openssl req -x509 -newkey rsa:2048 -nodes \
    -keyout $scratch/key -subj /CN=demo 2>/dev/null | openssl x509 -noout -subject"

echo
echo "Attacks under the same policy:"
attack "a user namespace (unshare)" unshare -- unshare --user true
attack "a mount" mount -- mount -t tmpfs none "$scratch"
attack "a packet socket" python3 --network -- python3 -c 'import socket; socket.socket(socket.AF_PACKET)'
attack "a TCP socket without --network" python3 -- python3 -c 'import socket; socket.socket()'
attack "memory writable and executable" python3 -- python3 -c '
import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)'
attack "typing into the terminal (TIOCSTI)" python3 -- python3 -c '
import fcntl, pty, termios; fcntl.ioctl(pty.openpty()[1], termios.TIOCSTI, b"x")'
attack "tracing another process (ptrace)" python3 -- python3 -c '
import ctypes; ctypes.CDLL(None).ptrace(16, 1, 0, 0)'
if cc -o "$scratch/int80" "$scratch/int80.c" 2>"$scratch/errors"; then # x86 alone has it
    attack "a 32-bit call (int 0x80)" cc -- "$scratch/int80"
fi
attack "a device node (mknod)" mknod -- mknod "$scratch/null" c 1 3
echo
exit $((failures > 0))
