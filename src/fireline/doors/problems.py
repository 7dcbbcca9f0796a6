"""Turn refusals into HTTP's manners, in one place for pages and API."""

from http import HTTPStatus

from fireline.core.values.refusals import Kind, Refusal

STATUS = {
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
PROBLEM_JSON = "application/problem+json"


def problem(refusal: Refusal) -> dict[str, str]:
    """Write a refusal as an RFC 9457 problem document, with its stable code and its hint."""
    status = STATUS[refusal.kind]
    return {
        "title": status.phrase,
        "code": refusal.code,
        "detail": str(refusal),
        "hint": refusal.hint,
    }
