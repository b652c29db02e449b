"""multiprocessing in each of its start methods: a pool, a queue, a lock, shared memory, a manager."""
import multiprocessing as mp
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory


def square(n):
    return n * n


def put(queue, lock, value, name):
    with lock:
        value.value += 1
    memory = shared_memory.SharedMemory(name=name)
    memory.buf[0] = 7
    memory.close()
    queue.put("from the child")


def main(method):
    context = mp.get_context(method)
    with context.Pool(2) as pool:
        assert pool.map(square, range(10)) == [n * n for n in range(10)]
    queue, lock, value = context.Queue(), context.Lock(), context.Value("i", 0)
    memory = shared_memory.SharedMemory(create=True, size=4096)
    child = context.Process(target=put, args=(queue, lock, value, memory.name))
    child.start()
    assert queue.get(timeout=30) == "from the child"
    child.join(30)
    assert child.exitcode == 0 and value.value == 1 and memory.buf[0] == 7
    memory.close()
    memory.unlink()
    with context.Manager() as manager:
        shared = manager.dict(a=1)
        assert shared["a"] == 1
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        assert sum(pool.map(square, range(5))) == 30
    print(f"multiprocessing {method} ok")


if __name__ == "__main__":
    main(sys.argv[1])
