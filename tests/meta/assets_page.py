"""The reference of what is looked at in AWS, made of the table of types."""

import json
from collections.abc import Iterator

from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.permissions import calls_of, permission, permissions
from fireline.core.assets.resource_type import ResourceType, Scope

_HEAD = """# Assets of AWS

{written}

These are the kinds of resource that the inventory looks at, each with the calls that find it and
what they ask. Lists come first; a call under *each* is made once for every resource. What a
resource is set to is kept as AWS answers it, under AWS's own names, with each detail under the name
given here. IAM's users, roles, groups and policies come from the account's authorisation report and
the credential report, and only one that changed is read by itself.

No call reads what is in a bucket, a queue, a secret, a parameter, a table or a log. What is read
and may hold a secret that somebody left there, user data and environment variables, is searched for
credentials and then hidden: `Secrets` lists their kinds and places, and the texts are not kept.

## Permissions

The role that looks needs these and no others. Some are not called as their operation is; the
[Service Authorization Reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)
lists them. Where one is missing, what it would show is *could not look: denied*, and all else is
looked at.

```json
{policy}
```

## Kinds
"""


def page(written: str) -> str:
    """Return the page."""
    statement = {"Effect": "Allow", "Action": list(permissions()), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
    rows = sorted(TABLE.values(), key=lambda row: row.kind)
    return _HEAD.format(written=written, policy=policy) + "".join(_entry(row) for row in rows)


def _entry(row: ResourceType) -> str:
    return f"\n### {row.kind}\n\n" + "".join(f"- {line}\n" for line in _lines(row))


def _lines(row: ResourceType) -> Iterator[str]:
    yield _found(row)
    if row.batch:
        each = "each" if row.batch.size == 1 else f"{row.batch.size} at once"
        yield f"described, {each}: `{row.batch.operation}`"
    if row.details:
        details = ", ".join(f"`{one.name}` (`{one.operation}`)" for one in row.details)
        yield f"{'each' if row.operation else 'details'}: {details}"
    if row.tagged:
        yield f"tags: `GetResources` for all `{row.tagged}` at once"
    if row.links:
        links = dict.fromkeys(f"{link.relation} `{link.kind}`" for link in row.links)
        yield f"links: {', '.join(links)}"
    yield f"permissions: {', '.join(f'`{one}`' for one in _permissions(row))}"


def _found(row: ResourceType) -> str:
    where = "each region" if row.scope is Scope.REGION else "the account"
    if row.composed and row.kind != "aws.account":
        return "listed once for the account, by IAM's reports"
    if not row.operation:
        return f"one for {where}"
    if row.under:
        return f"listed for each `{row.under}`: `{row.operation}`"
    once = "in each region" if row.scope is Scope.REGION else "once for the account"
    return f"listed {once}: `{row.operation}`"


def _permissions(row: ResourceType) -> list[str]:
    return sorted({permission(*call) for call in calls_of(row)})
