import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.asset import Asset
from fireline.core.assets.ref import AssetRef
from fireline.core.detection.signatures.cases import CaseBroken, judge_case, read_case
from fireline.core.detection.signatures.functions import FUNCTIONS, Function
from fireline.core.detection.signatures.judging import (
    MAX_EVIDENCE_ITEMS,
    MAX_EVIDENCE_TEXT,
    Signatures,
    bounded,
    environment,
    related_kinds,
)
from fireline.core.detection.signatures.signature import Automatic, Signature
from fireline.core.detection.signatures.verdict import Subject, Verdict
from fireline.core.values.priority import Level

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KIND = "aws.example.thing"


def signature(fails: str = "config.Open", **more: Any) -> Signature:
    card = Signature("example", "It is open", Level.HIGH, KIND, "why", "fix", fails)
    return replace(card, **more)


def asset(config: dict[str, Any], kind: str = KIND, **more: Any) -> Asset:
    return Asset(AssetRef(kind, "111122223333", "one", "eu-central-1"), config, **more)


def judged(said: Signature, config: dict[str, Any], **more: Any):
    unread = more.pop("unread", {})
    subject = Subject(asset(config, unread=unread), **more)
    (found,) = Signatures([said]).judge(subject, NOW)
    return found


@pytest.mark.parametrize("function", FUNCTIONS, ids=[one.name for one in FUNCTIONS])
def test_each_function_gives_what_its_example_says(function: Function):
    answer = environment().compile(function.example).eval(data={})
    assert answer.plain_value() == function.gives


def test_the_four_verdicts():
    assert judged(signature(), {"Open": True}).verdict is Verdict.FAIL
    assert judged(signature(), {"Open": False}).verdict is Verdict.PASS
    other = signature(applies="config.Used")
    assert judged(other, {"Open": True, "Used": False}).verdict is Verdict.NOT_APPLICABLE
    assert judged(other, {"Open": True, "Used": True}).verdict is Verdict.FAIL
    assert judged(signature(), {}).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("fails", "config", "reason"),
    [
        ("config.Open", {}, "the asset has no Open"),
        ("config.Open", {"Open": "yes"}, "the condition answers STRING, not true or false"),
        ("config.Open.Wide", {"Open": None}, "the condition asks for a field of something that is"),
        ("config.Open > 3", {"Open": "x"}, "the condition does not fit what is there: _>_(string"),
        ("is_public(config.Policy)", {"Policy": "{no"}, "the policy is not JSON"),
        ("is_world(config.Ranges)", {"Ranges": ["x"]}, "'x' is not a range of addresses"),
        (
            "world_reaches(config.Rules, 22)",
            {"Rules": ["x"]},
            "world_reaches() was given something",
        ),
        ("config.Open.matches('(')", {"Open": "x"}, "invalid regular expression"),
        ("account.Used", {"Open": True}, "its account was not looked at"),
        ("related['ec2.subnet'][0].id == ''", {}, ""),
    ],
)
def test_what_has_no_answer_is_unknown_with_a_reason_in_plain_words(
    fails: str, config: dict[str, Any], reason: str
):
    found = judged(signature(fails), config)
    assert found.verdict is Verdict.UNKNOWN
    assert reason in found.reason
    assert found.reason


def test_one_part_may_decide_whatever_becomes_of_the_other():
    assert judged(signature("config.Open || config.Gone"), {"Open": True}).verdict is Verdict.FAIL
    assert judged(signature("config.Gone && config.Open"), {"Open": False}).verdict is Verdict.PASS
    assert (
        judged(signature("config.Gone || config.Open"), {"Open": False}).verdict is Verdict.UNKNOWN
    )


@pytest.mark.parametrize(
    "fails",
    [
        "!has(config.Policy)",
        "at(config, 'Policy') == null",
        "!('Policy' in config)",
        "config.Policy == null",
    ],
)
def test_what_could_not_be_read_is_never_absent(fails: str):
    found = judged(signature(fails), {}, unread={"Policy": "AccessDenied"})
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == "could not read Policy: AccessDenied"


