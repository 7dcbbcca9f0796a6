"""Who is on call at one moment, and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from fireline.core.oncall.schedule import Absence, Layer, Override, OverrideKind, Schedule
from fireline.core.oncall.watches import Watch, watches
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span, utc

_MOMENT = timedelta(microseconds=1)


class Because(StrEnum):
    """Why somebody has the pager. Stored with pages and shown to people."""

    OVERRIDE = "stands in"
    ADDED = "joins"
    ROTATION = "has the turn"
    COVER = "covers for somebody away"
    SHADOW = "shadows"


@dataclass(frozen=True, slots=True)
class Duty:
    """One person's part of the answer to "who is on call?".

    `layer` names the layer; an override of the whole schedule has none.
    """

    person: PersonId
    because: Because
    layer: str = ""


def on_call(
    schedule: Schedule,
    overrides: Sequence[Override],
    now: datetime,
    absences: Sequence[Absence] = (),
) -> tuple[Duty, ...]:
    """Say who is on call at `now`, each person once; empty means nobody, which callers must face.

    Overrides count in the order they started, those that started together in the order made: each
    is a later decision. What they leave is answered by the highest level that has anybody. Shadows
    come last, and only where somebody is on call for them to follow.
    """
    moment = utc(now)
    instant = Span(moment, moment + _MOMENT)
    at = [
        next(watches(layer, schedule.holidays, absences, instant), None)
        for layer in schedule.layers
    ]
    layers = [
        (layer, duties_of(layer, watch))
        for layer, watch in zip(schedule.layers, at, strict=True)
        if watch is not None
    ]
    return decided(layers, [one for one in in_order(overrides) if now in one.span])


def in_order(overrides: Iterable[Override]) -> list[Override]:
    """Sort overrides, given in the order made, into the order in which they count."""
    return sorted(overrides, key=lambda override: override.span.start)


def duties_of(layer: Layer, watch: Watch) -> tuple[Duty, ...]:
    """Say what each person of a layer's stretch does there."""
    because = Because.COVER if watch.for_another else Because.ROTATION
    if layer.shadow:
        because = Because.SHADOW
    return tuple(Duty(person, because, layer.name) for person in watch.people)


def decided(
    layers: Sequence[tuple[Layer, tuple[Duty, ...]]], overrides: Sequence[Override]
) -> tuple[Duty, ...]:
    """Say what comes of the layers that cover a moment and the overrides that hold then."""
    if not overrides:
        return _highest(layers, (), ())
    state = _State([(layer, duties) for layer, duties in layers])
    for override in overrides:
        _apply(override, state)
    return _highest(state.layers, state.beside, state.below)


@dataclass(slots=True)
class _State:
    """What overrides change: the layers, who joins beside them, and who is there failing them."""

    layers: list[tuple[Layer, tuple[Duty, ...]]]
    beside: tuple[Duty, ...] = ()
    below: tuple[Duty, ...] = ()


def _apply(override: Override, state: _State) -> None:
    match override.kind:
        case OverrideKind.ADD:
            _add(override, state)
        case OverrideKind.REPLACE:
            if override.instead_of is None:
                _everybody(override, state, (override.person,) if override.person else ())
            else:
                _each(override, state, override.instead_of, override.person)
        case OverrideKind.REMOVE:
            leaving = override.instead_of or override.person
            if leaving is None:
                _everybody(override, state, ())
            else:
                _each(override, state, leaving, None)
        case _:
            assert_never(override.kind)


def _add(override: Override, state: _State) -> None:
    if override.person is None:
        return
    if override.layers:
        person = override.person
        _in_layers(
            override, state, lambda layer, has: (*has, Duty(person, Because.ADDED, layer.name))
        )
    else:
        state.beside += (Duty(override.person, Because.ADDED),)


def _everybody(override: Override, state: _State, people: Sequence[PersonId]) -> None:
    def anew(layer: Layer, _: tuple[Duty, ...]) -> tuple[Duty, ...]:
        name = layer.name if override.layers else ""
        return tuple(Duty(person, Because.OVERRIDE, name) for person in people)

    _in_layers(override, state, anew)
    if not override.layers:
        state.beside = ()
        state.below = tuple(Duty(person, Because.OVERRIDE) for person in people)


def _each(override: Override, state: _State, leaving: PersonId, coming: PersonId | None) -> None:
    def changed(has: tuple[Duty, ...]) -> tuple[Duty, ...]:
        kept: list[Duty] = []
        for duty in has:
            if duty.person != leaving:
                kept.append(duty)
            elif coming is not None:
                kept.append(Duty(coming, Because.OVERRIDE, duty.layer))
        return tuple(kept)

    _in_layers(override, state, lambda _, has: changed(has))
    if not override.layers:
        state.beside, state.below = changed(state.beside), changed(state.below)


def _in_layers(
    override: Override,
    state: _State,
    change: Callable[[Layer, tuple[Duty, ...]], tuple[Duty, ...]],
) -> None:
    """Change what the layers an override is about have. Shadows are nobody's to replace."""
    state.layers = [
        (layer, change(layer, duties))
        if not layer.shadow and (not override.layers or layer.name in override.layers)
        else (layer, duties)
        for layer, duties in state.layers
    ]


def _highest(
    layers: Sequence[tuple[Layer, tuple[Duty, ...]]],
    beside: tuple[Duty, ...],
    below: tuple[Duty, ...],
) -> tuple[Duty, ...]:
    level: int | None = None
    found: tuple[Duty, ...] = ()
    shadows: tuple[Duty, ...] = ()
    for layer, duties in layers:
        if layer.shadow:
            shadows += duties
        elif duties and (level is None or layer.level > level):
            level, found = layer.level, duties
        elif duties and layer.level == level:
            found += duties
    answer = (found or below) + beside
    return _each_once(answer + shadows) if answer else ()


def _each_once(duties: tuple[Duty, ...]) -> tuple[Duty, ...]:
    if len(duties) == 1:
        return duties
    first: dict[PersonId, Duty] = {}
    for duty in duties:
        first.setdefault(duty.person, duty)
    return tuple(first.values())
