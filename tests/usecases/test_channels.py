"""Which ways out there are, and a test of one: sent at once, and told as it went."""

import json

import pytest

from fireline.app.house import House
from fireline.core.escalation.channels import Form
from fireline.core.values.actor import Human
from fireline.core.values.ids import PersonId
from fireline.ports.channel import (
    Delivered,
    Description,
    Message,
    Outcome,
    Refused,
    TryAgain,
    Unknown,
)
from fireline.store import contacts, due, facts, outbox
from fireline.usecases.channels import (
    AddressUnclear,
    ChannelNotFound,
    Line,
    NotSetUp,
    Switchboard,
    list_channels,
    try_out,
)
from fireline.usecases.contacts import contacts_stream
from fireline.usecases.sending import settle
from tests.usecases.alerts_world import LEASE

DANA = Human(PersonId("dana"))


class Post:
    """A channel that keeps what it is given."""

    name = "post"

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.sent: list[Message] = []

    async def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self.outcome


def description(name: str, form: Form = Form.NOTICE, needs: tuple[str, ...] = ()) -> Description:
    return Description(name, name.title(), form, "a house", "n:1", "[a-z]:[0-9]", True, True, needs)


def board(channel: Post) -> Switchboard:
    wire = description("wire", needs=("FIRELINE_WIRE",))
    lines = {
        "wire": Line(wire, None, ("FIRELINE_WIRE",)),
        "post": Line(description("post"), channel),
    }
    return Switchboard(lines, "key")


def test_those_set_up_come_first_and_the_rest_say_what_they_need():
    first, second = list_channels(board(Post(Delivered("r"))))
    assert (first.name, first.set_up, first.form) == ("post", True, "notice")
    assert (second.name, second.set_up, second.missing) == ("wire", False, ("FIRELINE_WIRE",))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Delivered("r1"), ("delivered", "r1")),
        (TryAgain("busy"), ("try_again", "busy")),
        (Refused("no"), ("refused", "no")),
        (Unknown("lost"), ("unknown", "lost")),
    ],
)
async def test_a_test_is_sent_at_once_and_told_as_it_went(
    house: House, outcome: Outcome, said: tuple[str, str]
):
    channel = Post(outcome)
    tried = await try_out(house.transaction, board(channel), "post", "a:1", by=DANA)
    assert (tried.outcome, tried.detail) == said
    (sent,) = channel.sent
    assert sent.to == "a:1"
    assert json.loads(sent.body)["kind"] == "test"
    assert "dana" in sent.subject


async def test_what_cannot_be_tried_says_why(house: House):
    ways = board(Post(Delivered("r")))
    with pytest.raises(ChannelNotFound, match="no channel pigeon") as missing:
        await try_out(house.transaction, ways, "pigeon", "a:1", by=DANA)
    assert missing.value.hint == "There are: post, wire."
    with pytest.raises(NotSetUp, match="not set up") as lacking:
        await try_out(house.transaction, ways, "wire", "a:1", by=DANA)
    assert "FIRELINE_WIRE" in lacking.value.hint
    with pytest.raises(AddressUnclear, match="not a house"):
        await try_out(house.transaction, ways, "post", "nowhere", by=DANA)


async def test_a_browser_that_unsubscribed_is_forgotten_and_others_are_not(house: House):
    gone = Refused("subscription gone (answered 410)", gone=True)
    async with house.transaction() as tx:
        for address in ("here", "gone"):
            new = contacts.New(tx.ids.fresh(), "dana", "push", address, address, "dana")
            await contacts.add(tx.db, new, now=tx.now)
        wish = outbox.Wish("k", "push", "gone", "dana", "s", "{}", "contact", tx.ids.fresh(), None)
        await outbox.wish(tx.db, tx.ids.fresh(), wish, now=tx.now, due_at=tx.now)
    async with house.transaction() as tx:
        (claim,) = await due.claim(tx.db, outbox.SEND, now=tx.now, lease=LEASE, limit=9)
    async with house.transaction() as tx:
        await settle(tx, claim, gone)
    async with house.transaction() as tx:
        left = await contacts.of_people(tx.db, ["dana"])
        told = await facts.timeline(tx.db, [contacts_stream(DANA.person).id])
    assert [row.address for row in left] == ["here"]
    assert [fact.kind for fact in told][:1] == ["contact.gone"]
