"""The order in which a whole account is looked at: to end soon, and to be judged on the way."""

from collections import Counter
from collections.abc import Mapping

from fireline.core.assets.resource_type import ResourceType, Scope


def looking_order(table: Mapping[str, ResourceType]) -> tuple[str, ...]:
    """Return the listings of a table; what is begun first is first.

    First what asks about each resource of the whole account, such as each bucket: it takes longest,
    and the rest is done beside it. Then what is quick, since most verdicts rest on some of it. Last
    what asks about each resource of a region. What more kinds link to goes before the rest.
    """
    linked = Counter(kind for row in table.values() for kind in {rule.kind for rule in row.links})
    found: dict[str, tuple[int, int, int, str]] = {}
    for row in table.values():
        listing = row.composed or row.kind
        each = _asks_about_each(row)
        whole = each and row.scope is Scope.ACCOUNT
        turn = 0 if whole else 1 + each
        key = (turn, -len(row.details) if whole else 0, -linked[row.kind], listing)
        found[listing] = min(key, found.get(listing, key))
    return tuple(sorted(found, key=found.__getitem__))


def _asks_about_each(row: ResourceType) -> bool:
    """Tell a listing whose calls grow with its resources; IAM's asks for the keys of each user."""
    one_by_one = row.batch is not None and row.batch.size == 1
    return bool(row.composed or (row.operation and (row.details or one_by_one)))
