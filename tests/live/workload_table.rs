//! Real programs that have to run under the built-in policy, at levels and under a profile: data only, `workloads.rs`
//! runs it.
//!
//! But for a few (`Where`), every script runs as `launcher <flags> -- /bin/sh -ec <script>`, in a fresh folder that is also
//! `$WORK`, `$HOME` and `$TMPDIR`, with `$PROGRAMS` (the sources next to this file), `$BUILT` (those
//! compiled) and `$PORT` (a free loopback port). It passes when it exits 0 and prints `expect`.
//! Servers listen on loopback only, and every script ends what it started.

use crate::stage::{CHECKED, PROFILE};

pub struct Workload {
    pub name: &'static str,
    /// The commands that have to be installed for the row to mean anything.
    pub program: &'static str,
    pub flags: &'static [&'static str],
    /// What of the kernel's it exercises: the reason to keep the row.
    pub why: &'static str,
    pub script: &'static str,
    pub expect: &'static str,
    pub place: Where,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Where {
    /// In the launcher: all but a few.
    Confined,
    /// In the launcher, by root only: it becomes somebody else.
    ConfinedRoot,
    /// Outside: the script calls `$LAUNCHER` itself.
    Outside,
}

const NONE: &[&str] = &[];
const NET: &[&str] = &["--network"];
const JIT: &[&str] = &["--jit"];
const NET_JIT: &[&str] = &["--network", "--jit"];

const fn row(
    name: &'static str,
    program: &'static str,
    flags: &'static [&'static str],
    why: &'static str,
    script: &'static str,
    expect: &'static str,
) -> Workload {
    Workload { name, program, flags, why, script, expect, place: Where::Confined }
}

