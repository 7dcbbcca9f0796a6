"""What one split or merge says of symptoms like these."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.learned import Example, matcher_of, pair_of
from fireline.core.alerting.occurrence import Occurrence
from fireline.core.signals.entity import HOST, Entity
from fireline.core.values.ids import ServiceId, SymptomId
from fireline.core.values.priority import Priority

SLOW = Example("shop", "Slow on web-1", "prometheus", (Entity(HOST, "web-1"),))


def occurrence(example: Example) -> Occurrence:
    return Occurrence(
        id=SymptomId(UUID(int=1)),
        key="k",
        source=example.source,
        title=example.title,
        priority=Priority.P3,
        at=datetime(2026, 11, 17, tzinfo=UTC),
        service=ServiceId(example.service) if example.service else None,
        entities=frozenset(example.entities),
    )


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        (replace(SLOW, title="Slow on web-2"), True),
        (replace(SLOW, title="Slow on"), False),
        (replace(SLOW, title="Down on web-1"), False),
        (replace(SLOW, service=""), False),
        (replace(SLOW, source="grafana"), False),
    ],
)
def test_a_rule_fits_symptoms_of_the_same_kind(other: Example, *, fits: bool):
    assert matcher_of(SLOW).fits(occurrence(other)) is fits


def test_only_whole_words_are_left_open():
    example = Example("", "Disk diskette disk.", "s", (Entity(HOST, "disk"), Entity(HOST, "x")))
    assert matcher_of(example).title == "Disk diskette *."


def test_of_equal_examples_the_pair_is_the_same_in_any_order():
    other = Example("", "Disk [90%] full?", "mail", ())
    assert pair_of(SLOW, other, together=True) == pair_of(other, SLOW, together=True)
    assert pair_of(SLOW, other, together=True).name == (
        "“Disk [90%] full?” and “Slow on *” of shop"
    )


texts = st.text(st.sampled_from("ab[]*?!-. "), max_size=12)


@given(texts, texts, texts, st.lists(st.text("ab[*", min_size=3, max_size=4), max_size=3))
def test_a_rule_fits_what_it_was_learned_from(
    title: str, service: str, source: str, values: list[str]
):
    example = Example(service, title, source, tuple(Entity(HOST, value) for value in values))
    assert matcher_of(example).fits(occurrence(example))
