import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.detection.signatures.documents import covers, statements_of
from fireline.core.detection.signatures.policies import is_public, is_public_for, public_statements
from fireline.core.detection.signatures.telling import CannotTell

HERE = "arn:aws:sqs:eu-central-1:111122223333:jobs"


def allow(**more: Any) -> dict[str, Any]:
    said = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": HERE}
    return {**said, **more}


def deny(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": HERE, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


ANYONE = [
    {"Principal": "*"},
    {"Principal": {"AWS": "*"}},
    {"Principal": {"AWS": ["arn:aws:iam::111122223333:root", "*"]}},
    {"Principal": ["*"]},
]
SOMEBODY = [
    {"Principal": {"AWS": "111122223333"}},
    {"Principal": {"AWS": "arn:aws:iam::444455556666:root"}},
    {"Principal": {"Service": "sns.amazonaws.com"}},
    {"Principal": {"Federated": "accounts.google.com"}},
    {"Principal": {"CanonicalUser": "0" * 64}},
]


@pytest.mark.parametrize("who", ANYONE)
def test_a_statement_that_allows_anyone_is_public(who: dict[str, Any]):
    assert is_public(policy(allow(**who)))


@pytest.mark.parametrize("who", SOMEBODY)
def test_a_statement_that_names_somebody_is_not_public(who: dict[str, Any]):
    assert not is_public(policy(allow(**who)))


def test_allowing_all_but_some_is_public():
    statement = {k: v for k, v in allow().items() if k != "Principal"}
    statement["NotPrincipal"] = {"AWS": "arn:aws:iam::444455556666:root"}
    assert is_public(policy(statement))


NARROW = [
    ("StringEquals", "aws:SourceAccount", "111122223333"),
    ("StringEquals", "AWS:SourceOwner", "111122223333"),
    ("StringEquals", "aws:sourcevpce", "vpce-0123456789abcdef0"),
    ("StringEqualsIgnoreCase", "aws:SourceVpc", "vpc-0123456789abcdef0"),
    ("StringLike", "aws:PrincipalOrgID", "o-example1234"),
    ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-example1234/r-ab12/"),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:111122223333:*"),
    ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::example-bucket"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*"),
    ("StringEquals", "kms:CallerAccount", "111122223333"),
    ("IpAddress", "aws:SourceIp", "198.51.100.0/24"),
    ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ("StringLike", "aws:userid", "AROAEXAMPLEEXAMPLE12:*"),
    ("StringEquals", "aws:PrincipalServiceName", "cloudtrail.amazonaws.com"),
    ("Bool", "elasticfilesystem:AccessedViaMountTarget", "true"),
    ("StringEquals", "s3:DataAccessPointAccount", "111122223333"),
    ("ArnLike", "s3:DataAccessPointArn", "arn:aws:s3:eu-central-1:111122223333:accesspoint/*"),
]
WIDE = [
    ("StringLike", "aws:SourceVpce", "vpce-*"),
    ("StringEquals", "aws:SourceVpce", "*"),
    ("StringLike", "aws:PrincipalOrgID", "o-?*"),
    ("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}"),
    ("StringEqualsIfExists", "aws:SourceAccount", "111122223333"),
    ("ForAllValues:StringEquals", "aws:PrincipalOrgPaths", "o-example1234/r-ab12/"),
    ("StringNotEquals", "aws:SourceAccount", "111122223333"),
    ("Null", "aws:SourceAccount", "false"),
    ("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin"),
    ("IpAddress", "aws:SourceIp", "0.0.0.0/0"),
    ("IpAddress", "aws:SourceIp", "not a range"),
    ("NotIpAddress", "aws:SourceIp", "198.51.100.0/24"),
    ("StringLike", "aws:userid", "*"),
    ("Bool", "aws:SecureTransport", "true"),
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ("StringLike", "aws:Referer", "https://www.example.com/*"),
    ("StringEquals", "aws:UserAgent", "secret"),
    ("StringEquals", "sts:ExternalId", "secret"),
    ("StringEquals", "aws:ResourceAccount", "111122223333"),
    ("StringEquals", "aws:PrincipalTag/team", "blue"),
    ("StringEquals", "sns:Protocol", "https"),
]


