"""A certificate authority of the test's own, for clients that insist on TLS."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Papers:
    """Files in PEM: who vouches, the certificate of 127.0.0.1, and its key."""

    authority: Path
    certificate: Path
    key: Path


def issue(folder: Path) -> Papers:
    """Make an authority, and a certificate for 127.0.0.1 that it vouches for."""
    papers = Papers(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    own_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority, name = _name("the test's authority"), _name("fireline")
    vouching = x509.BasicConstraints(ca=True, path_length=0)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    root = (
        _certificate(authority, authority, own_key)
        .add_extension(vouching, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(own_key.public_key()), critical=False
        )
        .sign(own_key, hashes.SHA256())
    )
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    vouched = x509.AuthorityKeyIdentifier.from_issuer_public_key(own_key.public_key())
    certificate = (
        _certificate(name, authority, key)
        .add_extension(here, critical=False)
        .add_extension(vouched, critical=False)
        .sign(own_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    papers.authority.write_bytes(root.public_bytes(pem))
    papers.certificate.write_bytes(certificate.public_bytes(pem))
    papers.key.write_bytes(written(key))
    return papers


def written(key: ec.EllipticCurvePrivateKey, passphrase: bytes = b"") -> bytes:
    """Write a key in PEM, locked when there is a passphrase."""
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        lock = serialization.BestAvailableEncryption(passphrase)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def another_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGAN)
        .not_valid_after(_BEGAN + timedelta(days=36_500))
    )
