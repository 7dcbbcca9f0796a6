"""A simulated SNS: what it writes, signed with a certificate such as its own."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:eu-central-1:111122223333:alarms"
CERTIFICATE_URL = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs as SNS does, with a certificate of its own."""

    key: rsa.RSAPrivateKey
    pem: bytes

    def signed(self, said: dict[str, Any], *, version: str = "2") -> dict[str, Any]:
        """Sign a message after AWS's documentation."""
        said = {**said, "SignatureVersion": version, "SigningCertURL": CERTIFICATE_URL} | {
            name: said[name] for name in ("SigningCertURL", "SignatureVersion") if name in said
        }
        names = (
            ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
            if said["Type"] == "Notification"
            else ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
        )
        text = "".join(f"{name}\n{said[name]}\n" for name in names if name in said)
        digest = SHA1() if version == "1" else SHA256()  # noqa: S303 - what version 1 is
        signature = self.key.sign(text.encode(), PKCS1v15(), digest)
        return {**said, "Signature": base64.b64encode(signature).decode()}


def signer(now: datetime, *, name: str = "sns.amazonaws.com", days: int = 30) -> Signer:
    """Make a certificate such as SNS signs with, valid around a moment."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Amazon RSA 2048 M01")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, SHA256())
    )
    return Signer(key, certificate.public_bytes(Encoding.PEM))


def notification(now: datetime, message: object, **said: Any) -> dict[str, Any]:
    """Write a notification, not signed yet."""
    return {
        "Type": "Notification",
        "MessageId": "dc1e94d9-56c5-5e96-808d-cc7f68faa162",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        **said,
    }


def confirmation(now: datetime, kind: str = "SubscriptionConfirmation") -> dict[str, Any]:
    """Write a request to confirm a subscription, not signed yet."""
    token = "2336412f37"
    action = f"Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}"
    return {
        "Type": kind,
        "MessageId": f"id-of-{kind}",
        "Token": token,
        "TopicArn": TOPIC,
        "Message": "You have chosen to subscribe to the topic.",
        "SubscribeURL": f"https://sns.eu-central-1.amazonaws.com/?{action}",
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    }
