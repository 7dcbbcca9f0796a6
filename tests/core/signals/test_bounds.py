"""Whatever a reader finds, what leaves it can be kept."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.bounds import MAX_HREF, MAX_SAID, MAX_UNREAD, bounded, is_page, storable
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import MAX_KEY, Beat, ChangeNotice, Notice, Status, Weblink
from fireline.core.signals.payload import Reading, Unread

# Every character there is, NUL and half surrogates among them.
texts = st.text(st.characters(), max_size=40) | st.sampled_from(["\x00", "\ud800", "é" * 5_000])
moments = st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC))
things = st.lists(st.builds(Entity, texts, texts), max_size=4).map(tuple)
assets = st.lists(st.builds(AssetRef, texts, texts, texts, texts), max_size=3).map(tuple)
links = st.lists(st.builds(Weblink, texts, texts), max_size=3).map(tuple)
many = st.lists(texts, max_size=4).map(tuple)
labels = st.dictionaries(texts, texts, max_size=4)
notices = st.builds(
    Notice,
    key=texts,
    status=st.sampled_from(Status),
    title=texts,
    at=moments,
    kind=texts,
    description=texts,
    service=texts,
    team=texts,
    runbook=texts,
    group=texts,
    entities=things,
    assets=assets,
    tactics=many,
    tags=many,
    labels=labels,
    links=links,
    ends_at=moments,
    confidence=st.none() | st.integers(),
    by=texts,
    note=texts,
)
changes = st.builds(
    ChangeNotice,
    key=texts,
    title=texts,
    at=moments,
    service=texts,
    actor=texts,
    description=texts,
    revision=texts,
    entities=things,
    assets=assets,
    labels=labels,
    links=links,
)


@given(notices | changes | st.builds(Beat, texts))
def test_what_is_bounded_can_be_kept_and_stays_as_it_is(said: Notice | ChangeNotice | Beat):
    kept = storable(said)
    written = repr(kept)
    assert r"\x00" not in written.replace(r"\\", "")
    assert r"\ud8" not in written.replace(r"\\", "")
    assert storable(kept) == kept
    if isinstance(kept, Notice | ChangeNotice):
        assert len(kept.key) <= MAX_KEY
        assert kept.title
        assert all(len(link.href) <= MAX_HREF for link in kept.links)
        assert kept.at is None or kept.at.tzinfo is not None
        json.dumps([kept.labels, kept.title, kept.description]).encode()
        kept.title.encode()


def test_nothing_is_done_to_a_notice_with_nothing_wrong():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    link = (Weblink("https://a.example/x?y=1", "More"),)
    said = Notice("k", Status.FIRING, "Schön", at=at, labels={"a": "b"}, links=link, tags=("x",))
    assert storable(said) is said


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//a.example",
        "https://a.example/\n",
        "https://a.example/\u202e",
        " https://a.example",
        "ftp://a.example",
    ],
)
def test_what_is_no_page_is_not_taken_for_one(href: str):
    assert not is_page(href)
    assert is_page("HTTPS://a.example/x?y=%20")


def test_a_reading_ends_and_says_what_it_left_out():
    part = Unread("x.y", "f", "why\x00")
    reading = Reading(
        tuple(Notice(str(n), Status.FIRING, "t") for n in range(MAX_SAID + 3)), (part,) * 1_000
    )
    kept = bounded(reading)
    assert len(kept.said) == MAX_SAID
    assert len(kept.unread) == MAX_UNREAD
    assert kept.unread[0].code == "payload.too_many"
    assert kept.unread[-1].why == f"{1_001 - MAX_UNREAD + 1} more parts could not be read"
    assert "\x00" not in kept.unread[1].why
