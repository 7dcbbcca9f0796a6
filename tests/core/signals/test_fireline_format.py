"""Fireline's own notices come back as they were said."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.signals import bounds
from fireline.core.signals.entity import Entity
from fireline.core.signals.formats import fireline
from fireline.core.signals.notice import Notice, Status, Weblink
from fireline.core.signals.payload import Payload, Reading
from fireline.core.values.priority import Priority

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
moments = st.none() | st.datetimes(timezones=st.just(UTC))
notices = st.builds(
    Notice,
    key=texts,
    status=st.sampled_from(Status),
    title=texts,
    priority=st.sampled_from(Priority),
    at=moments,
    kind=texts,
    description=texts,
    service=texts,
    team=texts,
    runbook=texts,
    group=texts,
    entities=st.lists(st.builds(Entity, texts, texts), max_size=3).map(tuple),
    assets=st.lists(st.builds(AssetRef, texts, texts, texts, texts), max_size=3).map(tuple),
    tactics=st.lists(texts, max_size=3).map(tuple),
    tags=st.lists(texts, max_size=3).map(tuple),
    labels=st.dictionaries(texts, texts, max_size=3),
    links=st.lists(st.builds(Weblink, texts, texts), max_size=2).map(tuple),
    ends_at=moments,
    confidence=st.none() | st.integers(0, 100),
    by=texts,
    note=texts,
)


@given(notices)
def test_what_is_said_is_heard(notice: Notice):
    payload = Payload("fireline", "", fireline.write(notice), NOON)
    assert fireline.read(payload) == Reading((bounds.notice(notice),))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_reading(body: bytes):
    reading = fireline.read(Payload("fireline", "", body, NOON))
    assert bool(reading.said) != bool(reading.unread)
