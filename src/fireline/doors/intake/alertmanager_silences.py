"""Silences as an Alertmanager's API has them, kept as fireline's own.

A source's token places silences over that source's alerts and no others: whoever found it in a
configuration file cannot quieten the rest. Docs: the API's `openapi.yaml`; answers measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from fireline.core.alerting.matching import BadMatcher, Matcher, checked
from fireline.core.signals.decoding import decoded, is_list, is_object, moment_of, text_of
from fireline.core.values.actor import Machine
from fireline.core.values.ids import SilenceId
from fireline.core.values.refusals import Refusal
from fireline.doors.intake.alertmanager_answers import (
    admitted,
    answered,
    asking,
    in_json,
    moment,
    refused,
    text_refused,
)
from fireline.doors.intake.alertmanager_views import BadFilter, filters_of
from fireline.doors.intake.desk import body_of
from fireline.usecases.silences import (
    SilenceNotFound,
    SilenceView,
    Wanted,
    end_silence,
    find_silence,
    list_silences,
    place_silence,
)
from fireline.usecases.sources import Card
from fireline.usecases.transaction import Tx

SOURCE = "source"  # the label that says which source an alert is of
_UNSAID = "placed through Alertmanager's API"
_REQUIRED = ("comment", "createdBy", "endsAt", "matchers", "startsAt")
_MAX_TEXT = 2_000
_PAGE = 200
_MAX_SHOWN = 2_000
_NOT_FOUND = "silence not found"
_ORDER = {"active": 0, "pending": 1, "expired": 2}


@dataclass(frozen=True, slots=True)
class _Posted:
    id: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


class _Refused(Exception):  # noqa: N818 - an answer, not a fault
    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


@answered
async def get_silences(request: Request) -> Response:
    """List the source's silences: those that hold, those that will, those that are over."""
    try:
        wanted = filters_of(request)
    except BadFilter as wrong:
        return text_refused(str(wrong))
    found: list[SilenceView] = []
    async with asking(request) as asked:
        for offset in range(0, _MAX_SHOWN, _PAGE):
            page = await list_silences(asked.tx, ended=True, limit=_PAGE, offset=offset)
            found += [one for one in page if _is_of(one, asked.card) and _fits(one, wanted)]
            if len(page) < _PAGE:
                break
    found.sort(key=lambda one: (_ORDER[one.status], one.ends_at or one.starts_at))
    return in_json([_shown(one, asked.card) for one in found])


@answered
async def get_silence(request: Request) -> Response:
    """Show one silence."""
    try:
        silence = _named(request)
    except _Refused as wrong:
        return wrong.answer
    async with asking(request) as asked:
        try:
            found = await find_silence(asked.tx, silence)
        except SilenceNotFound:
            return Response(status_code=HTTPStatus.NOT_FOUND)
    if not _is_of(found, asked.card):
        return Response(status_code=HTTPStatus.NOT_FOUND)
    return in_json(_shown(found, asked.card))


@answered
async def post_silence(request: Request) -> Response:
    """Place a silence, or change the one whose id is given."""
    await admitted(request)  # nothing a stranger writes is read
    try:
        posted = _posted(await body_of(request))
    except _Refused as wrong:
        return wrong.answer
    async with asking(request) as asked:
        if posted.ends_at < asked.tx.now:
            return text_refused("Failed to create silence: end time can't be in the past")
        wanted = Wanted(
            matchers=(*posted.matchers, _own(asked.card)),
            comment=posted.comment or _UNSAID,
            starts_at=posted.starts_at,
            ends_at=posted.ends_at,
            # Silences of Alertmanager's hold whatever matches; that its author wrote why is enough.
            broad=posted.comment or _UNSAID,
        )
        by = Machine(f"{asked.card.name}/{posted.created_by}")
        try:
            replaces = await _replaced(posted, asked.card, asked.tx)
            placed = await place_silence(asked.tx, wanted, by=by, replaces=replaces)
        except SilenceNotFound:
            return text_refused(_NOT_FOUND, HTTPStatus.NOT_FOUND)
        except Refusal as refusal:
            return text_refused(f"silence invalid: {refusal}")
    return in_json({"silenceID": str(placed.id)})


@answered
async def delete_silence(request: Request) -> Response:
    """End a silence now."""
    try:
        silence = _named(request)
    except _Refused as wrong:
        return wrong.answer
    async with asking(request) as asked:
        try:
            if not _is_of(await find_silence(asked.tx, silence), asked.card):
                return text_refused(_NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR)
            await end_silence(asked.tx, silence, by=Machine(asked.card.name))
        except SilenceNotFound:
            # Alertmanager 0.25 answers 500 here, and its clients know no other.
            return text_refused(_NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR)
        except Refusal as refusal:
            return text_refused(str(refusal), HTTPStatus.INTERNAL_SERVER_ERROR)
    return Response(status_code=HTTPStatus.OK)


