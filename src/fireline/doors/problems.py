"""Turn refusals into HTTP's manners, in one place for pages and API."""

from collections.abc import Sequence
from http import HTTPStatus

from fireline.core.values.refusals import Kind, Refusal
from fireline.usecases.incident_desk import MoveBlocked
from fireline.usecases.plans import PlanRefused
from fireline.usecases.reviews import Unfinished
from fireline.usecases.sources import MappingRefused

STATUS = {
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
PROBLEM_JSON = "application/problem+json"


def problem(refusal: Refusal) -> dict[str, str | list[str]]:
    """Write a refusal as an RFC 9457 problem document, with its stable code and its hint.

    A refusal for several reasons lists them all under `reasons`.
    """
    status = STATUS[refusal.kind]
    document: dict[str, str | list[str]] = {
        "title": status.phrase,
        "code": refusal.code,
        "detail": str(refusal),
        "hint": refusal.hint,
    }
    if several := _reasons(refusal):
        document["reasons"] = [str(reason) for reason in several]
    return document


def _reasons(refusal: Refusal) -> Sequence[object]:
    match refusal:
        case PlanRefused(mistakes=mistakes):
            return mistakes
        case MoveBlocked(reasons=reasons):
            return [reason.text for reason in reasons]
        case Unfinished(missing=missing):
            return [each.text for each in missing]
        case MappingRefused(reasons=mistakes):
            return mistakes
        case _:
            return ()
