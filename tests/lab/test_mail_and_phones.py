"""Mail arrives by real SMTP; phones believe only what is signed."""

import smtplib
import time
from email.message import EmailMessage

import httpx2
import pytest

from fireline.lab.phones import SIGNATURE_HEADER, is_signed, sign
from tests.lab.running import SECRET, Running


def send(running: Running, to: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "fireline@example.com", to, "Page: P1"
    message.set_content("Open http://127.0.0.1:8040/p/abc to acknowledge.")
    with smtplib.SMTP(running.state.smtp.host, running.state.smtp.port, timeout=5) as smtp:
        smtp.send_message(message)


def ring(running: Running, name: str, body: bytes, signature: str) -> int:
    url = f"{running.state.phones}/{name}"
    headers = {SIGNATURE_HEADER: signature}
    return httpx2.post(url, content=body, headers=headers, trust_env=False).status_code


def now_unix() -> int:
    return int(time.time())  # noqa: TID251 - the lab keeps real time


def test_mail_lands_in_the_mailbox_and_as_a_file(running: Running) -> None:
    send(running, "bo@example.com")
    [letter] = running.lab.mailboxes.letters("bo")
    assert letter.subject == "Page: P1"
    assert "http://127.0.0.1:8040/p/abc" in letter.text
    assert running.lab.mailboxes.counts()["ana"] == 0
    [file] = running.lab.mailboxes._directory.glob("bo-*.eml")
    assert b"Page: P1" in file.read_bytes()


def test_mail_for_nobody_here_is_refused(running: Running) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(running, "stranger@example.com")


def test_a_signed_message_rings_the_phone(running: Running) -> None:
    body = b'{"alert": 7}'
    assert ring(running, "cy", body, sign(SECRET, now_unix(), body)) == 200
    assert running.lab.phones.messages["cy"] == [{"alert": 7}]


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=x,v1=y",
        sign("another secret", now_unix(), b"{}"),
        sign(SECRET, now_unix(), b"{} changed"),
        sign(SECRET, now_unix() - 3600, b"{}"),
    ],
    ids=["none", "not one", "another secret", "another body", "too old"],
)
def test_an_unsigned_message_is_refused_and_counted(running: Running, signature: str) -> None:
    before = running.lab.phones.refused
    assert ring(running, "ana", b"{}", signature) == 401
    assert running.lab.phones.refused == before + 1
    assert running.lab.phones.messages["ana"] == []


def test_without_a_secret_nothing_is_believed() -> None:
    assert not is_signed("", sign("", 100, b"{}"), b"{}", now_unix=100)
