from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.entities import alert_key, entities_of, involved
from fireline.core.alerting.hearing import doer_of, notice_of
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.finding import Finding, RuleCard
from fireline.core.signals.entity import Entity
from fireline.core.signals.event import Who
from fireline.core.signals.notice import Status
from fireline.core.values.ids import FindingId, RuleId, RunbookId, SignalId
from fireline.core.values.priority import Level, Priority

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
ACCOUNT = "111122223333"
RULE = RuleCard(
    id=RuleId("new-key"),
    title="Key made for another user",
    description="",
    level=Level.HIGH,
    priority=Priority.P2,
    dedup="principal",
    runbook=RunbookId("leaked-key"),
    tactics=(),
    file="rules/new-key.yml",
)


def who(name: str = "shop-ci", key: str = "AKIA1", address: str = "198.51.100.7") -> Who:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}" if name else ""
    return Who("IAMUser", name, arn, ACCOUNT, key, address, "curl")


def finding(by: Who, *assets: AssetRef, rule: RuleCard = RULE, n: int = 1) -> Finding:
    return Finding(
        id=FindingId(UUID(int=n)),
        rule=rule,
        signal=SignalId(UUID(int=n)),
        at=NOON,
        account=ACCOUNT,
        region="eu-west-1",
        kind="iam.CreateAccessKey",
        who=by,
        assets=assets,
    )


def key(name: str) -> AssetRef:
    return AssetRef("aws.iam.access_key", ACCOUNT, name)


BUCKET = AssetRef("aws.s3.bucket", ACCOUNT, "shop-customer-exports")


def test_one_rule_about_one_address_is_one_symptom():
    rule = replace(RULE, dedup="address")
    first, second = finding(who("a", "AKIA1"), rule=rule), finding(who("b", "AKIA2"), rule=rule)
    assert notice_of(first).key == notice_of(second).key
    other = finding(who("b", "AKIA2"), rule=replace(rule, id=RuleId("other")))
    assert notice_of(first).key != notice_of(other).key


def test_a_minted_key_is_an_entity_like_the_key_that_acts():
    minting = notice_of(finding(who(), key("AKIA2")))
    assert {Entity("access_key", "AKIA1"), Entity("access_key", "AKIA2")} <= set(minting.entities)


def test_a_finding_is_said_as_its_rule_and_its_doer():
    tags = ("attack.persistence", "attack.t1098.001", "attack.privilege-escalation")
    said = notice_of(finding(who(), BUCKET, rule=replace(RULE, tactics=tags)))
    assert (said.status, said.title) == (Status.FIRING, "Key made for another user: shop-ci")
    assert (said.priority, said.runbook) == (Priority.P2, "leaked-key")
    assert said.tactics == ("persistence", "privilege-escalation")
    assert said.assets[-1] == AssetRef("aws.account", ACCOUNT, ACCOUNT)


names = st.sampled_from(["", "shop-ci", "shop-reports"])
keys = st.sampled_from(["", "AKIA1", "AKIA2", "ASIA3"])
addresses = st.sampled_from(["", "198.51.100.7", "203.0.113.9"])
rules = st.builds(
    lambda id_, dedup, priority: replace(RULE, id=RuleId(id_), dedup=dedup, priority=priority),
    st.sampled_from(["r1", "r2"]),
    st.sampled_from(["principal", "access_key", "address", "asset"]),
    st.sampled_from(list(Priority)),
)
findings = st.builds(
    lambda name, key_, address, assets, rule, n: finding(
        who(name, key_, address), *assets, rule=rule, n=n
    ),
    names,
    keys,
    addresses,
    st.lists(st.sampled_from([BUCKET, key("AKIA2"), key("AKIA4")]), max_size=2, unique=True),
    rules,
    st.integers(1, 5),
)


@given(findings)
def test_every_finding_has_a_key_and_says_it_as_no_entity(one: Finding):
    assert alert_key(one)
    assert Entity("key", alert_key(one)) in entities_of(one)
    assert all(entity.kind != "key" for entity in notice_of(one).entities)


def test_a_title_names_the_doer_and_keeps_to_its_line():
    nasty = replace(who(), name="shop-ci\r\nBcc: everyone@example.com")
    assert doer_of(finding(nasty)) == "shop-ci Bcc: everyone@example.com"
    assert "\n" not in notice_of(finding(nasty)).title


def test_the_actor_and_its_credential_are_involved():
    assert involved(finding(who(), BUCKET)) == (
        AssetRef("aws.iam.user", ACCOUNT, "shop-ci"),
        key("AKIA1"),
        BUCKET,
    )


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:sts::111122223333:assumed-role/deploy/ci", "arn:aws:iam::111122223333:role/x/deploy"],
)
def test_a_role_and_its_temporary_key_are_named_as_what_they_are(arn: str):
    by = replace(who(key="ASIA5"), arn=arn)
    assert involved(finding(by)) == (
        AssetRef("aws.iam.role", ACCOUNT, "deploy"),
        AssetRef("aws.sts.session", ACCOUNT, "ASIA5"),
    )
