"""The watchdog beside a real fireline: its canary gets through, or the owner hears of it."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2
import pytest
from aiosmtpd.smtp import SMTP

from fireline.app.watchdog import MISSED, PASSED, UNHEARD, canary, round_of
from fireline.app.watchdog_ears import Ears, listening
from fireline.app.watchdog_settings import Owner, Place, Watch, WatchdogMistakes, read
from fireline.content.starter_plan import starter_files
from fireline.core.values.secret import Secret
from tests.intake.taking import Intake, taking

PLAN = {
    "services/watchdog.yaml": (
        "name: Watchdog\nowner: platform\nescalation: watchdog\ntier: 3\nprotected: false\n"
    ),
    "escalation/watchdog.yaml": 'steps:\n  - {notify: ["person:canary"], wait: 5m}\nrounds: 1\n',
}
CANARY = """canary:
  name: Canary
  zone: Etc/UTC
  email: canary@example.com
  urgent: [{channel: email, after: 0m}]
  calm: [{channel: email, after: 0m}]
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@dataclass
class OwnersPhone:
    """Where the owner is told without fireline."""

    port: int = field(default_factory=free_port)
    heard: list[str] = field(default_factory=list[str])
    answer: bytes = b"200 OK"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self.heard.append(json.loads(await reader.readexactly(length))["text"])
        writer.write(
            b"HTTP/1.1 " + self.answer + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def phone() -> AsyncIterator[OwnersPhone]:
    owner = OwnersPhone()
    async with await asyncio.start_server(owner.take, "127.0.0.1", owner.port):
        yield owner


@dataclass
class Beside:
    """A fireline, and a watchdog beside it."""

    intake: Intake
    watch: Watch
    ears: Ears

    async def round(self, **changes: object) -> int:
        return await round_of(replace(self.watch, **changes), self.ears)


@asynccontextmanager
async def beside(dsn: str, folder: Path, phone: OwnersPhone) -> AsyncGenerator[Beside]:
    mail = Place("127.0.0.1", free_port())
    people = starter_files()["people.yaml"] + CANARY
    environ = {
        "FIRELINE_SMTP_HOST": mail.host,
        "FIRELINE_SMTP_PORT": str(mail.port),
        "FIRELINE_SMTP_FROM": "fireline@example.com",
        "FIRELINE_SMTP_STARTTLS": "false",
    }
    files = {**PLAN, "people.yaml": people}
    async with taking(dsn, folder, files=files, environment=environ) as intake:
        watch = Watch(
            url=intake.url,
            token=Secret(await intake.source("pagerduty")),
            every_seconds=60,
            within_seconds=30,
            state=folder / "watchdog.json",
            mail=mail,
            hook=None,
            owner=Owner(webhook=Secret(phone.url)),
        )
        ears = Ears()
        async with listening(ears, mail=mail, hook=None):
            yield Beside(intake, watch, ears)


async def test_a_canary_is_raised_paged_acknowledged_and_closed(
    database_dsn: str, tmp_path: Path, phone: OwnersPhone
):
    async with beside(database_dsn, tmp_path, phone) as both:
        assert await both.round() == PASSED
        (line,) = await both.intake.alerts("resolved")
        assert line.title.startswith("Fireline watchdog canary-")
        kinds = [fact.kind for fact in (await both.intake.view(line.number)).timeline]
    assert kinds.index("page.wished") < kinds.index("alert.acknowledged")
    assert phone.heard == []
    assert json.loads((tmp_path / "watchdog.json").read_text())["passed_at"]


async def test_the_owner_is_told_once_and_again_when_it_is_well(
    database_dsn: str, tmp_path: Path, phone: OwnersPhone
):
    async with beside(database_dsn, tmp_path, phone) as both:
        deaf = Ears()
        for _ in range(2):
            assert await round_of(replace(both.watch, within_seconds=1.0), deaf) == MISSED
        assert [one.partition(".")[0] for one in phone.heard] == ["Fireline does not page"]
        assert "was not paged within 1 seconds" in phone.heard[0]
        assert await both.round() == PASSED
        assert await both.round() == PASSED
    assert [one.partition(".")[0] for one in phone.heard[1:]] == ["Fireline pages again"]


async def test_a_fireline_that_is_gone_is_told_by_mail_too(tmp_path: Path, phone: OwnersPhone):
    letters: list[bytes] = []

    class Mailbox:
        async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's hook
            letters.append(envelope.content)
            return "250 OK"

    port = free_port()
    loop = asyncio.get_running_loop()
    place = Place("127.0.0.1", port)
    owner = Owner(
        email="owner@example.com", smtp=place, smtp_from="dog@example.com", smtp_starttls=False
    )
    watch = Watch(
        f"http://127.0.0.1:{free_port()}",
        Secret("t" * 32),
        60,
        2,
        tmp_path / "state.json",
        place,
        None,
        owner,
    )
    async with await loop.create_server(lambda: SMTP(Mailbox()), "127.0.0.1", port):
        assert await round_of(watch, Ears()) == MISSED
    assert b"Subject: Fireline does not page" in letters[0]
    assert b"was not accepted" in letters[0].replace(b"=\r\n", b"")


async def test_an_owner_who_could_not_be_told_is_told_the_next_time(
    tmp_path: Path, phone: OwnersPhone
):
    watch = Watch(
        f"http://127.0.0.1:{free_port()}",
        Secret("t" * 32),
        60,
        2,
        tmp_path / "state.json",
        None,
        None,
        Owner(webhook=Secret(phone.url)),
    )
    phone.answer = b"500 Oh"
    assert await round_of(watch, Ears()) == UNHEARD
    phone.answer = b"200 OK"
    (tmp_path / "state.json").write_text(
        (tmp_path / "state.json").read_text()[:-1] + ', "more": 1}'
    )
    assert await round_of(watch, Ears()) == MISSED
    assert len(phone.heard) == 2
    (tmp_path / "state.json").write_text("half a file {")
    assert await round_of(watch, Ears()) == MISSED


async def test_a_page_by_webhook_is_heard_and_noise_is_not(phone: OwnersPhone):
    ears, hook = Ears(), Place("127.0.0.1", free_port())
    heard = ears.listen_for("canary-1")
    async with listening(ears, mail=None, hook=hook):
        url = f"http://{hook.host}:{hook.port}/canary"
        async with httpx2.AsyncClient(trust_env=False) as client:
            for said in ({"title": "canary-1"}, {"title": "x", "link": "http://h/acknowledge/ab"}):
                assert (await client.post(url, json=said)).status_code == 204
            assert not heard.done()
            body = {"title": "canary-1", "link": "http://h/acknowledge/tok-en_1"}
            await client.post(url, json=body)
        reader, writer = await asyncio.open_connection(hook.host, hook.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 204")
        writer.close()
    assert await heard == "http://h/acknowledge/tok-en_1"


async def test_what_is_missing_or_wrong_is_said_all_at_once():
    with pytest.raises(WatchdogMistakes) as wrong:
        read(
            {
                "FIRELINE_WATCHDOG_URL": "fireline.example.org",
                "FIRELINE_WATCHDOG_TOKEN": "env:NOT_SET",
                "FIRELINE_WATCHDOG_MAIL": "here",
                "FIRELINE_WATCHDOG_WITHIN": "soon",
                "FIRELINE_WATCHDOG_OWNER_EMAIL": "me@example.org",
            }
        )
    said = str(wrong.value).splitlines()
    names = ("URL", "TOKEN", "MAIL", "WITHIN", "SMTP")
    assert [line.split()[0].removeprefix("FIRELINE_WATCHDOG_") for line in said] == list(names)


async def test_the_least_that_must_be_said_is_enough(tmp_path: Path):
    (tmp_path / "token").write_text("s3cret\n")
    watch = read(
        {
            "FIRELINE_WATCHDOG_URL": "https://fireline.example.org/",
            "FIRELINE_WATCHDOG_TOKEN": f"file:{tmp_path / 'token'}",
            "FIRELINE_WATCHDOG_HOOK": "[::1]:8041",
            "FIRELINE_WATCHDOG_OWNER_WEBHOOK": "https://chat.example.org/hook",
        }
    )
    assert (watch.url, watch.every_seconds) == ("https://fireline.example.org", 300.0)
    assert (watch.token.reveal(), watch.hook) == ("s3cret", Place("::1", 8041))
    with pytest.raises(WatchdogMistakes, match="HOOK must be set"):
        read(
            {
                "FIRELINE_WATCHDOG_URL": "https://fireline.example.org/",
                "FIRELINE_WATCHDOG_TOKEN": "t",
                "FIRELINE_WATCHDOG_OWNER_WEBHOOK": "https://chat.example.org/hook",
            }
        )


async def test_nothing_of_a_canary_is_left_when_it_was_not_heard(
    database_dsn: str, tmp_path: Path, phone: OwnersPhone
):
    async with beside(database_dsn, tmp_path, phone) as both:
        missed = await canary(replace(both.watch, within_seconds=1.0), Ears())
        assert missed is not None
        assert missed.stage == "paged"
        await both.intake.until_alert(lambda one: one.state == "resolved")
        assert await both.intake.alerts("firing", "acknowledged") == ()