async def _replaced(posted: _Posted, card: Card, tx: Tx) -> SilenceId | None:
    """Return the silence a post changes. Raises SilenceNotFound for another source's, too."""
    if not posted.id:
        return None
    try:
        named = SilenceId(UUID(posted.id))
    except ValueError as wrong:
        raise SilenceNotFound(_NOT_FOUND) from wrong
    if not _is_of(await find_silence(tx, named), card):
        raise SilenceNotFound(_NOT_FOUND)
    return named


def _own(card: Card) -> Matcher:
    return Matcher(SOURCE, card.name)


def _is_of(silence: SilenceView, card: Card) -> bool:
    return _own(card) in silence.matchers and silence.window is None


def _fits(silence: SilenceView, wanted: tuple[Matcher, ...]) -> bool:
    return all(
        any(one.name == matcher.name and matcher.fits((one.value,)) for one in silence.matchers)
        for matcher in wanted
    )


def _shown(silence: SilenceView, card: Card) -> dict[str, object]:
    matchers = list(silence.matchers)
    matchers.remove(_own(card))
    ended = silence.ended_at or silence.ends_at or silence.starts_at
    return {
        "id": str(silence.id),
        "status": {"state": silence.status},
        "updatedAt": moment(silence.changed_at),
        "comment": silence.comment,
        "createdBy": silence.by.removeprefix(Machine(f"{card.name}/").name),
        "endsAt": moment(ended),
        "matchers": [
            {
                "isEqual": one.is_equal,
                "isRegex": one.is_regex,
                "name": one.name,
                "value": one.value,
            }
            for one in matchers
        ],
        "startsAt": moment(silence.starts_at),
    }


def _named(request: Request) -> SilenceId:
    written = request.path_params["silence"]
    try:
        return SilenceId(UUID(written))
    except ValueError as wrong:
        why = f'silenceID in path must be of type uuid: "{written}"'
        raise _missing(why, code=601) from wrong


def _posted(body: bytes) -> _Posted:
    """Read a posted silence, or answer as Alertmanager does."""
    if not body.strip():
        msg = "silence in body is required"
        raise _missing(msg)
    try:
        post = decoded(body)
    except ValueError as error:
        raise _unparsed(str(error)) from error
    if not is_object(post):
        msg = "json: cannot unmarshal it into Go value of type models.PostableSilence"
        raise _unparsed(msg)
    for name in _REQUIRED:
        if post.get(name) is None:
            msg = f"{name} in body is required"
            raise _missing(msg)
    starts_at, ends_at = _moment(post, "startsAt"), _moment(post, "endsAt")
    matchers = _matchers(post["matchers"])
    if all(matcher.fits_nothing_in_particular for matcher in matchers):
        msg = "silence invalid: at least one matcher must not match the empty string"
        raise _invalid(msg)
    if ends_at < starts_at:
        msg = "Failed to create silence: start time must be before end time"
        raise _invalid(msg)
    return _Posted(
        id=text_of(post.get("id"), 64),
        matchers=matchers,
        starts_at=starts_at,
        ends_at=ends_at,
        created_by=text_of(post["createdBy"], 200),
        comment=text_of(post["comment"], _MAX_TEXT),
    )


def _matchers(written: object) -> tuple[Matcher, ...]:
    if not is_list(written):
        msg = "json: cannot unmarshal it into Go value of type models.Matchers"
        raise _unparsed(msg)
    if not written:
        msg = "matchers in body should have at least 1 items"
        raise _missing(msg, code=612)
    return tuple(_matcher(one, position) for position, one in enumerate(written))


def _matcher(one: object, position: int) -> Matcher:
    if not is_object(one):
        msg = "json: cannot unmarshal it into Go value of type models.Matcher"
        raise _unparsed(msg)
    for name in ("isRegex", "name", "value"):
        if one.get(name) is None:
            msg = f"matchers.{position}.{name} in body is required"
            raise _missing(msg)
    matcher = Matcher(
        text_of(one["name"], _MAX_TEXT),
        _whole(one["value"]),
        is_regex=one["isRegex"] is True,
        is_equal=one.get("isEqual") is not False,
    )
    try:
        return checked(matcher)
    except BadMatcher as wrong:
        why = f"silence invalid: invalid label matcher {position}: {wrong}"
        raise _invalid(why) from wrong


def _whole(value: object) -> str:
    # Its spaces are part of what is matched.
    return value if isinstance(value, str) else text_of(value, _MAX_TEXT)


def _moment(post: Mapping[str, object], name: str) -> datetime:
    found = moment_of(post[name])
    if found is None:
        msg = f'parsing time "{text_of(post[name], 100)}": cannot parse {name}'
        raise _unparsed(msg)
    return found


def _unparsed(why: str) -> _Refused:
    message = f'parsing silence body from "" failed, because {why}'
    return _Refused(refused(HTTPStatus.BAD_REQUEST, message))


def _missing(why: str, *, code: int = 602) -> _Refused:
    return _Refused(refused(HTTPStatus.UNPROCESSABLE_ENTITY, why, code=code))


def _invalid(why: str) -> _Refused:
    return _Refused(text_refused(why))
