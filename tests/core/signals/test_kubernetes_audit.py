from typing import Any

import pytest

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.event import Event, Outcome, Rejected
from fireline.core.signals.kubernetes_audit import is_audit_event, normalise
from tests.core.signals.formats.samples import AUDIT_EVENT


def told(**said: Any) -> Event:
    event = normalise({**AUDIT_EVENT, **said})
    assert isinstance(event, Event)
    return event


def test_an_audit_event_says_who_did_what_to_what_from_where():
    event = told()
    assert event.kind == "kubernetes.create.pods.exec"
    assert (event.who.name, event.who.arn, event.who.kind) == (
        "bo@example.com",
        "bo@example.com",
        "User",
    )
    assert (event.who.address, event.who.user_agent) == ("198.51.100.7", "kubectl/v1.34")
    assert [str(asset) for asset in event.assets] == ["k8s.pod//global/shop/cart-1"]
    assert event.time.isoformat() == "2026-01-01T00:05:00.867116+00:00"
    assert event.record == AUDIT_EVENT


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (200, Outcome.SUCCEEDED),
        (401, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (404, Outcome.FAILED),
        (None, Outcome.SUCCEEDED),
    ],
)
def test_the_answer_says_what_became_of_it(code: int | None, outcome: Outcome):
    assert told(responseStatus={"code": code}).outcome is outcome


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("networkpolicies", "k8s.network_policy"),
        ("ingresses", "k8s.ingress"),
        ("clusterrolebindings", "k8s.cluster_role_binding"),
        ("secrets", "k8s.secret"),
        ("endpoints", "k8s.endpoint"),
        ("priorityclasses", "k8s.priorityclass"),
        ("endpointpolicies", "k8s.endpointpolicy"),
    ],
)
def test_a_resource_is_named_as_one(resource: str, kind: str):
    (asset,) = told(objectRef={"resource": resource, "name": "x"}).assets
    assert (asset.kind, asset.id) == (kind, "x")


def test_whoever_knows_the_cluster_makes_it_an_asset_of_the_inventory():
    event = normalise(AUDIT_EVENT, "prod-eu")
    assert isinstance(event, Event)
    assert event.account == "prod-eu"
    assert event.assets == (AssetRef("k8s.pod", "prod-eu", "shop/cart-1"),)


def test_what_is_in_no_namespace_is_named_without_one():
    # An audit event names a namespace as lying in itself.
    for resource in ("namespaces", "nodes", "clusterroles"):
        (asset,) = told(
            objectRef={"resource": resource, "namespace": "shop", "name": "shop"}
        ).assets
        assert asset.id == "shop"


def test_a_name_the_server_made_up_is_read_from_its_answer():
    what = {"resource": "pods", "namespace": "shop"}
    made = {"metadata": {"generateName": "cart-", "name": "cart-x2x4z"}}
    assert told(objectRef=what).assets == ()
    (asset,) = told(objectRef=what, responseObject=made).assets
    assert asset.id == "shop/cart-x2x4z"


def test_who_acts_for_another_is_that_other():
    event = told(impersonatedUser={"username": "system:serviceaccount:shop:cart"})
    assert event.who.name == "system:serviceaccount:shop:cart"
    assert event.who.kind == "ServiceAccount"


def test_a_request_that_was_merely_received_is_another_event_than_its_answer():
    assert told(stage="RequestReceived").external_id != told().external_id
    assert told(stage="ResponseComplete").external_id == told().external_id


def test_a_request_for_an_address_has_no_asset():
    event = told(objectRef=None, verb="get", requestURI="/healthz")
    assert (event.kind, event.assets, event.read_only) == ("kubernetes.get.url", (), True)


def test_what_no_database_stores_is_replaced():
    event = told(userAgent="a\x00b")
    assert "\x00" not in str(event)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"auditID": ""}, "kubernetes.no_audit_id"),
        ({"auditID": "x" * 300}, "kubernetes.no_audit_id"),
        ({"verb": None}, "kubernetes.no_verb"),
        ({"requestReceivedTimestamp": None}, "kubernetes.no_timestamp"),
    ],
)
def test_what_is_no_event_says_why(said: dict[str, Any], code: str):
    rejected = normalise({**AUDIT_EVENT, **said})
    assert isinstance(rejected, Rejected)
    assert rejected.code == code


def test_cloudtrails_records_are_not_taken_for_audit_events():
    assert is_audit_event(AUDIT_EVENT)
    assert not is_audit_event({"eventName": "GetObject", "eventID": "1"})
