"""What of a symptom may tie it to another: where it stands, where to look, and how far.

A symptom stands in lanes and looks along lanes. Looking is symmetric: if one would find the other,
the other would find it, so it does not matter which of the two arrives first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fireline.core.alerting.company import Beside, Company
from fireline.core.alerting.lanes import Lane, LaneKey, Lanes
from fireline.core.alerting.links import Reason
from fireline.core.alerting.members import Symptom
from fireline.core.alerting.neighbourhood import Neighbourhood
from fireline.core.alerting.occurrence import Occurrence
from fireline.core.alerting.rarity import Rarity
from fireline.core.alerting.wishes import Wishes
from fireline.core.signals.entity import (
    ACCOUNT,
    ADDRESS,
    ASSET,
    CREDENTIAL,
    HOST,
    POD,
    PRINCIPAL,
    REGION,
    Entity,
)
from fireline.core.values.ids import ServiceId

# An intruder sleeps, waits and comes back; a day without a step of the campaign ends it.
CAMPAIGN_SECONDS = 24 * 3600.0
# Addresses and assets change hands.
THING_SECONDS = 3600.0
# A failure sets off its service's other alarms within minutes,
SERVICE_SECONDS = 240.0
# and one beside it, of a neighbour, sooner: the world is full of single alarms.
NEIGHBOUR_SECONDS = 90.0
# A service with several symptoms is in trouble, and draws its callers for longer; what it depends
# on may speak after it, but not by as much.
CALLER_SECONDS = 600.0
LATE_ROOT_SECONDS = 90.0
# What shares only something silent, a dependency, a host or a place, must fail at nearly the same
# moment.
SIBLING_SECONDS = 45.0
ABOARD_SECONDS = 45.0
PLACE_SECONDS = 60.0
HOSTS_SECONDS = 30.0
# What runs on a host notices its death within a few missed checks.
HOST_SECONDS = 120.0
# The same, where a title is new and nothing is known of its company.
NEW_NEIGHBOUR_SECONDS = 60.0
NEW_TROUBLE_SECONDS = 200.0
NEW_HOST_SECONDS = 30.0
# A rule somebody made.
WISH_SECONDS = 1800.0

_REACH = max(CALLER_SECONDS, SERVICE_SECONDS)


@dataclass(frozen=True, slots=True)
class Look:
    """Symptoms standing in this lane, not further away than this, are linked for this reason.

    Where one of the two is in trouble, those further before or after are as well. One on each side
    is enough where all in the lane are linked to each other; otherwise every one counts.
    """

    lane: Lane[Symptom]
    within: float
    reason: Reason
    thing: str
    before: float = 0.0
    after: float = 0.0
    every: bool = False


@dataclass(slots=True)
class Threads:
    """Where a symptom stands and looks."""

    stands: list[LaneKey] = field(default_factory=list[LaneKey])
    looks: list[Look] = field(default_factory=list[Look])

    def look(
        self,
        lane: Lane[Symptom] | None,
        within: float,
        reason: Reason,
        thing: str,
        *,
        every: bool = False,
    ) -> None:
        """Look along a lane, if anything stands in it."""
        if lane is not None:
            self.looks.append(Look(lane, within, reason, thing, every=every))


@dataclass(frozen=True, slots=True)
class Known:
    """What the threads of a symptom depend on besides itself."""

    near: Neighbourhood
    rarity: Rarity
    company: Company
    wishes: Wishes
    lanes: Lanes[Symptom]


def title_of(one: Occurrence) -> str:
    """Name what a symptom says, by which its company is learned."""
    return f"{one.source}/{one.title}"


def place_of(one: Occurrence) -> str:
    """Name the account and region a symptom is in."""
    return "/".join(each.value for kind in (ACCOUNT, REGION) for each in _values(one, kind))


def is_security(one: Occurrence) -> bool:
    """Say whether a symptom is about somebody's doing rather than something's failing."""
    return bool(one.tactics) or any(e.kind in {PRINCIPAL, CREDENTIAL} for e in one.entities)


def threads_of(one: Occurrence, at: float, known: Known, *, returns: bool) -> Threads:
    """Find the threads of a symptom; one that returns says nothing about its host's other ones."""
    found = Threads()
    if is_security(one):
        _by_identity(one, known, found)
    else:
        _by_service(one, at, known, found)
        if not returns:
            _by_host(one, at, known, found)
    for number, pair in enumerate(known.wishes.together):
        for side, other, matcher in (("1", "2", pair.one), ("2", "1", pair.other)):
            if matcher.fits(one):
                found.stands.append(("wish", f"{number}.{side}", ""))
                lane = known.lanes.lane("wish", f"{number}.{other}")
                found.look(lane, WISH_SECONDS, Reason.WISHED, pair.name)
    return found


