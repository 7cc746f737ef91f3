"""An AWS account of a test's own, the command `aws` that leads there, and the diary that its hosts serve."""

import json
import os
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Self

from tests.certificates import Authority
from tests.hosting.fake_aws import REPOSITORY, FakeAws

PROJECT = Path(__file__).resolve().parents[2]
OLD, NEW = (f"{REPOSITORY}@sha256:{digit * 64}" for digit in "ab")
COMMAND = """#!{python} -IS
import json, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as line, line.makefile("rw") as ends:
    ends.write(json.dumps(sys.argv[1:]) + "\\n")
    ends.flush()
    code, out, err = json.loads(ends.readline())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""


class Cloud(FakeAws):
    """Where OLD runs, and NEW, which is version 1.2.3, would; ``env`` leads the command `aws` here.

    The diary is at ``domain``; ``says`` is what it tells of itself while an image runs that works.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(OLD, {OLD, NEW}, {"1.2.3": NEW.partition("@")[2]})
        self._folder = folder
        self.says = b"ready"
        self.env = {"PATH": f"{folder}{os.pathsep}{os.defpath}", "SSL_CERT_FILE": str(folder / "ca.pem")}

    def __enter__(self) -> Self:
        self._servers = (self._diary(), self._line())
        for server in self._servers:
            Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _diary(self) -> BaseServer:
        cloud = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                ready = self.path == "/readyz" and cloud.running in cloud.works
                self.send_response(200 if ready else 503)
                self.end_headers()
                self.wfile.write(cloud.says if ready else b"not ready")

            def log_message(self, *_: object) -> None:
                """Nothing."""

        pair = self._folder / "server.pem"
        pair.write_bytes(b"".join(Authority(self._folder / "ca.pem").issue("localhost")))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.domain = f"localhost:{server.server_port}"
        return server

    def _line(self) -> BaseServer:
        cloud = self

        class Line(StreamRequestHandler):
            def handle(self) -> None:
                words = json.loads(self.rfile.readline())
                self.wfile.write(json.dumps(cloud.called(*words)).encode() + b"\n")

        server = ThreadingTCPServer(("127.0.0.1", 0), Line)
        command = self._folder / "aws"
        command.write_text(COMMAND.format(python=sys.executable, port=server.server_address[1]), encoding="utf-8")
        command.chmod(0o755)
        return server
