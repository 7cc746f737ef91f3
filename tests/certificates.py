"""Certificates of the tests' own, as an authority would issue them."""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Authority:
    """Somebody who vouches for servers; who trusts ``file`` trusts them."""

    def __init__(self, file: Path, name: str = "Test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        self.file = file
        basic = x509.BasicConstraints(ca=True, path_length=None)
        certificate = _begin(self._name, self._name, self._key).add_extension(basic, critical=True)
        file.write_bytes(_pem(certificate.sign(self._key, hashes.SHA256())))

    def issue(self, *hosts: str) -> tuple[bytes, bytes]:
        """A key and its certificate for ``hosts``, both as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        certificate = _begin(_name(hosts[0]), self._name, key).add_extension(names, critical=False)
        form = serialization.PrivateFormat.PKCS8
        private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        return private, _pem(certificate.sign(self._key, hashes.SHA256()))


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _begin(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    today, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    begun = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    return begun.serial_number(x509.random_serial_number()).not_valid_before(today - day).not_valid_after(today + day)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
