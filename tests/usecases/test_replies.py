"""People answer from their phones: by text, and by a key during a call."""

import re

import pytest

from fireline.core.escalation.answers import KEYS
from fireline.core.escalation.short_text import MAX_SHORT
from fireline.core.values.actor import Human
from fireline.store import heard_texts, reply_codes
from fireline.usecases.alerts import acknowledge_alert
from fireline.usecases.callers import NonceSpent, spend_nonce
from fireline.usecases.replies import HELP, press_key, what_to_say
from fireline.usecases.transaction import Tx
from tests.usecases.alerts_world import ANA, BO
from tests.usecases.phones_world import (
    PHONE,
    STRANGER,
    later,
    paged,
    seen,
    sends,
    texted,
    writes,
)


def number_in(text: str) -> int:
    return int(re.findall(r"#(\d+)", text)[0])


async def called(tx: Tx) -> tuple[Tx, str]:
    """Wait until Ana is called; return that moment and the call's key."""
    tx = later(tx, minutes=2)
    (call,) = [one for one in await sends(tx) if one.channel == "voice"]
    return tx, call.key


async def test_a_text_says_how_to_answer_it(tx: Tx):
    _, message = await texted(tx)
    assert len(message.body) <= MAX_SHORT
    assert message.body.endswith("Reply 1a ack, 1e escalate, 1r resolve")


async def test_an_answer_acknowledges_and_withdraws_the_call(tx: Tx):
    _, message = await texted(tx)
    number = number_in(message.body)
    assert await writes(tx, "1a") == f"Acked #{number}. You are now responsible."
    view = await seen(tx)
    assert (view.state, view.acknowledged_by) == ("acknowledged", "ana")
    assert await sends(later(tx, minutes=5)) == []


@pytest.mark.parametrize("words", ["a", "Ack", "4", "ack {number}", "A #{number}"])
async def test_other_ways_to_say_it(tx: Tx, words: str):
    _, message = await texted(tx)
    number = number_in(message.body)
    assert (await writes(tx, words.format(number=number))).startswith(f"Acked #{number}.")


async def test_an_answer_resolves(tx: Tx):
    _, message = await texted(tx)
    number = number_in(message.body)
    assert await writes(tx, "1 R") == f"Resolved #{number}."
    assert await writes(tx, "1r") == f"#{number} was resolved already."
    assert (await seen(tx)).resolved_by == "ana"
    assert "resolved" in await writes(tx, "1a")


async def test_an_answer_escalates(tx: Tx):
    _, message = await texted(tx)
    said = await writes(tx, "1e")
    assert said == f"Escalated #{number_in(message.body)}: the next step is told now."
    assert "alert.escalated" in {fact.kind for fact in (await seen(tx)).timeline}


async def test_each_alert_has_its_own_number_on_a_phone_and_keeps_it(tx: Tx):
    _, first = await texted(tx)
    _, second = await texted(tx)
    assert "Reply 1a" in first.body
    assert "Reply 2a" in second.body
    number = number_in(second.body)
    assert await writes(tx, "2a") == f"Acked #{number}. You are now responsible."
    assert (await seen(tx, number)).state == "acknowledged"
    assert (await seen(tx, number_in(first.body))).state == "firing"


async def test_a_letter_alone_is_about_the_last_that_wants_an_answer(tx: Tx):
    _, first = await texted(tx)
    tx = later(tx, seconds=5)
    _, second = await texted(tx)
    assert await writes(tx, "r") == f"Resolved #{number_in(second.body)}."
    assert await writes(tx, "r") == f"Resolved #{number_in(first.body)}."


async def test_two_letters_acknowledge_all_of_the_service(tx: Tx):
    numbers = [number_in((await texted(tx))[1].body) for _ in range(3)]
    told = " ".join(f"#{number}" for number in numbers)
    assert await writes(tx, "2aa") == f"Acked 3 of shop. You are now responsible: {told}"
    assert await writes(tx, "3aa") == "Nothing of shop fires unanswered."


async def test_who_was_first_is_said_with_the_time(tx: Tx):
    which, message = await texted(tx)
    await acknowledge_alert(tx, which, by=Human(BO))
    said = await writes(later(tx, minutes=1), "1a")
    assert said == f"bo acked #{number_in(message.body)} at {tx.now:%H:%M} already."


async def test_a_text_that_comes_twice_is_done_once_and_answered_the_same(tx: Tx):
    await texted(tx)
    first = await writes(tx, "1e", name="SM9")
    assert await writes(tx, "1e", name="SM9") == first
    kinds = [fact.kind for fact in (await seen(tx)).timeline]
    assert kinds.count("alert.escalated") == 1