@pytest.mark.parametrize("test", NARROW)
def test_a_fixed_value_of_who_asks_narrows(test: tuple[str, ...]):
    assert not is_public(policy(allow(**when(*test))))


@pytest.mark.parametrize("test", WIDE)
def test_what_anyone_can_meet_narrows_nothing(test: tuple[str, ...]):
    assert is_public(policy(allow(**when(*test))))


@given(st.sampled_from(NARROW), st.sampled_from(WIDE))
def test_all_tests_must_hold_so_one_that_narrows_is_enough(
    narrow: tuple[str, ...], wide: tuple[str, ...]
):
    both = {narrow[0]: {narrow[1]: narrow[2]}}
    both.setdefault(wide[0], {})[wide[1]] = wide[2]
    if both[narrow[0]].get(narrow[1]) == narrow[2]:
        assert not is_public(policy(allow(Condition=both)))


@given(st.sampled_from([one for one in NARROW if "MountTarget" not in one[1]]))
def test_one_wild_value_among_fixed_ones_narrows_nothing(narrow: tuple[str, ...]):
    operator, key, value = narrow
    wild = "0.0.0.0/0" if key == "aws:SourceIp" else "*"
    assert is_public(policy(allow(**when(operator, key, value, wild))))


BACK = [
    deny(),
    deny(Action="*", Resource="*"),
    deny(Action=["sqs:SendMessage"]),
    deny(Action="sqs:Send*"),
    deny(Principal={"AWS": "*"}),
    deny(**when("StringNotEquals", "aws:SourceVpce", "vpce-0123456789abcdef0")),
    deny(**when("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-example1234")),
    deny(**when("NotIpAddress", "aws:SourceIp", "198.51.100.0/24")),
    deny(**when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*")),
    deny(
        Condition={
            "StringNotEquals": {"aws:SourceAccount": "111122223333"},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        }
    ),
    {
        "Effect": "Deny",
        "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/r"},
        "Action": "sqs:*",
        "Resource": "*",
    },
    {"Effect": "Deny", "Principal": "*", "NotAction": "sqs:GetQueueUrl", "Resource": "*"},
]
NOT_BACK = [
    deny(Action="sqs:DeleteQueue"),
    deny(Resource="arn:aws:sqs:eu-central-1:111122223333:other"),
    deny(Principal={"AWS": "arn:aws:iam::444455556666:root"}),
    deny(**when("Bool", "aws:SecureTransport", "false")),
    deny(**when("StringNotEquals", "aws:SourceVpce", "*")),
    deny(**when("NotIpAddress", "aws:SourceIp", "0.0.0.0/0")),
    deny(**when("StringEquals", "aws:SourceAccount", "444455556666")),
    deny(**when("IpAddress", "aws:SourceIp", "198.51.100.0/24")),
    {"Effect": "Deny", "NotPrincipal": "*", "Action": "sqs:*", "Resource": "*"},
    {"Effect": "Deny", "Principal": "*", "NotAction": "sqs:SendMessage", "Resource": "*"},
    {"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": HERE},
]


@pytest.mark.parametrize("denial", BACK)
def test_a_denial_takes_back_what_it_leaves_nothing_of(denial: dict[str, Any]):
    assert not is_public(policy(allow(), denial))
    assert not is_public(policy(denial, allow()))


@pytest.mark.parametrize("denial", NOT_BACK)
def test_a_denial_of_part_leaves_the_rest_public(denial: dict[str, Any]):
    assert is_public(policy(allow(), denial))


def test_two_denials_may_take_it_back_together_and_not_by_halves():
    two = allow(Action=["sqs:SendMessage", "sqs:ReceiveMessage"])
    send, receive = deny(Action="sqs:SendMessage"), deny(Action="sqs:ReceiveMessage")
    assert not is_public(policy(two, send, receive))
    assert is_public(policy(two, send))


def test_all_actions_of_a_resource_are_all_of_its_service():
    assert not is_public(policy(allow(Action="*"), deny()))
    assert not is_public(policy(allow(Action="sqs:*"), deny()))


STATEMENTS = st.lists(
    st.sampled_from([allow(), *[allow(**one) for one in (*ANYONE, *SOMEBODY)], *BACK, *NOT_BACK]),
    max_size=5,
)


