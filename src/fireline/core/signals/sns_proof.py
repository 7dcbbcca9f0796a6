"""Prove that SNS signed a message, with a certificate that is SNS's.

The certificate came over TLS from SNS's own host, whose chain was checked on the way. The file
holds the signer's certificate, with or without those above it: the name and the dates of the first
are checked, and that each is signed by the next.
"""

import base64
import binascii
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509.oid import NameOID

from fireline.core.signals.sns_message import SnsMessage, is_signers_name

MIN_KEY_BITS = 2048
MAX_CHAIN = 5
_HASHES = {"sha1": SHA1, "sha256": SHA256}


def why_unproven(message: SnsMessage, pem: bytes, now: datetime) -> str:
    """Say why a message is not proven, empty when SNS signed it."""
    try:
        chain = x509.load_pem_x509_certificates(pem)[:MAX_CHAIN]
    except ValueError:
        return "its certificate cannot be read"
    signer = chain[0]
    why = _why_not_signer(signer, now) or _why_broken(chain)
    if why:
        return why
    key = signer.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        return f"its certificate has no RSA key of {MIN_KEY_BITS} bits"
    try:
        signature = base64.b64decode(message.signature, validate=True)
        # SHA-1 is what version 1 signs with; the topic's owner chooses the version.
        key.verify(signature, message.signed, PKCS1v15(), _HASHES[message.hash]())
    except (InvalidSignature, binascii.Error, ValueError):
        return "its signature is not of this text"
    return ""


def _why_not_signer(certificate: x509.Certificate, now: datetime) -> str:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        return "its certificate is not valid now"
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or not is_signers_name(str(names[0].value)):
        return "its certificate is not SNS's"
    return ""


def _why_broken(chain: list[x509.Certificate]) -> str:
    for one, above in pairwise(chain):
        try:
            one.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature):
            return "the certificates of its file are no chain"
    return ""
