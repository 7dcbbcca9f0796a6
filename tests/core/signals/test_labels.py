import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.signals.entity import ACCOUNT, ADDRESS, ASSET, HOST, POD, PRINCIPAL, Entity
from fireline.core.signals.labels import (
    ENTITY_LABELS,
    entities_of,
    host_of,
    priority_of,
    service_of,
    team_of,
)
from fireline.core.signals.notice import MAX_ENTITIES
from fireline.core.signals.severities import SEVERITIES
from fireline.core.values.priority import Priority

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:orders"


@pytest.mark.parametrize(
    ("name", "value", "entity"),
    [
        ("instance", "db1:9100", Entity(HOST, "db1")),
        ("instance", "db1.prod.", Entity(HOST, "db1.prod")),
        ("instance", "10.0.0.5:9100", Entity(ADDRESS, "10.0.0.5")),
        ("instance", "[2001:db8::1]:9100", Entity(ADDRESS, "2001:db8::1")),
        ("instance", "2001:db8::1", Entity(ADDRESS, "2001:db8::1")),
        ("instance", "https://api.example.com/health", Entity(HOST, "api.example.com")),
        ("instance", "https://ana@api.example.com:8443/", Entity(HOST, "api.example.com")),
        ("instance", "10.0.0", Entity(HOST, "10.0.0")),
        ("node", "ip-10-0-0-5", Entity(HOST, "ip-10-0-0-5")),
        ("pod", "web-7f9-abc", Entity(POD, "web-7f9-abc")),
        ("aws_account", "123456789012", Entity(ACCOUNT, "123456789012")),
        ("user", "ana", Entity(PRINCIPAL, "ana")),
        ("queue", QUEUE, Entity(ASSET, QUEUE)),
        ("resource", QUEUE, Entity(ASSET, QUEUE)),
    ],
)
def test_a_label_names_what_it_is_about(name: str, value: str, entity: Entity):
    assert entities_of({name: value}) == (entity,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("instance", "localhost:9090"),
        ("instance", "127.0.0.1:9090"),
        ("instance", "[::1]:9090"),
        ("instance", "0.0.0.0:9090"),
        ("instance", "a sentence about nothing"),
        ("instance", "http://["),
        ("instance", ""),
        ("account", "production"),
        ("resource", "cpu"),
        ("queue", "arn:aws:half"),
        ("alertname", "DiskFull"),
    ],
)
def test_a_label_that_names_nothing_gives_no_entity(name: str, value: str):
    assert entities_of({name: value}) == ()


def test_one_thing_with_two_names_is_one_entity():
    assert entities_of({"instance": "db1:9100", "host": "db1"}) == (Entity(HOST, "db1"),)


def test_entities_end_somewhere():
    labels = {f"label{n}": f"arn:aws:sqs:eu-central-1:123456789012:q{n}" for n in range(200)}
    assert len(entities_of(labels)) == MAX_ENTITIES


@given(st.dictionaries(st.sampled_from(sorted(ENTITY_LABELS)), st.text()))
def test_any_value_gives_entities_that_say_something(labels: dict[str, str]):
    assert all(entity.kind and entity.value for entity in entities_of(labels))


@given(st.text())
def test_any_text_has_a_host_or_none(text: str):
    try:
        found = host_of(text)
    except ValueError:
        return
    assert found is None or found.value


@pytest.mark.parametrize(
    ("labels", "priority"),
    [
        ({"severity": "page"}, Priority.P1),
        ({"severity": "CRITICAL"}, Priority.P1),
        ({"severity": "error"}, Priority.P2),
        ({"severity": "warning"}, Priority.P3),
        ({"severity": "low"}, Priority.P4),
        ({"severity": "none"}, Priority.P5),
        ({"severity": "critical", "priority": "p4"}, Priority.P4),
        ({"level": "info"}, Priority.P5),
        ({"severity": "purple"}, Priority.P3),
        ({}, Priority.P3),
    ],
)
def test_the_severity_a_label_says_is_a_priority(labels: dict[str, str], priority: Priority):
    assert priority_of(labels) is priority


def test_every_severity_is_written_as_it_is_looked_up():
    assert all(name == name.lower() for name in SEVERITIES)


def test_a_service_and_a_team_are_hinted_at_by_the_most_telling_label():
    labels = {"namespace": "shop", "job": "kube-state", "app": "cart", "owner": "payments"}
    assert service_of(labels) == "cart"
    assert service_of({"namespace": "shop", "job": "kube-state"}) == "kube-state"
    assert service_of({}) == ""
    assert team_of(labels) == "payments"
