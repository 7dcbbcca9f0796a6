"""A schedule as a picture the server draws: one row per layer, overrides, and what comes of them.

Positions are attributes, so the strict content security policy needs no exception for styles.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from fireline.core.oncall.coverage import Shift
from fireline.core.values.time import Span
from fireline.usecases.oncall import ScheduleView

_WIDTH, _LABELS, _ROW, _HEAD, _BAR = 980, 120, 44, 30, 32
_COLOURS = 5


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    span: Span
    kind: str


def chart(schedule: ScheduleView, now: datetime) -> Markup:
    """Draw a schedule over its span, with a line for now. A table beside it says the same."""
    colours = _colours(schedule)
    rows = [(layer.name, _bars(layer.shifts, colours)) for layer in schedule.layers]
    standing_in = [_Bar(o.person, o.span, colours[o.person]) for o in schedule.overrides]
    if standing_in:
        rows.append(("Overrides", standing_in))
    nobody = [_Bar("nobody", gap, "gap") for gap in schedule.gaps]
    rows.append(("Result", [*_bars(schedule.result, colours), *nobody]))
    height = _HEAD + _ROW * len(rows) + 6
    drawn = [_days(schedule.span, height)]
    drawn += [_row(name, bars, schedule.span, place) for place, (name, bars) in enumerate(rows)]
    line = Markup('<line class="now" x1="{x:.1f}" x2="{x:.1f}" y1="22" y2="{height}"/>').format(
        x=_x(now, schedule.span), height=height
    )
    head = Markup(
        '<svg class="sched" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
    ).format(width=_WIDTH, height=height, label=f"On-call chart of {schedule.name}")
    return Markup("").join([head, *drawn, line, Markup("</svg>")])


def _colours(schedule: ScheduleView) -> dict[str, str]:
    people = {shift.duty.person for shift in schedule.result}
    people |= {shift.duty.person for layer in schedule.layers for shift in layer.shifts}
    people |= {override.person for override in schedule.overrides}
    return {person: f"p{place % _COLOURS + 1}" for place, person in enumerate(sorted(people))}


def _bars(shifts: Iterable[Shift], colours: dict[str, str]) -> list[_Bar]:
    return [_Bar(s.duty.person, s.span, colours[s.duty.person]) for s in shifts]


def _x(moment: datetime, span: Span) -> float:
    part = (moment - span.start) / span.length
    return _LABELS + min(max(part, 0.0), 1.0) * (_WIDTH - _LABELS)


def _days(span: Span, height: int) -> Markup:
    first = span.start.replace(hour=0, minute=0, second=0, microsecond=0)
    days: list[Markup] = []
    for count in range((span.end - first).days + 1):
        day = first + timedelta(days=count)
        left, right = _x(day, span), _x(day + timedelta(days=1), span)
        days.append(
            Markup(
                '<rect class="{kind}" x="{x:.1f}" y="0" width="{width:.1f}" height="{height}"/>'
                '<text class="day" x="{text:.1f}" y="19">{name}</text>'
            ).format(
                kind="we" if day.weekday() >= 5 else "wd",
                x=left,
                width=right - left,
                height=height,
                text=left + 4,
                name=f"{day:%a %d}" if right - left > 30 else "",
            )
        )
    return Markup("").join(days)


def _row(name: str, bars: Sequence[_Bar], span: Span, place: int) -> Markup:
    top = _HEAD + place * _ROW
    label = Markup('<text class="lay" x="0" y="{y}">{name}</text>').format(y=top + 26, name=name)
    return Markup("").join([label, *(_bar(bar, span, top) for bar in bars)])


def _bar(bar: _Bar, span: Span, top: int) -> Markup:
    left, right = _x(bar.span.start, span), _x(bar.span.end, span)
    if right - left < 3:
        return Markup("")
    said = f"{bar.label}: {bar.span.start:%a %d %H:%M} to {bar.span.end:%a %d %H:%M} UTC"
    shape = Markup(
        "<g><title>{said}</title>"
        '<rect class="shift {kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{high}"'
        ' rx="6"/>'
    ).format(said=said, kind=bar.kind, x=left + 1, y=top + 6, width=right - left - 2, high=_BAR)
    if right - left > 60:
        shape += Markup('<text class="who {kind}" x="{x:.1f}" y="{y}">{label}</text>').format(
            kind=bar.kind, x=left + 10, y=top + 27, label=bar.label
        )
    return shape + Markup("</g>")
