"""Do what people answer from their phones, and say in words what was done.

A phone can answer what it was told of and nothing else; whoever is known by the phone answers as
themselves, through the same use cases as everybody. A text that is heard twice is done once.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import assert_never

from fireline.core.escalation.answers import (
    AGAIN,
    KEYS,
    Answer,
    ByCode,
    ByNumber,
    ToTheLast,
    Verb,
    is_for_the_company,
    read,
)
from fireline.core.escalation.short_text import MAX_SHORT, cut, in_gsm
from fireline.core.values.actor import Human
from fireline.core.values.ids import AlertId, PersonId
from fireline.core.values.refusals import Refusal
from fireline.ports.telephone import Text
from fireline.store import alerts, heard_texts, pages, receipts, reply_codes
from fireline.store.alerts import AlertRow
from fireline.store.reply_codes import CodeRow
from fireline.usecases.alert_desk import zone_of
from fireline.usecases.alert_hands import escalate_alert
from fireline.usecases.alert_lists import AlertFilter, listed
from fireline.usecases.alerts import AlertResolved, acknowledge_alert, resolve_alert
from fireline.usecases.callers import has_number
from fireline.usecases.transaction import Tx

# One text in an hour says how to answer: a phone that answers by itself must not be argued with.
HELP_EVERY = timedelta(hours=1)
MAX_OF_SERVICE = 100
# No company sends a text again after so long.
REMEMBERED = timedelta(days=30)
_SWEPT_FOR_EACH = 4
HELP = (
    "Fireline: answer with the number of the page and a letter: 7a ack, 7r resolve, 7e escalate,"
    " 7aa ack all of its service. Or: ack 42."
)
NOT_ONE = "This call is about nothing that is known here. Goodbye."


async def hear_text(tx: Tx, company: str, text: Text) -> str:
    """Do what a text asks for; return the text to answer it with, empty for none.

    Strangers are not answered, and neither is what the phone company answers itself. Heard again, a
    text does nothing, and is answered as before.
    """
    heard = heard_texts.Heard(company, text.message_id, text.sender)
    if not await heard_texts.hear(tx.db, heard, now=tx.now):
        return await heard_texts.answered(tx.db, heard)
    await heard_texts.sweep(tx.db, before=tx.now - REMEMBERED, limit=_SWEPT_FOR_EACH)
    codes = await reply_codes.of_address(tx.db, text.sender)
    if not codes or is_for_the_company(text.words):
        return ""
    asked = read(text.words)
    helped = asked is None
    words = await _help(tx, text.sender) if asked is None else await _answer(tx, text, asked, codes)
    words = cut(in_gsm(words), MAX_SHORT)
    await heard_texts.answer(tx.db, heard, words, helped=helped and bool(words))
    return words


async def what_to_say(tx: Tx, key: str) -> tuple[str, bool]:
    """Return what a call about the message of this key says, and whether it takes an answer."""
    wish = await receipts.wish_of(tx.db, key)
    if wish is None:
        return NOT_ONE, False
    page = await pages.of_wish(tx.db, wish.id)
    alert = await alerts.get(tx.db, page.alert_id) if page else None
    if alert is None or alert.state == "firing":
        return wish.body, alert is not None
    done = "resolved" if alert.state == "resolved" else f"acknowledged by {alert.acknowledged_by}"
    return f"This is fireline. Alert {alert.number} was {done} meanwhile. Goodbye.", False


async def press_key(tx: Tx, key: str, pressed: str) -> tuple[str, bool]:
    """Do what a key asks for during the call about a message; say what was done.

    The second value says whether the call goes on and takes another key.
    """
    wish = await receipts.wish_of(tx.db, key)
    page = await pages.of_wish(tx.db, wish.id) if wish else None
    if wish is None or page is None:
        return NOT_ONE, False
    verb = KEYS.get(pressed[:1])
    if verb is None:
        words, takes = await what_to_say(tx, key)
        return (words if pressed[:1] == AGAIN else f"That key does nothing. {words}"), takes
    alert = await alerts.get(tx.db, page.alert_id)
    if alert is None:
        return NOT_ONE, False
    said = await carry_out(tx, verb, alert, Human(PersonId(page.person)))
    return f"{_aloud(said)} Goodbye.", False


async def _answer(tx: Tx, text: Text, asked: Answer, codes: list[CodeRow]) -> str:
    meant = _meant(asked, codes)
    if isinstance(meant, str):
        return meant
    alert = await alerts.get(tx.db, meant.alert_id)
    person = PersonId(meant.person)
    if alert is None or not await has_number(tx, person, text.sender):
        return f"This number is no longer one of {meant.person}'s, so nothing was done."
    by = Human(person)
    if isinstance(asked, ByCode) and asked.whole_service and alert.service is not None:
        return await _whole_service(tx, alert.service, by)
    return await carry_out(tx, asked.verb, alert, by)


def _meant(asked: Answer, codes: list[CodeRow]) -> CodeRow | str:
    """Return which of a phone's pages an answer is to, or what to say when it is to none."""
    match asked:
        case ByCode(code=code):
            found = [one for one in codes if one.code == code]
            missing = f"This phone was sent no page {code}. {HELP}"
        case ByNumber(number=number):
            found = [one for one in codes if one.number == number]
            missing = f"This phone was sent nothing about #{number}, so nothing was done."
        case ToTheLast():
            # The latest that still wants an answer; when all is over, the latest says so.
            found = sorted(codes, key=lambda one: one.over)
            missing = HELP
        case _:
            assert_never(asked)
    return found[0] if found else missing


