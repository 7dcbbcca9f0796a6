"""The table of types against AWS's own descriptions of its services, as botocore carries them.

What is written wrong there would be found only in somebody's cloud: a parameter that is refused, a
link that finds nothing.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import jmespath
import pytest

from fireline.core.assets.aws.table import PART_KINDS, TABLE
from fireline.core.assets.naming import Place, identified, identifier, parse_arn, referred
from fireline.core.assets.resource_type import Detail, ResourceType, Scope
from tests.core.assets.aws_shapes import (
    answer,
    find,
    operations,
    pages,
    wanted,
    wrong_parameters,
)

ROWS = list(TABLE.values())
LISTED = [row for row in ROWS if row.operation]
DETAILS = [(row, detail) for row in ROWS for detail in row.details]
PLACE = Place("111122223333", "eu-west-1")
KNOWN = frozenset({"account", "region", "partition", "id", "part1", "part2"})

# What is told apart by a value finds nothing in an answer of made-up values.
_BY_VALUE = re.compile(r"\[\?[^\]]*(?:==|!=)[^\]]*\]")
_ONLY_IF = re.compile(r"^\w+ == '\w+' && ")
# Maps' own keys, which no description lists.
_KEYS_NOT_DESCRIBED = frozenset({"awslogs-group", "KmsMasterKeyId", "Attributes.TopicArn"})

# AWS answers all at once, or there is at most one.
NOT_PAGED = frozenset(
    {
        "DescribeAddresses",
        "DescribeConfigurationRecorders",
        "DescribeHub",
        "DescribeTrails",
        "ListDomainNames",
        "ListOpenIDConnectProviders",
        "ListSAMLProviders",
    }
)
# Read again by looking at all of them: few, and with no call for one alone.
AMONG_ALL = frozenset(
    {
        "aws.acm.certificate",
        "aws.cloudfront.distribution",
        "aws.cloudtrail.trail",
        "aws.iam.instance_profile",
        "aws.iam.mfa_device",
        "aws.iam.oidc_provider",
        "aws.iam.saml_provider",
        "aws.iam.server_certificate",
        "aws.s3.access_point",
        "aws.securityhub.hub",
        "aws.waf.web_acl",
    }
)


def named(value: Any) -> str:
    return {ResourceType: lambda: value.kind, Detail: lambda: value.name}.get(
        type(value), lambda: ""
    )()


def found(path: str, answered: Any) -> Any:
    return find(_ONLY_IF.sub("", _BY_VALUE.sub("[]", path)), answered)


def configuration(row: ResourceType) -> dict[str, Any]:
    """Put together what a look would find of one."""
    config: dict[str, Any] = {} if row.operation else {"Region": PLACE.region}
    if row.operation:
        config = found(row.result, answer(row.service, row.operation))[0]
    if row.batch:
        described = found(row.batch.result, answer(row.service, row.batch.operation))[0]
        config = {**config, **described} if row.batch.size == 1 else described
    for detail in row.details:
        service = detail.service or row.service
        config = {**config, detail.name: found(detail.take, answer(service, detail.operation))}
    return config


def described_alone(row: ResourceType) -> dict[str, Any]:
    return found(row.find_result, answer(row.service, row.find))[0] if row.find else {}


def expressions(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from (text.rstrip("/") for text in re.findall(r"\{([^{}]+)\}", value))
        case dict():
            for inner in value.values():
                yield from expressions(inner)
        case list():
            for inner in value:
                yield from expressions(inner)
        case _:
            return


def test_the_kinds_everybody_asks_for_are_in_the_table():
    assert len(TABLE) >= 66
    assert {kind.partition(".")[0] for kind in TABLE} == {"aws"}
    assert all(row.kind == kind for kind, row in TABLE.items())


@pytest.mark.parametrize("row", LISTED, ids=named)
def test_a_listing_is_asked_as_aws_wants_it(row: ResourceType):
    assert row.operation in operations(row.service)
    for parameters in (row.parameters, *row.also_in.values()):
        assert wrong_parameters(wanted(row.service, row.operation), parameters) == []
    assert found(row.result, answer(row.service, row.operation))


@pytest.mark.parametrize("row", LISTED, ids=named)
def test_every_page_of_a_listing_can_be_asked_for(row: ResourceType):
    paged = row.operation in pages(row.service)
    if row.next_page:
        shape = wanted(row.service, row.operation)
        assert shape is not None
        assert row.next_page in shape.members
        assert row.next_page in answer(row.service, row.operation)
    assert paged or row.next_page or row.operation in NOT_PAGED


@pytest.mark.parametrize(("row", "detail"), DETAILS, ids=named)
def test_a_detail_is_asked_as_aws_wants_it(row: ResourceType, detail: Detail):
    service = detail.service or row.service
    assert detail.operation in operations(service)
    assert wrong_parameters(wanted(service, detail.operation), detail.parameters) == []
    assert found(detail.take, answer(service, detail.operation)) is not None
    jmespath.compile(detail.when or "@")
    assert detail.name not in {other.name for other in row.details if other is not detail}


@pytest.mark.parametrize("row", [row for row in ROWS if row.batch], ids=named)
def test_what_is_only_named_is_described_as_aws_wants_it(row: ResourceType):
    batch = row.batch
    assert batch is not None
    assert batch.operation in operations(row.service)
    names: Any = "{name}" if batch.size == 1 else ["{name}"]
    asked = {**batch.parameters, batch.parameter: names}
    assert wrong_parameters(wanted(row.service, batch.operation), asked) == []
    listed = found(row.result, answer(row.service, row.operation))[0]
    assert isinstance(found(batch.names, listed), str)


@pytest.mark.parametrize("row", [row for row in ROWS if not row.composed], ids=named)
def test_one_alone_can_be_read_again(row: ResourceType):
    if not row.operation:
        assert row.details
        return
    operation = row.find or row.operation
    if not row.again:
        assert not row.find
        alone = row.batch is not None and (row.batch.size > 1 or not row.under)
        assert alone or row.kind in AMONG_ALL
        return
    assert wrong_parameters(wanted(row.service, operation), row.again) == []
    assert any("{id}" in text or "{part2}" in text for text in re.findall(r"{\w+}", str(row.again)))
    if row.find:
        assert found(row.find_result, answer(row.service, operation))


@pytest.mark.parametrize("row", [row for row in ROWS if not row.composed], ids=named)
def test_everything_a_row_speaks_of_is_there(row: ResourceType):
    config = configuration(row)
    texts = [row.id, row.arn, row.name, *(detail.parameters for detail in row.details)]
    for expression in (each for text in texts for each in expressions(text)):
        assert expression in KNOWN or find(expression, config) is not None, expression
    if row.under:
        above = configuration(TABLE[row.under])
        parameters = [row.parameters, row.batch.parameters if row.batch else {}]
        for expression in (each for held in parameters for each in expressions(held)):
            assert find(expression, above) is not None, expression
    if row.tags:
        assert find(row.tags, config) is not None
    assert not (row.tags and row.tagged)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_link_finds_something_and_leads_to_a_kind_of_the_table(row: ResourceType):
    for link in row.links:
        assert link.kind in TABLE or link.kind in PART_KINDS
        if link.path:
            jmespath.compile(link.path)
        if not link.path or row.composed or any(key in link.path for key in _KEYS_NOT_DESCRIBED):
            continue
        texts = found(link.path, configuration(row))
        assert texts, link
        assert all(
            isinstance(text, str) for text in (texts if isinstance(texts, list) else [texts])
        )


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_what_changes_by_itself_is_there_to_change(row: ResourceType):
    assert len(set(row.volatile)) == len(row.volatile)
    if row.composed:
        return
    config = {**configuration(row), **described_alone(row)}
    for path in row.volatile:
        first = path.partition(".")[0].replace("*", ".*")
        assert any(re.fullmatch(first, name) for name in config), path


@pytest.mark.parametrize("row", [row for row in ROWS if row.find], ids=named)
def test_one_described_alone_looks_as_it_does_in_the_listing(row: ResourceType):
    more = described_alone(row).keys() - configuration(row).keys()
    assert not [name for name in more if not any(fnmatchcase(name, path) for path in row.volatile)]


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_an_arn_says_which_asset_it_names(row: ResourceType):
    if not row.arn_form:
        assert row.kind in {
            "aws.account",
            "aws.region",
            "aws.iam.access_key",
            "aws.logs.metric_filter",
        }
        return
    identity = {
        "aws.ecs.service": "shop/web",
        "aws.organizations.account": "444455556666",
        "aws.securityhub.hub": "default",
    }.get(row.kind, "shop")
    if row.id == row.arn:
        return
    if "{id}" not in row.arn:
        return
    arn = row.arn.format_map(
        {"partition": "aws", "region": "eu-west-1", "account": PLACE.account, "id": identity}
    )
    parsed = parse_arn(arn)
    assert parsed is not None
    assert identified(parsed) == (row.kind, identity)
    assert identifier(row, arn) == identity


@pytest.mark.parametrize(
    ("arn", "kind", "id_", "region"),
    [
        ("iam::111122223333:user/path/ana", "aws.iam.user", "ana", ""),
        ("iam::111122223333:role/service-role/run", "aws.iam.role", "run", ""),
        ("sts::111122223333:assumed-role/run/session", "aws.iam.role", "run", ""),
        ("iam::111122223333:instance-profile/p/web", "aws.iam.instance_profile", "web", ""),
        ("s3:::shop", "aws.s3.bucket", "shop", ""),
        ("lambda:eu-west-1:111122223333:function:pay:3", "aws.lambda.function", "pay", "eu-west-1"),
        ("logs:eu-west-1:111122223333:log-group:/a/b:*", "aws.logs.group", "/a/b", "eu-west-1"),
        ("ecs:eu-west-1:111122223333:service/shop/web", "aws.ecs.service", "shop/web", "eu-west-1"),
        (
            "ecs:eu-west-1:111122223333:task-definition/web:7",
            "aws.ecs.task_definition",
            "web",
            "eu-west-1",
        ),
        ("ecr:eu-west-1:111122223333:repository/a/b", "aws.ecr.repository", "a/b", "eu-west-1"),
        ("ssm:eu-west-1:111122223333:parameter/a/b", "aws.ssm.parameter", "/a/b", "eu-west-1"),
        ("ssm:eu-west-1:111122223333:parameter/a", "aws.ssm.parameter", "a", "eu-west-1"),
        ("sqs:eu-west-1:111122223333:jobs", "aws.sqs.queue", "jobs", "eu-west-1"),
        (
            "autoscaling:eu-west-1:111122223333:autoScalingGroup:u-1:autoScalingGroupName/web",
            "aws.autoscaling.group",
            "web",
            "eu-west-1",
        ),
        (
            "wafv2:us-east-1:111122223333:global/webacl/front/a1",
            "aws.waf.web_acl",
            "a1",
            "us-east-1",
        ),
        (
            "s3:eu-west-1:111122223333:accesspoint/counter",
            "aws.s3.access_point",
            "counter",
            "eu-west-1",
        ),
        ("cloudfront::111122223333:distribution/E1ABC", "aws.cloudfront.distribution", "E1ABC", ""),
        (
            "organizations::1:account/o-a1/444455556666",
            "aws.organizations.account",
            "444455556666",
            "",
        ),
    ],
)
def test_arns_as_they_are_seen_are_understood(arn: str, kind: str, id_: str, region: str):
    parsed = parse_arn(f"arn:aws:{arn}")
    assert parsed is not None
    assert identified(parsed) == (kind, id_)
    ref = referred(kind, f"arn:aws:{arn}", PLACE)
    assert ref is not None
    assert (ref.id, ref.region, ref.account) == (id_, region, PLACE.account)


@pytest.mark.parametrize(
    "arn",
    [
        "iam::111122223333:policy/path/p",
        "sns:eu-west-1:111122223333:t",
        "secretsmanager:eu-west-1:111122223333:secret:db-Ab12Cd",
        "elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/a/1",
        "acm:eu-west-1:111122223333:certificate/c",
    ],
)
def test_what_goes_by_its_arn_keeps_it(arn: str):
    parsed = parse_arn(f"arn:aws:{arn}")
    assert parsed is not None
    named_ = identified(parsed)
    assert named_ is not None
    assert named_[1] == f"arn:aws:{arn}"


@pytest.mark.parametrize(
    ("kind", "text", "id_"),
    [
        ("aws.ec2.instance", "i-0123456789abcdef0", "i-0123456789abcdef0"),
        ("aws.ec2.instance", "10.0.0.1", None),
        ("aws.ec2.internet_gateway", "local", None),
        ("aws.ec2.internet_gateway", "vpce-0123456789abcdef0", None),
        ("aws.s3.bucket", "shop.s3.eu-west-1.amazonaws.com", "shop"),
        ("aws.s3.bucket", "shop.s3.amazonaws.com", "shop"),
        ("aws.s3.bucket", "my.shop.s3-website-eu-west-1.amazonaws.com", "my.shop"),
        ("aws.s3.bucket", "arn:aws:s3:::shop/logs/", "shop"),
        ("aws.s3.bucket", "arn:aws:s3:eu-west-1:111122223333:accesspoint/counter", None),
        ("aws.sqs.queue", "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs", "jobs"),
        ("aws.kms.key", "alias/db", "alias/db"),
        (
            "aws.kms.key",
            "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
            "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f",
        ),
        ("aws.sns.topic", "arn:aws:sns:eu-west-1:1:t:sub-1", "arn:aws:sns:eu-west-1:1:t"),
        ("aws.sns.topic", "arn:aws:lambda:eu-west-1:1:function:f", None),
        ("aws.lambda.function", "pay:live", "pay"),
        ("aws.iam.policy", "inline", None),
        ("aws.iam.policy", "arn:aws:iam::aws:policy/ReadOnly", "arn:aws:iam::aws:policy/ReadOnly"),
        ("aws.iam.role", "", None),
        ("aws.iam.role", "r" * 3000, None),
    ],
)
def test_other_ways_to_name_one_become_its_id(kind: str, text: str, id_: str | None):
    assert identifier(TABLE[kind], text) == id_


def test_the_place_itself_is_named_by_nothing():
    region, account = referred("aws.region", "", PLACE), referred("aws.account", "", PLACE)
    assert str(region) == "aws.region/111122223333/eu-west-1/eu-west-1"
    assert str(account) == "aws.account/111122223333/global/111122223333"
    assert referred("aws.iam.role", "", PLACE) is None
    assert referred("aws.region", "", Place("111122223333", "")) is None


def test_a_policy_of_aws_own_is_in_the_account_that_uses_it():
    ref = referred("aws.iam.policy", "arn:aws:iam::aws:policy/ReadOnly", PLACE)
    assert ref is not None
    assert (ref.account, ref.region) == (PLACE.account, "")


def test_events_and_arns_name_one_kind_only():
    prefixes = [row.id_prefix for row in ROWS if row.id_prefix]
    types = [row.cloudformation for row in ROWS if row.cloudformation]
    assert len(set(prefixes)) == len(prefixes)
    assert len(set(types)) == len(types)
    for row in ROWS:
        named_so = row.named_by or row.calls or row.id_prefix
        assert named_so, row.kind
        assert not row.named_in or re.compile(row.named_in)


def test_what_belongs_to_no_region_is_listed_for_the_account():
    account = {row.kind for row in ROWS if row.scope is Scope.ACCOUNT}
    assert {"aws.s3.bucket", "aws.account", "aws.cloudfront.distribution"} < account
    assert all(row.scope is Scope.ACCOUNT for row in ROWS if row.kind.startswith("aws.iam."))
