"""The address a phone company calls back: which company, what for, and about which message.

The message is named by its wish's key, so that what comes back finds its wish although the answer
to our own request was lost. The company signs the address, so nobody else can name one.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

PREFIX = "/telephone/"
MAX_KEY = 300


def address(base_url: str, company: str, ask: str, key: str = "") -> str:
    """Return the whole address for one purpose, about one message or none."""
    about = f"/{sealed(key)}" if key else ""
    return f"{base_url.rstrip('/')}{PREFIX}{company}/{ask}{about}"


def sealed(key: str) -> str:
    """Return a key as one part of a path."""
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def opened(part: str) -> str | None:
    """Return the key in a part of a path; `None` when there is none."""
    if len(part) > MAX_KEY:
        return None
    try:
        key = urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()
    except (Error, ValueError):
        return None
    # No key has one, and no column keeps one.
    return None if "\0" in key else key
