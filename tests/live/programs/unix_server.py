"""A threaded server on a UNIX socket and its client, then datagrams and a passed descriptor."""
import os
import socket
import socketserver
import threading

path = os.path.join(os.environ["WORK"], "s.sock")


class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())


with socketserver.ThreadingUnixStreamServer(path, Upper) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(b"hello\n")
        print(client.recv(64).decode().strip())
    server.shutdown()

left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
reading, writing = os.pipe()
socket.send_fds(left, [b"fd"], [writing])
_, passed, _, _ = socket.recv_fds(right, 16, 1)
os.write(passed[0], b"over")
assert os.read(reading, 16) == b"over"
print("unix server ok")
