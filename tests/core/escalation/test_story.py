"""Every page tells its story in one line."""

from datetime import UTC, datetime, timedelta

import pytest

from fireline.core.escalation.receipts import State
from fireline.core.escalation.story import Receipt, Sent, Told, Tried, story

NOW = datetime(2026, 11, 21, 14, 2, 30, tzinfo=UTC)
ANA = Told("Ana", "sent", None)


def at(seconds: int) -> datetime:
    return NOW.replace(second=0) + timedelta(seconds=seconds)


def test_a_story_tells_what_was_what_arrived_and_what_is_coming():
    push = Sent("push", "delivered", None, at(10), (Tried(at(10), "delivered"),))
    sms = Sent(
        "sms",
        "delivered",
        None,
        at(11),
        (Tried(at(11), "delivered"),),
        (Receipt(at(12), State.SENT), Receipt(at(14), State.DELIVERED)),
    )
    call = Sent("voice", "waiting", NOW + timedelta(seconds=31), None)
    assert story(ANA, [call, sms, push], NOW) == (
        "Ana: push 14:02:10, SMS delivered 14:02:14, call in 0:31"
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (Sent("email", "waiting", NOW, None), "e-mail now"),
        (Sent("voice", "waiting", NOW + timedelta(hours=2), None), "call in 2:00:00"),
        (
            Sent("sms", "waiting", at(40), None, (Tried(at(20), "try_again"),)),
            "SMS did not go through 14:02:20, again in 0:10",
        ),
        (Sent("sms", "refused", None, at(20), (Tried(at(19), "refused"),)), "SMS failed 14:02:19"),
        (
            Sent("sms", "refused", None, at(20), (), (Receipt(at(25), State.UNDELIVERED),)),
            "SMS failed 14:02:25",
        ),
        (Sent("sms", "refused", None, at(20)), "SMS failed 14:02:20"),
        (Sent("voice", "cancelled", None, at(20)), "call withdrawn 14:02:20"),
        (Sent("slack", "delivered", None, at(20), carried=True), "Slack 14:02:20 with others"),
        (
            Sent("voice", "delivered", None, at(20), (), (Receipt(at(22), State.RINGING),)),
            "call ringing 14:02:22",
        ),
        (
            Sent("voice", "delivered", None, at(20), (), (Receipt(at(24), State.COMPLETED),)),
            "call answered 14:02:24",
        ),
        (
            Sent("voice", "delivered", None, at(20), (), (Receipt(at(24), State.BUSY),)),
            "call lost 14:02:24",
        ),
    ],
)
def test_each_message_says_how_it_stands(sent: Sent, said: str):
    assert story(ANA, [sent], NOW) == f"Ana: {said}"


def test_an_answered_page_says_when_and_one_nobody_could_send_says_so():
    answered = Told("Ana", "answered", at(29))
    done = Sent("push", "delivered", None, at(10))
    assert story(answered, [done], NOW) == "Ana: push 14:02:10; acknowledged 14:02:29"
    failed = Told("Bo", "failed", at(29))
    assert story(failed, [], NOW) == "Bo: nothing: there is no way to reach them"
