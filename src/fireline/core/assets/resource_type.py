"""How one type of AWS resource is listed, read again, named and told apart: a row of the table.

Everything a row says is data. Operations are written as AWS writes them (`DescribeInstances`).
`result`, `take`, `when`, `tags`, the names' sources of a batch and the paths of links are JMESPath.
In `id`, `arn`, `name` and in parameters, what is in braces is JMESPath over the row, `{VolumeId}`;
a text that is only one such expression keeps the value's type. `{QueueUrl/}` is what follows its
last `/`. `{account}`, `{region}`,
`{partition}` and, once it is known, `{id}` are known everywhere; so are `{part1}` and `{part2}` of
an id that two names make together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Parameters = Mapping[str, Any]


class Scope(StrEnum):
    """Where a type is listed: in every region, or once for the account."""

    REGION = "region"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Detail:
    """One more call for each resource, its answer kept in the configuration under `name`.

    Details are asked in the order written; all pages of an answer are put together. `take` is
    JMESPath over the answer, all of it when empty (without `ResponseMetadata`). `absent` are the
    error codes by which AWS says that there is none: null is kept. Where `when` (JMESPath over the
    row with the details so far) says no, it is not asked and null. `service` is named where it is
    not the type's own.
    """

    name: str
    operation: str
    parameters: Parameters
    take: str = ""
    absent: frozenset[str] = frozenset()
    when: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """A list that gives only names, described so many at once: `parameter` takes the names.

    The names are what `names` (JMESPath) finds in each row. With a `size` of one the parameter
    takes the name itself, and what `result` finds is added to the row; otherwise it takes a list,
    and what is found stands in the rows' place. `parameters` go along; of a type that is listed
    under another, they speak of the other's row. `gone` are error codes by which a described one
    is not there any more.
    """

    operation: str
    parameter: str
    result: str
    size: int
    names: str
    parameters: Parameters = field(default_factory=dict[str, Any])
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LinkRule:
    """`path` is JMESPath over the configuration; each text it finds names an asset of `kind`.

    Texts are read by `naming.referred`: ARNs and URLs become ids, and what cannot be an id of the
    kind is no link. An empty path is the place itself: the region or the account.
    """

    relation: str
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One row of the table.

    How they are found: `operation` lists them, page by page where botocore knows how, or by the
    parameter `next_page`, which the answer has, too; `result` finds the rows in a page. Without an
    operation there is one row for each place looked at, `{"Region": …}` or nothing, and details
    say the rest. Where a region's listing shows what is of other regions, too, `home` finds a row's
    own, and rows of others are passed over. `also_in` lists once more with other parameters.
    `under` lists them once for each asset of another kind, whose configuration the parameters
    speak of. `batch` describes what a list only names. `composed` names a reading written by hand,
    for what no single call gives (IAM's account report); details are asked all the same.
    `none_when` are error codes that mean that there are none here or, asked for one alone, that it
    is not there.

    How one is read again: `again` are the parameters, instead of `parameters`, that list one alone
    by `{id}`; `find` names another operation for it, with its `find_result`. Where there is a
    batch and neither of the two, the batch is asked for the id at once. Where there is nothing of
    these, it is found among all. Rows with another id than the one asked for are passed over,
    unless it was asked for by another name (`forms`).

    What it is called: `id`, `arn` and `name` (the tag `Name` where empty). `tags` finds the tags in
    the configuration, a map or a list of keys and values; where the listing has none, `tagged` is
    the type by which the tagging API lists those of all at once. `arn_form` is a regular
    expression for an ARN's service and what follows its account, `iam:role/…`: its group is the
    id, and without a group the whole ARN is. `forms` are those of other ways to name one; where
    there are any, or an `id_prefix` (how EC2's ids begin), what fits none is not one.

    What changes it: `named_by` are the parameters in CloudTrail's requests and answers, in small
    letters, by which calls of `event_services` name one (only calls that `named_in` finds, where it
    says any). Two names joined by a sign, `cluster/service`, make the id together. `calls` change
    the one that a place has without naming it. `volatile` are dotted paths, with `*` for any name,
    that change by themselves and are no change of configuration. What stands under the dotted
    paths of `hidden` may be a secret somebody left there, and is never kept as it is.
    """

    kind: str
    service: str
    id: str
    operation: str = ""
    result: str = ""
    scope: Scope = Scope.REGION
    parameters: Parameters = field(default_factory=dict[str, Any])
    next_page: str = ""
    home: str = ""
    also_in: Mapping[str, Parameters] = field(default_factory=dict[str, Parameters])
    again: Parameters = field(default_factory=dict[str, Any])
    find: str = ""
    find_result: str = ""
    batch: Batch | None = None
    under: str = ""
    composed: str = ""
    details: tuple[Detail, ...] = ()
    arn: str = ""
    name: str = ""
    tags: str = ""
    tagged: str = ""
    links: tuple[LinkRule, ...] = ()
    none_when: frozenset[str] = frozenset()
    volatile: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    event_services: tuple[str, ...] = ()
    named_by: tuple[str, ...] = ()
    named_in: str = ""
    calls: tuple[str, ...] = ()
    arn_form: str = ""
    forms: tuple[str, ...] = ()
    id_prefix: str = ""
    cloudformation: str = ""
