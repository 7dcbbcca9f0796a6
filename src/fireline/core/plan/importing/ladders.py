"""Escalations of other systems as our steps: who is told after so long, and the waits between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fireline.core.plan.lengths import length_text
from fireline.core.values.json import JsonValue

MAX_ROUNDS = 10
MAX_TARGETS = 20
MAX_STEPS = 20
LAST_WAIT = timedelta(minutes=5)
MOMENT = timedelta(seconds=1)


@dataclass(slots=True)
class Rung:
    """A step as it comes together. `after` counts from the beginning of the escalation."""

    after: timedelta
    targets: list[str] = field(default_factory=list[str])
    unless: str = "acknowledged"
    round_robin: bool = False
    hours: list[JsonValue] = field(default_factory=list[JsonValue])
    only: tuple[str, ...] = ()


def ladder_words(
    rungs: Sequence[Rung], *, last_wait: timedelta = LAST_WAIT, rounds: int = 1
) -> dict[str, JsonValue]:
    """Write the steps of an escalation, in order of when they are taken.

    Two steps at the same moment are taken a second apart: here, each waits for the one before it.
    """
    ordered = sorted(rungs, key=lambda rung: rung.after)[:MAX_STEPS]
    nexts = [rung.after for rung in ordered[1:]]
    steps: list[JsonValue] = []
    for rung, coming in zip(ordered, [*nexts, None], strict=True):
        wait = last_wait if coming is None else coming - rung.after
        steps.append(_step(rung, max(wait, MOMENT)))
    words: dict[str, JsonValue] = {"steps": steps}
    if rounds > 1:
        words["rounds"] = min(rounds, MAX_ROUNDS)
    return words


def _step(rung: Rung, wait: timedelta) -> JsonValue:
    words: dict[str, JsonValue] = {
        "notify": list(dict.fromkeys(rung.targets))[:MAX_TARGETS],
        "wait": length_text(wait),
    }
    if rung.unless != "acknowledged":
        words["unless"] = rung.unless
    if rung.hours:
        words["hours"] = rung.hours
    if rung.only:
        words["only"] = list(rung.only)
    if rung.round_robin:
        words["round_robin"] = True
    return words
