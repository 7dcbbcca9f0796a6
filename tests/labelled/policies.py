"""Policies as people write them, with what they come to for anybody at all."""

import json
from typing import Any

ACCOUNT, PARTNER = "111122223333", "444455556666"
Statement = dict[str, Any]


def policy(*statements: Statement, version: str = "2012-10-17", **more: Any) -> str:
    """Write a policy as the text AWS keeps."""
    return json.dumps({"Version": version, **more, "Statement": list(statements)})


def allow(who: Any, *actions: str, on: Any = "*", **more: Any) -> Statement:
    """Write a statement that allows; `when` is its condition."""
    when = {"Condition": more.pop("when")} if "when" in more else {}
    action: Any = actions[0] if len(actions) == 1 else list(actions)
    return {"Effect": "Allow", "Principal": who, "Action": action, "Resource": on, **when, **more}


def deny(who: Any, *actions: str, **more: Any) -> Statement:
    """Write a statement that denies."""
    return allow(who, *actions, **more) | {"Effect": "Deny"}


def root(account: str = ACCOUNT) -> dict[str, str]:
    """Name everybody whom an account itself lets."""
    return {"AWS": f"arn:aws:iam::{account}:root"}


def public(*actions: str) -> dict[str, str]:
    """Return policies that let strangers in, by what is odd about them."""
    first, some = actions[0], list(actions)
    service = first.partition(":")[0]
    ours = allow(root(), f"{service}:*", Sid="ours")
    return {
        "plain": policy(allow("*", *some)),
        "among others": policy(ours, allow({"AWS": "*"}, first)),
        "in a list": policy(allow({"AWS": [f"arn:aws:iam::{PARTNER}:root", "*"]}, *some)),
        "one statement, no list": json.dumps(
            {"Statement": allow("*", f"{service}:*"), "Version": "2008-10-17"}, indent=4
        ),
        "a condition anybody meets": policy(
            allow("*", first, when={"Bool": {"aws:SecureTransport": "true"}})
        ),
        "all addresses": policy(
            allow({"AWS": "*"}, first, when={"IpAddress": {"aws:SourceIp": ["0.0.0.0/0"]}})
        ),
        "no key, no test": policy(
            allow("*", first, when={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}})
        ),
        "a wildcard for an organisation": policy(
            allow("*", first, when={"StringLike": {"aws:PrincipalOrgID": "*"}})
        ),
        "all but one": policy(
            {
                "Effect": "Allow",
                "NotPrincipal": {"AWS": f"arn:aws:iam::{PARTNER}:root"},
                "Action": first,
                "Resource": "*",
            }
        ),
    }


def private(*actions: str) -> dict[str, str]:
    """Return policies that let no stranger in."""
    first, some = actions[0], list(actions)
    service = first.partition(":")[0]
    narrow = {
        "an organisation": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        "an account": {"StringEquals": {"aws:PrincipalAccount": [ACCOUNT, PARTNER]}},
        "odd case": {"stringequals": {"AWS:PRINCIPALORGID": "o-abcdefghij"}},
        "an office": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/48"]}},
        "an endpoint": {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}},
        "roles": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/deploy-*"}},
    }
    by_condition = {name: policy(allow("*", *some, when=when)) for name, when in narrow.items()}
    return by_condition | {
        "ourselves": policy(allow(root(), f"{service}:*", Sid="Enable IAM User Permissions")),
        "a partner": policy(allow(root(), *some), allow({"AWS": PARTNER}, first, Sid="partner")),
        "only a denial": policy(
            allow(root(), *some),
            deny("*", f"{service}:*", when={"Bool": {"aws:SecureTransport": "false"}}),
        ),
        "taken back": policy(
            allow("*", first),
            deny(
                "*",
                f"{service}:*",
                when={"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
            ),
        ),
    }


BROKEN = {
    "cut off": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Act',
    "not JSON": "<Policy><Allow/></Policy>",
    "no statement": '"allow everything"',
}
