"""TLS of fireline's own: a certificate and its key, found good before anything is started."""

import ssl
from dataclasses import dataclass
from pathlib import Path

CERTIFICATE = "FIRELINE_TLS_CERTIFICATE"
KEY = "FIRELINE_TLS_KEY"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate, with those that vouch for it, and its key; both in PEM."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return what a server needs to speak TLS with them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def mistakes_in(certificate: Path | None, key: Path | None) -> list[str]:
    """Say what is wrong with the two files, each in one sentence that names the variable."""
    if certificate is None and key is None:
        return []
    if certificate is None or key is None:
        set_, other = (CERTIFICATE, KEY) if key is None else (KEY, CERTIFICATE)
        return [f"{other} must be set, because {set_} is."]
    mistakes = [
        f"{name} names {path}, which cannot be read ({why})."
        for name, path in ((CERTIFICATE, certificate), (KEY, key))
        if (why := _unreadable(path))
    ]
    return mistakes or _unusable(TlsFiles(certificate, key))


def _unreadable(path: Path) -> str:
    try:
        with path.open("rb") as opened:
            opened.read(1)
    except OSError as error:
        return (error.strerror or type(error).__name__).lower()
    return ""


def _unusable(files: TlsFiles) -> list[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    asked: list[bool] = []

    def no_passphrase() -> str:
        # Without this, OpenSSL would ask whoever sits at the terminal.
        asked.append(True)
        return "-"

    try:
        context.load_cert_chain(files.certificate, files.key, no_passphrase)
    except ssl.SSLError as error:
        if asked:
            return [f"{KEY} names {files.key}, which has a passphrase; give one without."]
        if error.reason == "KEY_VALUES_MISMATCH":
            return [f"{KEY} names {files.key}, which is not the key of {files.certificate}."]
        return [_no_pem(files)]
    return []


def _no_pem(files: TlsFiles) -> str:
    certificate = files.certificate.read_bytes()
    if b"-----BEGIN CERTIFICATE-----" not in certificate:
        return f"{CERTIFICATE} names {files.certificate}, which has no certificate in PEM."
    if b"PRIVATE KEY-----" not in files.key.read_bytes():
        return f"{KEY} names {files.key}, which has no private key in PEM."
    return f"{CERTIFICATE} and {KEY} name files that cannot be used together."
