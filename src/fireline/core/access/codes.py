"""Short codes that show somebody reads what is sent to an address."""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=10)
MAX_TRIES = 5


def code_from(token: str) -> str:
    """Return six digits drawn from a random token."""
    drawn = int.from_bytes(hashlib.sha256(token.encode()).digest(), "big")
    return f"{drawn % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def code_fingerprint(check: UUID, code: str) -> str:
    """Return what is stored of a code. It is short, but it lasts minutes and few tries."""
    return hashlib.sha256(f"{check}:{code}".encode()).hexdigest()


def is_code(check: UUID, typed: str, fingerprint: str) -> bool:
    """Tell whether what was typed is the code behind a fingerprint. Spaces do not count."""
    code = "".join(typed.split())
    return hmac.compare_digest(code_fingerprint(check, code), fingerprint)
