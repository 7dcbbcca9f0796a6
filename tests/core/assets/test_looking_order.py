from dataclasses import replace

from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.looking_order import looking_order
from fireline.core.assets.resource_type import Batch, Detail, LinkRule, ResourceType, Scope

QUICK = ResourceType("aws.x.quick", "ec2", "{Id}", "DescribeQuick", "Quick")
EACH = replace(QUICK, kind="aws.x.each", details=(Detail("More", "GetMore", {}),))
WHOLE = replace(EACH, kind="aws.x.whole", scope=Scope.ACCOUNT)
PLACE = replace(EACH, kind="aws.x.place", operation="")


def order(*rows: ResourceType) -> list[str]:
    return [listing.removeprefix("aws.x.") for listing in looking_order(_table(*rows))]


def _table(*rows: ResourceType) -> dict[str, ResourceType]:
    return {row.kind: row for row in rows}


def test_the_whole_account_s_longest_is_first_then_what_is_quick_then_the_rest() -> None:
    assert order(EACH, QUICK, WHOLE) == ["whole", "quick", "each"]


def test_details_of_the_place_itself_are_quick() -> None:
    assert order(EACH, PLACE) == ["place", "each"]


def test_a_batch_of_one_asks_about_each() -> None:
    batch = Batch("DescribeOne", "Ids", "Quick", 1, "Id")
    one = replace(QUICK, kind="aws.x.a_one", batch=batch)
    many = replace(QUICK, kind="aws.x.many", batch=replace(batch, size=100))
    assert order(one, many) == ["many", "a_one"]


def test_what_asks_more_of_each_is_before_what_asks_less() -> None:
    more = replace(WHOLE, kind="aws.x.z_more", details=2 * WHOLE.details)
    assert order(WHOLE, more) == ["z_more", "whole"]


def test_what_more_kinds_link_to_is_before_the_rest() -> None:
    far = replace(EACH, kind="aws.x.z_linked")
    to_it = replace(QUICK, links=(LinkRule("encrypted with", far.kind, "Key"),) * 2)
    assert order(EACH, far, to_it) == ["quick", "z_linked", "each"]


def test_what_is_read_together_is_one_listing_where_its_first_is() -> None:
    user = replace(WHOLE, kind="aws.x.user", composed="iam", operation="", details=())
    role = replace(user, kind="aws.x.role", details=3 * WHOLE.details)
    assert order(WHOLE, user, role) == ["iam", "whole"]


def test_every_listing_of_aws_is_in_it_once() -> None:
    listed = looking_order(TABLE)
    assert sorted(listed) == sorted({row.composed or row.kind for row in TABLE.values()})
    assert listed[:2] == ("aws.s3.bucket", "iam")
    assert listed.index("aws.kms.key") > listed.index("aws.ec2.vpc")
