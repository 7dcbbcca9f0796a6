"""Mail as a signal: what it is called, whether it is over, and what nobody meant."""

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.formats import mail
from fireline.core.signals.notice import Notice, Status
from fireline.core.signals.payload import Payload, Reading
from fireline.core.values.priority import Priority

AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


def letter(subject: str, text: str = "Look.", **headers: str) -> EmailMessage:
    written = EmailMessage()
    written["Subject"] = subject
    written["From"] = "Monitoring <m@example.org>"
    for name, value in headers.items():
        written[name.replace("_", "-")] = value
    written.set_content(text)
    return written


def read(
    written: EmailMessage | bytes, mapping: str = "", sender: str = "m@example.org"
) -> Reading:
    raw = written if isinstance(written, bytes) else bytes(written)
    return mail.read(Payload("mail", "", raw, AT, {"from": sender}, mapping))


def one(written: EmailMessage | bytes, mapping: str = "") -> Notice:
    (said,) = read(written, mapping).said
    assert isinstance(said, Notice)
    return said


@pytest.mark.parametrize(
    ("problem", "recovery"),
    [
        (
            "** PROBLEM Service Alert: web1/HTTP is CRITICAL **",
            "** RECOVERY Service Alert: web1/HTTP is OK **",
        ),
        ("[FIRING:2] DiskFull (web1)", "[RESOLVED] DiskFull (web1)"),
        ('ALARM: "cpu high" in EU (Frankfurt)', 'OK: "cpu high" in EU (Frankfurt)'),
        ("Problem: Disk full on web1", "Resolved: Disk full on web1"),
        ("DOWN: shop.example.org", "Fwd: UP: shop.example.org"),
        ("Störung: Zahlung", "OK: Störung: Zahlung"),
    ],
)
def test_a_problem_and_its_end_are_called_the_same(problem: str, recovery: str):
    began, over = one(letter(problem)), one(letter(recovery))
    assert (began.status, over.status) == (Status.FIRING, Status.RESOLVED)
    assert began.key == over.key
    assert began.key


@pytest.mark.parametrize("subject", ["Upgrade failed", "Okta is down", "Normalisation is off", ""])
def test_words_that_only_begin_like_good_news_are_not(subject: str):
    assert one(letter(subject)).status is Status.FIRING


def test_a_thread_names_a_problem_and_an_answer_belongs_to_what_it_answers():
    thread = {"References": "<case-7@example.org> <x@example.org>"}
    first = one(letter("Case 7 opened", **thread))
    assert first.key == one(letter("Something else", **thread)).key == "thread:case-7@example.org"
    alone = one(letter("Disk full"))
    assert one(letter("Re: Disk full", In_Reply_To="<1@example.org>")).key == alone.key


def test_a_mail_says_how_bad_it_is():
    assert one(letter("[P1] all is lost")).priority is Priority.P1
    assert one(letter("Warning: disk")).priority is Priority.P3
    assert one(letter("disk", Importance="high")).priority is Priority.P2
    assert one(letter("disk", X_Priority="1 (Highest)")).priority is Priority.P2
    assert one(letter("disk")).priority is Priority.P3


def test_what_is_quoted_signed_or_attached_is_left_out_of_the_description():
    text = "Disk is full.\n> earlier\nStill.\n-- \nThe monitor\n"
    written = letter("Disk", text)
    written.add_attachment(b"\x00\x01", maintype="image", subtype="png", filename="graph.png")
    said = one(written).description
    assert said == ("Disk is full.\nStill.\n\nAttached, and not kept apart: graph.png (image/png).")
    answer = "Mine too.\n\nOn Mon, 16 Nov 2026 at 10:00, Bo <bo@example.org> wrote:\n> It broke.\n"
    assert one(letter("Re: Disk", answer)).description == "Mine too."


def test_html_alone_is_read_as_text():
    written = letter("Disk")
    written.set_content("<style>p{}</style><p>Disk &amp; queue<br>are full</p>", subtype="html")
    assert one(written).description == "Disk & queue\nare full"


def test_encoded_subjects_are_read():
    assert one(letter("Störung älter als €5")).title == "Störung älter als €5"
    raw = b"Subject: =?utf-8?q?caf=C3=A9?= =?x-no-such?q?a?=\r\n\r\nx"
    assert "caf" in one(raw).title


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-replied (vacation)"},
        {"Precedence": "auto_reply"},
        {"Precedence": "junk"},
        {"X_Autoreply": "yes"},
        {"X_Fireline_Message": "page"},
    ],
)
def test_what_nobody_meant_says_nothing(headers: dict[str, str]):
    assert read(letter("Out of office", **headers)) == Reading()


def test_bounces_say_nothing_and_monitoring_that_says_it_is_a_machine_is_read():
    assert read(letter("Returned mail"), sender="<>") == Reading()
    report = b"Subject: Returned\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n"
    assert read(report) == Reading()
    assert one(letter("Cron failed", Auto_Submitted="auto-generated")).title == "Cron failed"
    assert one(letter("Nagios", Precedence="bulk")).title == "Nagios"


def test_a_mapping_reads_a_mail_too():
    mapping = (
        "key: item.subject.split('#')[1].split(' ')[0]\n"
        'status: \'item.text.contains("all good") ? "resolved" : "firing"\'\n'
        "service: '\"payments\"'\n"
    )
    said = one(letter("Ticket #4711 again", "all good now"), mapping)
    assert (said.key, said.status, said.service) == ("4711", Status.RESOLVED, "payments")


@given(st.binary(max_size=400))
def test_any_bytes_give_a_reading(raw: bytes):
    reading = read(raw)
    assert reading == read(raw)


@given(st.sampled_from(["Subject", "References", "Content-Type", "Date", "From"]), st.text())
def test_any_header_gives_a_notice_or_a_reason(name: str, value: str):
    raw = f"{name}: {value}\r\n\r\nbody".encode("utf-8", "replace")
    reading = read(raw)
    assert reading.said or reading.unread
