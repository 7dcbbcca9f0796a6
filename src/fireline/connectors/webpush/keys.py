"""The key fireline signs its pushes with (VAPID, RFC 8292).

A browser remembers the public half when somebody subscribes, and its push service takes pushes from
whoever holds the private half. A new key therefore silences every subscription made with the old.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from fireline.core.values.secret import Secret

# A push service refuses more than a day.
TOKEN_LASTS = timedelta(hours=12)
_COORDINATE_BYTES = 32


class KeyUnusableError(Exception):
    """The text is no private key of the curve P-256 in PEM."""


class Signer:
    """Signs for push services. `contact` is where their people write when something is wrong."""

    def __init__(self, pem: Secret, contact: str | None = None) -> None:
        """Read the key. Raises KeyUnusableError."""
        try:
            key = load_pem_private_key(pem.reveal().encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            msg = "not a private key in PEM, or one behind a passphrase"
            raise KeyUnusableError(msg) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            msg = "not a key of the curve P-256"
            raise KeyUnusableError(msg)
        self._key = key
        self._contact = contact
        self.public_key = b64(
            key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )

    def authorization(self, audience: str, at: datetime) -> str:
        """Return the header that tells a push service who sends."""
        claims = {"aud": audience, "exp": int((at + TOKEN_LASTS).timestamp())}
        if self._contact:
            claims["sub"] = self._contact
        head = b64(orjson.dumps({"typ": "JWT", "alg": "ES256"}))
        signed = f"{head}.{b64(orjson.dumps(claims))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        raw = r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
        return f"vapid t={signed}.{b64(raw)}, k={self.public_key}"


def new_key() -> Secret:
    """Make a private key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Secret(pem.decode())


def b64(raw: bytes) -> str:
    """Write bytes as the web does, without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
