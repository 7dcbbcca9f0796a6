"""Any bytes give a reading, quickly and within every limit; so does any sample with an odd part."""

import copy
import json
import time
from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fireline.core.signals import notice as limits
from fireline.core.signals.bounds import bounded
from fireline.core.signals.kubernetes_audit import normalise
from fireline.core.signals.notice import Notice
from fireline.core.signals.payload import Reading
from fireline.core.signals.readers import READERS
from tests.core.signals.formats import samples
from tests.core.signals.formats.corpus import FINDINGS, files, payload, sample

OURS = ("datadog", "eventbridge", "falco", "findings", "sentry", "sns", "splunk")
MOST_SECONDS = 0.05
SAMPLES: list[Any] = [
    samples.GUARDDUTY,
    samples.ALARM_EVENT,
    samples.METRIC_ALARM,
    samples.COMPOSITE_ALARM,
    samples.ASFF,
    samples.FALCO,
    samples.DATADOG,
    samples.SENTRY_EVENT,
    samples.SENTRY_METRIC,
    samples.SPLUNK,
    samples.letter(samples.METRIC_ALARM),
    sample(detail_type="Config Rules Compliance Change", detail=samples.COMPLIANCE),
    sample(detail_type="AWS Health Event", detail=samples.HEALTH),
    sample(detail_type="Inspector2 Finding", detail=samples.INSPECTOR),
    sample(detail_type="Macie Finding", detail=samples.MACIE),
    sample(detail_type="Security Hub Findings - Imported", detail={"findings": [samples.ASFF]}),
    sample(detail_type="EC2 Instance State-change Notification", detail={"state": "stopped"}),
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
STRANGE: list[Any] = ["\x00", "a\x00b", "x" * 40_000, [[[]]], {"": {}}, 10**400]
ODD: st.SearchStrategy[Any] = SCALARS | JSON | st.sampled_from(STRANGE)


def read_all(body: bytes, formats: Sequence[str] = OURS) -> list[Reading]:
    readings: list[Reading] = []
    for format_ in formats:
        for resource in ("", "issue") if format_ == "sentry" else ("",):
            meta = {"sentry-hook-resource": resource, "x-amz-sns-rawdelivery": "true"}
            begun = time.perf_counter()
            readings.append(bounded(READERS[format_](payload(format_, body, meta))))
            spent = time.perf_counter() - begun
            # A machine may pause anybody; nobody is paused three times in a row.
            for _ in range(2):
                if spent < MOST_SECONDS:
                    break
                begun = time.perf_counter()
                READERS[format_](payload(format_, body, meta))
                spent = time.perf_counter() - begun
            assert spent < MOST_SECONDS, (format_, spent)
    return readings


def assert_fits(reading: Reading):
    for one in reading.said:
        if not isinstance(one, Notice):
            continue
        assert one.title
        assert len(one.title) <= limits.MAX_TITLE
        assert len(one.key) <= limits.MAX_KEY
        assert len(one.description) <= limits.MAX_DESCRIPTION
        assert len(one.entities) <= limits.MAX_ENTITIES
        assert len(one.labels) <= limits.MAX_LABELS
        words = [one.title, one.key, one.description, one.kind, one.service, one.team, *one.tags]
        words += [word for pair in one.labels.items() for word in pair]
        words += [word for entity in one.entities for word in (entity.kind, entity.value)]
        words += [str(asset) for asset in one.assets]
        for word in words:
            assert "\x00" not in word
            word.encode()
    assert all(each.code and each.why for each in reading.unread)


@given(st.binary(max_size=300))
@example(b"")
@example(b"[" * 100_000)
@example(b'{"a":' * 50_000)
@example(b'{"Type":"Notification","Message":"\\ud800"}')
@example(b'{"detail-type":"GuardDuty Finding","detail":{"id":"\\u0000","type":"\\u0000"}}')
@example(b'{"rule":"' + b"x" * 1_000_000 + b'"}')
@example(b'{"n":1e999}')
@settings(deadline=None, max_examples=60)
def test_any_bytes_give_a_reading(body: bytes):
    for reading in read_all(body):
        assert_fits(reading)


@given(st.data())
@settings(deadline=None, max_examples=250)
def test_any_part_of_a_sample_may_be_anything(data: st.DataObject):
    said = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        _replace(said, data)
    for reading in read_all(_written(said)):
        assert_fits(reading)


@given(JSON)
@settings(deadline=None, max_examples=100)
def test_any_audit_event_is_an_event_or_set_apart(said: object):
    for record in ({**samples.AUDIT_EVENT, "objectRef": said}, {"auditID": said, "verb": said}):
        assert normalise(json.loads(_written(record))) is not None


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(FINDINGS)))
def test_a_finding_cut_anywhere_gives_a_reading(path: Any):
    body = path.read_bytes()
    for end in range(0, len(body), max(len(body) // 6, 1)):
        for reading in read_all(body[:end], ("eventbridge", "sns")):
            assert_fits(reading)


def _replace(node: Any, data: st.DataObject):
    """Walk a random way into a body and put something odd there."""
    while True:
        names: list[Any] = list(node if isinstance(node, dict) else range(len(node)))  # pyright: ignore[reportUnknownArgumentType] - bodies hold anything
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        if not _holds(node[name]) or not data.draw(st.booleans()):
            node[name] = copy.deepcopy(data.draw(ODD))
            return
        node = cast("Any", node[name])


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list) and len(cast("list[Any]", value)) > 0


def _written(said: object) -> bytes:
    return json.dumps(said).encode("utf-8", "surrogatepass")
