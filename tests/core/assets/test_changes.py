import json

from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.changes import (
    MAX_CHANGES,
    MAX_SUMMARY_CHARACTERS,
    changed,
    digest,
    known,
    summary,
)

SSH = {"FromPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
WEB = {"FromPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab{", max_size=3)
CONFIGS = st.dictionaries(
    st.sampled_from("ABC"),
    st.recursive(
        PLAIN,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("KLM"), inner, max_size=3)
        ),
        max_leaves=8,
    ),
)


def told(before, after, volatile=()):
    return summary(changed(before, after, volatile))


def test_an_opened_port_is_one_permission_added():
    changes = changed({"IpPermissions": [WEB]}, {"IpPermissions": [SSH, WEB]})
    assert [(c.path, c.became, c.before, c.after) for c in changes] == [
        ("IpPermissions", "added", None, SSH)
    ]
    assert summary(changes) == "IpPermissions: 1 added"


def test_a_switch_is_told_with_both_its_positions():
    before, after = {"Block": {"Acls": True}}, {"Block": {"Acls": False}}
    assert told(before, after) == "Block.Acls: on → off"


def test_what_was_set_where_nothing_was_is_told():
    assert told({"Policy": None}, {"Policy": "x" * 900}) == "Policy: changed"
    assert told({}, {"State": "on"}) == "State: 1 added"
    assert told({"State": "on"}, {}) == "State: 1 removed"


def test_tags_are_told_by_their_names():
    before = {"Tags": [{"Key": "team", "Value": "shop"}, {"Key": "a", "Value": "1"}]}
    after = {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "team", "Value": "pay"}]}
    assert told(before, after) == "Tags.team.Value: shop → pay"
    assert told({"Tags": []}, after) == "Tags.a: 1 added; Tags.team: 1 added"


def test_items_of_which_two_share_a_name_are_compared_whole():
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    assert told({"Tags": twice}, {"Tags": twice[:1]}) == "Tags: 1 removed"


def test_policies_are_compared_as_what_they_say():
    policy = {"Statement": [{"Sid": "Read", "Effect": "Allow", "Principal": "*"}]}
    tight, wide = json.dumps(policy), json.dumps(policy, indent=2)
    assert digest({"Policy": tight}) == digest({"Policy": wide})
    policy["Statement"][0]["Principal"] = {"AWS": "111122223333"}
    changes = changed({"Policy": tight}, {"Policy": json.dumps(policy)})
    assert [change.path for change in changes] == ["Policy.Statement.Read.Principal"]


def test_a_policy_that_cannot_be_read_is_text():
    assert told({"Policy": "{not json"}, {"Policy": "{nor this"}) == (
        "Policy: {not json → {nor this"
    )
    deep = '{"a":' * 40 + "1" + "}" * 40
    assert told({"Policy": deep}, {"Policy": ""}) == "Policy: changed"


def test_what_changes_by_itself_is_no_change():
    before = {"Size": 1, "State": {"LastAt": "a", "On": True}, "All": [{"N": 1, "Q": {"R": 1}}]}
    after = {"Size": 2, "State": {"LastAt": "b", "On": True}, "All": [{"N": 2, "Q": {"R": 2}}]}
    volatile = ("Size", "State.Last*", "All.N", "*.*.R")
    assert changed(before, after, volatile) == ()
    assert digest(before, volatile) == digest(after, volatile)
    assert len(changed(before, after)) > 0


def test_what_could_not_be_read_this_time_is_as_it_was_known():
    before = {"Name": "b", "Policy": "{}", "Acl": {}}
    after = known({"Name": "b", "Acl": None}, ["Policy", "Versioning"], before)
    assert after == {"Name": "b", "Policy": "{}", "Acl": None}


def test_very_many_changes_and_very_long_values_are_cut():
    many = {f"k{number}": "v" * 5000 for number in range(1000)}
    changes = changed({}, many)
    assert len(changes) == MAX_CHANGES
    assert all(len(str(change.after)) <= MAX_SUMMARY_CHARACTERS for change in changes)
    assert summary(changes) == "k0: 1 added; k1: 1 added; k10: 1 added; 197 more"
    assert len(told({}, {"x" * 500: 1})) == MAX_SUMMARY_CHARACTERS


@given(CONFIGS, CONFIGS)
def test_two_configurations_have_one_digest_when_nothing_differs_and_only_then(one, other):
    assert (digest(one) == digest(other)) == (changed(one, other) == ())


@given(CONFIGS, st.randoms(use_true_random=False))
def test_the_order_of_lists_is_no_change(config, random):
    def shuffled(value):
        match value:
            case list():
                mixed = [shuffled(item) for item in value]
                random.shuffle(mixed)
                return mixed
            case dict():
                return {name: shuffled(inner) for name, inner in value.items()}
            case _:
                return value

    assert changed(config, shuffled(config)) == ()
    assert digest(config) == digest(shuffled(config))
