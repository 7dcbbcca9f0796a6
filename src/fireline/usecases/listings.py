"""What a part of a look gives: listings and kinds, of every provider's table."""

from collections.abc import Collection, Mapping
from functools import cache

from fireline.core.assets import kubernetes
from fireline.core.assets.aws.table import TABLE as AWS

PREFIX = "aws."


@cache
def listings_of() -> Mapping[str, str]:
    """Return every kind there is, with the listing that gives it."""
    return {kind: row.composed or kind for kind, row in AWS.items()} | {
        kind: kind for kind in kubernetes.TABLE
    }


def kinds_of(listing: str) -> tuple[str, ...]:
    """Return the kinds a listing gives: itself, or those that a composed reading gives."""
    return _kinds_by_listing().get(listing, ())


@cache
def _kinds_by_listing() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for kind, listing in listings_of().items():
        found[listing] = (*found.get(listing, ()), kind)
    return found


def is_known(kind: str) -> bool:
    """Say whether assets of a kind are looked at."""
    return kind in AWS or kind in kubernetes.TABLE


def volatile_of(kind: str) -> tuple[str, ...]:
    """Return the paths of a kind's configuration that change by themselves."""
    row = AWS.get(kind) or kubernetes.TABLE.get(kind)
    return row.volatile if row else ()


@cache
def listings_written_by(service: str) -> Collection[str]:
    """Return the listings whose assets the calls of a service change, as its log names it."""
    return frozenset(
        row.composed or kind
        for kind, row in AWS.items()
        # What is known by its id alone needs no names in its service's calls.
        if service in (row.event_services or (row.service,))
    )


def short_kind(kind: str) -> str:
    """Return a kind as signatures write it: without its provider where that is AWS."""
    return kind.removeprefix(PREFIX)
