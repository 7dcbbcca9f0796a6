"""What is known of each key: its firings, whether it comes again, whether two things share it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from fireline.core.alerting.flapping import FIRINGS_KEPT, FLAPS_AT, Firing, comes_again, flaps
from fireline.core.alerting.members import Group, Symptom
from fireline.core.alerting.occurrence import Occurrence
from fireline.core.alerting.repeats import Repeats

# From a source that says each firing once, so much later it is no stutter but a new firing.
ONCE_SECONDS = 300.0
# A key that flaps is known to stop before it fires again, so that sooner is enough.
STUTTER_SECONDS = 20.0
# Two things that flap under one key cross again and again; whoever was told so often knows.
CROSSINGS_TOLD = 2


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a key when it fires: its firings, and the group it comes back to.

    `count` are its firings within the hour, this one included. It `crosses` when it flaps and
    fires although it fired already: something else must have the same key.
    """

    firings: Sequence[Firing]
    last: Symptom | None
    again: Group | None
    count: int
    crosses: bool = False


class Keys:
    """The last firings of every key."""

    def __init__(self) -> None:
        self.repeats = Repeats()
        self._firings: dict[str, deque[Symptom]] = {}

    def add(self, symptom: Symptom) -> None:
        """Take in a firing."""
        self._firings.setdefault(symptom.of.key, deque(maxlen=FIRINGS_KEPT)).append(symptom)

    def last(self, key: str) -> Symptom | None:
        """Return the last firing of a key."""
        known = self._firings.get(key)
        return known[-1] if known else None

    def past(self, key: str, at: float) -> Past:
        """Say what is known of a key that fires now."""
        known = self._firings.get(key)
        if not known:
            return Past((), None, None, 1)
        last, firings = known[-1], [Firing(each.at, each.ended) for each in known]
        count = flaps(firings, at)
        # Ended by `moves` this moment: what goes elsewhere does not come back, unless it flaps.
        moving = last.ended == at and at - last.seen >= STUTTER_SECONDS
        crosses = moving and count >= FLAPS_AT
        again = last.group if comes_again(firings, at) and (crosses or not moving) else None
        return Past(firings, last, again, count, crosses)

    def says_once(self, one: Occurrence) -> bool:
        """Say whether a trigger of a key that fires already is no repetition.

        A key that flaps has shown what it does by itself, if nothing speaks against its source.
        """
        if self.repeats.says_once(one.source):
            return True
        firings = self._firings.get(one.key, ())
        once = all(each.seen == each.at for each in firings)
        flapping = bool(firings) and firings[-1].flapping
        return flapping and once and self.repeats.may_say_once(one.source)

    def tells_crossing(self, key: str) -> bool:
        """Say whether it is news that two things share a key."""
        return sum(each.crosses for each in self._firings.get(key, ())) < CROSSINGS_TOLD

    def forget(self) -> None:
        """Drop the firings that were forgotten."""
        for key, firings in list(self._firings.items()):
            kept = [each for each in firings if not each.forgotten]
            if kept:
                self._firings[key] = deque(kept, maxlen=FIRINGS_KEPT)
            else:
                del self._firings[key]
