"""GitHub's webhooks that tell of changes: deployments, pushes, releases, finished workflows.

Docs: https://docs.github.com/en/webhooks/webhook-events-and-payloads. The event's name is in the
header `X-GitHub-Event`; a body may also come as a form with one field, `payload`.
"""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.decoding import decoded, key_of, moment_of, object_of, text_of
from fireline.core.signals.notice import (
    MAX_DESCRIPTION,
    MAX_TITLE,
    ChangeNotice,
    Kind,
    Weblink,
)
from fireline.core.signals.payload import Payload, Reading, Unread
from fireline.core.signals.progress import LABEL, WORDS, Progress, told

EVENT = "x-github-event"
REPOSITORY = "github.repository"
_MAX_WORD = 300
_MAX_LINK = 2_000
# A branch that was deleted ends in this commit.
_NO_COMMIT = "0" * 40

Json = Mapping[str, object]


def read(payload: Payload) -> Reading:
    """Read one webhook. An event that tells of no change says nothing, which is no mistake."""
    event = payload.meta.get(EVENT, "")
    if not event:
        return _unread("github.no_event", "X-GitHub-Event", "the header that names it is missing")
    try:
        body = object_of(decoded(_json_of(payload.body)))
    except ValueError as error:
        return _unread("github.unreadable", "", f"the body is not JSON: {error}")
    if not body:
        return _unread("github.unreadable", "", "the body must be one JSON object")
    reader = _EVENTS.get(event)
    return Reading() if reader is None else reader(body)


def _json_of(body: bytes) -> bytes:
    if not body.startswith(b"payload="):
        return body
    form = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return form.get("payload", [""])[0].encode()


def _deployment(body: Json) -> Reading:
    deployment = object_of(body.get("deployment"))
    return _of_deployment(body, deployment, deployment, Progress.WAITING)


def _deployment_status(body: Json) -> Reading:
    deployment = object_of(body.get("deployment"))
    status = object_of(body.get("deployment_status"))
    state = _word(status, "state")
    if state == "inactive":  # another deployment took its place, and tells of itself
        return Reading()
    progress = WORDS.get(state)
    if progress is None:
        why = f"{state!r} is no state of a deployment that is known"
        return _unread("github.bad_state", "deployment_status.state", why)
    return _of_deployment(body, deployment, status, progress)


def _of_deployment(body: Json, deployment: Json, latest: Json, progress: Progress) -> Reading:
    number = _word(deployment, "id")
    if not number:
        return _unread("github.no_id", "deployment.id", "the deployment has no id")
    environment = _word(latest, "environment") or _word(deployment, "environment")
    ref = _word(deployment, "ref")
    what = f"Deploy of {_full_name(body)} {ref}".rstrip()
    where = f" to {environment}" if environment else ""
    return _change(
        body,
        key=f"deployment:{number}",
        title=told(f"{what}{where}", progress),
        kind=Kind.DEPLOY,
        at=latest.get("created_at"),
        actor=object_of(deployment.get("creator")) or object_of(body.get("sender")),
        revision=_word(deployment, "sha"),
        description=_word(latest, "description") or _word(deployment, "description"),
        labels={"environment": environment, "ref": ref, LABEL: progress.value},
        links=(_link(latest, "log_url") or _link(latest, "target_url"),),
    )


def _push(body: Json) -> Reading:
    repository = object_of(body.get("repository"))
    branch, after = _word(repository, "default_branch"), _word(body, "after")
    if _word(body, "ref") != f"refs/heads/{branch}" or after in {"", _NO_COMMIT}:
        return Reading()
    head = object_of(body.get("head_commit"))
    message = text_of(head.get("message"), MAX_DESCRIPTION)
    first_line = message.partition("\n")[0]
    return _change(
        body,
        key=f"push:{_full_name(body)}:{after}",
        title=f"Push to {_full_name(body)} {branch}: {first_line}".rstrip(": "),
        kind=Kind.OTHER,
        at=repository.get("pushed_at") or head.get("timestamp"),
        actor=object_of(body.get("sender")),
        revision=after,
        description=message,
        labels={"ref": branch},
        links=(_link(body, "compare"),),
    )


def _release(body: Json) -> Reading:
    release = object_of(body.get("release"))
    if _word(body, "action") != "published":
        return Reading()
    number, tag = _word(release, "id"), _word(release, "tag_name")
    if not number:
        return _unread("github.no_id", "release.id", "the release has no id")
    return _change(
        body,
        key=f"release:{number}",
        title=f"Release of {_full_name(body)} {tag}".rstrip(),
        kind=Kind.DEPLOY,
        at=release.get("published_at"),
        actor=object_of(release.get("author")) or object_of(body.get("sender")),
        revision=tag,
        description=_word(release, "name"),
        labels={"ref": tag},
        links=(_link(release, "html_url"),),
    )


def _workflow_run(body: Json) -> Reading:
    run = object_of(body.get("workflow_run"))
    main = _word(object_of(body.get("repository")), "default_branch")
    finished = _word(body, "action") == "completed" and _word(run, "conclusion") == "success"
    if not finished or _word(run, "head_branch") != main or _word(run, "event") == "pull_request":
        return Reading()
    number = _word(run, "id")
    if not number:
        return _unread("github.no_id", "workflow_run.id", "the run has no id")
    return _change(
        body,
        key=f"run:{number}:{_word(run, 'run_attempt')}",
        title=f"Workflow {_word(run, 'name')} of {_full_name(body)} {main} finished",
        kind=Kind.OTHER,
        at=run.get("updated_at"),
        actor=object_of(run.get("actor")) or object_of(body.get("sender")),
        revision=_word(run, "head_sha"),
        description=_word(run, "display_title"),
        labels={"ref": main, "workflow": _word(run, "name")},
        links=(_link(run, "html_url"),),
    )


def _change(  # noqa: PLR0913 - the fields of a change, each named
    body: Json,
    *,
    key: str,
    title: str,
    kind: Kind,
    at: object,
    actor: Json,
    revision: str,
    description: str,
    labels: Mapping[str, str],
    links: tuple[Weblink | None, ...],
) -> Reading:
    name = _full_name(body)
    change = ChangeNotice(
        key=key_of(key),
        title=title[:MAX_TITLE],
        kind=kind,
        at=moment_of(at),
        service=name.rpartition("/")[2],
        actor=_word(actor, "login"),
        description=description,
        revision=revision,
        planned=True,  # it went through the pipeline
        assets=(AssetRef(REPOSITORY, "", name),) if name else (),
        labels={name: value for name, value in labels.items() if value},
        links=tuple(link for link in links if link is not None),
    )
    return Reading((change,))


def _full_name(body: Json) -> str:
    return _word(object_of(body.get("repository")), "full_name")


def _word(said: Json, name: str) -> str:
    return text_of(said.get(name), _MAX_WORD)


def _link(said: Json, name: str) -> Weblink | None:
    href = text_of(said.get(name), _MAX_LINK)
    return Weblink(href) if href else None


def _unread(code: str, field: str, why: str) -> Reading:
    return Reading(unread=(Unread(code, field, why),))


_EVENTS: Mapping[str, Callable[[Json], Reading]] = {
    "deployment": _deployment,
    "deployment_status": _deployment_status,
    "push": _push,
    "release": _release,
    "workflow_run": _workflow_run,
}
