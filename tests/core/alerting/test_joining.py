from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.entities import (
    BINDING,
    Entity,
    alert_key,
    entities_of,
    involved,
)
from fireline.core.alerting.joining import Joins, Live, Opens, Reason, join
from fireline.core.alerting.standing import OwnerReason, after, opening, owner_for
from fireline.core.assets.ownership import AssetPattern, Service
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.finding import Finding, RuleCard
from fireline.core.signals.event import Who
from fireline.core.values.ids import (
    AlertId,
    FindingId,
    PolicyId,
    RuleId,
    RunbookId,
    ServiceId,
    SignalId,
    TeamId,
)
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


def live(one: Finding, n: int = 1, minutes: int = 0) -> Live:
    raised = NOON + timedelta(minutes=minutes)
    return Live(AlertId(UUID(int=n)), raised, entities_of(one))


def joined(one: Finding, *alerts: Live) -> Joins | Opens:
    return join(entities_of(one), alerts)


def test_the_same_principal_is_the_same_problem():
    assert joined(finding(who()), live(finding(who()))) == Joins(
        AlertId(UUID(int=1)), Reason.SAME_KEY
    )


def test_a_minted_key_leads_to_what_is_done_with_it():
    minting = finding(who(), key("AKIA2"))
    use = finding(who("svc-backup", "AKIA2"), BUCKET)
    assert joined(use, live(minting)) == Joins(AlertId(UUID(int=1)), Reason.SAME_CREDENTIAL)


def test_a_minted_session_leads_to_what_is_done_with_it():
    session = AssetRef("aws.sts.session", ACCOUNT, "ASIA9")
    use = finding(replace(who(), arn="", name="", access_key="ASIA9"))
    assert isinstance(joined(use, live(finding(who(), session))), Joins)


def test_a_principal_seen_under_another_key_still_joins():
    by_address = replace(RULE, dedup="address")
    seen = joined(finding(who(key="AKIA7"), rule=by_address), live(finding(who())))
    assert seen == Joins(AlertId(UUID(int=1)), Reason.SAME_PRINCIPAL)


@pytest.mark.parametrize("dedup", ["principal", "access_key", "address", "asset"])
def test_the_account_the_address_and_the_bucket_alone_join_nothing(dedup: str):
    rule = replace(RULE, id=RuleId(f"other-{dedup}"), dedup=dedup)
    decoy = finding(who("shop-reports", "AKIA9"), BUCKET, rule=rule)
    assert joined(decoy, live(finding(who(), BUCKET))) == Opens()


def test_one_rule_about_one_address_is_one_problem():
    rule = replace(RULE, dedup="address")
    first = finding(who("a", "AKIA1"), rule=rule)
    assert joined(finding(who("b", "AKIA2"), rule=rule), live(first)) == Joins(
        AlertId(UUID(int=1)), Reason.SAME_KEY
    )


def test_of_equal_bonds_the_alert_raised_first_wins():
    older, newer = live(finding(who()), 2, -5), live(finding(who()), 1, 0)
    assert joined(finding(who()), newer, older) == Joins(AlertId(UUID(int=2)), Reason.SAME_KEY)


def test_a_stronger_bond_beats_an_older_alert():
    minting = live(finding(who("mallory", "AKIA8"), key("AKIA2")), 2, 5)
    older = live(finding(who("svc-backup", "AKIA3"), rule=replace(RULE, dedup="access_key")), 1)
    use = finding(who("svc-backup", "AKIA2"), rule=replace(RULE, dedup="asset"))
    assert joined(use, older, minting) == Joins(AlertId(UUID(int=2)), Reason.SAME_CREDENTIAL)


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


@given(findings, findings)
def test_a_finding_joins_only_what_it_shares_something_binding_with(one: Finding, two: Finding):
    shared = {e for e in entities_of(one) & entities_of(two) if e.kind in BINDING}
    assert isinstance(joined(one, live(two)), Joins) == bool(shared)


@given(findings)
def test_every_finding_has_a_key_and_joins_its_own_alert(one: Finding):
    assert alert_key(one)
    assert Entity("key", alert_key(one)) in entities_of(one)
    assert joined(one, live(one)) == Joins(AlertId(UUID(int=1)), Reason.SAME_KEY)


@given(st.lists(findings, min_size=1, max_size=6))
def test_priority_is_the_most_urgent_and_never_falls(several: list[Finding]):
    standing = opening(several[0])
    for one in several[1:]:
        later = after(standing, one)
        assert later.priority <= standing.priority
        standing = later
    assert standing.priority == min(one.rule.priority for one in several)
    speaker = next(one for one in several if one.rule.priority == standing.priority)
    assert standing == replace(opening(speaker), runbook=standing.runbook)


def test_a_runbook_is_better_than_none():
    plain = replace(RULE, runbook=None)
    assert after(opening(finding(who(), rule=plain)), finding(who())).runbook == RULE.runbook
    urgent = replace(plain, priority=Priority.P1)
    assert after(opening(finding(who())), finding(who(), rule=urgent)).runbook == RULE.runbook


def test_a_title_names_the_doer_and_keeps_to_its_line():
    nasty = replace(who(), name="shop-ci\r\nBcc: everyone@example.com")
    assert opening(finding(nasty)).title == (
        "Key made for another user: shop-ci Bcc: everyone@example.com"
    )


def service(name: str, *claims: AssetPattern, accounts: tuple[str, ...] = ()) -> Service:
    return Service(
        id=ServiceId(name),
        name=name,
        owner=TeamId(f"team-{name}"),
        policy=PolicyId(f"policy-{name}"),
        tier=1,
        accounts=accounts,
        claims=claims,
        data=(),
        depends_on=(),
        protected=False,
    )


SHOP = service("shop", AssetPattern("aws.iam.user", "shop-*"))
BACKUP = service("backup", AssetPattern("aws.s3.bucket", "*"), accounts=(ACCOUNT,))


def test_whoever_owns_the_acting_identity_owns_the_alert():
    owner = owner_for(finding(who(), BUCKET), [BACKUP, SHOP])
    assert (owner.service, owner.team, owner.reason) == ("shop", "team-shop", OwnerReason.CLAIMED)


def test_then_whoever_owns_what_was_touched_and_then_the_account():
    assert owner_for(finding(who("else"), BUCKET), [SHOP, BACKUP]).service == "backup"
    assert owner_for(finding(who("", ""), rule=RULE), [SHOP, BACKUP]).service == "backup"


def test_what_nobody_claims_goes_to_the_last_resort_and_says_so():
    owner = owner_for(finding(who("else")), [SHOP])
    assert (owner.service, owner.policy, owner.reason) == (None, None, OwnerReason.NOBODY)


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