@given(STATEMENTS, st.randoms())
def test_the_order_of_statements_changes_nothing(statements: list[dict[str, Any]], random: Any):
    mixed = random.sample(statements, len(statements))
    assert is_public(policy(*mixed)) == is_public(policy(*statements))


@given(STATEMENTS)
def test_a_denial_never_makes_a_policy_public_and_an_allowance_never_closes_it(
    statements: list[dict[str, Any]],
):
    before = is_public(policy(*statements))
    assert is_public(policy(*statements, deny())) <= before
    assert is_public(policy(*statements, allow(Principal={"AWS": "111122223333"}))) == before


def test_a_public_policy_says_which_actions_are_open():
    said = policy(allow(Sid="Send", Action=["sqs:SendMessage", "sqs:GetQueue*"]))
    assert is_public_for(said, "sqs:SendMessage")
    assert is_public_for(said, "SQS:send*")
    assert is_public_for(said, "sqs:GetQueueUrl")
    assert not is_public_for(said, "sqs:DeleteQueue")
    (found,) = public_statements(said)
    assert (found["Sid"], found["Public"], found["Principals"]) == ("Send", True, ["AWS:*"])


@pytest.mark.parametrize("none", [None, "", {"Statement": []}, '{"Version": "2012-10-17"}'])
def test_no_policy_is_not_public(none: object):
    assert not is_public(none)


@pytest.mark.parametrize(
    "broken",
    [
        "{not json",
        "[]",
        '"text"',
        "[" * 100_000,
        7,
        {"Statement": "x"},
        {"Statement": [{"Effect": "Maybe"}]},
        {"Statement": [{"Effect": "Allow", "Condition": "x"}]},
        {"Statement": [{"Effect": "Allow", "Condition": {"Bool": "x"}}]},
    ],
)
def test_what_is_no_policy_cannot_be_told(broken: object):
    with pytest.raises(CannotTell, match="the policy "):
        is_public(broken)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["Statement", "Effect", "Principal", "Action", "Condition", "AWS"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_policy_or_cannot_be_told(said: Any):
    try:
        answer: object = is_public(said)
    except CannotTell as told:
        answer = str(told)
    assert answer is True or answer is False or str(answer).startswith("the policy ")


@pytest.mark.parametrize(
    ("pattern", "text", "held"),
    [
        ("*", "anything", True),
        ("s3:Get*", "s3:getobject", True),
        ("s3:Get*", "s3:Get*", True),
        ("s3:*", "s3:Get*", True),
        ("s3:Get*", "s3:*", False),
        ("s3:?et", "s3:Get", True),
        ("s3:?et", "s3:*et", False),
        ("*a*b*c", "xxaxxbxxc", True),
        ("*a*b*c", "xxaxxbxx", False),
        ("", "", True),
        ("", "x", False),
        ("**", "", True),
    ],
)
def test_patterns_hold_texts_and_other_patterns(pattern: str, text: str, held: bool):
    assert covers(pattern, text) is held


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_a_pattern_holds_what_a_slow_reading_of_it_holds(pattern: str, text: str):
    def slow(rest: str, of: str) -> bool:
        if not rest:
            return not of
        if rest[0] == "*":
            return slow(rest[1:], of) or (bool(of) and slow(rest, of[1:]))
        return bool(of) and rest[0] in ("?", of[0]) and slow(rest[1:], of[1:])

    assert covers(pattern, text) == slow(pattern, text)


def test_statements_are_read_with_all_their_forms():
    (one,) = statements_of(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": ["a", "b"]},
                "NotAction": ["x:*"],
                "NotResource": "r",
                "Condition": {"ForAnyValue:StringLikeIfExists": {"aws:X": [True, 1]}},
            }
        }
    )
    assert one.principals == (("AWS", "a"), ("AWS", "b"))
    assert (one.not_actions, one.not_resources, one.not_principals) == (True, True, False)
    (test,) = one.conditions
    assert (test.operator, test.key, test.values) == ("stringlike", "aws:x", ("true", "1"))
    assert (test.quantifier, test.if_exists) == ("foranyvalue", True)
