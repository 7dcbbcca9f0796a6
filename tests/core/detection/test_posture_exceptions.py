"""What an exception covers, when it is too broad, and when its owner is warned."""

from datetime import UTC, datetime, timedelta

import pytest

from fireline.core.assets.ref import AssetRef
from fireline.core.detection.posture_exceptions import (
    MANY,
    WARN_BEFORE,
    Judged,
    Scope,
    covers,
    next_turn,
    why_broad,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def bucket(name: str = "site-1", account: str = "111122223333", **tags: str) -> Judged:
    ref = AssetRef("aws.s3.bucket", account, name)
    return Judged(ref, f"arn:aws:s3:::{name}", tags)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (Scope("public-bucket"), True),
        (Scope("other"), False),
        (Scope("public-bucket", asset="site-*"), True),
        (Scope("public-bucket", asset="arn:aws:s3:::site-?"), True),
        (Scope("public-bucket", asset="logs-*"), False),
        (Scope("public-bucket", tag="team"), True),
        (Scope("public-bucket", tag="team=web"), True),
        (Scope("public-bucket", tag="team=shop"), False),
        (Scope("public-bucket", tag="owner"), False),
        (Scope("public-bucket", account="111122223333"), True),
        (Scope("public-bucket", account="444455556666"), False),
        (Scope("public-bucket", asset="site-*", tag="team=shop"), False),
    ],
)
def test_an_exception_covers_what_fits_all_it_names(scope: Scope, covered: bool):
    assert covers(scope, "public-bucket", bucket(team="web")) is covered


def test_a_tag_with_an_equals_sign_in_its_value_is_named_whole():
    assert covers(Scope("x", tag="a=b=c"), "x", bucket(a="b=c"))


def test_a_whole_account_or_very_many_assets_need_a_reason():
    few, many = [bucket()], [bucket(f"b-{n}") for n in range(MANY + 1)]
    assert why_broad(Scope("x", asset="b-*"), few) == ()
    assert why_broad(Scope("x", asset="b-*"), many) == (f"it covers {MANY + 1} assets",)
    assert "every asset of account 1" in why_broad(Scope("x", account="1"), few)[0]
    assert "every account" in why_broad(Scope("x", asset="**"), few)[0]
    assert why_broad(Scope("x", tag="public"), few) == ()


def test_its_owner_is_warned_before_it_ends():
    ends = NOON + timedelta(days=30)
    assert next_turn(ends, warned=False, now=NOON) == ends - WARN_BEFORE
    assert next_turn(ends, warned=True, now=NOON) == ends
    assert next_turn(NOON + timedelta(days=1), warned=False, now=NOON) == NOON + timedelta(days=1)
