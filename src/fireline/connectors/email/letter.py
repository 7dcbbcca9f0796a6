"""A message as a letter: its headers, and nothing in them that was not meant to be."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from fireline.ports.channel import Message

# Quoted or encoded down to seven bits, so that no server on the way has to be able to do more.
_POLICY = SMTP.clone(cte_type="7bit")


def letter(message: Message, sender: Address) -> EmailMessage:
    """Write a message as a letter. Raises `ValueError` when it cannot be addressed.

    The Message-ID comes from the key, so a mailbox that sees two attempts can show one.
    """
    written = EmailMessage(_POLICY)
    written["From"] = sender
    written["To"] = Address(message.person, addr_spec=message.to)
    written["Subject"] = " ".join(_readable(message.subject).split())
    written["Date"] = format_datetime(message.at)
    written["Message-ID"] = f"<{sha256(message.key.encode()).hexdigest()[:40]}@{sender.domain}>"
    written["Auto-Submitted"] = "auto-generated"
    # A mailbox may send everything on to fireline: its own mail is no news to it.
    written["X-Fireline-Message"] = "page"
    if message.drill is not None:
        written["X-Fireline-Drill"] = str(message.drill)
    written.set_content(_readable(message.body))
    if message.html is not None:
        written.add_alternative(_readable(message.html), subtype="html")
    return written


def _readable(text: str) -> str:
    """Replace what no encoding can carry; a page is not lost for a broken character."""
    return text.encode("utf-8", "replace").decode("utf-8")
