"""Mail: a subject that says what is wrong, and later, under the same subject, that it is over.

Answers of people's mail programs and bounces say nothing, so that two machines never talk in
circles. `Auto-Submitted: auto-generated` is what monitoring sends, and is read (RFC 3834 §5).
"""

import re
from collections.abc import Iterator, Mapping
from email import policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html import unescape

from fireline.core.signals.fitting import printable
from fireline.core.signals.formats.generic import read_with
from fireline.core.signals.mapping import Given
from fireline.core.signals.notice import MAX_DESCRIPTION
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.values.json import JsonObject, JsonValue

OWN_MAIL = "X-Fireline-Message"
MAX_SUBJECT = 500
MAX_PARTS = 50
_MAX_ATTACHMENTS = 20
_HEADERS = ("List-Id", "X-Mailer", "X-Priority", "Importance", "Reply-To", "Auto-Submitted")
_ADDRESS = re.compile(r"<([^<>\s]{1,250})>")
_REPLY = re.compile(r"^\s*(?:re|aw|sv|antw)\s*:", re.IGNORECASE)
_ANSWERED = re.compile(r"^(?:\s*(?:re|aw|sv|antw|fwd?|wg)\s*:)+\s*", re.IGNORECASE)
_PREFIX = re.compile(r"^[\W_]*(?:(?:re|aw|sv|antw|fwd?|wg)\s*:\W*)*", re.IGNORECASE)
_RESOLVED = re.compile(
    r"(?:resolved|recovery|recovered|ok|okay|cleared|closed|up|normal|back to normal)\b",
    re.IGNORECASE,
)
_ACKNOWLEDGED = re.compile(r"(?:acknowledged|acknowledgement|ack)\b", re.IGNORECASE)
# What a subject says of the state is not part of what the problem is called.
_STATE_WORDS = frozenset(
    re.findall(
        r"\w+",
        "re aw sv antw fw fwd wg resolved recovery recovered ok okay cleared closed up down normal "
        "firing problem alert alerting alarm triggered critical warning unknown unreachable "
        "acknowledged acknowledgement ack is now back to still new open opened started state",
    )
)
_COUNTS = re.compile(r"\b(firing|resolved):\d+\b", re.IGNORECASE)
_QUOTED = re.compile(
    r"^(?:-{2,}\s*original message\s*-{2,}|_{10,}\s*|on .{4,200} wrote:"
    r"|am .{4,200} schrieb.{0,80}:)$",
    re.IGNORECASE,
)
_SIGNATURE = "-- "
_TAG = re.compile(r"<[^<>]{0,2000}>")
_DROPPED = re.compile(r"<(script|style|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,200}>", re.IGNORECASE)


def read(payload: Payload) -> Reading:
    """Read one mail with the source's mapping over `item`: its subject, text, from and so on."""
    try:
        mail = BytesParser(policy=policy.compat32).parsebytes(payload.body)
        if _is_reply_of_a_machine(mail, payload.meta.get("from")):
            return Reading()
        item = _item(mail, payload.meta)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as wrong:
        # The parser of the standard library is not total; what trips it is still told to somebody.
        why = f"This mail could not be read: {type(wrong).__name__}."
        return Reading(unread=(Unread("mail.unreadable", "", why),))
    given = Given(item, item, {}, payload.received_at)
    return read_with(payload.mapping, given)


def called(subject: str) -> str:
    """Return what a subject is about, without what it says of the state."""
    bare = _COUNTS.sub(" ", subject.casefold())
    words = re.findall(r"[\w./@%-]*\w", bare)
    return " ".join(word for word in words if word not in _STATE_WORDS)


def unquoted(text: str) -> str:
    """Return a text without what it quotes of earlier mails, and without the signature."""
    kept: list[str] = []
    for line in text.splitlines():
        if line == _SIGNATURE or _QUOTED.match(line.strip()):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _item(mail: Message, meta: Mapping[str, str]) -> JsonObject:
    subject = " ".join(_header(mail, "Subject").split())[:MAX_SUBJECT]
    text, attached = _content(mail)
    item: dict[str, JsonValue] = {
        "title": _ANSWERED.sub("", subject) or "A mail without a subject",
        "subject": subject,
        "key": _key(mail, subject),
        "status": _status(subject),
        "description": _described(unquoted(text), attached),
        "text": text[:MAX_DESCRIPTION],
        "from": _header(mail, "From") or meta.get("from", ""),
        "to": _header(mail, "To"),
        "message_id": _header(mail, "Message-ID"),
        "thread": _thread(mail),
        "attachments": list[JsonValue](attached),
        "headers": {name.lower(): _header(mail, name) for name in _HEADERS},
    }
    if (priority := _priority(mail, subject)) is not None:
        item["priority"] = priority
    if (at := _date(mail)) is not None:
        item["at"] = at
    return item


