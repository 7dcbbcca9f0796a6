"""A schedule as a picture the server draws: one row per layer, overrides, and what comes of them.

Positions are attributes, so the strict content security policy needs no exception for styles.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from fireline.core.oncall.coverage import Shift
from fireline.core.oncall.schedule import OverrideKind
from fireline.core.values.ids import PersonId
from fireline.core.values.time import Span
from fireline.doors.web.oncall_times import Clocks
from fireline.usecases.oncall import OverrideView, ScheduleView

_WIDTH, _LABELS, _HEAD, _LANE, _BAR = 980, 140, 30, 38, 32
_COLOURS = 5
# Narrower than this, nobody hits it; the table below has the same link.
_FINGER = 24
_LETTER, _WIDE_LETTER = 7.5, 10
_SATURDAY = 5
_KINDS = {OverrideKind.ADD: "joins", OverrideKind.REMOVE: "is off", OverrideKind.REPLACE: ""}
Names = Callable[[PersonId], str]
Links = Callable[[Shift], str | None]


@dataclass(frozen=True, slots=True)
class Pens:
    """What a chart is drawn with: the reader's clocks, people's names, and where a shift leads."""

    clocks: Clocks
    names: Names
    links: Links


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    span: Span
    kind: str
    link: str | None = None


def chart(schedule: ScheduleView, now: datetime, pens: Pens) -> Markup:
    """Draw a schedule over its span, with a line for now. A table beside it says the same."""
    drawn: list[Markup] = []
    top = _HEAD
    for name, bars in _rows(schedule, pens):
        lanes = _lanes(bars)
        drawn.append(_row(name, lanes, schedule.span, top, pens.clocks))
        top += _LANE * max(len(lanes), 1)
    height = top + 6
    line = Markup('<line class="now" x1="{x:.1f}" x2="{x:.1f}" y1="22" y2="{height}"/>').format(
        x=_x(now, schedule.span), height=height
    )
    head = Markup(
        '<svg class="sched" viewBox="0 0 {width} {height}" role="group" aria-label="{label}">'
    ).format(width=_WIDTH, height=height, label=f"On-call chart of {schedule.name}")
    days = _days(schedule.span, height, pens.clocks)
    now_line = line if now in schedule.span else Markup("")
    return Markup("").join([head, days, *drawn, now_line, Markup("</svg>")])


def _rows(schedule: ScheduleView, pens: Pens) -> Iterator[tuple[str, list[_Bar]]]:
    colours = _colours(schedule)
    for layer in schedule.layers:
        shadow = "shadow: " if layer.shadow else ""
        yield f"{shadow}{layer.name}", [_plain(shift, colours, pens) for shift in layer.shifts]
    if schedule.overrides:
        yield "Overrides", [_of_override(each, colours, pens) for each in schedule.overrides]
    if schedule.away:
        away = [_Bar(pens.names(each.person), each.span, "away") for each in schedule.away]
        yield "Away", away
    nobody = [_Bar("nobody", gap, "gap") for gap in schedule.gaps]
    yield "Result", [*(_linked(shift, colours, pens) for shift in schedule.result), *nobody]


def _plain(shift: Shift, colours: Mapping[str, str], pens: Pens) -> _Bar:
    person = shift.duty.person
    return _Bar(pens.names(person), shift.span, colours[person])


def _linked(shift: Shift, colours: Mapping[str, str], pens: Pens) -> _Bar:
    person = shift.duty.person
    return _Bar(pens.names(person), shift.span, colours[person], pens.links(shift))


def _of_override(override: OverrideView, colours: Mapping[str, str], pens: Pens) -> _Bar:
    person = override.person or override.instead_of
    if override.kind is OverrideKind.REMOVE or person is None:
        who = pens.names(person) if person else "everybody"
        return _Bar(f"{who} is off", override.span, "gap")
    label = f"{pens.names(person)} {_KINDS[override.kind]}".strip()
    return _Bar(label, override.span, colours[person])


def _colours(schedule: ScheduleView) -> dict[str, str]:
    people = {shift.duty.person for shift in schedule.result}
    people |= {shift.duty.person for layer in schedule.layers for shift in layer.shifts}
    people |= {each.person for each in schedule.overrides if each.person}
    people |= {each.instead_of for each in schedule.overrides if each.instead_of}
    return {person: f"p{place % _COLOURS + 1}" for place, person in enumerate(sorted(people))}


def _lanes(bars: Iterable[_Bar]) -> list[list[_Bar]]:
    """Put bars that overlap below one another."""
    lanes: list[list[_Bar]] = []
    for bar in sorted(bars, key=lambda bar: bar.span.start):
        for lane in lanes:
            if lane[-1].span.end <= bar.span.start:
                lane.append(bar)
                break
        else:
            lanes.append([bar])
    return lanes


def _x(moment: datetime, span: Span) -> float:
    part = (moment - span.start) / span.length
    return _LABELS + min(max(part, 0.0), 1.0) * (_WIDTH - _LABELS)


def _days(span: Span, height: int, clocks: Clocks) -> Markup:
    days: list[Markup] = []
    at = span.start
    while at < span.end:
        day = clocks.days(at, timedelta(days=1))
        left, right = _x(day.start, span), _x(day.end, span)
        local = day.start.astimezone(clocks.zone)
        days.append(
            Markup(
                '<rect class="{kind}" x="{x:.1f}" y="0" width="{width:.1f}" height="{height}"/>'
                '<text class="day" x="{text:.1f}" y="19">{name}</text>'
            ).format(
                kind="we" if local.weekday() >= _SATURDAY else "wd",
                x=left,
                width=right - left,
                height=height,
                text=left + 4,
                name=f"{local:%a %d}" if right - left > 30 else "",
            )
        )
        at = day.end
    return Markup("").join(days)


def _row(
    name: str, lanes: Sequence[Sequence[_Bar]], span: Span, top: int, clocks: Clocks
) -> Markup:
    shown = name if len(name) * _LETTER < _LABELS else f"{name[: int(_LABELS / _LETTER) - 1]}…"
    label = Markup('<text class="lay" x="0" y="{y}">{name}</text>').format(y=top + 22, name=shown)
    bars = (
        _bar(bar, span, top + place * _LANE, clocks)
        for place, lane in enumerate(lanes)
        for bar in lane
    )
    return Markup("").join([label, *bars])


def _fitting(label: str, wide: float) -> str:
    """Return as much of a name as fits: all of it, its first letters, or nothing."""
    if wide > len(label) * _LETTER + 12:
        return label
    letters = "".join(word[0] for word in label.split()[:2])
    return letters if wide > len(letters) * _WIDE_LETTER + 2 else ""


def _bar(bar: _Bar, span: Span, top: int, clocks: Clocks) -> Markup:
    left, right = _x(bar.span.start, span), _x(bar.span.end, span)
    wide = max(right - left - 2, 1.0)
    said = f"{bar.label}: {clocks.both(bar.span.start)} to {clocks.both(bar.span.end)}"
    shape = Markup(
        '<title>{said}</title><rect class="shift {kind}" x="{x:.1f}" y="{y}" width="{wide:.1f}"'
        ' height="{high}" rx="6"/>'
    ).format(said=said, kind=bar.kind, x=left + 1, y=top + 3, wide=wide, high=_BAR)
    if shown := _fitting(bar.label, wide):
        inside = 8 if shown == bar.label else 3
        shape += Markup('<text class="who {kind}" x="{x:.1f}" y="{y}">{label}</text>').format(
            kind=bar.kind, x=left + inside, y=top + 24, label=shown
        )
    if bar.link is None or wide < _FINGER:
        return Markup("<g>{}</g>").format(shape)
    return Markup('<a href="{link}" aria-label="{said}">{shape}</a>').format(
        link=bar.link, said=said, shape=shape
    )
