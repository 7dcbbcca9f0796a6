"""Exceptions: what somebody answers for, on whose word, and until when.

An exception never changes a verdict. What it covers still fails, and is shown with who, why and
until; when it ends, the finding is open again as if it had always been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from fireline.core.assets.ref import AssetRef

LONGEST = timedelta(days=366)
WARN_BEFORE = timedelta(days=7)
# More assets than these are not one decision any more: somebody must say why.
MANY = 25


@dataclass(frozen=True, slots=True)
class Scope:
    """What an exception covers: one signature, and assets that fit all that is named.

    `asset` is a glob over the id or the ARN, `tag` a tag's name or `name=value`.
    """

    signature: str
    asset: str = ""
    tag: str = ""
    account: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing but the account narrows it."""
        return not self.tag and self.asset.strip("*") == ""

    def __str__(self) -> str:
        narrowed = (
            f"assets {self.asset}" if self.asset else "",
            f"tagged {self.tag}" if self.tag else "",
            f"in {self.account}" if self.account else "",
        )
        said = ", ".join(each for each in narrowed if each)
        return f"{self.signature} ({said or 'everywhere'})"


@dataclass(frozen=True, slots=True)
class Judged:
    """An asset as an exception sees it."""

    ref: AssetRef
    arn: str
    tags: Mapping[str, str]


def covers(scope: Scope, signature: str, asset: Judged) -> bool:
    """Say whether an exception is for a signature's finding on an asset."""
    return (
        scope.signature == signature
        and (not scope.account or scope.account == asset.ref.account)
        and (not scope.asset or _named(scope.asset, asset))
        and (not scope.tag or _tagged(scope.tag, asset.tags))
    )


def why_broad(scope: Scope, covered: Sequence[Judged]) -> tuple[str, ...]:
    """Say why an exception needs a reason of its own to be so wide; nothing when it does not."""
    reasons: list[str] = []
    if scope.is_whole:
        where = f"every asset of account {scope.account}" if scope.account else "every account"
        reasons.append(f"it covers {where}")
    if len(covered) > MANY:
        reasons.append(f"it covers {len(covered)} assets")
    return tuple(reasons)


def next_turn(expires_at: datetime, *, warned: bool, now: datetime) -> datetime:
    """Return when something is to be done about an exception: warn its owner, or end it."""
    warning = expires_at - WARN_BEFORE
    return expires_at if warned or warning <= now else warning


def _named(pattern: str, asset: Judged) -> bool:
    return fnmatchcase(asset.ref.id, pattern) or fnmatchcase(asset.arn, pattern)


def _tagged(wanted: str, tags: Mapping[str, str]) -> bool:
    name, divided, value = wanted.partition("=")
    return name in tags and (not divided or tags[name] == value)