async def _whole_service(tx: Tx, service: str, by: Human) -> str:
    """Acknowledge everything that fires in a service, in the order in which alerts are locked."""
    wanted = AlertFilter(states=("firing",), services=(service,), drills=False)
    firing = sorted(await listed(tx, wanted), key=lambda one: one.id)[:MAX_OF_SERVICE]
    acked: list[int] = []
    for line in firing:
        # One that is over meanwhile needs no answer, and must not cost the others theirs.
        with suppress(AlertResolved):
            await acknowledge_alert(tx, line.id, by=by)
            acked.append(line.number)
    if not acked:
        return f"Nothing of {service} fires unanswered."
    numbers = " ".join(f"#{number}" for number in sorted(acked))
    return f"Acked {len(acked)} of {service}. You are now responsible: {numbers}"


async def carry_out(tx: Tx, verb: Verb, alert: AlertRow, by: Human) -> str:
    """Do one thing to one alert, and say it in a sentence a phone can show or a voice read."""
    number, which = alert.number, AlertId(alert.id)
    try:
        match verb:
            case Verb.ACKNOWLEDGE:
                return await _acknowledge(tx, which, number, by)
            case Verb.RESOLVE:
                if alert.state == "resolved":
                    return f"#{number} was resolved already."
                await resolve_alert(tx, which, by=by)
                return f"Resolved #{number}."
            case Verb.ESCALATE:
                await escalate_alert(tx, which, by=by)
                return f"Escalated #{number}: the next step is told now."
            case _:
                assert_never(verb)
    except Refusal as refusal:
        return f"{refusal} {refusal.hint}".strip()


async def _acknowledge(tx: Tx, alert: AlertId, number: int, by: Human) -> str:
    answer = await acknowledge_alert(tx, alert, by=by)
    if answer.answered < answer.needed:
        return f"Acked #{number}: {answer.answered} of {answer.needed}. Others are still told."
    if answer.yours and answer.at == tx.now:
        return f"Acked #{number}. You are now responsible."
    at = await _clock(tx, by.person, answer.at)
    who = "You" if answer.yours else answer.by
    return f"{who} acked #{number} at {at} already."


def _aloud(said: str) -> str:
    """Return what a text says in words a voice can read."""
    spoken = said.replace("Acked", "Acknowledged").replace(" acked ", " acknowledged ")
    return spoken.replace("#", "alert ")


async def _clock(tx: Tx, person: PersonId, at: datetime) -> str:
    return f"{at.astimezone(await zone_of(tx, person)):%H:%M}"


async def _help(tx: Tx, address: str) -> str:
    since = tx.now - HELP_EVERY
    return "" if await heard_texts.helped_since(tx.db, address, since, most=1) else HELP