def _values(one: Occurrence, kind: str) -> list[Entity]:
    found = [each for each in one.entities if each.kind == kind]
    return found if len(found) < 2 else sorted(found)


def _by_identity(one: Occurrence, known: Known, found: Threads) -> None:
    lanes = known.lanes
    keys, principals = _values(one, CREDENTIAL), _values(one, PRINCIPAL)
    for key in keys:
        value, span = key.value, CAMPAIGN_SECONDS
        found.stands.append(("used", value, ""))
        found.look(lanes.lane("used", value), span, Reason.SAME_CREDENTIAL, value)
        made = lanes.lane("named", value)
        found.look(made, span, Reason.MINTED_CREDENTIAL, value, every=True)
    for asset in _values(one, ASSET):
        found.stands.append(("named", asset.value, ""))
        used = lanes.lane("used", asset.value)
        found.look(used, CAMPAIGN_SECONDS, Reason.MINTED_CREDENTIAL, asset.value)
    for who in principals:
        if not known.rarity.shared(who):
            # Many wear a bare role: only with the same credential is it the same wearer.
            wearer = (keys[0].value if keys else "-") if ":role/" in who.value else ""
            found.stands.append(("who", who.value + wearer, ""))
            lane = lanes.lane("who", who.value + wearer)
            found.look(lane, CAMPAIGN_SECONDS, Reason.SAME_PRINCIPAL, who.value)
    somebody = bool(keys or principals)
    for address in _values(one, ADDRESS):
        if not known.rarity.shared(address):
            _by_address(address.value, known, found, somebody=somebody)
    if not somebody:
        _by_thing(one, known, found)


def _by_address(address: str, known: Known, found: Threads, *, somebody: bool) -> None:
    # Two known identities at one address are an office or a VPN exit until their keys say more. A
    # finding that knows nobody belongs to all that are known there.
    lanes, reason = known.lanes, Reason.SAME_ADDRESS
    found.stands.append(("address of somebody" if somebody else "address", address, ""))
    found.look(lanes.lane("address", address), THING_SECONDS, reason, address)
    if not somebody:
        known_there = lanes.lane("address of somebody", address)
        found.look(known_there, THING_SECONDS, reason, address, every=True)


def _by_thing(one: Occurrence, known: Known, found: Threads) -> None:
    """Tie findings that know nobody by the thing they are about, the smallest there is."""
    reasons = ((POD, Reason.SAME_POD), (HOST, Reason.SAME_HOST), (ASSET, Reason.SAME_ASSET))
    for kind, reason in reasons:
        things = [each for each in _values(one, kind) if not known.rarity.shared(each)]
        for thing in things:
            found.stands.append((f"done to {kind}", thing.value, ""))
            lane = known.lanes.lane(f"done to {kind}", thing.value)
            found.look(lane, THING_SECONDS, reason, thing.value)
        if things:
            return


def _by_service(one: Occurrence, at: float, known: Known, found: Threads) -> None:
    if one.service is not None:
        own = _own_title(one, known)
        found.stands.append(("service", one.service, own))
        _at_home(one, one.service, own, found, known)
        _next_door(one.service, own, at, found, known)
        return
    for asset in _values(one, ASSET):
        if not known.rarity.shared(asset):
            found.stands.append(("asset", asset.value, ""))
            lane = known.lanes.lane("asset", asset.value)
            found.look(lane, SERVICE_SECONDS, Reason.SAME_ASSET, asset.value)


