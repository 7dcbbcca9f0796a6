"""A message only one browser can read (RFC 8291): its push service sees lengths and times alone."""

import os
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_BYTES = 4_096
_SALT_BYTES, _AUTH_BYTES, _POINT_BYTES, _TAG_BYTES = 16, 16, 65, 16
_HEADER_BYTES = _SALT_BYTES + 4 + 1 + _POINT_BYTES
# What is left of the 4096 bytes every push service takes, without header, tag and delimiter.
MAX_PLAIN_BYTES = RECORD_BYTES - _HEADER_BYTES - _TAG_BYTES - 1
# Ends the last record; there is only one.
_LAST = b"\x02"


class NotASubscriptionError(Exception):
    """The text is not what a browser gives when somebody subscribes."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is pushed to, and what to encrypt for it with. All of it is its owner's."""

    endpoint: str = field(repr=False)
    public: ec.EllipticCurvePublicKey = field(repr=False)
    auth: bytes = field(repr=False)


def subscription_in(text: str) -> Subscription:
    """Read `PushSubscription.toJSON()`. Raises NotASubscriptionError."""
    try:
        said = orjson.loads(text)
        endpoint, keys = said["endpoint"], said["keys"]
        auth = _unb64(keys["auth"])
        point = _unb64(keys["p256dh"])
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, TypeError, KeyError, AttributeError, Base64Error) as error:
        # Nothing of the text is repeated: whoever knows an endpoint can annoy its owner.
        msg = "not a subscription as a browser gives it"
        raise NotASubscriptionError(msg) from error
    if not isinstance(endpoint, str) or len(auth) != _AUTH_BYTES or len(point) != _POINT_BYTES:
        msg = "not a subscription as a browser gives it"
        raise NotASubscriptionError(msg)
    return Subscription(endpoint, public, auth)


def encrypted(plain: bytes, to: Subscription) -> bytes:
    """Return the body of a push (`aes128gcm`, one record). Salt and key pair are used once."""
    return sealed(plain, to, ec.generate_private_key(ec.SECP256R1()), os.urandom(_SALT_BYTES))


def sealed(plain: bytes, to: Subscription, mine: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Return the body of a push made with this key pair and salt."""
    if len(plain) > MAX_PLAIN_BYTES:
        msg = f"{len(plain)} bytes do not fit into one push"
        raise ValueError(msg)
    theirs_point, mine_point = _point(to.public), _point(mine.public_key())
    shared = mine.exchange(ec.ECDH(), to.public)
    info = b"WebPush: info\0" + theirs_point + mine_point
    keying = HKDF(SHA256(), 32, to.auth, info).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(keying)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(keying)
    record = AESGCM(key).encrypt(nonce, plain + _LAST, None)
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(mine_point)]) + mine_point
    return header + record


def _point(public: ec.EllipticCurvePublicKey) -> bytes:
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _unb64(text: str) -> bytes:
    bare = text.rstrip("=")
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