@pytest.mark.parametrize(
    "fails",
    [
        "!has(account.PasswordPolicy)",
        "account.PasswordPolicy == null",
        "at(account, 'PasswordPolicy.Length', 0) < 14",
    ],
)
def test_nor_is_what_could_not_be_read_of_the_account(fails: str):
    said = signature(fails)
    unread = asset({}, "aws.account", unread={"PasswordPolicy": "Throttling"})
    found = judged(said, {}, account=unread)
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == "could not read PasswordPolicy of its account: Throttling"
    assert judged(said, {}).verdict is Verdict.UNKNOWN
    gone = judged(said, {}, unlooked={"account": "nobody has looked at it yet"})
    assert "nobody has looked at it yet" in gone.reason
    assert judged(said, {}, account=asset({"PasswordPolicy": None}, "aws.account")).verdict in (
        Verdict.FAIL,
        Verdict.PASS,
    )


def test_nor_what_could_not_be_read_of_something_related():
    said = signature("related['ec2.subnet'].exists(each, !has(each.config.Policy))")
    whole = {"ec2.subnet": (asset({"Policy": "x"}, "aws.ec2.subnet"),)}
    assert judged(said, {}, related=whole).verdict is Verdict.PASS
    unread = {"ec2.subnet": (asset({}, "aws.ec2.subnet", unread={"Policy": "AccessDenied"}),)}
    assert judged(said, {}, related=unread).reason == "could not read Policy: AccessDenied"


def test_a_kind_nobody_looked_at_is_unknown_and_one_with_none_is_empty():
    said = signature("size(related['ec2.subnet']) == 0")
    assert judged(said, {}).verdict is Verdict.FAIL
    found = judged(said, {}, unlooked={"ec2.subnet": "AccessDenied"})
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == "could not look at ec2.subnet: AccessDenied"
    or_open = signature("config.Open || size(related['ec2.subnet']) == 0")
    open_ = judged(or_open, {"Open": True}, unlooked={"ec2.subnet": "AccessDenied"})
    assert open_.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "need", ["Policy", "account.Policy", "region.Policy", "related.ec2.subnet"]
)
def test_what_is_needed_must_have_been_read_even_if_the_rest_decides(need: str):
    unread = {"Policy": "AccessDenied"}
    found = judged(
        signature(needs=(need,)),
        {"Open": True},
        unread=unread,
        account=asset({}, "aws.account", unread=unread),
        region=asset({}, "aws.region", unread=unread),
        unlooked={"ec2.subnet": "AccessDenied"},
    )
    assert found.verdict is Verdict.UNKNOWN
    assert "AccessDenied" in found.reason
    known = {"Open": True, "Policy": None}
    read = judged(signature(needs=(need,)), known, account=asset({}), region=asset({}))
    assert read.verdict is Verdict.FAIL


def test_what_is_needed_and_was_never_asked_for_is_unknown():
    found = judged(signature(needs=("Policy",)), {"Open": True})
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "the asset has no Policy")
    aside = judged(signature(needs=("Policy",), applies="!config.Open"), {"Open": True})
    assert aside.verdict is Verdict.NOT_APPLICABLE


def test_whether_it_applies_must_be_known_first():
    found = judged(signature(applies="config.Used"), {"Open": True})
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, "the asset has no Used")


def test_evidence_is_bounded_and_what_has_no_answer_costs_only_itself():
    said = signature(
        evidence={"all": "config.Many", "gone": "config.Gone", "at": "now", "long": "config.Long"}
    )
    config = {"Open": True, "Many": [*range(100)], "Long": "x" * 10_000}
    found = judged(said, config)
    assert found.verdict is Verdict.FAIL
    assert found.evidence["all"] == [*range(MAX_EVIDENCE_ITEMS), "and 80 more"]
    assert found.evidence["long"] == "x" * MAX_EVIDENCE_TEXT + "…"
    assert found.evidence["at"] == "2026-06-01T00:00:00+00:00"
    assert "gone" not in found.evidence
    assert judged(said, {**config, "Open": False}).evidence == {}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=50,
    )
)
def test_bounded_values_are_json_and_short(value: Any):
    text = json.dumps(bounded(value))
    assert len(text) < 3_000_000
    json.loads(text)


def test_a_faulty_signature_is_unknown_and_stops_no_other():
    broken, sound = signature("config.(", id="broken"), signature(id="sound")
    engine = Signatures([broken, sound])
    found = {one.signature: one for one in engine.judge(Subject(asset({"Open": True})), NOW)}
    assert found["sound"].verdict is Verdict.FAIL
    assert found["broken"].verdict is Verdict.UNKNOWN
    assert "mismatched input" in found["broken"].reason or "Syntax" in found["broken"].reason
    assert [*engine.faulty] == ["broken"]


