"""`fireline watchdog`: raise a canary, hear its page, answer it, see it end; and tell when not.

It is a process of its own, on a machine of its own if you can, and shares nothing with the fireline
it watches: what keeps fireline from paging must not keep the watchdog from saying so.
"""

import asyncio
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import httpx2
import structlog

from fireline.app.logs import set_up
from fireline.app.watchdog_ears import Ears, listening
from fireline.app.watchdog_settings import Owner, Watch, WatchdogMistakes, from_environment
from fireline.connectors.email.channel import EmailChannel, MailServer
from fireline.doors.cli.client import USAGE, ClientFailed
from fireline.ports.channel import Delivered, Message

log = structlog.get_logger()
PASSED, MISSED, UNHEARD = 0, 1, 3
_CALL_SECONDS = 10.0
_LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Missed:
    """The stage the canary did not reach, and why, as far as can be told."""

    stage: str
    why: str


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered between rounds. `told`: the owner heard of this outage."""

    failing_since: str = ""
    stage: str = ""
    told: bool = False
    passed_at: str = ""


def watchdog(once: bool) -> int:  # noqa: FBT001 - the one thing a person may ask for
    """Watch until stopped, or for one round. Return how the last round went."""
    try:
        watch = from_environment()
    except WatchdogMistakes as wrong:
        raise ClientFailed(str(wrong), USAGE) from wrong
    set_up("text", quiet=False)
    with suppress(KeyboardInterrupt):
        return asyncio.run(_watch(watch, once=once))
    return PASSED


async def _watch(watch: Watch, *, once: bool) -> int:
    ears = Ears()
    try:
        async with listening(ears, mail=watch.mail, hook=watch.hook):
            while True:
                ended = await round_of(watch, ears)
                if once:
                    return ended
                await asyncio.sleep(watch.every_seconds)
    except OSError as busy:
        msg = f"The watchdog cannot listen ({busy.strerror}): change where it does."
        raise ClientFailed(msg, USAGE) from busy


async def round_of(watch: Watch, ears: Ears) -> int:
    """Send one canary and see how far it comes; tell the owner when that changes something."""
    missed = await canary(watch, ears)
    before, now = _remembered(watch.state), _now()
    if missed is None:
        log.info("watchdog.passed")
        if before.failing_since and before.told:
            text = f"Fireline at {watch.url} pages again; it did not since {before.failing_since}."
            if await tell(watch.owner, "Fireline pages again", text) is not None:
                log.error("watchdog.owner_not_told")
        _remember(watch.state, State(passed_at=now))
        return PASSED
    log.error("watchdog.missed", stage=missed.stage, why=missed.why)
    since = before.failing_since or now
    told = before.told
    if not told:
        text = (
            f"Fireline at {watch.url} does not page: a canary alert was not {missed.stage} within"
            f" {watch.within_seconds:g} seconds ({missed.why}). It last passed"
            f" {before.passed_at or 'never'}. You are told once, and again when it is well."
        )
        why = await tell(watch.owner, "Fireline does not page", text)
        told = why is None
        if why is not None:
            log.error("watchdog.owner_not_told", why=why)
    _remember(watch.state, replace(before, failing_since=since, stage=missed.stage, told=told))
    return MISSED if told else UNHEARD


async def canary(watch: Watch, ears: Ears) -> Missed | None:
    """Raise an alert by the door sources use, and follow it to its end; `None`: it got there."""
    word = f"canary-{secrets.token_hex(8)}"
    heard = ears.listen_for(word)
    stage = "accepted"
    try:
        async with (
            asyncio.timeout(watch.within_seconds),
            httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as client,
        ):
            await _post(client, watch, word, "trigger")
            stage = "paged"
            link = await heard
            stage = "acknowledged"
            answer = await client.post(link)
            answer.raise_for_status()
            stage = "closed"
            await _post(client, watch, word, "resolve")
            await _until_over(client, link)
    except TimeoutError:
        return Missed(stage, "nothing came of it in time")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Missed(stage, f"{type(error).__name__}: {error}".partition("\n")[0])
    finally:
        ears.forget(word)
        if stage != "closed":
            await _clean_up(watch, word)
    return None


async def tell(owner: Owner, subject: str, text: str) -> str | None:
    """Tell the owner by every way there is; return why none of them worked, or `None`."""
    reasons: list[str] = []
    if owner.email:
        reasons.append(await _mail(owner, subject, text))
    if owner.webhook is not None:
        reasons.append(await _call(owner.webhook.reveal(), f"{subject}. {text}"))
    return None if "" in reasons else "; ".join(reasons)


async def _post(client: httpx2.AsyncClient, watch: Watch, word: str, action: str) -> None:
    """Post as PagerDuty's clients do: https://developer.pagerduty.com/docs/events-api-v2-overview."""
    event = {
        "routing_key": watch.token.reveal(),
        "event_action": action,
        "dedup_key": word,
        "payload": {
            "summary": f"Fireline watchdog {word}",
            "source": "watchdog",
            "severity": "critical",
            "custom_details": {"service": "watchdog"},
        },
    }
    answer = await client.post(f"{watch.url}/v2/enqueue", json=event)
    answer.raise_for_status()


async def _until_over(client: httpx2.AsyncClient, link: str) -> None:
    while True:
        shown = await client.get(link)
        if " is resolved." in shown.text:
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def _clean_up(watch: Watch, word: str) -> None:
    """Leave no canary behind that nobody hears."""
    with suppress(httpx2.HTTPError, httpx2.InvalidURL, TimeoutError):
        async with (
            asyncio.timeout(_CALL_SECONDS),
            httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as client,
        ):
            await _post(client, watch, word, "resolve")


async def _mail(owner: Owner, subject: str, text: str) -> str:
    if owner.smtp is None:
        return "no mail server is set"
    server = MailServer(
        owner.smtp.host,
        owner.smtp.port,
        owner.smtp_from,
        starttls=owner.smtp_starttls,
        username=owner.smtp_username,
        password=owner.smtp_password,
    )
    message = Message(
        key=f"watchdog:{secrets.token_hex(8)}",
        channel="email",
        person="owner",
        to=owner.email,
        subject=subject,
        body=text,
        at=datetime.now(UTC),  # noqa: TID251 - there is no database to ask
    )
    outcome = await EmailChannel(server).send(message)
    return "" if isinstance(outcome, Delivered) else f"mail: {outcome.why}"


async def _call(url: str, text: str) -> str:
    """Post a text to an incoming webhook: the field most chats read."""
    try:
        async with httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as client:
            answer = await client.post(url, json={"text": text})
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return f"webhook: {type(error).__name__}"
    return "" if answer.is_success else f"webhook: answered {answer.status_code}"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"  # noqa: TID251 - there is no database


def _remembered(file: Path) -> State:
    """Read what was remembered. A file that cannot be read is a first round, never an end."""
    try:
        said = cast("dict[str, object]", json.loads(file.read_text()))
        return State(
            str(said["failing_since"]),
            str(said["stage"]),
            bool(said["told"]),
            str(said["passed_at"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return State()


def _remember(file: Path, state: State) -> None:
    try:
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(asdict(state)))
        os.replace(beside, file)  # noqa: PTH105 - at once, or not at all
    except OSError:
        log.exception("watchdog.not_remembered", file=str(file))