def _is_reply_of_a_machine(mail: Message, sender: str | None) -> bool:
    """Say whether nobody meant this mail: an answer of a machine, a bounce, or fireline itself."""
    said = _header(mail, "Auto-Submitted").casefold()
    precedence = _header(mail, "Precedence").casefold()
    return (
        said.startswith("auto-replied")
        or precedence in {"auto_reply", "auto-reply", "junk"}
        or bool(_header(mail, "X-Autoreply") or _header(mail, "X-Autorespond"))
        or mail.get_content_type() == "multipart/report"
        or sender in {"", "<>"}
        or bool(_header(mail, OWN_MAIL))
    )


def _key(mail: Message, subject: str) -> str:
    """Name the problem: by its thread, else by its subject.

    A person's answer has a thread too, but the mail it answers had none yet: both are called by
    their subject.
    """
    thread = "" if _REPLY.match(subject) else _thread(mail)
    return f"thread:{thread}" if thread else called(subject)


def _thread(mail: Message) -> str:
    found = _ADDRESS.search(_header(mail, "References")[:8000])
    found = found or _ADDRESS.search(_header(mail, "In-Reply-To")[:2000])
    return found[1] if found else ""


def _status(subject: str) -> str:
    bare = _PREFIX.sub("", subject)
    if _RESOLVED.match(bare):
        return "resolved"
    return "acknowledged" if _ACKNOWLEDGED.match(bare) else "firing"


def _priority(mail: Message, subject: str) -> str | None:
    words = set(re.findall(r"\w+", subject.casefold()))
    for word in ("p1", "p2", "p3", "p4", "p5", "critical", "emergency", "warning"):
        if word in words:
            return word
    urgent = _header(mail, "X-Priority")[:1] in {"1", "2"}
    return "high" if urgent or _header(mail, "Importance").casefold() == "high" else None


def _date(mail: Message) -> str | None:
    try:
        return parsedate_to_datetime(_header(mail, "Date")).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _header(mail: Message, name: str) -> str:
    """Return a header as text, whatever it was encoded in."""
    raw = mail.get(name)
    if raw is None:
        return ""
    try:
        text = str(make_header(decode_header(str(raw))))
    except (ValueError, LookupError):
        text = str(raw)
    return printable(text).strip()


def _content(mail: Message) -> tuple[str, list[str]]:
    """Return the text of a mail, plain before HTML, and the names of what is attached."""
    plain, marked_up, attached = "", "", list[str]()
    for part in _parts(mail):
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attached.append(f"{_name_of(part)} ({kind})")
        elif kind == "text/html":
            marked_up = marked_up or _text(part)
        else:
            plain = plain or _text(part)
    return plain.strip() or _without_markup(marked_up), attached[:_MAX_ATTACHMENTS]


def _parts(mail: Message) -> Iterator[Message]:
    for count, part in enumerate(mail.walk()):
        if count >= MAX_PARTS:
            return
        if not part.is_multipart():
            yield part


def _name_of(part: Message) -> str:
    try:
        return printable(part.get_filename() or "unnamed")[:200]
    except (ValueError, LookupError, TypeError):
        return "unnamed"


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    try:
        text = content.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    return printable(text[: 4 * MAX_DESCRIPTION])


def _without_markup(text: str) -> str:
    shown = _BREAKS.sub("\n", _DROPPED.sub(" ", text))
    lines = (" ".join(line.split()) for line in unescape(_TAG.sub(" ", shown)).splitlines())
    return "\n".join(line for line in lines if line)


def _described(text: str, attached: list[str]) -> str:
    listed = f"Attached, and not kept apart: {', '.join(attached)}." if attached else ""
    return "\n\n".join(part for part in (text[: MAX_DESCRIPTION - 4000], listed) if part)
