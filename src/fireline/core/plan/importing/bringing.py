"""From what was read of an account to a plan, whichever system it was."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import ValidationError

from fireline.core.oncall.coverage import gaps
from fireline.core.plan.importing.found import Imported, Note, Outcome, Thing
from fireline.core.plan.importing.grafana_oncall import NAME as GRAFANA_ONCALL
from fireline.core.plan.importing.grafana_oncall import imported_from_grafana_oncall
from fireline.core.plan.importing.opsgenie import NAME as OPSGENIE
from fireline.core.plan.importing.opsgenie import imported_from_opsgenie
from fireline.core.plan.importing.pagerduty import NAME as PAGERDUTY
from fireline.core.plan.importing.pagerduty import imported_from_pagerduty
from fireline.core.plan.importing.saved import Taken
from fireline.core.plan.importing.wire import Answer, each, text
from fireline.core.plan.schedule_words import ScheduleFile
from fireline.core.plan.schedules import COVERED_AHEAD, schedule_from
from fireline.core.values.json import JsonObject
from fireline.core.values.time import Span

# What began or ended longer ago than anybody compares is not written.
FORGOTTEN = timedelta(days=400)
TITLES = {OPSGENIE: "Opsgenie", PAGERDUTY: "PagerDuty", GRAFANA_ONCALL: "Grafana OnCall"}


class _Importer(Protocol):
    def __call__(
        self, account: Answer, known: Mapping[str, str], *, since: datetime
    ) -> Imported: ...


_IMPORTERS: Mapping[str, _Importer] = {
    OPSGENIE: imported_from_opsgenie,
    PAGERDUTY: imported_from_pagerduty,
    GRAFANA_ONCALL: imported_from_grafana_oncall,
}


def bring_in(taken: Taken, known: Mapping[str, str], *, now: datetime) -> Imported:
    """Turn what was read into a plan; `known` are people's ids by mail address.

    What could not be read is noted too, and so are times when nobody is on call.
    """
    earliest = taken.told.start if taken.told else taken.at - FORGOTTEN
    since = min(earliest, taken.at - FORGOTTEN)
    found = _IMPORTERS[taken.source](taken.account, known, since=since)
    unread = [
        Note(
            Thing(text(one, "kind"), "", "(all of them)"),
            Outcome.LEFT_OUT,
            why=f"it could not be read: {text(one, 'why')}",
            do="use a key that may read it, if there is any",
        )
        for one in each(taken.account, "unread")
    ]
    return _with_gaps(replace(found, notes=(*found.notes, *unread)), now)


def _with_gaps(found: Imported, now: datetime) -> Imported:
    """Say in a schedule that nobody is on call at times, where it was so before."""
    files, notes = dict(found.files), list(found.notes)
    title = TITLES[found.source]
    for path, words in found.files.items():
        span = _first_gap(path, words, now)
        if span is None:
            continue
        files[path] = {**words, "gaps": f"as it was in {title}, nobody is on call at times"}
        why = f"nobody is on call from {span.start:%d %b %Y %H:%M} UTC, and maybe later, as there"
        thing = next(n.thing for n in notes if n.path == path and n.thing.kind == "schedule")
        notes.append(Note(thing, Outcome.CHANGED, path, why, "cover it, or keep its `gaps`"))
    return replace(found, files=files, notes=tuple(notes))


def _first_gap(path: str, words: JsonObject, now: datetime) -> Span | None:
    folder, _, name = path.partition("/")
    if folder != "schedules":
        return None
    try:
        said = ScheduleFile.model_validate_json(json.dumps(words))
    except ValidationError:
        return None  # the plan's own check says what is wrong with it
    ahead = Span(now, now + COVERED_AHEAD)
    return next(iter(gaps(schedule_from(name.removesuffix(".yaml"), said), ahead)), None)