def _at_home(one: Occurrence, service: ServiceId, own: str, found: Threads, known: Known) -> None:
    at, reason = one.at.timestamp(), Reason.SAME_SERVICE
    for _, lane in _friends(own, ("service", service), Beside.HOME, known, at):
        found.look(lane, SERVICE_SECONDS, reason, service)
    if one.group:
        # Its source thinks they belong together, and on one service that is enough.
        found.stands.append(("source group", f"{service} {one.group}", ""))
        lane = known.lanes.lane("source group", f"{service} {one.group}")
        found.look(lane, SERVICE_SECONDS, reason, service)


def _next_door(service: ServiceId, own: str, at: float, found: Threads, known: Known) -> None:
    for neighbour, how in known.near.neighbours.get(service, {}).items():
        for other, lane in _friends(own, ("service", neighbour), Beside.NEXT, known, at):
            within, before, after = NEIGHBOUR_SECONDS, CALLER_SECONDS, LATE_ROOT_SECONDS
            if not (own and other):
                within, before = NEW_NEIGHBOUR_SECONDS, NEW_TROUBLE_SECONDS
            if not how.below:
                before, after = after, before
            look = Look(lane, within, Reason.DEPENDENCY, how.sentence, before, after)
            found.looks.append(look)
    for sibling, shared in known.near.siblings.get(service, {}).items() if own else ():
        for other, lane in _friends(own, ("service", sibling), Beside.NEXT, known, at):
            if other:
                found.look(lane, SIBLING_SECONDS, Reason.SIBLING, shared)


def _by_host(one: Occurrence, at: float, known: Known, found: Threads) -> None:
    own = _own_title(one, known)
    about_host = one.service is None and not _values(one, POD)
    for host in _values(one, HOST):
        here, there = ("host", "aboard") if about_host else ("aboard", "host")
        found.stands.append((here, host.value, own))
        for other, lane in _friends(own, (there, host.value), Beside.ABOARD, known, at):
            within = HOST_SECONDS if own and other else NEW_HOST_SECONDS
            # What is aboard one host need not be linked to each other.
            found.look(lane, within, Reason.SAME_HOST, host.value, every=about_host)
        if about_host:
            for lane in known.lanes.titles("host", host.value).values():
                found.looks.append(Look(lane, HOST_SECONDS, Reason.SAME_HOST, host.value))
        else:
            for _, lane in _friends(own, ("aboard", host.value), Beside.MATES, known, at):
                found.looks.append(Look(lane, ABOARD_SECONDS, Reason.SAME_HOST, host.value))
    # What nothing says the place of is not all in one place.
    if place := place_of(one):
        _by_place(one, place, known, found)


def _by_place(one: Occurrence, place: str, known: Known, found: Threads) -> None:
    own = _own_title(one, known)
    if known.company.comes_with_hosts(own):
        # A rack or a zone: hosts that fail together are told of by whatever ran on any of them.
        found.stands.append(("hosts", place, ""))
        lane = known.lanes.lane("hosts", place)
        found.look(lane, HOSTS_SECONDS, Reason.SAME_PLACE, f"hosts in {place}")
    about_host = one.service is None and not _values(one, POD)
    if about_host and known.company.keeps(own, own, Beside.PLACE):
        title = title_of(one)
        found.stands.append(("place", f"{place} {title}", ""))
        lane = known.lanes.lane("place", f"{place} {title}")
        found.look(lane, PLACE_SECONDS, Reason.SAME_PLACE, f"{one.title} in {place}")


def _friends(
    own: str, what: tuple[str, str], beside: Beside, known: Known, at: float
) -> Iterator[tuple[str, Lane[Symptom]]]:
    """Yield the lanes of a thing whose titles keep company with ours and were heard lately."""
    for other, lane in known.lanes.titles(*what).items():
        lately = lane.times and lane.times[-1] >= at - _REACH
        if lately and known.company.keeps(own, other, beside):
            yield other, lane


def _own_title(one: Occurrence, known: Known) -> str:
    # All that nothing is known of share a lane.
    title = title_of(one)
    return title if known.company.known(title) else ""
