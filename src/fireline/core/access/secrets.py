"""What may be a password, and how a token is remembered without keeping it."""

import hashlib

MIN_PASSWORD = 12
MAX_PASSWORD = 256
TOKEN_PREFIX = "fl_"  # noqa: S105 - lets secret scanners recognise ours


def fingerprint(token: str) -> str:
    """Return what is stored of a token. It has 256 random bits, so one plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def why_not_password(password: str, person: str) -> str | None:
    """Say why a text cannot be a password, or `None` when it can."""
    if not password.strip() or "\0" in password:
        return "A password cannot be empty."
    if len(password) < MIN_PASSWORD:
        return f"A password has at least {MIN_PASSWORD} characters."
    if len(password) > MAX_PASSWORD:
        return f"A password has at most {MAX_PASSWORD} characters."
    if person.casefold() in password.casefold() and len(password) < len(person) + MIN_PASSWORD:
        return "A password is not one's own name with something around it."
    if len(set(password)) < 4:
        return "A password has at least four different characters."
    return None
