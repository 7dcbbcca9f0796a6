"""Rules see the records of their own product; the corpus' audit rules find what they should."""

import json

import pytest

from fireline.core.detection.by_product import ByProduct
from fireline.core.detection.rules import load_rules
from fireline.core.signals.kubernetes_audit import is_audit_event
from tests.core.signals.formats.corpus import AUDIT
from tests.core.signals.formats.samples import AUDIT_EVENT

AWS = """
title: Nobody's key
id: 0c9a1e52-0000-4000-8000-000000000001
logsource: {product: aws, service: cloudtrail}
detection:
  known: {eventName: ConsoleLogin}
  condition: not known
level: low
"""
KUBERNETES = """
title: Somebody in a pod
id: 0c9a1e52-0000-4000-8000-000000000002
logsource: {product: kubernetes, service: audit}
detection:
  somebody: {verb: create, objectRef.resource: pods, objectRef.subresource: exec}
  condition: somebody
level: high
"""
ANYBODYS = """
title: An address
id: 0c9a1e52-0000-4000-8000-000000000003
logsource: {category: any}
detection:
  one: {sourceIPAddress: 198.51.100.7}
  other: {sourceIPs: 198.51.100.7}
  condition: one or other
level: low
"""


@pytest.fixture(scope="module")
def matcher() -> ByProduct:
    loaded = load_rules({"a.yml": AWS, "b.yml": KUBERNETES, "c.yml": ANYBODYS})
    assert loaded.mistakes == ()
    return ByProduct(loaded.rules)


def test_a_rule_sees_only_what_it_was_written_for(matcher: ByProduct):
    assert [rule[-1] for rule in matcher.match(AUDIT_EVENT)] == ["2", "3"]
    call = {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}
    assert [rule[-1] for rule in matcher.match(call)] == ["1"]
    seen = matcher.match({**call, "sourceIPAddress": "198.51.100.7"})
    assert [rule[-1] for rule in seen] == ["1", "3"]


def test_the_corpus_rules_find_in_audit_events_what_they_should():
    labels = AUDIT / "LABELS.json"
    if not labels.is_file():
        return
    rules = {path.name: path.read_text() for path in sorted((AUDIT / "sigma").glob("*.yml"))}
    loaded = load_rules(rules)
    assert loaded.mistakes == ()
    titles = {rule.card.id: rule.card.title for rule in loaded.rules}
    engine = ByProduct(loaded.rules)
    for name, expected in json.loads(labels.read_text()).items():
        # A file is one event, or several, each on a line of its own.
        lines = (AUDIT / "falco" / name).read_text().splitlines()
        records = [json.loads(line) for line in lines if line.strip()]
        found = {
            titles[rule] for each in records if is_audit_event(each) for rule in engine.match(each)
        }
        assert found == set(expected["sigma_matches"]), name
