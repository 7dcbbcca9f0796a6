"""The search for what an arriving symptom is linked to: near lanes only, never all symptoms."""

from dataclasses import dataclass, field

from fireline.core.alerting.lanes import LaneKey
from fireline.core.alerting.links import Link, Reason
from fireline.core.alerting.members import Group, Symptom
from fireline.core.alerting.occurrence import Occurrence
from fireline.core.alerting.threads import Known, Look, threads_of

# Nobody reads more, and one that never stops growing would hide what comes next.
MEMBERS_MAX = 1000
# Being beside one another says nothing about a group that began long before.
LOOSE_AGE_SECONDS = 2 * 3600.0
# Nor does it about one's neighbours: what a failure takes down with it falls within minutes.
SPREAD_SECONDS = 600.0
# Further apart than this, an identity holds two findings together only as steps of a campaign.
IDENTITY_SECONDS = 4 * 3600.0
# Until then, that it is the same key says more to a reader than which tactics they are.
THREAD_SECONDS = 3600.0
# How many that may not be joined are stepped over on each side before the search gives up.
STEPS_OVER = 16

LOOSE = frozenset(
    {
        Reason.SAME_SERVICE,
        Reason.DEPENDENCY,
        Reason.SIBLING,
        Reason.SAME_HOST,
        Reason.SAME_POD,
        Reason.SAME_PLACE,
    }
)
_NEXT_DOOR = frozenset({Reason.DEPENDENCY, Reason.SIBLING})
_IDENTITY = frozenset({Reason.SAME_CREDENTIAL, Reason.MINTED_CREDENTIAL, Reason.SAME_PRINCIPAL})

Found = tuple[Symptom, Link]


@dataclass(slots=True)
class Sight:
    """Where a symptom will stand, what it is linked to, and whether its service is in trouble."""

    stands: list[LaneKey] = field(default_factory=list[LaneKey])
    found: list[Found] = field(default_factory=list[Found])
    trouble: bool = False


def search(one: Occurrence, at: float, known: Known, *, returns: bool) -> Sight:
    """Look along all threads of an arriving symptom.

    A second symptom puts its service in trouble, and the first with it: that one looks once more,
    further, so that the same is found whichever of the two came first.
    """
    threads = threads_of(one, at, known, returns=returns)
    sight = Sight(threads.stands)
    for look in threads.looks:
        if look.reason is Reason.SAME_SERVICE:
            sight.found += _along(look, one, at, known, trouble=False)
    mates = [symptom for symptom, _ in sight.found]
    sight.trouble = bool(mates)
    for look in threads.looks:
        if look.reason is not Reason.SAME_SERVICE:
            sight.found += _along(look, one, at, known, trouble=sight.trouble)
    for mate in mates:
        if not mate.trouble:
            mate.trouble = True
            sight.found += _once_more(mate, known)
    return sight


def _once_more(mate: Symptom, known: Known) -> list[Found]:
    found: list[Found] = []
    for look in threads_of(mate.of, mate.at, known, returns=False).looks:
        if look.before:
            found += _along(look, mate.of, mate.at, known, trouble=True)
    return found


def _along(look: Look, one: Occurrence, at: float, known: Known, *, trouble: bool) -> list[Found]:
    """Find the nearest that may be joined before and after a moment."""
    found: list[Found] = []
    lane, within = look.lane, look.within
    times, values = lane.times, lane.values
    for step, reach in ((-1, look.before), (1, look.after)):
        place = lane.place(at) - (step < 0)
        far = max(within, reach)
        for _ in range(STEPS_OVER):
            if not 0 <= place < len(times):
                break
            apart = abs(times[place] - at)
            if apart > far:
                break
            other = values[place]
            if other.forgotten or not other.group.live:
                # It will never live again.
                lane.remove(place)
                place -= step < 0
                continue
            near = apart <= within or (apart <= reach and (trouble or other.trouble))
            if near and _may(other, look, one, at, known):
                found.append((other, _link(other, look, one, apart)))
                if not look.every:
                    break
            place += step
    return found


def _may(other: Symptom, look: Look, one: Occurrence, at: float, known: Known) -> bool:
    group: Group = other.group
    if len(group.members) >= MEMBERS_MAX:
        return False
    if look.reason in LOOSE and abs(at - group.opened) > _age_of(look.reason):
        return False
    far = look.reason in _IDENTITY and abs(at - other.at) > IDENTITY_SECONDS
    if far and not (one.tactics and other.of.tactics):
        return False
    return not known.wishes.apart or not known.wishes.parts(one, other.of)


def _age_of(reason: Reason) -> float:
    return SPREAD_SECONDS if reason in _NEXT_DOOR else LOOSE_AGE_SECONDS


def _link(other: Symptom, look: Look, one: Occurrence, apart: float) -> Link:
    reason, thing = look.reason, look.thing
    steps = one.tactics and other.of.tactics and one.tactics != other.of.tactics
    if reason in _IDENTITY and steps and apart > THREAD_SECONDS:
        reason = Reason.CAMPAIGN
        thing = f"{one.tactics[0]} and {other.of.tactics[0]} by {thing}"
    return Link(reason, thing, other.of.id, apart)
