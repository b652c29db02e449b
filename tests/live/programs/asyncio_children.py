"""An event loop with children, signals, a UNIX-socket server, and work sent to a thread pool."""
import asyncio
import os
import signal
import time


async def serve(reader, writer):
    writer.write(b"echo " + await reader.readline())
    await writer.drain()
    writer.close()


async def main():
    loop = asyncio.get_running_loop()
    children = [
        await asyncio.create_subprocess_exec("sh", "-c", f"echo {i}", stdout=asyncio.subprocess.PIPE)
        for i in range(5)
    ]
    said = [(await child.communicate())[0].strip() for child in children]
    assert said == [b"0", b"1", b"2", b"3", b"4"], said
    sleeper = await asyncio.create_subprocess_exec("sleep", "60")
    sleeper.kill()
    assert await sleeper.wait() == -signal.SIGKILL
    caught = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, caught.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(caught.wait(), 10)
    path = os.path.join(os.environ["WORK"], "async.sock")
    server = await asyncio.start_unix_server(serve, path)
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"line\n")
    assert await reader.read() == b"echo line\n"
    writer.close()
    server.close()
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.01) for _ in range(4)))
    print("asyncio ok")


asyncio.run(main())
