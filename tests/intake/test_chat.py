"""What people type into Slack, signed as Slack signs it, and what they are told."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from slack_sdk.signature import SignatureVerifier

from fireline.app.house import House
from fireline.content.starter_plan import starter_files
from fireline.core.values.secret import Secret
from fireline.usecases import plans
from tests.intake.hearing import BY, Hearing, hearing

SIGNS_WITH = "8f742231b10e8888abcd99yyyzzz85a5"
PEOPLE = {"ana": "U024ANA01", "bo": "U024BO001", "dee": "U024DEE01"}


@pytest.fixture
async def slack(house: House, database_dsn: str) -> AsyncIterator[Hearing]:
    files = dict(starter_files())
    for person, member in PEOPLE.items():
        written = f"  email: {person}@example.com\n"
        files["people.yaml"] = files["people.yaml"].replace(
            written, f"{written}  slack: {member}\n"
        )
    async with house.transaction() as tx:
        await plans.push(tx, files, by=BY, note="for a test")
    async with hearing(house, database_dsn, slack_signing=Secret(SIGNS_WITH)) as heard:
        yield heard


async def typed(slack: Hearing, person: str, text: str, **signed: Any) -> httpx2.Response:
    form = {"command": "/fireline", "user_id": PEOPLE.get(person, person), "text": text}
    body = urlencode(form)
    async with slack.house.transaction() as tx:
        at = str(signed.get("at", int(tx.now.timestamp())))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": signed.get("signature")
        or SignatureVerifier(SIGNS_WITH).generate_signature(timestamp=at, body=body)
        or "",
    }
    return await slack.client.post(f"{slack.url}/chat/slack/command", content=body, headers=headers)


async def told(slack: Hearing, person: str, text: str) -> str:
    answer = await typed(slack, person, text)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["response_type"] == "ephemeral"
    return said["text"]


async def test_whoever_asks_is_told_who_has_the_pager(slack: Hearing):
    lines = (await told(slack, "bo", "who")).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "Platform, first on call",
        "Platform, second on call",
    ]
    assert (await told(slack, "bo", "WHO platform")) == lines[0]


async def test_the_pager_is_taken_in_chat(slack: Hearing):
    said = await told(slack, "bo", "take platform")
    assert said.startswith("You have the pager. Platform, first on call: Bo Lindqvist until ")
    assert "has the pager" in await told(slack, "bo", "take platform")


async def test_a_cover_is_asked_for_and_accepted_in_chat(slack: Hearing):
    has = "ana" if "Ana" in await told(slack, "bo", "who platform") else "dee"
    other = "dee" if has == "ana" else "ana"
    asked = await told(slack, has, "cover platform")
    number = asked.rpartition(" ")[2].rstrip(".")
    assert f"{number}: cover of platform for" in await told(slack, other, "requests")
    assert await told(slack, other, f"accept {number}") == f"Request {number} is accepted."
    assert other.capitalize() in await told(slack, "bo", "who platform")


async def test_a_refusal_is_said_in_words_and_changes_nothing(slack: Hearing):
    assert "no schedule moon" in await told(slack, "bo", "take moon")
    assert "#99" in await told(slack, "bo", "ack 99") or "99" in await told(slack, "bo", "ack 99")
    assert "who [SCHEDULE]" in await told(slack, "bo", "please do something")


async def test_a_stranger_is_told_how_to_be_known(slack: Hearing):
    assert "people.yaml" in await told(slack, "U0STRANGER", "take platform")


@pytest.mark.parametrize(
    ("signed", "why"),
    [
        ({"signature": "v0=00"}, "not signed by your Slack app"),
        ({"at": 1_600_000_000}, "too long ago"),
        ({"at": "soon"}, "too long ago"),
    ],
)
async def test_what_slack_did_not_sign_just_now_is_turned_away(
    slack: Hearing, signed: dict[str, Any], why: str
):
    answer = await typed(slack, "bo", "take platform", **signed)
    assert answer.status_code == 401
    assert why in answer.json()["error"]
