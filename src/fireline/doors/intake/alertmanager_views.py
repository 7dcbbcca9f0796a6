"""What an Alertmanager's API shows of alerts: a source's own symptoms, as Alertmanager has them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from fireline.core.alerting.matching import BadMatcher, Matcher, checked, matcher_from
from fireline.core.signals.formats.alertmanager import RESOLVE_AFTER
from fireline.core.signals.formats.prometheus import GENERATOR, annotations_in, labels_in
from fireline.doors.intake.alertmanager_answers import (
    RECEIVER,
    Asked,
    answered,
    asking,
    in_json,
    moment,
    text_refused,
)
from fireline.usecases.symptoms import FIRING, SymptomFilter, SymptomView, list_symptoms

MAX_SHOWN = 10_000
_PAGE = 1_000
_TRUE = frozenset({"true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts are asked for."""

    active: bool
    silenced: bool
    matchers: tuple[Matcher, ...]
    receiver: Matcher | None


@answered
async def get_alerts(request: Request) -> Response:
    """List the alerts that fire, in the order of their fingerprints."""
    try:
        wanted = wanted_of(request)
    except BadFilter as wrong:
        return text_refused(str(wrong))
    async with asking(request, settled=True) as asked:
        found = await _found(asked, wanted)
    shown = sorted((_alert(one) for one in found), key=lambda one: str(one["fingerprint"]))
    return in_json(shown)


@answered
async def get_groups(request: Request) -> Response:
    """List the alerts that fire by the problem fireline counts them to."""
    try:
        wanted = wanted_of(request)
    except BadFilter as wrong:
        return text_refused(str(wrong))
    async with asking(request, settled=True) as asked:
        found = await _found(asked, wanted)
    groups: defaultdict[int, list[SymptomView]] = defaultdict(list)
    for one in found:
        groups[one.alert_number].append(one)
    return in_json([_group(members) for _, members in sorted(groups.items())])


@answered
async def get_receivers(request: Request) -> Response:
    """List the one receiver there is: who is told, the plan says."""
    async with asking(request):
        return in_json([{"name": RECEIVER}])


class BadFilter(Exception):  # noqa: N818 - an answer, not a fault
    """A filter that cannot be understood; the text is Alertmanager's."""


def wanted_of(request: Request) -> Wanted:
    """Read what is asked for. Raises BadFilter."""
    asked = request.query_params
    receiver = asked.get("receiver")
    return Wanted(
        active=_truth(asked.get("active")),
        silenced=_truth(asked.get("silenced")),
        matchers=filters_of(request),
        receiver=_receiver(receiver) if receiver else None,
    )


def filters_of(request: Request) -> tuple[Matcher, ...]:
    """Read the matchers that are asked for. Raises BadFilter."""
    return tuple(_matcher(text) for text in request.query_params.getlist("filter"))


def _matcher(written: str) -> Matcher:
    try:
        return matcher_from(written)
    except BadMatcher as wrong:
        if "is not a matcher" in str(wrong):
            why = f"bad matcher format: {written}"
            raise BadFilter(why) from wrong
        raise BadFilter(str(wrong)) from wrong


def _receiver(written: str) -> Matcher:
    try:
        return checked(Matcher("receiver", written, is_regex=True))
    except BadMatcher as wrong:
        why = f"failed to parse receiver param: {wrong}"
        raise BadFilter(why) from wrong


def _truth(written: str | None) -> bool:
    return written is None or written.lower() in _TRUE


async def _found(asked: Asked, wanted: Wanted) -> Sequence[SymptomView]:
    if wanted.receiver and not wanted.receiver.fits((RECEIVER,)):
        return ()
    found: list[SymptomView] = []
    for offset in range(0, MAX_SHOWN, _PAGE):
        chosen = SymptomFilter(states=(FIRING,), limit=_PAGE, offset=offset)
        page = await list_symptoms(asked.tx, asked.card.id, chosen)
        found += [one for one in page if _fits(one, wanted)]
        if len(page) < _PAGE:
            break
    return found


def _fits(symptom: SymptomView, wanted: Wanted) -> bool:
    if not (wanted.silenced if symptom.suppressed_by else wanted.active):
        return False
    labels = labels_in(symptom.labels)
    return all(matcher.fits(_values(labels, matcher.name)) for matcher in wanted.matchers)


def _values(labels: Mapping[str, str], name: str) -> tuple[str, ...]:
    return (labels[name],) if name in labels else ()


def _alert(symptom: SymptomView) -> dict[str, object]:
    held = symptom.suppressed_by
    ends_at = symptom.ends_at or symptom.last_at + RESOLVE_AFTER
    shown: dict[str, object] = {
        "annotations": annotations_in(
            symptom.labels, title=symptom.title, description=symptom.description
        ),
        "endsAt": moment(ends_at),
        "fingerprint": symptom.key,
        "receivers": [{"name": RECEIVER}],
        "startsAt": moment(symptom.first_at),
        "status": {
            "inhibitedBy": [],
            "silencedBy": [str(held)] if held else [],
            "state": "suppressed" if held else "active",
        },
        "updatedAt": moment(symptom.last_at),
    }
    for link in symptom.links:
        if link.text == GENERATOR:
            shown["generatorURL"] = link.href
    shown["labels"] = dict(sorted(labels_in(symptom.labels).items()))
    return shown


def _group(members: Sequence[SymptomView]) -> dict[str, object]:
    first, *others = (labels_in(one.labels) for one in members)
    shown = sorted((_alert(one) for one in members), key=lambda one: str(one["fingerprint"]))
    common = {
        name: value
        for name, value in sorted(first.items())
        if all(labels.get(name) == value for labels in others)
    }
    return {"alerts": shown, "labels": common, "receiver": {"name": RECEIVER}}