def test_only_signatures_of_the_kind_are_asked():
    engine = Signatures([signature(), signature(kind="aws.other.thing", id="other")])
    assert [one.signature for one in engine.judge(Subject(asset({"Open": True})), NOW)] == [
        "example"
    ]
    assert engine.judge(Subject(asset({}, "aws.third.thing")), NOW) == ()
    assert engine.kinds == {KIND, "aws.other.thing"}
    assert [one.id for one in engine.of_kind(KIND)] == ["example"]


def test_related_kinds_are_those_named_needed_and_asked_for_by_functions():
    said = signature(
        "size(related[ 'ec2.subnet' ]) > 0 || world_reaches(config.Rules, 22, 'tcp', related)",
        needs=("related.ec2.vpc", "Rules"),
        evidence={"acls": 'related["ec2.network_acl"]'},
        automatic=Automatic('size(related["ec2.instance"]) == 0', "nothing wears it"),
    )
    assert related_kinds(said) == {
        "ec2.subnet",
        "ec2.vpc",
        "ec2.network_acl",
        "ec2.instance",
        "ec2.managed_prefix_list",
    }
    assert Signatures([said]).related_to(KIND) == related_kinds(said)


@pytest.mark.parametrize("name", ["Ünïcode", "a" * 256, "a.b", "a b", "'", '"', "\n", "${x}"])
def test_tags_of_any_name_can_be_asked_for(name: str):
    subject = Subject(asset({}, tags={name: "x"}))
    said = signature(f"{json.dumps(name)} in tags")
    assert Signatures([said]).judge(subject, NOW)[0].verdict is Verdict.FAIL


def test_the_asset_itself_can_be_asked_for():
    said = signature(
        "asset.id == 'one' && asset.kind == 'aws.example.thing' && asset.account == '111122223333'"
        " && asset.region == 'eu-central-1' && now == timestamp('2026-06-01T00:00:00Z')"
    )
    assert judged(said, {}).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "this is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "the case is not a JSON object"),
        ('{"asset": {"config": {"a": "\\ud800"}}}', "half of a character"),
        ("{}", 'the case has no "asset"'),
        ('{"asset": {}}', 'asset has no "config"'),
        ('{"asset": {"config": []}}', "asset.config is not a JSON object"),
        ('{"asset": {"config": {}, "confg": {}}}', "asset means nothing by `confg`"),
        ('{"asset": {"config": {}}, "relatd": {}}', "the case means nothing by `relatd`"),
        (
            '{"asset": {"config": {}}, "related": {"ec2.subnet": {}}}',
            "related.ec2.subnet is not a list",
        ),
        ('{"asset": {"config": {}}, "now": "soon"}', "now is 'soon'"),
        (
            '{"asset": {"config": {}, "kind": "aws.s3.bucket"}}',
            "the asset is of the kind aws.s3.bucket",
        ),
    ],
)
def test_a_case_that_is_none_says_what_is_wrong(text: str, why: str):
    with pytest.raises(CaseBroken, match=why):
        judge_case(Signatures([signature()]), text)


def test_a_case_may_say_all_that_an_inventory_knows():
    said = {
        "asset": {"config": {"Open": True}, "id": "x", "tags": {"a": 1}, "unread": {"B": "why"}},
        "related": {"ec2.subnet": [{"config": {"C": 1}, "id": "subnet-1"}]},
        "account": {"PasswordPolicy": None},
        "region": {"config": {}, "unread": {"EbsDefaultKey": "why"}},
        "unlooked": {"ec2.vpc": "why"},
        "now": "2026-01-01",
    }
    subject, now = read_case(json.dumps(said), KIND)
    assert now == datetime(2026, 1, 1, tzinfo=UTC)
    assert subject.asset.tags == {"a": "1"}
    assert subject.asset.unread == {"B": "why"}
    assert subject.related["ec2.subnet"][0].ref.kind == "aws.ec2.subnet"
    assert subject.account is not None
    assert subject.account.config == {"PasswordPolicy": None}
    assert subject.region is not None
    assert subject.region.unread == {"EbsDefaultKey": "why"}
    assert subject.unlooked == {"ec2.vpc": "why"}
