"""AWS accounts as an inventory: looked at part by part, or one asset again.

Blocking calls run in threads of their own, never in the loop's; nothing raises for what AWS did.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

import structlog

from fireline.connectors.aws.accounts import Clients, WayIn, assuming
from fireline.connectors.aws.asked import asked_of
from fireline.connectors.aws.asking import Ask, Asking
from fireline.connectors.aws.costs import CostSource
from fireline.connectors.aws.found_assets import asset_of
from fireline.connectors.aws.iam_account import IAM_KINDS, read_iam
from fireline.connectors.aws.iam_alone import read_alone
from fireline.connectors.aws.listing import CouldNotError, Found, Reading, Table
from fireline.connectors.aws.looking_outcomes import RAISED, as_if_off
from fireline.connectors.aws.pace import RATES, Pace
from fireline.connectors.aws.session import only_loopback
from fireline.connectors.aws.spreading import Spreading
from fireline.core.assets.asset import Asset
from fireline.core.assets.aws.table import TABLE
from fireline.core.assets.looking_order import looking_order
from fireline.core.assets.ref import AssetRef
from fireline.core.assets.resource_type import ResourceType, Scope
from fireline.core.values.secret import Secret
from fireline.ports.inventory import (
    Account,
    Cost,
    CouldNotLook,
    Looked,
    Part,
    Probed,
    Reread,
    Why,
)

MAX_CALLS_OF_ONE = 12
# Parts wait for their details, so details have threads that wait for nobody.
_PART_THREADS = 12
_REGIONS_SECONDS = 600
_REGIONS_UNKNOWN_SECONDS = 15
_SWITCHED_ON = frozenset({"opt-in-not-required", "opted-in"})
_IAM = "iam"

_T = TypeVar("_T")
log = structlog.get_logger()


class AwsInventory:
    """Looks into AWS accounts."""

    def __init__(
        self, way: WayIn, pace: Pace, *, table: Table = TABLE, costs: CostSource | None = None
    ) -> None:
        self._table, self._pace = table, pace
        self._clients = Clients(way, asked_of(table))
        self._costs = costs or CostSource()
        self._parts = ThreadPoolExecutor(_PART_THREADS, "looking")
        self._details = Spreading()
        self._lock = Lock()
        self._on: dict[Account, tuple[float, frozenset[str] | CouldNotLook]] = {}
        self._verified: set[Account] = set()

    @classmethod
    def real(cls, way: WayIn, costs: CostSource | None = None) -> "AwsInventory":
        """Look into the accounts of AWS itself, within its quotas; a simulated one has none."""
        return cls(way, Pace(None if way.endpoint_url else RATES), costs=costs)

    @classmethod
    def of_drill(cls, way: WayIn) -> "AwsInventory":
        """Look into a drill's lab; refuse to be made for anything off this machine."""
        only_loopback(way.endpoint_url)
        return cls(replace(way, proxied=False), Pace(None))

    async def probe(self, account: Account) -> Probed | CouldNotLook:
        """Assume the role; try it without and with a wrong external id, too."""
        return await self._run(self._probe, account)

    async def parts(self, account: Account) -> Sequence[Part] | CouldNotLook:
        """List what there is to look at. A region that is named but off is in it, to be told."""
        return await self._run(self._list_parts, account)

    async def look(self, account: Account, part: Part) -> Looked | CouldNotLook:
        """Look at one part."""
        return await self._run(self._look, account, part)

    async def reread(self, account: Account, ref: AssetRef) -> Reread | CouldNotLook:
        """Read one asset again."""
        return await self._run(self._reread, account, ref)

    async def costs(self, account: Account) -> AsyncIterator[Cost]:
        """Give what resources cost; nothing where neither Cost Explorer nor a file may be read."""
        asking = Asking(self._clients.of(account), self._pace)
        pages = self._costs.pages(asking)
        loop = asyncio.get_running_loop()
        while (page := await loop.run_in_executor(self._parts, next, pages, None)) is not None:
            for cost in page:
                yield cost

    def close(self) -> None:
        """End every waiting; what is under way is left alone."""
        self._pace.stop()
        self._parts.shutdown(wait=False, cancel_futures=True)
        self._details.close()

    async def _run(self, function: Callable[..., _T], *arguments: Any) -> _T | CouldNotLook:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._parts, function, *arguments)
        except Exception as odd:
            # An answer no model foresees must not end the looking at everything else.
            log.exception("inventory.odd_answer", of=str(arguments[-1]))
            return CouldNotLook(Why.UNREADABLE, f"the answer was odd ({type(odd).__name__})")

    def _probe(self, account: Account) -> Probed | CouldNotLook:
        asking = Asking(self._clients.of(account), self._pace)
        try:
            identity, of = _identity(asking)
            if of != account.id:
                return Probed(identity, f"it is of account {of}, not of {account.id}")
            if account.role_arn:
                return Probed(identity, self._open_to(account))
        except CouldNotError as could_not:
            return could_not.why
        return Probed(identity)

    def _open_to(self, account: Account) -> str:
        """Say how a role may be assumed that must not be; empty when it is closed as it should."""
        guessed = Secret(secrets.token_urlsafe(24))
        for trying, how in (
            (replace(account, external_id=None), "without an external id"),
            (replace(account, external_id=guessed), "with any external id"),
        ):
            own = Asking(self._clients.of(Account("")), self._pace)
            ask = Ask("sts", "AssumeRole", assuming(trying))
            try:
                own.ask(ask)
            except RAISED as error:
                why = own.why_not(error, ask)
                if why.why is not Why.CREDENTIALS:
                    raise CouldNotError(why) from error
            else:
                return (
                    f"the role can be assumed {how}: whoever fireline works for could have it look"
                    " here; its trust policy must ask for fireline's own"
                )
        return ""

    def _list_parts(self, account: Account) -> Sequence[Part] | CouldNotLook:
        asking = Asking(self._clients.of(account), self._pace)
        try:
            self._verify(asking)
        except CouldNotError as could_not:
            return could_not.why
        on = self._switched_on(asking)
        if isinstance(on, CouldNotLook) and (not account.regions or on.why is Why.CREDENTIALS):
            return on
        regions = account.regions or tuple(sorted(on if isinstance(on, frozenset) else ()))
        home = asking.clients.way.region
        order = {listing: at for at, listing in enumerate(looking_order(self._table))}
        found: dict[Part, tuple[int, bool, str]] = {}
        for row in self._table.values():
            places = ("",) if row.scope is Scope.ACCOUNT else regions
            for region in places:
                part = Part(account.id, region, row.composed or row.kind)
                # A kind that was seen in all regions can be judged while others are looked at.
                found[part] = (order[part.listing], region not in {"", home}, region)
        return tuple(sorted(found, key=found.__getitem__))

    def _look(self, account: Account, part: Part) -> Looked | CouldNotLook:
        asking = Asking(self._clients.of(account), self._pace)
        try:
            self._verify(asking)
            if part.region and self._is_off(asking, part.region):
                return _off(part.region)
            if part.listing == _IAM:
                return self._look_at_iam(asking)
            row = self._table.get(part.listing)
            if row is None:
                return CouldNotLook(Why.UNREADABLE, f"fireline does not list {part.listing}")
            return self._look_at(self._reading(asking, row, part.region))
        except CouldNotError as could_not:
            return could_not.why
        except RAISED as error:
            return asking.why_not(error, Ask("", "", region=part.region))

    def _look_at(self, reading: Reading) -> Looked:
        kind = reading.type.kind
        assets, why = _named(reading, reading.all())
        calls = reading.asking.calls
        if why is not None:
            return Looked((), assets, calls, {kind: why})
        return Looked((kind,), assets, calls)

    def _look_at_iam(self, asking: Asking) -> Looked | CouldNotLook:
        seen = read_iam(asking, self._details.over)
        assets: list[Asset] = []
        rows = [row for row in self._table.values() if row.composed == _IAM]
        for row in rows:
            reading = self._reading(asking, row, "")
            found = seen.found[row.kind]
            self._details.over(reading.detail, found)
            some, why = _named(reading, found)
            assets += some
            if why is not None:
                seen.miss(why, row.kind)
        kinds = tuple(row.kind for row in rows if row.kind not in seen.missed)
        missed = {row.kind: seen.missed[row.kind] for row in rows if row.kind in seen.missed}
        return Looked(kinds, tuple(assets), asking.calls, missed)

    def _reread(self, account: Account, ref: AssetRef) -> Reread | CouldNotLook:
        row = self._table.get(ref.kind)
        if row is None:
            return CouldNotLook(Why.UNREADABLE, f"fireline cannot read {ref.kind}")
        clients = self._clients.of(account)
        asking = Asking(clients, self._pace, most=MAX_CALLS_OF_ONE)
        reading = self._reading(asking, row, ref.region)
        try:
            self._verify(Asking(clients, self._pace))
            found = self._alone(reading, ref)
            asset = asset_of(reading, found) if found else None
        except CouldNotError as could_not:
            return self._or_off(asking, ref.region, could_not)
        except RAISED as error:
            return asking.why_not(error, Ask(row.service, "", region=ref.region))
        return Reread(ref, asset, asking.calls)

    def _alone(self, reading: Reading, ref: AssetRef) -> Found | None:
        composed = reading.type.composed == _IAM and ref.kind in IAM_KINDS
        found = read_alone(reading.asking, ref.kind, ref.id) if composed else reading.one(ref.id)
        if found is None:
            return None
        known = found
        at_once, then = reading.order()
        self._details.over(lambda detail: reading.ask_detail(known, detail), at_once)
        for detail in then:
            reading.ask_detail(known, detail)
        reading.tag([known])
        return known

    def _reading(self, asking: Asking, row: ResourceType, region: str) -> Reading:
        return Reading(self._table, row, region, asking, self._details.over)

    def _verify(self, asking: Asking) -> None:
        """Make sure once that the credentials are the account's: or all would be misplaced."""
        account = asking.clients.account
        if account in self._verified:
            return
        _, of = _identity(asking)
        if of != account.id:
            said = f"the credentials are of account {of}, not of {account.id}"
            raise CouldNotError(CouldNotLook(Why.CREDENTIALS, said))
        self._verified.add(account)

    def _switched_on(self, asking: Asking) -> frozenset[str] | CouldNotLook:
        """Return the regions that are switched on, asked for once in a while."""
        account = asking.clients.account
        with self._lock:
            known = self._on.get(account)
        if known is not None and monotonic() < known[0]:
            return known[1]
        ask = Ask("ec2", "DescribeRegions", {"AllRegions": True})
        try:
            regions = asking.ask(ask).get("Regions", [])
        except RAISED as error:
            on, seconds = asking.why_not(error, ask), _REGIONS_UNKNOWN_SECONDS
        else:
            seconds = _REGIONS_SECONDS
            on = frozenset(
                str(one["RegionName"]) for one in regions if one.get("OptInStatus") in _SWITCHED_ON
            )
        with self._lock:
            self._on[account] = (monotonic() + seconds, on)
        return on

    def _is_off(self, asking: Asking, region: str) -> bool:
        on = self._switched_on(asking)
        return isinstance(on, frozenset) and region not in on

    def _or_off(self, asking: Asking, region: str, could_not: CouldNotError) -> CouldNotLook:
        """Say that the region is off, where that is why good credentials were refused."""
        cause = could_not.__cause__
        if region and isinstance(cause, Exception) and as_if_off(could_not.why, cause):
            fresh = Asking(asking.clients, self._pace)
            if self._is_off(fresh, region):
                return _off(region)
        return could_not.why


def _identity(asking: Asking) -> tuple[str, str]:
    """Ask AWS who we are: the ARN, and the account it is of."""
    ask = Ask("sts", "GetCallerIdentity")
    try:
        who: Mapping[str, Any] = asking.ask(ask)
    except RAISED as error:
        raise CouldNotError(asking.why_not(error, ask)) from error
    return str(who["Arn"]), str(who["Account"])


def _named(
    reading: Reading, found: Sequence[Found]
) -> tuple[tuple[Asset, ...], CouldNotLook | None]:
    """Name what was found; say so where something has nothing to name it by."""
    assets = [asset for one in found if (asset := asset_of(reading, one)) is not None]
    nameless = len(found) - len(assets)
    if not nameless:
        return tuple(assets), None
    said = f"{nameless} of {len(found)} in the answer of {reading.type.operation} have no id"
    return tuple(assets), CouldNotLook(Why.UNREADABLE, said)


def _off(region: str) -> CouldNotLook:
    return CouldNotLook(Why.REGION_OFF, f"the region {region} is switched off in this account")
