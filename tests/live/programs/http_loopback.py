"""An HTTP server on a loopback port of the kernel's choice, asked by urllib and then by the command
in the arguments, which gets the address as its last argument. Ends by itself."""
import http.server
import subprocess
import sys
import threading
import urllib.request


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"page " + self.path.encode())

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://localhost:{server.server_address[1]}/asked"
    if sys.argv[1:]:
        subprocess.run(sys.argv[1:] + [address], check=True, timeout=30)
    else:
        print(urllib.request.urlopen(address.replace("localhost", "127.0.0.1"), timeout=10).read().decode())
    server.shutdown()
