"""Deploys told by any script: one JSON object, fireline's own shape.

`service` is required; `version`, `environment`, `actor`, `at`, `status`, `url`, `kind`, `title`,
`planned` and `id` are not. Two posts with one `id` are one deploy: started, then succeeded.
"""

from collections.abc import Mapping

from fireline.core.signals.decoding import decoded, key_of, moment_of, object_of, text_of
from fireline.core.signals.notice import MAX_TITLE, ChangeNotice, Kind, Weblink
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.signals.progress import LABEL, WORDS, told

_MAX_WORD = 200
_KINDS = [kind.value for kind in Kind if kind not in {Kind.CALL, Kind.PLAN}]


def read(payload: Payload) -> Reading:
    """Read one deploy."""
    try:
        said = object_of(decoded(payload.body))
    except ValueError as error:
        return _unread("", f"the body is not JSON: {error}")
    if not said:
        return _unread("", "the body must be one JSON object")
    wrong = _first_mistake(said)
    if wrong is not None:
        return _unread(*wrong)
    return Reading((_change(said),))


def _first_mistake(said: Mapping[str, object]) -> tuple[str, str] | None:
    if not text_of(said.get("service"), _MAX_WORD):
        return "service", "name the service that was changed"
    if said.get("at") is not None and moment_of(said["at"]) is None:
        return "at", "write a time such as 2026-03-01T10:15:00Z, or leave it out for now"
    if text_of(said.get("status", "success"), _MAX_WORD).lower() not in WORDS:
        return "status", f"write one of {', '.join(sorted(WORDS))}, or leave it out"
    if text_of(said.get("kind", Kind.DEPLOY), _MAX_WORD) not in _KINDS:
        return "kind", f"write one of {', '.join(_KINDS)}, or leave it out"
    if not isinstance(said.get("planned", True), bool):
        return "planned", "write true or false, or leave it out"
    return None


def _change(said: Mapping[str, object]) -> ChangeNotice:
    service, version, environment, actor, url = (
        text_of(said.get(name), _MAX_WORD)
        for name in ("service", "version", "environment", "actor", "url")
    )
    progress = WORDS[text_of(said.get("status", "success"), _MAX_WORD).lower()]
    what = f"{service} {version}".strip() + (f" to {environment}" if environment else "")
    title = text_of(said.get("title"), MAX_TITLE) or told(f"Deploy of {what}", progress)
    labels = {"environment": environment, LABEL: progress.value}
    return ChangeNotice(
        key=key_of(said.get("id")),
        title=title[:MAX_TITLE],
        kind=Kind(text_of(said.get("kind", Kind.DEPLOY), _MAX_WORD)),
        at=moment_of(said.get("at")),
        service=service,
        actor=actor,
        revision=version,
        planned=said.get("planned", True) is True,
        labels={name: value for name, value in labels.items() if value},
        links=(Weblink(text_of(said.get("url"), 2_000)),) if url else (),
    )


def _unread(field: str, why: str) -> Reading:
    code = f"deploy.bad_{field}" if field else "deploy.unreadable"
    return Reading(unread=(Unread(code, field, why),))
