"""Changes as GitHub, GitLab and deploy scripts tell of them."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.assets.ref import AssetRef
from fireline.core.signals.formats import deploy, github, gitlab
from fireline.core.signals.notice import ChangeNotice, Kind
from fireline.core.signals.payload import Payload, Reading

RECEIVED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
REPOSITORY = {
    "id": 7,
    "name": "checkout",
    "full_name": "acme/checkout",
    "default_branch": "main",
    "html_url": "https://github.com/acme/checkout",
    "pushed_at": 1772445600,
}
SENDER = {"login": "bo", "id": 4, "type": "User"}
DEPLOYMENT = {
    "id": 4242,
    "sha": "279484c09fbe69ededfced8c1bb6e6d24616b468",
    "ref": "main",
    "task": "deploy",
    "payload": {},
    "environment": "production",
    "production_environment": True,
    "transient_environment": False,
    "description": None,
    "creator": {"login": "release-bot[bot]"},
    "created_at": "2026-03-02T09:58:00Z",
    "updated_at": "2026-03-02T09:58:00Z",
}
PROJECT = {
    "id": 30,
    "name": "Checkout",
    "web_url": "https://gitlab.example.com/acme/checkout",
    "path_with_namespace": "acme/checkout",
    "default_branch": "main",
}


def from_github(event: str, body: Any) -> Reading:
    told = json.dumps(body).encode()
    return github.read(Payload("github", "", told, RECEIVED, {"x-github-event": event}))


def from_gitlab(body: Any) -> Reading:
    return gitlab.read(Payload("gitlab", "", json.dumps(body).encode(), RECEIVED))


def from_script(body: Any) -> Reading:
    return deploy.read(Payload("deploy", "", json.dumps(body).encode(), RECEIVED))


def only(reading: Reading) -> ChangeNotice:
    assert reading.unread == ()
    (change,) = reading.said
    assert isinstance(change, ChangeNotice)
    return change


def status(state: str, **more: Any) -> dict[str, Any]:
    told = {
        "id": 9,
        "state": state,
        "environment": "production",
        "description": "Rolling out",
        "target_url": "",
        "log_url": "https://ci.example.com/17",
        "created_at": "2026-03-02T10:00:00Z",
    }
    return {
        "action": "created",
        "deployment": DEPLOYMENT,
        "deployment_status": told | more,
        "repository": REPOSITORY,
        "sender": SENDER,
    }


def test_a_deployment_on_github_waits_until_a_status_says_it_began():
    body = {"action": "created", "deployment": DEPLOYMENT, "repository": REPOSITORY}
    waits = only(from_github("deployment", body))
    begun = only(from_github("deployment_status", status("in_progress")))
    assert waits.key == begun.key == "deployment:4242"
    assert waits.labels["progress"] == "waiting"
    assert begun.labels == {"environment": "production", "ref": "main", "progress": "running"}
    assert begun.at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def test_a_finished_deployment_on_github_says_what_whose_where_and_by_whom():
    change = only(from_github("deployment_status", status("success")))
    assert change.title == "Deploy of acme/checkout main to production"
    assert (change.kind, change.service, change.actor) == (
        Kind.DEPLOY,
        "checkout",
        "release-bot[bot]",
    )
    assert change.assets == (AssetRef("github.repository", "", "acme/checkout"),)
    assert change.revision == DEPLOYMENT["sha"]
    assert [link.href for link in change.links] == ["https://ci.example.com/17"]
    assert change.planned is True


def test_a_failed_deployment_altered_something_too():
    change = only(from_github("deployment_status", status("failure")))
    assert change.title.endswith("(failed)")


def test_a_deployment_that_was_replaced_says_nothing():
    assert from_github("deployment_status", status("inactive")) == Reading()


def test_a_push_to_the_default_branch_is_a_change_and_to_another_is_none():
    body = {
        "ref": "refs/heads/main",
        "before": "0" * 40,
        "after": "a" * 40,
        "compare": "https://github.com/acme/checkout/compare/x...y",
        "repository": REPOSITORY,
        "sender": SENDER,
        "head_commit": {
            "message": "Charge once\n\nNot twice.",
            "timestamp": "2026-03-01T08:00:00Z",
        },
    }
    change = only(from_github("push", body))
    assert change.title == "Push to acme/checkout main: Charge once"
    assert change.at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert from_github("push", body | {"ref": "refs/heads/trial"}) == Reading()
    assert from_github("push", body | {"after": "0" * 40}) == Reading()


def test_a_release_counts_once_it_is_published():
    release = {
        "id": 11,
        "tag_name": "v1.4.2",
        "name": "Spring",
        "published_at": "2026-03-02T10:00:00Z",
        "author": SENDER,
        "html_url": "https://github.com/acme/checkout/releases/v1.4.2",
    }
    body = {"action": "published", "release": release, "repository": REPOSITORY}
    assert only(from_github("release", body)).title == "Release of acme/checkout v1.4.2"
    assert from_github("release", body | {"action": "created"}) == Reading()


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({}, True),
        ({"conclusion": "failure"}, False),
        ({"head_branch": "trial"}, False),
        ({"event": "pull_request"}, False),
    ],
)
def test_a_workflow_counts_when_it_went_well_on_the_default_branch(
    said: dict[str, str], counts: bool
):
    run = {
        "id": 5,
        "run_attempt": 2,
        "name": "Deploy",
        "head_branch": "main",
        "head_sha": "b" * 40,
        "event": "push",
        "conclusion": "success",
        "updated_at": "2026-03-02T10:00:00Z",
        "actor": SENDER,
    }
    body = {"action": "completed", "workflow_run": run | said, "repository": REPOSITORY}
    reading = from_github("workflow_run", body)
    assert bool(reading.said) is counts
    if counts:
        assert only(reading).key == "run:5:2"


def test_github_may_send_a_form():
    form = urlencode({"payload": json.dumps(status("success"))}).encode()
    payload = Payload("github", "", form, RECEIVED, {"x-github-event": "deployment_status"})
    assert only(github.read(payload)).key == "deployment:4242"


def test_what_tells_of_no_change_says_nothing():
    assert from_github("star", {"action": "created"}) == Reading()
    assert from_gitlab({"object_kind": "issue"}) == Reading()


@pytest.mark.parametrize(
    ("event", "body", "code", "field"),
    [
        ("", {}, "github.no_event", "X-GitHub-Event"),
        ("push", [], "github.unreadable", ""),
        ("deployment", {"deployment": {}}, "github.no_id", "deployment.id"),
        ("release", {"action": "published"}, "github.no_id", "release.id"),
        (
            "deployment_status",
            status("exploded"),
            "github.bad_state",
            "deployment_status.state",
        ),
    ],
)
def test_what_github_sends_wrong_is_named(event: str, body: Any, code: str, field: str):
    (unread,) = from_github(event, body).unread
    assert (unread.code, unread.field) == (code, field)


def test_a_deployment_on_gitlab_is_read_with_gitlabs_own_times():
    body = {
        "object_kind": "deployment",
        "status": "success",
        "status_changed_at": "2026-03-02 11:50:00 +0200",
        "deployment_id": 15,
        "deployable_id": 796,
        "deployable_url": "https://gitlab.example.com/acme/checkout/-/jobs/796",
        "environment": "production",
        "environment_tier": "production",
        "project": PROJECT,
        "short_sha": "279484c0",
        "user": {"id": 1, "name": "Bo", "username": "bo"},
        "commit_title": "Charge once",
        "ref": "main",
    }
    change = only(from_gitlab(body))
    assert change.at == datetime(2026, 3, 2, 9, 50, tzinfo=UTC)
    assert (change.key, change.service, change.actor) == ("deployment:15", "checkout", "bo")
    assert change.title == "Deploy of acme/checkout main to production"
    assert change.assets == (AssetRef("gitlab.project", "", "acme/checkout"),)
    assert change.labels["tier"] == "production"
    failed = only(from_gitlab(body | {"status": "canceled"}))
    assert failed.labels["progress"] == "failed"


def test_a_pipeline_on_gitlab_counts_when_it_went_well_on_the_default_branch():
    run = {
        "id": 31,
        "ref": "main",
        "tag": False,
        "sha": "c" * 40,
        "status": "success",
        "source": "push",
        "finished_at": "2026-03-02 10:00:00 UTC",
        "url": "https://gitlab.example.com/acme/checkout/-/pipelines/31",
    }
    body = {
        "object_kind": "pipeline",
        "object_attributes": run,
        "project": PROJECT,
        "user": {"username": "bo"},
        "commit": {"title": "Charge once"},
    }
    change = only(from_gitlab(body))
    assert (change.key, change.at) == ("pipeline:31", datetime(2026, 3, 2, 10, 0, tzinfo=UTC))
    for said in ({"status": "running"}, {"ref": "trial"}, {"tag": True}):
        assert from_gitlab(body | {"object_attributes": run | said}) == Reading()


def test_a_push_and_a_feature_flag_on_gitlab_are_changes():
    push = {
        "object_kind": "push",
        "ref": "refs/heads/main",
        "after": "d" * 40,
        "user_username": "bo",
        "project": PROJECT,
    }
    assert only(from_gitlab(push)).key == f"push:acme/checkout:{'d' * 40}"
    assert from_gitlab(push | {"ref": "refs/heads/trial"}) == Reading()
    flag = {
        "object_kind": "feature_flag",
        "project": PROJECT,
        "user": {"username": "bo"},
        "object_attributes": {"id": 6, "name": "new-checkout", "active": True},
    }
    change = only(from_gitlab(flag))
    assert (change.kind, change.key) == (Kind.FLAG, "")
    assert change.title == "Feature flag new-checkout of acme/checkout turned on"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "gitlab.unreadable"),
        ({"project": {}}, "gitlab.no_kind"),
        ({"object_kind": "deployment"}, "gitlab.no_id"),
        ({"object_kind": "deployment", "deployment_id": 1, "status": "?"}, "gitlab.bad_status"),
        ({"object_kind": "feature_flag"}, "gitlab.no_name"),
    ],
)
def test_what_gitlab_sends_wrong_is_named(body: Any, code: str):
    (unread,) = from_gitlab(body).unread
    assert unread.code == code


def test_a_script_tells_of_a_deploy_in_one_object():
    body = {
        "service": "checkout",
        "version": "1.4.2",
        "environment": "production",
        "actor": "bo",
        "at": "2026-03-02T10:00:00+01:00",
        "status": "started",
        "url": "https://ci.example.com/17",
        "id": "run-17",
    }
    change = only(from_script(body))
    assert change.title == "Deploy of checkout 1.4.2 to production (started)"
    assert (change.key, change.revision, change.planned) == ("run-17", "1.4.2", True)
    assert change.at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert only(from_script({"service": "checkout"})).title == "Deploy of checkout"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"version": "1"}, "service"),
        ({"service": "a", "at": "yesterday"}, "at"),
        ({"service": "a", "status": "splendid"}, "status"),
        ({"service": "a", "kind": "call"}, "kind"),
        ({"service": "a", "planned": "yes"}, "planned"),
    ],
)
def test_what_a_script_sends_wrong_is_named(body: Any, field: str):
    (unread,) = from_script(body).unread
    assert unread.field == field


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = (
    "action",
    "after",
    "at",
    "commit",
    "deployment",
    "deployment_id",
    "deployment_status",
    "head_commit",
    "kind",
    "object_attributes",
    "planned",
    "project",
    "ref",
    "release",
    "repository",
    "sender",
    "service",
    "status",
    "user",
    "workflow_run",
)
_SHAPES = st.fixed_dictionaries({}, optional=dict.fromkeys(_NAMES, _JSON))


@given(
    st.sampled_from(["deployment", "deployment_status", "push", "release", "workflow_run", "x"]),
    _SHAPES,
)
def test_whatever_github_sends_is_read_or_set_apart(event: str, body: dict[str, Any]):
    from_github(event, body)


@given(st.sampled_from(["deployment", "pipeline", "push", "feature_flag"]), _SHAPES)
def test_whatever_gitlab_sends_is_read_or_set_apart(kind: str, body: dict[str, Any]):
    from_gitlab(body | {"object_kind": kind})


@given(_SHAPES)
def test_whatever_a_script_sends_is_read_or_set_apart(body: dict[str, Any]):
    reading = from_script(body)
    assert len(reading.said) + len(reading.unread) == 1


@given(st.binary(max_size=200))
def test_any_bytes_give_a_reading(body: bytes):
    meta = {"x-github-event": "push"}
    for reader in (github.read, gitlab.read, deploy.read):
        reading = reader(Payload("x", "", body, RECEIVED, meta))
        assert reading.unread or reading == Reading()