// Skipped by rustfmt: a row reads as a row, and the scripts are longer than its lines anyhow.
#[rustfmt::skip]
pub const WORKLOADS: &[Workload] = &[
    row("confined at all", "grep", NONE, "that the rows below run under a filter and may not leave it", "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status",
        "NoNewPrivs:\t1\nSeccomp:\t2"),
    // ---- shells
    row("bash pipes", "bash", NONE, "pipes, subshells, process substitution, here-documents", r#"bash -c '
        set -o pipefail
        n=$(seq 1000 | grep 7 | sort -rn | (head -3; cat >/dev/null) | wc -l)
        cat <<END | tr a-z A-Z
pipes $n
END
        diff <(echo a) <(echo a) && read -r x <<<"here" && echo "$x"
        coproc cat; echo through >&"${COPROC[1]}"; read -r y <&"${COPROC[0]}"; echo "$y"'"#, "PIPES 3\nhere\nthrough"),
    row("bash job control", "bash", NONE, "process groups, stop and continue, trap, wait -n", r#"bash -c '
        set -m
        trap "echo trapped" USR1
        sleep 0.2 & kill -STOP %1; kill -CONT %1; fg %1 >/dev/null
        (exit 3) & wait $! || echo "status $?"
        kill -USR1 $$; sleep 0.1 & sleep 0.2 & wait -n; wait; times >/dev/null; jobs'"#, "status 3\ntrapped"),
    row("bash on a terminal", "script", NONE, "a pseudo-terminal, its foreground process group, window size", r#"
        script -qec "bash --norc -ic 'stty size; tty; sleep 0.1 & fg; stty -echo; stty sane; echo done'" /dev/null </dev/null"#, "done"),
    row("bash loopback", "bash python3", NET, "/dev/tcp against a listening python", r#"
        python3 "$PROGRAMS/http_loopback.py" bash -c '
            port=${0##*:}; exec 3<>/dev/tcp/127.0.0.1/${port%%/*}
            printf "GET /bash HTTP/1.0\r\n\r\n" >&3; cat <&3'"#, "page /bash"),
    row("dash", "dash", NONE, "the system shell: vfork-free forks, dup, trap", r#"dash -c '
        f() { (cd / && pwd); }; trap "echo bye" EXIT; ulimit -n >/dev/null; umask 022
        for i in 1 2 3; do echo $i; done | while read -r i; do printf "%s" "$i"; done; f; x=`echo sub`; echo $x'"#, "123/\nsub\nbye"),
    row("busybox sh", "busybox", NONE, "another libc-near shell and applets", r#"busybox sh -c '
        seq 5 | busybox awk "{s+=\$1} END {print s}"; busybox tar cf a.tar -C / etc/hostname
        busybox gzip a.tar; busybox ls -l a.tar.gz | busybox wc -l; busybox find . -type f; busybox vi --help 2>&1 | head -1'"#, "15\n1\n./a.tar.gz"),
    row("zsh", "zsh", NONE, "zsh start-up, globbing, its own job table", r#"zsh -fc '
        zmodload zsh/datetime zsh/stat; touch a b; print -l *(.om) | wc -l
        (sleep 0.05; print sub) & wait; print ${(U)${:-done}}; print =(echo tmp) >/dev/null'"#, "sub\nDONE"),
    row("tcl", "tclsh", NONE, "threads behind an event loop, exec, channels", r#"tclsh <<'END'
        after 10 {set x 1}; vwait x
        puts [exec sh -c "echo child" | tr a-z A-Z]
        set f [open f w]; puts $f text; close $f; puts [file size f]
END"#, "CHILD\n5"),
    // ---- the Debian base
    row("coreutils files", "cp", NONE, "copies with attributes, modes, owners, times, links, fifos", r#"
        mkdir -p a/b; echo text >a/b/f; ln -s f a/b/s; ln a/b/f a/b/h; mkfifo -m 600 a/p
        chmod -R u+rwX,go-w a; chown -R "$(id -u):$(id -g)" a; touch -d 2020-01-01 a/b/f; cp -a a c
        cp --reflink=auto a/b/f g; install -m 755 g i; mv -T c d; mktemp -d ./d.XXXXXX; truncate -s 1M sparse
        ls -lR --time-style=full-iso d >list; stat -c %a i; readlink -f d/b/s; sync list; rm -rf a d; shred -u g; rmdir ./d.??????"#, "755"),
    row("coreutils data", "sort", NONE, "threads of sort, big pipes, dd, tee, split, checksums", r#"
        seq 200000 | shuf | sort --parallel=2 -S 2M -n | tail -1
        dd if=/dev/zero of=z bs=64k count=16 conv=fsync 2>/dev/null; split -b 256k z part.; cat part.* | tee copy | sha256sum -b >sum
        cmp z copy; comm -12 z copy >/dev/null; od -N4 z; base64 z | head -c 4 | wc -c; cksum z; b2sum z; tac sum >/dev/null; echo done"#, "200000"),
    row("coreutils system", "df", NONE, "questions about the machine", r#"
        df -h . >/dev/null; du -s . ; uname -a >/dev/null; nproc; id; uptime 2>/dev/null || true; date -R; who; tty || true
        hostid; pwd -P; arch; env | grep -c WORK; getconf ARG_MAX; locale >/dev/null; ls -l /proc/self/fd >/dev/null; printf '%s\n' answered"#, "answered"),
    row("coreutils control", "timeout", NONE, "timers, priorities, hang-up, descriptors", r#"
        timeout 0.1 sleep 5 || echo "timeout $?"; nice -n 5 nice; nohup true 2>/dev/null
        timeout -s KILL 0.1 sleep 5 || true; stdbuf -oL echo buffered; env -i /bin/true; (sleep 0.05; echo slept)"#, "timeout 124"),
    row("names", "getent", NONE, "users, groups, hosts and services without a network", r#"
        getent passwd root; getent group root >/dev/null; getent services http; getent ahosts localhost >/dev/null"#, "root:x:0:0"),
    row("util-linux", "flock", NONE, "locks, affinity, scheduling class, I/O class, sessions", r#"
        flock lock echo locked; taskset -c 0 true; chrt -b 0 true; ionice -c 3 true; setsid -w echo session
        mountpoint -q / && lsblk >/dev/null 2>&1 || true; getopt -o a -- -a
        prlimit --nofile >/dev/null; ipcs >/dev/null; lscpu >/dev/null 2>&1 || true; findmnt -n / >/dev/null || true; dmesg >/dev/null 2>&1 || true; echo done"#, "locked\nsession\n -a --\ndone"),
    row("find and xargs", "find", NONE, "deep directory walks, parallel children", r#"
        mkdir -p t/1/2/3; for i in 1 2 3 4 5 6; do echo $i >t/1/2/3/f$i; done
        find t -type f -newer /etc/hostname -name 'f*' -exec grep -l 3 {} + ; find t -type f -print0 | xargs -0 -P 2 -n 1 wc -c | wc -l
        find t -depth -delete; test ! -e t; find / -xdev -maxdepth 1 -user root | head -1"#, "t/1/2/3/f3\n6"),
    row("grep and friends", "grep", NONE, "PCRE's own JIT must fall back when refused memory to run code from", r#"
        seq 100 >n; grep -cP '^(?=.*1)\d+$' n; grep -rc 7 . ; sed -i 's/^1$/one/' n; head -1 n; sed -n '$=' n"#, "20\n"),
    row("awk", "gawk", NONE, "pipes and a coprocess from awk", r#"
        gawk 'BEGIN { "echo sub" | getline x; print x; print "co" |& "cat"; close("cat", "to"); "cat" |& getline y; print y; system("true") }'
        awk '{ n++ } END { print n }' /etc/passwd >/dev/null"#, "sub\nco"),
    row("bc and jq", "jq", NONE, "small interpreters", r#"echo '{"a":[1,2,3]}' | jq -c '.a|add'; echo '2^100' | bc"#, "6\n1267650600228229401496703205376"),
    row("vim", "vim.tiny", NONE, "an editor in batch mode: swap files, a shell filter", r#"
        printf 'b\na\n' >f; vim.tiny -u NONE -es -c '%!sort' -c '%s/a/A/' -c 'wq' f </dev/null; cat f"#, "A\nb"),
    row("man", "man", NONE, "groff behind pipes; man installs a filter of its own if it may", r#"
        printf '.TH X 1\n.SH NAME\nx \\- a page\n' >x.1; MANPAGER=cat man -l ./x.1"#, "a page"),
    row("file", "file", NONE, "libmagic maps its database", r#"file /bin/sh "$(readlink -f /bin/sh)""#, "ELF 64-bit"),
    row("procps", "ps", NONE, "reading all of /proc", "ps -ef | wc -l; top -bn1 | head -1; pgrep -c . ; free >/dev/null", "top -"),
    row("tmux", "tmux", NONE, "a daemon, pseudo-terminals and a UNIX socket", r#"
        export TMUX_TMPDIR="$WORK" TERM=xterm SHELL=/bin/sh; tmux -L t -f /dev/null new-session -d -x 80 -y 24 'echo in tmux; tty >tty; sleep 20'
        for i in $(seq 50); do test -s tty && tmux -L t capture-pane -p | grep -q 'in tmux' && break; sleep 0.1; done
        tmux -L t capture-pane -p | head -1; cat tty; tmux -L t kill-server"#, "in tmux\n/dev/pts/"),
    row("dpkg", "dpkg-deb", NONE, "the package tools: tar in-process, threads of xz", r#"
        mkdir -p p/DEBIAN; printf 'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: d\n' >p/DEBIAN/control
        dpkg-deb -b p p.deb; dpkg-deb -x p.deb out; dpkg-deb -f p.deb Package; apt-cache policy dpkg | head -1; dpkg-query -W -f '${Status}' dpkg"#, "install ok installed"),
    // ---- archives
    row("tar", "tar xz zstd bzip2", NONE, "modes, owners, times and links written back", r#"
        mkdir a; seq 1000 >a/f; ln -s f a/l; ln a/f a/h; for z in gzip xz zstd bzip2; do
        tar --$z -cf a.tar.$z a; mkdir out.$z; tar -xpf a.tar.$z -C out.$z; diff -r a out.$z/a; echo $z same; done"#, "bzip2 same"),
    row("compressors", "xz", NONE, "worker threads of xz and zstd, output files that keep their times", r#"
        seq 300000 >n; cp n m; for z in gzip "xz -1 -T2" "zstd -q -T2 --rm" bzip2; do $z n; ls n.*; case $z in xz*) xz -d n.xz;; zst*) zstd -q -d --rm n.zst;; *) ${z%% *} -d n.*;; esac; cmp n m; done; echo same"#, "same"),
    row("rsync", "rsync", NONE, "three processes, socket pairs, preserved attributes", r#"
        mkdir a; seq 1000 >a/f; ln -s f a/l; rsync -aHX --stats a/ b/ | grep -c '^Number'; echo more >>a/f; rsync -a --delete a/ b/; diff -r a b; echo same"#, "same"),
    // ---- C and the compilers
    row("c threads", "gcc", NONE, "pthreads: barrier, cancellation, robust mutex, affinity", r#""$BUILT/threads""#, "threads ok"),
    row("c processes", "gcc", NONE, "fork, vfork, posix_spawn, popen, system, signals, waitid", r#""$BUILT/processes""#, "processes ok"),
    row("c ipc", "gcc", NONE, "POSIX and System V shared memory, semaphores, queues; passed descriptors", r#""$BUILT/ipc""#, "ipc ok"),
    row("c events", "gcc", NONE, "epoll, eventfd, signalfd, timerfd, inotify, POSIX timers", r#""$BUILT/events""#, "events ok"),
    row("c files", "gcc", NONE, "locks, xattrs, splice, mmap, mremap, renameat2", r#""$BUILT/files""#, "files ok"),
    row("c network", "gcc", NET, "the resolver, TCP, UDP, sendmmsg", r#""$BUILT/names""#, "names ok"),
    row("musl", "musl-gcc", NONE, "another libc: static start-up, threads, posix_spawn", r#""$BUILT/threads-musl"; "$BUILT/processes-musl""#, "threads ok\nprocesses ok"),
    row("c++", "g++", NONE, "std::async, exceptions, filesystem", r#""$BUILT/program-cc""#, "c++ ok"),
    row("gcc", "gcc", NONE, "the driver, cc1, as, collect2, ld; then what they made", r#"
        gcc -O2 -flto -pipe -o p "$PROGRAMS/processes.c"; ./p; ar rcs l.a p; strip p; objdump -f p | grep -c elf64"#, "processes ok"),
    row("sanitizers", "gcc", NONE, "terabytes of shadow memory, reserved at fixed places (finding leaks would need ptrace)", r#"
        gcc -g -fsanitize=address,undefined -pthread -o t "$PROGRAMS/threads.c"; ASAN_OPTIONS=detect_leaks=0 ./t"#, "threads ok"),
    row("clang", "clang", NONE, "llvm: its crash handler, big mappings", r#"clang -O1 -pthread -o t "$PROGRAMS/threads.c"; ./t"#, "threads ok"),
    row("make", "make", NONE, "the jobserver's pipe, parallel compilers", r#"
        for i in 1 2 3; do echo "int f$i(void) { return $i; }" >f$i.c; done; echo 'int main(void){return 0;}' >main.c
        printf 'p: main.o f1.o f2.o f3.o\n\t$(CC) -o $@ $^\n' >Makefile; make -sj2; ./p; echo made"#, "made"),
    // ---- Rust, Go, Zig
    row("rust program", "rustc", NET, "std: threads, Command, TCP, UDP, UNIX sockets", r#""$BUILT/program-rs" network"#, "rust ok"),
    row("rust program offline", "rustc", NONE, "the same without the network flag", r#""$BUILT/program-rs""#, "rust ok"),
    row("cargo", "cargo", NONE, "cargo, rustc and a build script of a crate without dependencies", r#"
        mkdir -p c/src; cd c; printf '[package]\nname = "c"\nversion = "0.1.0"\nedition = "2021"\n' >Cargo.toml
        echo 'fn main() { println!("cargo:rerun-if-changed=build.rs") }' >build.rs
        echo 'fn main() { println!("built by cargo") }' >src/main.rs; cargo run -q --offline"#, "built by cargo"),
    row("go program", "go", NET, "goroutines, timers, os/exec, net/http over TCP", r#""$BUILT/program-go" network"#, "served /page\ngo ok"),
    row("go program offline", "go", NONE, "the same over a UNIX socket", r#""$BUILT/program-go""#, "served /page\ngo ok"),
    row("go build", "go", NONE, "the go command, compiler and linker", r#"
        echo 'package main; func main() { println("hello") }' >h.go; go build -o h h.go; ./h 2>&1"#, "hello"),
    row("zig program", "zig", NET, "threads, tasks, a child, TCP, by system calls of its own", r#""$BUILT/program-zig" network"#, "zig ok"),
    row("zig program offline", "zig", NONE, "the same without the network flag", r#""$BUILT/program-zig""#, "zig ok"),
    row("zig build", "zig", NONE, "the zig compiler: threads, its cache, its own linker", r#"
        echo 'pub fn main() void { @import("std").debug.print("hello", .{}); }' >h.zig; zig build-exe h.zig; ./h 2>&1"#, "hello"),
    // ---- interpreters
    row("python", "python3", NONE, "threads, subprocess, ctypes, sqlite3, mmap, selectors, pty", r#"python3 "$PROGRAMS/runtime.py""#, "python ok"),
    row("python fork", "python3", NONE, "multiprocessing by fork: semaphores, shared memory, a manager", r#"python3 "$PROGRAMS/multi.py" fork"#, "multiprocessing fork ok"),
    row("python spawn", "python3", NONE, "multiprocessing by spawn", r#"python3 "$PROGRAMS/multi.py" spawn"#, "multiprocessing spawn ok"),
    row("python forkserver", "python3", NONE, "multiprocessing by a fork server: descriptors over UNIX sockets", r#"python3 "$PROGRAMS/multi.py" forkserver"#, "multiprocessing forkserver ok"),
    row("python asyncio", "python3", NONE, "an event loop with children (pidfd or a fallback) and signals", r#"python3 "$PROGRAMS/asyncio_children.py""#, "asyncio ok"),
    row("python unix server", "python3", NONE, "a server without the network flag", r#"python3 "$PROGRAMS/unix_server.py""#, "unix server ok"),
    row("python http", "python3", NET, "http.server and urllib on loopback", r#"python3 "$PROGRAMS/http_loopback.py""#, "page /asked"),
    row("python venv", "python3", NONE, "venv: copies, symlinks, a python in a python", r#"python3 -m venv --without-pip v; v/bin/python -c 'import sys; print(sys.prefix != sys.base_prefix)'"#, "True"),
    row("perl", "perl", NONE, "fork, pipes, IPC::Open3, timers", r#"perl "$PROGRAMS/program.pl""#, "perl ok"),
    row("perl network", "perl", NET, "the same and TCP", r#"perl "$PROGRAMS/program.pl" network"#, "from perl\nperl ok"),
    row("node", "node", NET_JIT, "V8 with its JIT, libuv: workers, children, a server", r#"node "$PROGRAMS/program.js" network"#, "served /page\nnode ok"),
    row("node jitless", "node", NONE, "V8 without its JIT, over a UNIX socket", r#"node --jitless --no-expose-wasm "$PROGRAMS/program.js""#, "served /page\nnode ok"),
    row("java", "java", NET_JIT, "HotSpot: code cache, threads, ProcessBuilder, an HTTP server", r#"java -cp "$BUILT" Program network"#, "served by java\njava ok"),
    row("javac", "javac", JIT, "the compiler and a run of what it made, without the network", r#"javac -d . "$PROGRAMS/Program.java"; java -Xshare:auto -XX:+UseSerialGC Program"#, "java ok"),
    row("ruby", "ruby", NONE, "ruby's timer thread, fork, pipes, UNIX sockets", r#"ruby -rsocket -rtempfile -e '
        t = 4.times.map { |i| Thread.new { sleep 0.01; i } }; puts t.sum(&:value)
        r, w = IO.pipe; fork { w.puts "forked" }; w.close; puts r.read; Process.wait
        UNIXServer.open("s") { |s| Thread.new { s.accept.puts "unix" }; puts UNIXSocket.new("s").gets }; puts `echo child`'"#, "6\nforked\nunix\nchild"),
    row("php", "php", NONE, "a PCRE JIT that must fall back, proc_open, streams", r#"php -r '
        echo preg_match("/^(?=.*x)\w+$/", "axb"), "\n"; echo shell_exec("echo child");
        $p = proc_open(["cat"], [["pipe", "r"], ["pipe", "w"]], $io); fwrite($io[0], "piped\n"); fclose($io[0]); echo stream_get_contents($io[1]); proc_close($p);'"#, "1\nchild\npiped"),
    row("lua", "lua5.4", NONE, "a small interpreter, popen", r#"lua5.4 -e 'local p = io.popen("echo child"); print(p:read("a")); print(os.execute("true")); os.remove(os.tmpname())'"#, "child\n\ntrue"),
    row("valgrind", "valgrind", JIT, "a whole program translated: memory that is written, then run", r#"valgrind -q --error-exitcode=9 "$BUILT/threads""#, "threads ok"),
    // ---- tools with state
    row("git", "git", NONE, "commit, branch, clone from a folder, hooks, gc", r#"
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
        git init -q -b main r; cd r; for i in 1 2 3; do seq $i >f$i; git add .; git commit -qm "c$i"; done
        git checkout -qb b; echo x >x; git add x; git commit -qm x; git rebase -q main; git gc -q; git fsck --no-progress
        cd ..; git clone -q --no-local r c; git -C c log --oneline | wc -l; git -C c grep -cP '(*NO_JIT)^(?=1)\d' f3; git -C c status -s; git -C c diff HEAD~1 --stat | tail -1"#, "4\nf3:1\n"),
    row("git grep", "git", JIT, "mmap writable and executable: git before 2.40 takes PCRE2's failure for its own", r#"
        git init -q .; seq 100 >f; git add f; git grep -c 1; git grep -cP '^(?=.*1)\d+$'"#, "f:20\nf:20\n"),
    row("sqlite3", "sqlite3", NONE, "write-ahead log: shared memory, byte-range locks", r#"
        sqlite3 db 'pragma journal_mode=wal; create table t(a); with recursive n(i) as (select 1 union all select i+1 from n where i<1000) insert into t select i from n; select sum(a) from t; vacuum;'"#, "500500"),
    row("openssl", "openssl", NONE, "keys, digests, ciphers, certificates", r#"
        openssl genrsa -out k.pem 2048 2>/dev/null; openssl req -x509 -key k.pem -subj /CN=localhost -days 1 -out c.pem
        openssl verify -CAfile c.pem c.pem; echo text | openssl enc -aes-256-cbc -pbkdf2 -pass pass:x | openssl enc -d -aes-256-cbc -pbkdf2 -pass pass:x
        openssl dgst -sha256 c.pem >/dev/null; openssl rand -hex 8 | wc -c"#, "c.pem: OK\ntext\n17"),
    row("ssh-keygen", "ssh-keygen", NONE, "OpenSSH's key tool, a signature and its check", r#"
        ssh-keygen -q -t ed25519 -N '' -f k; echo x >m; ssh-keygen -q -Y sign -f k -n file m; echo "me $(cat k.pub)" >signers
        ssh-keygen -Y verify -f signers -I me -n file -s m.sig <m"#, "Good \"file\" signature"),
    row("gpg", "gpg", NONE, "locked memory, an agent started behind a UNIX socket", r#"
        export GNUPGHOME="$WORK/g"; mkdir -m 700 g; o='--batch --yes --pinentry-mode loopback --passphrase x'
        echo secret | gpg $o -c -o s.gpg; gpg $o -d s.gpg; gpgconf --kill all"#, "secret"),
    // ---- servers
    row("curl", "curl", NET, "the resolver's thread, a connection to a python server", r#"python3 "$PROGRAMS/http_loopback.py" curl -sS --max-time 20"#, "page /asked"),
    row("curl https", "curl", NET, "TLS between curl and openssl s_server", r#"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 1 -out c.pem 2>/dev/null
        openssl s_server -accept "127.0.0.1:$PORT" -key k.pem -cert c.pem -www -quiet & trap "kill $!" EXIT
        curl -sS --retry 20 --retry-delay 1 --retry-connrefused --max-time 20 --ipv4 --cacert c.pem "https://localhost:$PORT/" | grep -o 'TLSv1.3' | head -1"#, "TLSv1.3"),
    row("redis", "redis-server", NET, "threads, a forked save, TCP and UNIX sockets", r#"
        redis-server --port "$PORT" --bind 127.0.0.1 --unixsocket "$WORK/r.sock" --dir "$WORK" --save '' --appendonly yes >log 2>&1 & server=$!
        trap 'kill $server 2>/dev/null || true; cat log >&2' EXIT
        for i in $(seq 100); do redis-cli -p "$PORT" ping 2>/dev/null | grep -q PONG && break; sleep 0.1; done
        redis-cli -p "$PORT" set k v; redis-cli -s r.sock get k; redis-cli -p "$PORT" bgsave
        for i in $(seq 100); do test -s dump.rdb && break; sleep 0.1; done; redis-cli -p "$PORT" shutdown save; wait $server; ls dump.rdb"#, "OK\nv\nBackground saving started\ndump.rdb"),
    row("nginx", "nginx", NET, "workers under another user (as root), sendfile, epoll, thread pool", r#"
        mkdir www; echo 'page by nginx' >www/p; cat >n.conf <<END
        $(test "$(id -u)" != 0 || echo 'user www-data;')
        worker_processes 2; pid $WORK/pid; error_log $WORK/error.log; daemon off; events { worker_connections 64; }
        http { access_log $WORK/access.log; sendfile on; aio threads; client_body_temp_path $WORK/t1; proxy_temp_path $WORK/t2; fastcgi_temp_path $WORK/t3;
               uwsgi_temp_path $WORK/t4; scgi_temp_path $WORK/t5; server { listen 127.0.0.1:$PORT; root $WORK/www; } }
END
        nginx -p "$WORK" -e "$WORK/error.log" -c "$WORK/n.conf" & server=$!
        trap 'kill $server 2>/dev/null || true; cat error.log >&2' EXIT
        curl -sS --retry 20 --retry-delay 1 --retry-connrefused --max-time 20 "http://127.0.0.1:$PORT/p"; kill -HUP $server; sleep 0.3; kill -QUIT $server; wait $server; grep -c 'GET /p' access.log"#, "page by nginx\n1"),
    row("postgresql", "initdb", NET, "System V and POSIX shared memory, many processes, a dropped user", r#"
        as=; if test "$(id -u)" = 0; then chown postgres .; as='runuser -u postgres --'; fi; export TZ=UTC
        $as initdb -D data -A trust -N -U postgres >log 2>&1 || { cat log >&2; exit 1; }
        $as pg_ctl -D data -w -t 30 -l server.log -o "-p $PORT -k $WORK -h 127.0.0.1 -F" start >/dev/null || { cat server.log >&2; exit 1; }
        trap '$as pg_ctl -D data -w -m immediate stop >/dev/null 2>&1 || true' EXIT
        psql -U postgres -p "$PORT" -h "$WORK" -Atc 'create table t as select generate_series(1,1000) a; select sum(a) from t'
        psql -U postgres -p "$PORT" -h 127.0.0.1 -Atc "set max_parallel_workers_per_gather=2; set parallel_setup_cost=0; set min_parallel_table_scan_size=0; select 'tcp', count(*) from t"
        $as pg_ctl -D data -w -m fast stop"#, "500500\nSET\nSET\nSET\ntcp|1000"),
    Workload {
        place: Where::Outside,
        ..row("socket activation", "python3", NONE, "an inherited internet socket serves; a new one is refused",
            r#"python3 "$PROGRAMS/activation.py" "$LAUNCHER" -- python3 "$PROGRAMS/activation.py" serve"#,
            "no new internet socket: Address family not supported by protocol\nactivated: hello")
    },
    // ---- becoming somebody else (not by setpriv: it insists on capset, which the policy refuses)
    Workload {
        place: Where::ConfinedRoot,
        ..row("dropping root", "python3", NONE, "setgroups, setresgid, setresuid, as a daemon does", r#"
        python3 -c 'import os, subprocess; os.setgroups([]); os.setresgid(33, 33, 33); os.setresuid(33, 33, 33); subprocess.run(["id", "-un"])'"#, "www-data")
    },
    Workload {
        place: Where::ConfinedRoot,
        ..row("runuser", "runuser", NONE, "PAM: its limits, its keyring, its audit socket", "runuser -u www-data -- id -un", "www-data")
    },
    Workload {
        place: Where::ConfinedRoot,
        ..row("su", "su", NONE, "the same, with a shell", "su -s /bin/sh www-data -c 'id -un'", "www-data")
    },
];

// ---- levels

const MINIMAL: &[&str] = &["--level", "minimal"];
const IO_HEAVY: &[&str] = &["--level", "io_heavy"];
const COMPUTE: &[&str] = &["--level", "compute"];
const NETWORK: &[&str] = &["--level", "network"];
const UNRESTRICTED: &[&str] = &["--level", "unrestricted"];

/// Rows from above that run at a level as well, as the level's description promises; without `--jit`
/// also hardened.
#[rustfmt::skip]
pub const AT_LEVELS: &[(&[&str], &[&str])] = &[
    (MINIMAL, &["confined at all", "bash pipes", "bash job control", "dash", "names", "awk", "bc and jq", "file", "php", "openssl",
        "c processes", "c events"]),
    (IO_HEAVY, &["bash on a terminal", "busybox sh", "coreutils data", "find and xargs", "grep and friends", "vim", "dpkg", "tar", "compressors",
        "gcc", "c++", "lua", "git", "sqlite3", "python venv"]),
    (COMPUTE, &["c threads", "musl"]),
    (NETWORK, &["c network", "go program", "zig program", "python", "python http", "python unix server", "python asyncio", "perl network",
        "node", "java", "curl", "curl https", "redis", "rsync", "tmux"]),
    (UNRESTRICTED, &["dropping root", "su", "nginx"]),
];

// ---- profiles

/// Rows from above that run under a profile such as container engines have by default, and those that also
/// do with our checks in it.
#[rustfmt::skip]
pub const UNDER_PROFILES: &[(&[&str], &[&str])] = &[
    (PROFILE, &["confined at all", "bash pipes", "bash job control", "bash on a terminal", "dash", "coreutils files", "coreutils data", "util-linux",
        "tmux", "dpkg", "tar", "c threads", "c processes", "c ipc", "c events", "c files", "c network", "musl", "c++", "gcc", "make", "cargo",
        "go program", "go build", "zig program", "python", "python forkserver", "python asyncio", "perl network", "node", "java", "javac", "ruby",
        "valgrind", "git", "git grep", "sqlite3", "gpg", "curl", "curl https", "redis", "nginx", "postgresql", "dropping root", "su", "strace"]),
    (CHECKED, &["bash pipes", "dash", "coreutils files", "c processes", "c events", "gcc", "go program", "python", "node jitless", "git", "curl",
        "redis", "nginx", "postgresql", "dropping root"]),
];

/// What is run at levels alone. In a shell nothing runs below minimal, so the rows for essential call the
/// launcher themselves.
#[rustfmt::skip]
pub const LEVEL_WORKLOADS: &[Workload] = &[
    Workload {
        place: Where::Outside,
        ..row("hello", "gcc musl-gcc script", NONE, "essential: two libcs, shared and static, into a pipe and onto a terminal", r#"
            for p in hello hello-static hello-musl hello-musl-static; do for harden in '' --harden; do
            "$LAUNCHER" --level essential $harden -- "$BUILT/$p"; script -qec "'$LAUNCHER' --level essential $harden -- '$BUILT/$p'" /dev/null </dev/null
            done; done | tr -d '\r' | uniq -c"#, "     16 hello")
    },
    Workload {
        place: Where::Outside,
        ..row("small tools", "cat", NONE, "essential: what reads, writes and ends", r#"
            run() { "$LAUNCHER" --level essential --harden -- "$@"; }
            run seq 1000 >n; run cat n >copy; cmp n copy; run sha256sum n | cut -c1-8; run wc -l <n; run head -1 n; run tail -1 n
            run base64 n | run base64 -d | cmp - n; run tr 1 2 <n | run tac | run cut -c1 | run od -c | run tail -1 >/dev/null; echo same"#, "67d4ff71\n1000\n1\n1000\nsame")
    },
    Workload {
        place: Where::Outside,
        ..row("what was added is needed", "gcc musl-gcc busybox dash", NONE, "each program dies without the call that was added for it", r#"
            without() { s=0; "$LAUNCHER" --level $1 --deny $2 -- $3 >copy 2>/dev/null || s=$?; test $s = 159 || { echo "without $2: $s" >&2; exit 1; }; }
            seq 10 >n; without essential pread64 "$BUILT/hello"; without essential writev "$BUILT/hello-musl"; without essential fadvise64 'cat n'
            without essential copy_file_range 'cat n'; without minimal statfs 'ls n'; without minimal getgroups 'gawk 1 n'; without minimal sendfile 'busybox cat n'
            echo 'sleep 0.1 & wait' >waits; without minimal rt_sigsuspend 'dash waits'; without minimal lgetxattr 'ls -l n'
            without compute membarrier "$BUILT/threads-musl-shared"; without io_heavy renameat2 'mv -n n m'; echo 'all are needed'"#, "all are needed")
    },
    row("python at minimal", "python3", MINIMAL, "an interpreter that makes no files: threads, children, select, signals", r#"python3 -I -B -c 'if 1:
        import json, os, select, signal, subprocess, threading, time
        t = threading.Thread(target=print, args=["thread"], kwargs={"flush": True}); t.start(); t.join()
        print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout, end="")
        r, w = os.pipe(); e = select.epoll(); e.register(r); os.write(w, b"1"); e.poll(1)
        signal.signal(signal.SIGALRM, lambda *_: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(0.05)
        print(json.dumps(sorted(os.listdir("/"))).count("etc"))'"#, "thread\nchild\nalarm\n1"),
    row("interpreters at minimal", "perl ruby lua5.4", MINIMAL, "start-up of perl, ruby and lua", r#"
        perl -e 'print "perl\n"; print `echo child`'; ruby -e 'Thread.new { puts "ruby" }.join'; lua5.4 -e 'print("lua"); print(io.popen("echo child"):read("a"))'"#, "perl\nchild\nruby\nlua\nchild"),
    row("node at minimal", "node", MINIMAL, "V8: protection keys, capabilities, a pool of threads", r#"node --jitless -e 'console.log("node")'"#, "node"),
    row("tools that read", "ls", MINIMAL, "coreutils and friends that only look", r#"
        ls -la /etc >/dev/null; cat /etc/passwd | sort | uniq | wc -l >/dev/null; id; date >/dev/null; du -s "$PROGRAMS" >/dev/null; stat / >/dev/null
        find "$PROGRAMS" -name '*.c' | xargs grep -l main | wc -l >/dev/null; sed -n 1p /etc/passwd; timeout 5 sleep 0.01; diff -q /etc/passwd /etc/passwd; tail -f /etc/passwd >/dev/null & sleep 0.1; kill $!; echo looked"#, "root:x:0:0:root:/root:/bin/bash\nlooked"),
    row("coreutils files at io_heavy", "cp", IO_HEAVY, "copies with attributes, modes, owners, times, links", r#"
        mkdir -p a/b; echo text >a/b/f; ln -s f a/b/s; ln a/b/f a/b/h; chmod -R u+rwX,go-w a; chown -R "$(id -u):$(id -g)" a; touch -d 2020-01-01 a/b/f
        mkfifo p 2>&1 | grep -o 'not permitted'; cp -a a c; install -m 755 a/b/f i; mv -T c d; mktemp -d ./d.XXXXXX >/dev/null; truncate -s 1M sparse; dd if=i of=o conv=fsync status=none
        ls -lR d >/dev/null; stat -c %a i; readlink -f d/b/s >/dev/null; sync i; rm -rf a d; shred -u o; rmdir ./d.??????; tail -c 5 i"#, "not permitted\n755\ntext"),
    row("python pool", "python3", COMPUTE, "worker processes: semaphores in shared memory, queues over pipes", r#"python3 -I -B -c 'if 1:
        import multiprocessing, concurrent.futures as futures
        print(sum(multiprocessing.get_context("fork").Pool(2).map(abs, range(-5, 1))), sum(futures.ThreadPoolExecutor(4).map(abs, range(-5, 1))))'"#, "15 15"),
    row("openmp", "gcc", COMPUTE, "a compute job: libgomp's threads, bound to processors", r#"OMP_PROC_BIND=true "$BUILT/openmp""#, "500000500000 on "),
    row("scheduling", "chrt", COMPUTE, "affinity, classes, niceness", "taskset -c 0 true; chrt -b 0 true; echo $(( $(nice -n 5 nice) - $(nice) )); ionice -c 3 true; nproc >/dev/null; ps -ef | grep -c nice >/dev/null; echo scheduled", "5\nscheduled"),
    row("file server", "python3 curl", NETWORK, "http.server over a folder: listen, accept, threads, sendfile", r#"
        mkdir www; seq 100000 >www/n; python3 -I -B -m http.server "$PORT" --bind 127.0.0.1 --directory www 2>/dev/null & trap "kill $!" EXIT
        curl -sS --retry 20 --retry-delay 1 --retry-connrefused --max-time 20 -o n "http://127.0.0.1:$PORT/n"; cmp n www/n; curl -sS "http://127.0.0.1:$PORT/" | grep -o 'href="n"'"#, "href=\"n\""),
    row("strace", "strace", UNRESTRICTED, "a tracer and what it traces", r#"strace -f -o log sh -c 'echo traced; true'; grep -c 'exited with 0' log"#, "traced\n1"),
    Workload {
        place: Where::ConfinedRoot,
        ..row("mount", "mount", UNRESTRICTED, "a file system, where the machine's root may", r#"
        mkdir m; s=0; mount -t tmpfs none m || s=$?; test $s = 0 || test $s = 32 # no right to
        test $s = 32 || { touch m/f; umount m; test ! -e m/f; }; echo unmounted"#, "unmounted")
    },
];
