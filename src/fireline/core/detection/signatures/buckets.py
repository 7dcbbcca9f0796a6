"""Whether strangers reach a bucket: its policy and ACL, access points, and the blocks above them.

The rules are Amazon S3's own (https://docs.aws.amazon.com/AmazonS3/latest/userguide/
access-control-block-public-access.html). A block at the bucket and one at its account work
together, the stricter one each time. `RestrictPublicBuckets` takes strangers out of a public
policy, `IgnorePublicAcls` out of ACLs; the two `Block…` settings only refuse new ones and change
nothing that stands. Ownership `BucketOwnerEnforced` switches ACLs off. A request through an access
point must be let in by the access point's policy and by the bucket's.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from fireline.core.detection.signatures.publicity import public_statements_of
from fireline.core.detection.signatures.telling import CannotTell, all_of, any_of

Row = Mapping[str, Any]

POINTS = "s3.access_point"
BLOCK = "PublicAccessBlock"
_GROUPS = "http://acs.amazonaws.com/groups/global/"
_STRANGERS = {f"{_GROUPS}AllUsers": "everybody", f"{_GROUPS}AuthenticatedUsers": "any AWS user"}
_POLICIES, _ACLS = "RestrictPublicBuckets", "IgnorePublicAcls"
_SHOWN_ACTIONS = 5


def bucket_is_public(config: Row, account: Row, related: Row, unread: Row) -> bool:
    """Say whether strangers reach a bucket, by policy, ACL or access point, past every block.

    Give it the variables of these names. What could not be read is worked around: a block that
    closes the bucket decides, and so does a way in that no block can close. Unknown, with the
    reason, when neither does.
    """
    ways, doubts = _Bucket(config, account, related, unread).told()
    if not ways and doubts:
        raise CannotTell(doubts[0])
    return bool(ways)


def bucket_ways_in(config: Row, account: Row, related: Row, unread: Row) -> list[str]:
    """List in words how strangers reach a bucket; for evidence. What cannot be told is left out."""
    return _Bucket(config, account, related, unread).told()[0]


def bucket_block(config: Row, account: Row, unread: Row, setting: str) -> bool:
    """Say whether a setting such as `RestrictPublicBuckets` is on for a bucket, or its account.

    Unknown when one of the two blocks was not read and the other does not set it.
    """
    return _Bucket(config, account, {}, unread).blocks(setting)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of configuration, why some of it could not be read, and whose it is in words."""

    said: Row
    unread: Row
    whose: str

    def detail(self, name: str) -> object:
        """Return a detail; null: there is none."""
        if name in self.unread:
            msg = f"could not read {self.whose} {name}: {self.unread[name]}"
            raise CannotTell(msg)
        if name not in self.said:
            msg = f"{self.whose} {name} was not looked at"
            raise CannotTell(msg)
        return self.said[name]

    def blocks(self, setting: str) -> bool:
        """Say whether its block sets something."""
        return _row(self.detail(BLOCK)).get(setting) is True


@dataclass(frozen=True, slots=True)
class _Bucket:
    config: Row
    account: Row
    related: Row
    unread: Row

    def told(self) -> tuple[list[str], list[str]]:
        """List the ways in that are certain, and the reasons why there may be others."""
        ways: list[str] = []
        doubts: list[str] = []
        for way in self._ways():
            # Each way is judged by itself: what one cannot tell another may decide.
            try:
                if said := way():
                    ways.append(said)
            except CannotTell as doubt:
                doubts.append(str(doubt))
        return ways, doubts

    def blocks(self, setting: str, *more: _Part) -> bool:
        """Say whether a setting is on at the bucket, its account, or one more."""
        return any_of(
            lambda part=part: part.blocks(setting) for part in (*more, self._own, self._above)
        )

    @property
    def _own(self) -> _Part:
        return _Part(self.config, self.unread, "its")

    @property
    def _above(self) -> _Part:
        why = self.unread.get("account") or self.unread.get(f"account.{BLOCK}")
        return _Part(self.account, {BLOCK: why} if why else {}, "its account's")

    def _ways(self) -> Iterator[Callable[[], str]]:
        yield self._by_policy
        yield self._by_acl
        if POINTS not in self.related:
            yield self._by_points_unseen
        for point in self.related.get(POINTS, ()):
            yield lambda point=point: self._by_point(point)

    def _by_policy(self) -> str:
        return all_of(
            lambda: _open(self._own.detail("Policy"), "its policy"),
            lambda: not self.blocks(_POLICIES),
        )

    def _by_acl(self) -> str:
        return all_of(
            lambda: _granted(self._own.detail("Acl")),
            lambda: not _acls_off(self._own.detail("Ownership")),
            lambda: not self.blocks(_ACLS),
        )

    def _by_point(self, point: Row) -> str:
        name = f"the access point {point.get('name') or point.get('id')}"
        part = _Part(point["config"], point.get("unread", {}), f"{name}'s")
        return all_of(
            lambda: part.said.get("NetworkOrigin") != "VPC",
            lambda: _open(part.detail("Policy"), name),
            self._lets_points_in,
            lambda: not self.blocks(_POLICIES, part),
        )

    def _by_points_unseen(self) -> str:
        why = self.unread.get(f"related.{POINTS}", "they were not looked at")
        return all_of(
            lambda: _cannot(f"could not look at its access points: {why}"),
            self._lets_points_in,
            lambda: not self.blocks(_POLICIES),
        )

    def _lets_points_in(self) -> bool:
        """Say whether the bucket's policy lets strangers in who come through an access point."""
        # The usual delegation is `*` narrowed to access points of an account: no stranger comes in
        # by it directly, and every stranger does whom an access point lets in.
        policy = self._own.detail("Policy")
        return bool(public_statements_of(policy, narrowing=frozenset()))


def _open(policy: object, where: str) -> str:
    found = public_statements_of(policy)
    actions = sorted({action for one in found for action in one.actions})
    return f"{where} lets anyone {', '.join(actions[:_SHOWN_ACTIONS])}" if found else ""


def _granted(acl: object) -> str:
    given: set[str] = set()
    for grant in _rows(acl, "Grants"):
        who = _STRANGERS.get(str(_row(grant.get("Grantee")).get("URI")))
        if who is not None:
            given.add(f"{grant.get('Permission')} to {who}")
    return f"its ACL gives {', '.join(sorted(given))}" if given else ""


def _acls_off(ownership: object) -> bool:
    rules = _rows(ownership, "Rules")
    return any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules)


def _rows(said: object, name: str) -> list[Row]:
    return cast("list[Row]", _row(said).get(name) or [])


def _row(said: object) -> Row:
    """Return a mapping; of null, an empty one."""
    return {} if said is None else cast("Row", said)


def _cannot(why: str) -> str:
    raise CannotTell(why)
