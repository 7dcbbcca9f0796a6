"""Personal rules, retries, and what a page says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.retry import LONGEST_WAIT, MAX_ATTEMPTS, wait_before_retry
from fireline.core.escalation.rules import Telling, tellings
from fireline.core.escalation.wording import Occasion, letter, notice, subject, with_link
from fireline.core.oncall.people import Contact, NotifyRule, Person
from fireline.core.values.ids import PersonId
from fireline.core.values.priority import Priority
from fireline.core.values.time import at_pace

NOW, SOON = timedelta(), timedelta(minutes=2)
MAIL = Contact("email", "ana@example.com")
ANA = Person(
    PersonId("ana"),
    "Ana",
    ZoneInfo("UTC"),
    (MAIL, Contact("webhook", "https://phones.example.com/ana")),
    urgent=(NotifyRule("webhook", NOW), NotifyRule("email", SOON)),
    calm=(NotifyRule("email", NOW),),
)
OCCASION = Occasion(
    number=12,
    priority=Priority.P2,
    title="Access key used from a new place: shop-ci",
    owner="Shop (team web)",
    runbook="leaked-key",
    happened=("iam.CreateAccessKey by shop-ci",),
    first_at=datetime(2026, 11, 17, 9, tzinfo=UTC),
    reason="on call",
    step=1,
    drill=False,
)


@pytest.mark.parametrize("priority", [Priority.P1, Priority.P2])
def test_urgent_rules_serve_the_urgent(priority: Priority):
    assert tellings(ANA, priority) == (
        Telling(0, "webhook", "https://phones.example.com/ana", NOW),
        Telling(1, "email", "ana@example.com", SOON),
    )


@pytest.mark.parametrize("priority", [Priority.P3, Priority.P4, Priority.P5])
def test_calm_rules_serve_the_rest(priority: Priority):
    assert tellings(ANA, priority) == (Telling(0, "email", "ana@example.com", NOW),)


def test_rules_without_an_address_are_left_out_and_make_nobody_wait():
    silent = replace(ANA, contacts=(MAIL,))
    assert tellings(silent, Priority.P1) == (Telling(1, "email", "ana@example.com", NOW),)


def test_somebody_without_usable_rules_is_told_by_mail_at_once():
    bare = replace(ANA, urgent=(NotifyRule("pigeon", NOW),))
    assert tellings(bare, Priority.P1) == (Telling(-1, "email", "ana@example.com", NOW),)


def test_without_mail_whatever_reaches_them_is_used():
    bare = replace(ANA, urgent=(), contacts=ANA.contacts[1:])
    assert tellings(bare, Priority.P1)[0].channel == "webhook"
    assert tellings(replace(bare, contacts=()), Priority.P1) == ()


def test_a_drill_divides_the_delays():
    assert tellings(ANA, Priority.P1, pace=20)[1].after == timedelta(seconds=6)


def test_no_pace_is_slower_than_the_world():
    with pytest.raises(ValueError, match="pace"):
        at_pace(SOON, 0)


@given(st.integers(1, MAX_ATTEMPTS), st.none() | st.integers(0, 10**6))
def test_retries_wait_ever_longer_up_to_a_cap_whatever_is_asked(attempt: int, asked: int | None):
    wish = None if asked is None else timedelta(seconds=asked)
    wait = wait_before_retry(attempt, wish)
    assert timedelta() < wait <= LONGEST_WAIT
    assert wait <= wait_before_retry(attempt + 1, wish)
    if wish is not None:
        assert wait >= min(wish, LONGEST_WAIT)


def test_the_subject_is_priority_number_and_title():
    assert subject(OCCASION) == "P2 #12 Access key used from a new place: shop-ci"
    assert subject(replace(OCCASION, drill=True)).endswith("(drill)")


@given(st.text())
def test_a_title_cannot_break_out_of_its_line(title: str):
    line = subject(replace(OCCASION, title=title))
    assert len(line.splitlines()) == 1
    assert len(line) < 230


def test_a_letter_says_what_happened_whose_it_is_and_what_to_do():
    text = with_link(letter(OCCASION), "http://here/acknowledge/t0ken")
    for words in ("iam.CreateAccessKey by shop-ci", "Shop (team web)", "leaked-key", "on call"):
        assert words in text
    assert text.count("http") == 1
    assert "No runbook is set." in letter(replace(OCCASION, runbook=None))
    assert "drill" in letter(replace(OCCASION, drill=True))


def test_a_notice_carries_what_a_machine_needs():
    said = notice(OCCASION)
    assert (said["alert"], said["priority"], said["drill"]) == (12, "P2", False)
