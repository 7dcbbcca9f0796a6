"""GitLab's webhooks that tell of changes: deployments, pipelines, pushes, feature flags.

Docs: https://docs.gitlab.com/user/project/integrations/webhook_events/. What happened is in the
body's `object_kind`; `status` and times are written in words of GitLab's own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

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
from fireline.core.signals.progress import LABEL, WORDS, told

PROJECT = "gitlab.project"
_MAX_WORD = 300
_MAX_LINK = 2_000
# A branch that was deleted ends in this commit.
_NO_COMMIT = "0" * 40

Json = Mapping[str, object]


def read(payload: Payload) -> Reading:
    """Read one webhook. An event that tells of no change says nothing, which is no mistake."""
    try:
        body = object_of(decoded(payload.body))
    except ValueError as error:
        return _unread("gitlab.unreadable", "", f"the body is not JSON: {error}")
    if not body:
        return _unread("gitlab.unreadable", "", "the body must be one JSON object")
    kind = _word(body, "object_kind")
    if not kind:
        return _unread("gitlab.no_kind", "object_kind", "it does not say what happened")
    reader = _KINDS.get(kind)
    return Reading() if reader is None else reader(body)


def _deployment(body: Json) -> Reading:
    number, status = _word(body, "deployment_id"), _word(body, "status")
    if not number:
        return _unread("gitlab.no_id", "deployment_id", "the deployment has no id")
    progress = WORDS.get(status)
    if progress is None:
        return _unread("gitlab.bad_status", "status", f"{status!r} is no status that is known")
    environment, ref = _word(body, "environment"), _word(body, "ref")
    where = f" to {environment}" if environment else ""
    labels = {
        "environment": environment,
        "tier": _word(body, "environment_tier"),
        "ref": ref,
        LABEL: progress.value,
    }
    return _change(
        body,
        key=f"deployment:{number}",
        title=told(f"Deploy of {_path(body)} {ref}".rstrip() + where, progress),
        kind=Kind.DEPLOY,
        at=_moment(body.get("status_changed_at")),
        revision=_word(body, "short_sha"),
        description=_word(body, "commit_title"),
        labels=labels,
        link=_word(body, "deployable_url") or _word(body, "commit_url"),
    )


def _pipeline(body: Json) -> Reading:
    run = object_of(body.get("object_attributes"))
    main = _word(object_of(body.get("project")), "default_branch")
    is_main = _word(run, "ref") == main and run.get("tag") is not True
    wanted = _word(run, "status") == "success" and is_main
    if not wanted or _word(run, "source") == "merge_request_event":
        return Reading()
    number = _word(run, "id")
    if not number:
        return _unread("gitlab.no_id", "object_attributes.id", "the pipeline has no id")
    return _change(
        body,
        key=f"pipeline:{number}",
        title=f"Pipeline of {_path(body)} {main} finished",
        kind=Kind.OTHER,
        at=_moment(run.get("finished_at")),
        revision=_word(run, "sha"),
        description=_word(object_of(body.get("commit")), "title"),
        labels={"ref": main},
        link=_word(run, "url"),
    )


def _push(body: Json) -> Reading:
    project = object_of(body.get("project"))
    main, after = _word(project, "default_branch"), _word(body, "after")
    if _word(body, "ref") != f"refs/heads/{main}" or after in {"", _NO_COMMIT}:
        return Reading()
    return _change(
        body,
        key=f"push:{_path(body)}:{after}",
        title=f"Push to {_path(body)} {main}",
        kind=Kind.OTHER,
        at=None,  # commits have times of their own, a push has none
        revision=after,
        description="",
        labels={"ref": main},
        link=f"{_word(project, 'web_url')}/-/commit/{after}" if _word(project, "web_url") else "",
    )


def _feature_flag(body: Json) -> Reading:
    flag = object_of(body.get("object_attributes"))
    name = _word(flag, "name")
    if not name:
        return _unread("gitlab.no_name", "object_attributes.name", "the flag has no name")
    turned = "on" if flag.get("active") is True else "off"
    return _change(
        body,
        key="",  # a flag is turned many times, and each is a change
        title=f"Feature flag {name} of {_path(body)} turned {turned}",
        kind=Kind.FLAG,
        at=None,
        revision="",
        description=text_of(flag.get("description"), MAX_DESCRIPTION),
        labels={"flag": name},
        link=_word(object_of(body.get("project")), "web_url"),
    )


def _change(  # noqa: PLR0913 - the fields of a change, each named
    body: Json,
    *,
    key: str,
    title: str,
    kind: Kind,
    at: datetime | None,
    revision: str,
    description: str,
    labels: Mapping[str, str],
    link: str,
) -> Reading:
    path, user = _path(body), object_of(body.get("user"))
    change = ChangeNotice(
        key=key_of(key),
        title=title[:MAX_TITLE],
        kind=kind,
        at=at,
        service=path.rpartition("/")[2],
        actor=_word(user, "username") or _word(body, "user_username") or _word(body, "user_name"),
        description=description,
        revision=revision,
        planned=True,  # it went through the pipeline
        assets=(AssetRef(PROJECT, "", path),) if path else (),
        labels={name: value for name, value in labels.items() if value},
        links=(Weblink(link[:_MAX_LINK]),) if link else (),
    )
    return Reading((change,))


def _moment(value: object) -> datetime | None:
    """Read GitLab's times: `2021-04-28 21:50:00 +0200` and `2016-08-12 15:26:29 UTC`."""
    if not isinstance(value, str):
        return moment_of(value)
    return moment_of(value.strip().replace(" UTC", "Z").replace(" +", "+").replace(" -", "-"))


def _path(body: Json) -> str:
    project = object_of(body.get("project"))
    return _word(project, "path_with_namespace") or _word(project, "name")


def _word(said: Json, name: str) -> str:
    return text_of(said.get(name), _MAX_WORD)


def _unread(code: str, field: str, why: str) -> Reading:
    return Reading(unread=(Unread(code, field, why),))


_KINDS: Mapping[str, Callable[[Json], Reading]] = {
    "deployment": _deployment,
    "feature_flag": _feature_flag,
    "pipeline": _pipeline,
    "push": _push,
}
