"""Mail in, from a real SMTP client: an address for each source, and 250 only when it is kept."""

import smtplib
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import anyio.to_thread
import pytest
from httpx2 import AsyncClient

from fireline.app import http
from fireline.app.settings import SettingsError
from tests.intake.authority import issue
from tests.intake.taking import Intake, taking, until

DOMAIN = "alerts.example.org"


@pytest.fixture
def port() -> int:
    with http.listen("127.0.0.1", 0) as taken:
        return taken.getsockname()[1]


@pytest.fixture
async def intake(database_dsn: str, tmp_path: Path, port: int) -> AsyncIterator[Intake]:
    environment = {
        "FIRELINE_MAIL_IN_HOST": "127.0.0.1",
        "FIRELINE_MAIL_IN_PORT": str(port),
        "FIRELINE_MAIL_IN_DOMAIN": DOMAIN,
    }
    async with taking(database_dsn, tmp_path, environment=environment) as opened:
        yield opened


def mail(subject: str, text: str = "The disk of web1 is full.", **headers: str) -> EmailMessage:
    written = EmailMessage()
    written["Subject"] = subject
    written["From"] = "Nagios <nagios@example.org>"
    for name, value in headers.items():
        written[name.replace("_", "-")] = value
    written.set_content(text)
    return written


async def send(
    port: int, letter: EmailMessage, *to: str, sender: str = "nagios@example.org"
) -> dict[str, tuple[int, bytes]]:
    """Send a mail as any client does; return who was refused."""

    def deliver() -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            return client.send_message(letter, sender, list(to))

    return await anyio.to_thread.run_sync(deliver)


async def payloads(intake: Intake) -> list[tuple[bytes, int]]:
    async with intake.fireline.house.transaction() as tx:
        found = await tx.db.execute(
            "select body, said from payload where format = 'mail' and sorted_at is not null"
        )
        return [(row[0], row[1]) for row in await found.fetchall()]


async def test_a_mail_is_an_alert_and_the_mail_that_says_so_ends_it(intake: Intake, port: int):
    token = await intake.source("mail", name="nagios")
    problem = mail("** PROBLEM Service Alert: web1/Disk is CRITICAL **")
    assert await send(port, problem, f"nagios+{token}@{DOMAIN}") == {}
    alert = await intake.until_alert(lambda one: "web1/Disk" in one.title)
    assert (alert.state, int(alert.priority)) == ("firing", 1)
    over = mail("** RECOVERY Service Alert: web1/Disk is OK **")
    await send(port, over, f"{token}@{DOMAIN}")
    await intake.until_alert(lambda one: one.number == alert.number and one.state == "resolved")
    assert len(await intake.alerts()) == 1
    assert all(token.encode() not in body for body, _ in await payloads(intake))


async def test_mail_for_nobody_is_refused_and_for_others_is_taken(intake: Intake, port: int):
    token = await intake.source("mail")
    json = await intake.source("json")
    nobody, elsewhere = f"{'0' * 32}@{DOMAIN}", f"{token}@example.net"
    to = (nobody, elsewhere, f"{json}@{DOMAIN}", f"root@{DOMAIN}", f"x+{token.upper()}@{DOMAIN}")
    refused = await send(port, mail("Disk full"), *to)
    assert {address: code for address, (code, _) in refused.items()} == dict.fromkeys(to[:4], 550)
    await intake.until_alert(lambda one: one.title == "Disk full")


async def test_machines_that_answer_machines_wake_nobody(intake: Intake, port: int):
    token = await intake.source("mail")
    to = f"{token}@{DOMAIN}"
    await send(port, mail("Out of office", Auto_Submitted="auto-replied"), to)
    await send(port, mail("Undelivered Mail Returned to Sender"), to, sender="")
    await send(port, mail("Fireline: disk full", X_Fireline_Message="page"), to)
    await send(port, mail("Cron job failed", Auto_Submitted="auto-generated"), to)
    await intake.until_alert(lambda one: one.title == "Cron job failed")
    assert len(await intake.alerts()) == 1
    assert sorted(said for _, said in await payloads(intake)) == [0, 0, 0, 1]


async def test_a_mail_that_a_server_sends_again_is_kept_once(intake: Intake, port: int):
    token = await intake.source("mail")
    letter = mail("Disk full", Message_ID="<1@example.org>")
    for _ in range(2):
        assert await send(port, letter, f"{token}@{DOMAIN}") == {}
    await until(partial(payloads, intake))
    assert len(await payloads(intake)) == 1


async def test_a_mail_too_large_is_refused_and_the_next_is_taken(intake: Intake, port: int):
    token = await intake.source("mail")
    large = mail("Large", "x" * 70 + "\n" * 2 + ("y" * 70 + "\n") * 40_000)
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        await send(port, large, f"{token}@{DOMAIN}")
    assert refused.value.smtp_code == 552
    await send(port, mail("Small"), f"{token}@{DOMAIN}")
    await intake.until_alert(lambda one: one.title == "Small")


async def test_without_its_database_fireline_asks_for_the_mail_again(intake: Intake, port: int):
    token = await intake.source("mail")
    to = f"{token}@{DOMAIN}"
    await send(port, mail("Before"), to)  # the source is known by now
    async with intake.fireline.house.transaction() as tx:
        await tx.db.execute("alter table payload rename to payload_gone")
    try:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await send(port, mail("Not kept"), to)
    finally:
        async with intake.fireline.house.transaction() as tx:
            await tx.db.execute("alter table payload_gone rename to payload")
    assert refused.value.smtp_code == 451


async def test_a_provider_may_post_the_raw_mail(intake: Intake):
    token = await intake.source("mail")
    raw = bytes(mail("Posted", To=f"a+{token}@{DOMAIN}"))
    async with AsyncClient(base_url=intake.url) as client:
        posted = await client.post(f"/integrations/mail/{token}", content=raw)
    assert posted.status_code == 202
    await intake.until_alert(lambda one: one.title == "Posted")
    assert all(token.encode() not in body for body, _ in await payloads(intake))


async def test_with_a_certificate_mail_comes_encrypted(
    database_dsn: str, tmp_path: Path, port: int
):
    papers = issue(tmp_path)
    environment = {
        "FIRELINE_MAIL_IN_HOST": "127.0.0.1",
        "FIRELINE_MAIL_IN_PORT": str(port),
        "FIRELINE_TLS_CERTIFICATE": str(papers.certificate),
        "FIRELINE_TLS_KEY": str(papers.key),
    }

    def deliver(to: str) -> None:
        trusting = ssl.create_default_context(cafile=str(papers.authority))
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.starttls(context=trusting)
            client.send_message(mail("Encrypted"), "m@example.org", [to])

    async with taking(database_dsn, tmp_path, environment=environment) as intake:
        token = await intake.source("mail")
        await anyio.to_thread.run_sync(deliver, f"{token}@anywhere.example.net")
        await intake.until_alert(lambda one: one.title == "Encrypted")


async def test_a_port_that_is_taken_is_named(database_dsn: str, tmp_path: Path):
    with http.listen("127.0.0.1", 0) as taken:
        environment = {
            "FIRELINE_MAIL_IN_HOST": "127.0.0.1",
            "FIRELINE_MAIL_IN_PORT": str(taken.getsockname()[1]),
        }
        with pytest.raises(SettingsError, match="FIRELINE_MAIL_IN_PORT"):
            async with taking(database_dsn, tmp_path, environment=environment):
                pass
