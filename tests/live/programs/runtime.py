"""The corners of python that reach the kernel: threads, subprocess, ctypes with a callback (libffi
allocates executable memory), sqlite3, mmap, selectors, signals, locks, temporary files, os calls."""
import ctypes
import fcntl
import mmap
import os
import pty
import resource
import select
import selectors
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import zlib


def threads():
    total, lock = [0], threading.Lock()

    def add():
        for _ in range(1000):
            with lock:
                total[0] += 1

    workers = [threading.Thread(target=add) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert total == [8000]
    assert not threading.Event().wait(0.01)


def children():
    assert subprocess.run(["cat"], input=b"x", capture_output=True, check=True).stdout == b"x"
    options = dict(start_new_session=True, close_fds=True, cwd="/", umask=0o22, preexec_fn=lambda: None)
    assert subprocess.run(["true"], **options).returncode == 0
    try:
        subprocess.run(["sleep", "60"], timeout=0.05)
    except subprocess.TimeoutExpired:
        pass
    pid = os.fork()
    if pid == 0:
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
    assert os.posix_spawn("/bin/true", ["true"], os.environ) > 0


def foreign_functions():
    compare_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    libc = ctypes.CDLL(None)
    numbers = (ctypes.c_int * 4)(3, 1, 4, 2)
    libc.qsort(numbers, 4, 4, compare_type(lambda a, b: a[0] - b[0]))
    assert list(numbers) == [1, 2, 3, 4]


def files():
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "f")
        with open(name, "w+b") as file:
            file.truncate(8192)
            fcntl.flock(file, fcntl.LOCK_EX)
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with mmap.mmap(file.fileno(), 0) as view:
                view[:2] = b"ok"
                view.flush()
            os.fsync(file.fileno())
        shutil.copytree(folder, folder + "-copy")
        shutil.rmtree(folder + "-copy")
        os.utime(name)
        os.chmod(name, 0o600)
        os.symlink("f", os.path.join(folder, "link"))
        database = sqlite3.connect(os.path.join(folder, "db"))
        database.execute("pragma journal_mode=wal")
        database.execute("create table t(a)")
        database.executemany("insert into t values(?)", ((n,) for n in range(100)))
        database.commit()
        assert database.execute("select sum(a) from t").fetchone() == (4950,)
        database.close()
    shutil.disk_usage("/")
    assert zlib.decompress(zlib.compress(b"z")) == b"z"


def waiting():
    left, right = socket.socketpair()
    selector = selectors.DefaultSelector()
    selector.register(left, selectors.EVENT_READ)
    right.send(b"x")
    assert len(selector.select(5)) == 1 and select.select([left], [], [], 5)[0]
    fired = []
    signal.signal(signal.SIGALRM, lambda *_: fired.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    time.sleep(0.05)
    assert fired
    parent, child = pty.openpty()
    assert os.isatty(child) and os.ttyname(child)
    os.get_terminal_size(child)
    resource.getrlimit(resource.RLIMIT_NOFILE)
    os.sched_getaffinity(0), os.getloadavg(), os.cpu_count(), os.urandom(8), os.getgroups()


for step in threads, children, foreign_functions, files, waiting:
    step()
print("python ok")
