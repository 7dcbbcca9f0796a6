"""One page in every form of words: for a reader, a machine, a small screen and an ear."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.escalation.channels import CHANNELS, Form, form_of
from fireline.core.escalation.short_text import MAX_SHORT, in_gsm, with_tail
from fireline.core.escalation.wording import (
    MAX_SHORT_PAGE,
    Note,
    Occasion,
    body_for,
    linked,
    note_for,
)
from fireline.core.values.priority import Priority

OCCASION = Occasion(
    number=42,
    priority=Priority.P1,
    title="orders-db: connections > 95%",
    owner="Shop, Web",
    runbook=None,
    happened=("09:00:01 Connections: 96 by orders-db",),
    first_at=datetime(2026, 11, 17, 9, tzinfo=UTC),
    reason="on call",
    step=1,
    drill=False,
)
NOTE = Note("assigned", "P2 #7 is yours: disk", "Dana gave you alert #7.\n", {"alert": 7})
LINK = "https://f.example/acknowledge/t"


def test_every_channel_has_a_form_and_an_unknown_one_is_written_to():
    assert set(CHANNELS.values()) == set(Form)
    assert form_of("push") is Form.NOTICE
    assert form_of("pigeon") is Form.LETTER


def test_a_small_screen_shows_priority_number_and_title():
    assert body_for(Form.SHORT, OCCASION) == "Fireline #42 P1: orders-db: connections > 95%"
    assert "DRILL" in body_for(Form.SHORT, replace(OCCASION, drill=True))


def test_a_voice_says_priority_alert_and_title_without_signs():
    said = body_for(Form.SPOKEN, OCCASION)
    assert said.startswith("This is fireline. Priority 1, alert 42. orders-db: connections 95.")
    assert "This is a drill." in body_for(Form.SPOKEN, replace(OCCASION, drill=True))


def test_a_machine_is_told_the_kind_and_what_happened():
    said = json.loads(body_for(Form.NOTICE, OCCASION))
    assert (said["kind"], said["alert"], said["priority"]) == ("page", 42, "P1")
    assert "96 by orders-db" in said["text"]


@pytest.mark.parametrize("form", [Form.LETTER, Form.NOTICE])
def test_letters_and_notices_carry_the_link_of_their_attempt(form: Form):
    body = linked(form, body_for(form, OCCASION), key="page:1", link=LINK)
    assert body.count(LINK) == 1


@pytest.mark.parametrize("form", [Form.SHORT, Form.SPOKEN])
def test_an_sms_and_a_voice_are_answered_without_a_link(form: Form):
    body = body_for(form, OCCASION)
    assert linked(form, body, key="page:1", link=LINK) == body


@pytest.mark.parametrize("form", list(Form))
def test_a_note_says_the_same_in_every_form(form: Form):
    body = note_for(form, NOTE)
    assert "7" in body
    assert "LINK" not in body
    assert note_for(form, replace(NOTE, drill=True)) != body or form is Form.LETTER


def test_what_else_a_note_says_cannot_replace_its_kind():
    said = json.loads(note_for(Form.NOTICE, replace(NOTE, said={"kind": "page", "alert": 7})))
    assert (said["kind"], said["alert"], said["title"]) == ("assigned", 7, NOTE.subject)


@given(st.text(max_size=400), st.text(max_size=60))
def test_whatever_a_title_says_one_sms_holds_it_and_how_to_answer(title: str, name: str):
    body = body_for(Form.SHORT, replace(OCCASION, title=title + name))
    assert len(body) <= MAX_SHORT_PAGE
    whole = with_tail(body, "Reply 999a ack, 999r resolve")
    assert len(whole) <= MAX_SHORT
    assert whole.endswith("Reply 999a ack, 999r resolve")
    # The alphabet of one SMS: nothing that would need a wider one, nothing that counts twice.
    assert in_gsm(whole) == whole
    assert not set(whole) & set("{}[]~|^\\€\x0c")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zażółć “tak” — done…", 'Zazo?c "tak" - done...'),
        ("e\u0301 [x] 5€", "e (x) 5EUR"),
        ("日本", "??"),
        ("éàñ", "éàñ"),
    ],
)
def test_letters_become_their_nearest_kin(text: str, plain: str):
    assert in_gsm(text) == plain