async def test_what_is_not_understood_is_answered_with_help_once_an_hour(tx: Tx):
    await texted(tx)
    assert await writes(tx, "who is this?") == HELP
    assert await writes(later(tx, minutes=59), "hello?") == ""
    assert await writes(later(tx, minutes=61), "hello??") == HELP
    assert len(HELP) <= MAX_SHORT


async def test_strangers_and_opt_outs_are_not_answered(tx: Tx):
    await texted(tx)
    assert await writes(tx, "1a", sender=STRANGER) == ""
    assert await writes(tx, "STOP") == ""
    assert (await seen(tx)).state == "firing"


async def test_a_phone_answers_only_what_it_was_told_of(tx: Tx):
    _, message = await texted(tx)
    number = number_in(message.body)
    assert await writes(tx, f"ack {number + 1}") == (
        f"This phone was sent nothing about #{number + 1}, so nothing was done."
    )
    assert (await writes(tx, "9a")).startswith("This phone was sent no page 9.")


async def test_a_call_says_the_page_and_takes_a_key(tx: Tx):
    _, message = await texted(tx)
    tx, key = await called(tx)
    words, takes = await what_to_say(tx, key)
    assert takes
    assert words.startswith("This is fireline. Priority 2, alert ")
    assert await press_key(tx, key, "*") == (words, True)
    assert await press_key(tx, key, "9") == (f"That key does nothing. {words}", True)
    assert await press_key(tx, key, "4") == (
        f"Acknowledged alert {number_in(message.body)}. You are now responsible. Goodbye.",
        False,
    )
    assert (await seen(tx)).acknowledged_by == "ana"


@pytest.mark.parametrize("pressed", sorted(KEYS))
async def test_every_key_does_one_thing(tx: Tx, pressed: str):
    await texted(tx)
    tx, key = await called(tx)
    said, goes_on = await press_key(tx, key, pressed)
    assert not goes_on
    done = {"4": "Acknowledged", "6": "Resolved", "5": "Escalated"}[pressed]
    assert said.startswith(f"{done} alert ")
    assert "#" not in said


async def test_a_call_that_is_answered_too_late_says_who_was_first(tx: Tx):
    which, _ = await texted(tx)
    tx, key = await called(tx)
    await acknowledge_alert(tx, which, by=Human(BO))
    words, takes = await what_to_say(tx, key)
    assert not takes
    assert "acknowledged by bo meanwhile" in words
    assert "bo acknowledged alert" in (await press_key(later(tx, minutes=1), key, "4"))[0]


async def test_a_call_about_nothing_ends_politely(tx: Tx):
    nothing = ("This call is about nothing that is known here. Goodbye.", False)
    assert await press_key(tx, "page:none", "4") == nothing
    assert await what_to_say(tx, "page:none") == nothing


async def test_a_short_number_goes_to_one_alert_however_many_ask_at_once(tx: Tx):
    first, second = await paged(tx), await paged(tx)
    given = tx.now
    assert await reply_codes.give(
        tx.db, reply_codes.New(PHONE, 1, first, ANA), before=None, now=given
    )
    again = reply_codes.New(PHONE, 1, second, ANA)
    # Whoever saw it free, or somebody else's of another moment, came too late.
    assert not await reply_codes.give(tx.db, again, before=None, now=given)
    tx = later(tx, minutes=1)
    assert not await reply_codes.give(tx.db, again, before=tx.now, now=tx.now)
    assert await reply_codes.give(tx.db, again, before=given, now=tx.now)
    (row,) = await reply_codes.of_address(tx.db, PHONE)
    assert (row.alert_id, row.given_at) == (second, tx.now)


async def test_texts_are_forgotten_when_nobody_would_send_them_again(tx: Tx):
    await texted(tx)
    assert await writes(tx, "1e", name="SM9")
    tx = later(tx, days=31)
    await writes(tx, "hello?", name="SM10")
    assert (await writes(tx, "1a", name="SM9")).startswith("Acked #")
    assert await heard_texts.sweep(tx.db, before=tx.now, limit=9) == 0


async def test_a_nonce_is_good_for_one_form(tx: Tx):
    await spend_nonce(tx, "plivo", "n1", "Text=7a")
    await spend_nonce(tx, "plivo", "n1", "Text=7a")
    await spend_nonce(tx, "other", "n1", "Text=7r")
    with pytest.raises(NonceSpent):
        await spend_nonce(tx, "plivo", "n1", "Text=7r")
