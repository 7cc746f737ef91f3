"""What the fakes of places for objects share: one method answers all that is asked."""

from http.server import BaseHTTPRequestHandler


class ObjectHandler(BaseHTTPRequestHandler):
    """Reads, writes and removals go to `serve`; nothing is said on standard error, as tests read what a fake notes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self.serve()

    def do_PUT(self) -> None:
        self.serve()

    def do_DELETE(self) -> None:
        self.serve()

    def read_body(self) -> bytes:
        """What was sent along."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def serve(self) -> None:
        """Answer what was asked."""
        raise NotImplementedError
