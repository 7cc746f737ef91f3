"""The fake services behind https, under the names of Spotify's own hosts."""

import datetime
import socket
import ssl
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes.music import FakeMusic

HOSTS = ("spotify.link", "spotify.app.link", "open.spotify.com")


class FakeSpotifyHosts(FakeMusic):
    """As FakeMusic, with a certificate for ``HOSTS`` that clients trust who read ``certificate``."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "spotify.pem"
        self.looked_up: list[str] = []
        super().__init__()

    def make_server(self) -> ThreadingHTTPServer:
        make_certificate(self.certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        server = super().make_server()
        server.socket = context.wrap_socket(server.socket, server_side=True)
        return server

    def look_up(self, host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        """To stand in for `socket.getaddrinfo`: every name leads here, and is remembered."""
        self.looked_up.append(host)
        here = ("127.0.0.1", int(self.url.rpartition(":")[2]) if port == 443 else port)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", here)]


def make_certificate(file: Path) -> None:
    """Write a new key and a certificate for ``HOSTS`` that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Fake Spotify")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
