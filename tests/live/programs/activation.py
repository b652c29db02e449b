"""Socket activation. `activation.py COMMAND...` listens on loopback, hands the listening socket to
COMMAND as descriptor 3 the way systemd does (LISTEN_FDS), connects, and prints the reply.
`activation.py serve` is the activated service: it owns no right to make an internet socket."""
import os
import socket
import subprocess
import sys

if sys.argv[1] == "serve":
    assert os.environ["LISTEN_FDS"] == "1"
    connection, _ = socket.socket(fileno=3).accept()
    with connection:
        connection.sendall(b"activated: " + connection.recv(64))
    try:
        socket.socket(socket.AF_INET)
        print("could open an internet socket")
    except OSError as error:
        print("no new internet socket:", error.strerror)
else:
    listener = socket.create_server(("127.0.0.1", 0))
    if listener.fileno() != 3:
        os.dup2(listener.fileno(), 3)
    environment = dict(os.environ, LISTEN_FDS="1")
    with subprocess.Popen(sys.argv[1:], pass_fds=[3], env=environment) as service:
        with socket.create_connection(listener.getsockname(), timeout=20) as client:
            client.sendall(b"hello")
            reply = client.recv(64).decode()
        service.wait(20)
    print(reply)
