"""Every operation looking asks: those of the table, and those that are asked by hand.

Clients for looking have these and no other. Not one of them changes anything.
"""

from fireline.connectors.aws.listing import Table
from fireline.connectors.aws.models import Asked

# Patterns, as `fnmatch` reads them: IAM is read by hand, each thing by several calls.
BY_HAND: Asked = frozenset(
    {
        ("ce", "GetCostAndUsageWithResources"),
        ("ec2", "DescribeRegions"),
        ("iam", "Generate*"),
        ("iam", "Get*"),
        ("iam", "List*"),
        ("resourcegroupstaggingapi", "GetResources"),
        ("sts", "AssumeRole"),
        ("sts", "GetCallerIdentity"),
    }
)


def asked_of(table: Table) -> Asked:
    """Return what the rows of a table ask, and what is asked whatever they say."""
    asked: set[tuple[str, str]] = set()
    for row in table.values():
        asked |= {(row.service, name) for name in (row.operation, row.find) if name}
        asked |= {(one.service or row.service, one.operation) for one in row.details}
        if row.batch is not None:
            asked.add((row.service, row.batch.operation))
    return BY_HAND | asked
