"""IAM's policies as they were written.

IAM escapes them in its answers (RFC 3986) and botocore would parse them; the inventory keeps the
text itself, byte for byte, because what a policy says can hang on it.
"""

import re
from typing import Any, cast
from urllib.parse import unquote

# Every character outside these is escaped where IAM escapes at all, and no policy is made of these
# alone. Emulators escape all but the slash, or nothing.
_ESCAPED = re.compile(r"(?:[\w.~/-]|%[0-9A-Fa-f]{2})+", re.ASCII)
_DOCUMENTS = ("Document", "PolicyDocument", "AssumeRolePolicyDocument")


def written_as(text: str) -> str:
    """Return a policy as it was written."""
    return unquote(text) if _ESCAPED.fullmatch(text) else text


def unescape(parsed: Any, **_: object) -> None:
    """Put policies' own texts into an answer of IAM's; botocore calls this after each call."""
    if isinstance(parsed, list):
        for one in cast("list[Any]", parsed):
            unescape(one)
    elif isinstance(parsed, dict):
        answer = cast("dict[str, Any]", parsed)
        for name, value in answer.items():
            if name in _DOCUMENTS and isinstance(value, str):
                answer[name] = written_as(value)
            else:
                unescape(value)
