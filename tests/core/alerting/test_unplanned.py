"""Which calls alter production, and which of them nobody planned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fireline.core.alerting.unplanned import (
    NOTHING_WATCHED,
    Told,
    Watch,
    arns_of,
    is_change,
    is_planned,
)
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.event import Event, Outcome, Who
from fireline.core.values.ids import ServiceId

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHOP = ServiceId("shop")
BUCKET = AssetRef("aws.s3.bucket", "111122223333", "shop-images")
BO = Who("IAMUser", "bo", "arn:aws:iam::111122223333:user/bo", "111122223333", "AKIABO", "", "")
PIPELINE = Who(
    "AssumedRole",
    "deployer",
    "arn:aws:sts::111122223333:assumed-role/deployer/run-17",
    "111122223333",
    "ASIARUN",
    "",
    "",
)
WATCH = Watch(pipelines=("arn:aws:iam::*:role/deployer",), kinds=("s3.*", "iam.*"))


def event(kind: str = "s3.PutBucketPolicy", who: Who = BO) -> Event:
    return Event(
        external_id="e-1",
        kind=kind,
        time=AT,
        account="111122223333",
        region="eu-west-1",
        who=who,
        assets=(BUCKET,),
        outcome=Outcome.SUCCEEDED,
        error_code="",
        read_only=False,
        record={"eventCategory": "Management"},
    )


def told(minutes: float, service: ServiceId | None = SHOP, *assets: AssetRef) -> Told:
    return Told(service, AT + timedelta(minutes=minutes), frozenset(assets))


def test_a_call_that_wrote_and_was_let_is_a_change():
    assert is_change(event())


@pytest.mark.parametrize(
    "other",
    [
        replace(event(), read_only=True),
        replace(event(), outcome=Outcome.REFUSED),
        replace(event(), outcome=Outcome.FAILED),
        replace(event(), record={"eventCategory": "Data"}),
        event("signin.ConsoleLogin"),
        event("sts.AssumeRole"),
        event("logs.CreateLogStream"),
        event("iam.GenerateCredentialReport"),
    ],
    ids=lambda each: f"{each.kind}, {each.outcome}",
)
def test_what_only_looked_came_in_or_was_refused_is_none(other: Event):
    assert not is_change(other)


def test_without_a_plan_of_pipelines_nobody_can_tell():
    assert is_planned(event(), SHOP, [], NOTHING_WATCHED) is None


def test_what_a_pipeline_does_is_planned_in_every_session_of_its_role():
    assert is_planned(event(who=PIPELINE), None, [], WATCH) is True
    assert arns_of(PIPELINE)[1] == "arn:aws:iam::111122223333:role/deployer"


def test_what_a_person_does_is_not():
    assert is_planned(event(), SHOP, [], WATCH) is False


def test_what_is_not_watched_is_left_open():
    assert is_planned(event("ec2.StopInstances"), SHOP, [], WATCH) is None


@pytest.mark.parametrize(
    ("change", "planned"),
    [
        (told(-20), True),
        (told(20), True),
        (told(-31), False),
        (told(-5, ServiceId("mail")), False),
        (told(-5, None), False),
        (told(-5, None, BUCKET), True),
    ],
)
def test_a_change_told_of_near_it_explains_it(change: Told, planned: bool):
    assert is_planned(event(), SHOP, [change], WATCH) is planned


def test_a_call_on_nobodys_asset_is_not_explained_by_a_change_of_nobodys():
    assert is_planned(event(), None, [told(-5, None)], WATCH) is False
