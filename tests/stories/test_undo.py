"""What fireline changed can be taken back exactly, unless somebody else was there meanwhile."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fireline.app.parts import Wiring
from fireline.lab.options import Part
from tests.stories.books import read_books
from tests.stories.stage import Person, Stage, eventually, on_stage

_KEY, _USER = "aws.iam.deactivate_key", "aws.iam.deny_user_sessions"
_BUILD = "shop-ci"
_NOBODY = Wiring(lab_without=frozenset({Part.PEOPLE}))
_OTHER = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}'


async def contain(stage: Stage, bo: Person, cy: Person) -> dict[tuple[str, str], int]:
    """Do by hand what the people of the lab do; return the verified actions' numbers."""
    shown = await eventually(stage.look, lambda shown: bool(shown.alerts))
    [alert] = shown.alerts
    # Both keys and both users: the key that was stolen, and the one that was made with it.
    await eventually(
        lambda: bo.get(f"/alerts/{alert}"), lambda told: len(the_runbook_needs(told)) == 4
    )
    await bo.post(f"/alerts/{alert}/acknowledge")
    declared = await bo.post(
        "/incidents",
        {"title": "A key", "priority": "P2", "category": "credential", "alerts": [alert]},
    )
    run = await bo.post(f"/incidents/{declared['number']}/runs", {"runbook": "leaked-key"})
    waiting = await eventually(lambda: cy.get("/approvals"), lambda waiting: len(waiting) == 4)
    for one in waiting:
        approval = one["approval"]
        await cy.post(
            f"/approvals/{approval['number']}/decide",
            {"decision": "approve", "content_hash": approval["content_hash"]},
        )
    shown = await eventually(
        lambda: bo.get(f"/runs/{run['number']}"),
        lambda run: [action["state"] for action in run["actions"]] == ["verified"] * 4,
    )
    return {(one["kind"], one["asset_id"]): one["number"] for one in shown["actions"]}


def the_runbook_needs(alert: Mapping[str, Any]) -> list[Any]:
    return [one for one in alert["assets"] if one["kind"].startswith("aws.iam.")]


async def settled(somebody: Person, number: int) -> Mapping[str, Any]:
    """Ask for an undo, and wait until it is known how it went."""
    await somebody.post(f"/actions/{number}/undo")
    return await eventually(
        lambda: somebody.get(f"/actions/{number}"),
        lambda action: action["undo_asked_at"] is None and action["state"] != "executing",
    )


@pytest.mark.timeout(110)
async def test_an_undo_restores_exactly_and_refuses_what_others_changed(
    database_dsn: str, tmp_path: Path
) -> None:
    async with (
        on_stage(database_dsn, tmp_path, wiring=_NOBODY, pace=20) as stage,
        stage.person("bo") as bo,
        stage.person("cy") as cy,
    ):
        lab = await stage.lab()
        iam = stage.cloud(lab, "dee", "iam")
        [leaked] = lab.state.keys["leaked"]
        numbers = await contain(stage, bo, cy)
        minted = next(key for kind, key in numbers if kind == _KEY and key != leaked)
        assert await keys_of(iam, _BUILD) == {leaked: "Inactive"}
        [policy] = await policies_of(iam, _BUILD) - {"build"}

        undone = await settled(bo, numbers[_KEY, leaked])
        assert undone["state"] == "undone"
        assert await keys_of(iam, _BUILD) == {leaked: "Active"}
        undone = await settled(bo, numbers[_USER, _BUILD])
        assert undone["state"] == "undone"
        assert await policies_of(iam, _BUILD) == {"build"}
        works = await eventually(lab.status, lambda said: succeeds(said, "leaked"))
        assert not succeeds(works, "minted")

        # Dee rewrites the policy behind fireline's back: it is hers now.
        hers = {"UserName": "svc-backup", "PolicyName": policy}
        await asyncio.to_thread(iam.put_user_policy, PolicyDocument=_OTHER, **hers)
        torn = await settled(bo, numbers[_USER, "svc-backup"])
        assert torn["state"] == "undo_conflict"
        before, left, present = (torn["conflict"][name] for name in ("before", "left", "present"))
        assert before == {"policy": policy, "document": None}
        assert "aws:TokenIssueTime" in left["document"]
        assert present == {"policy": policy, "document": _OTHER}
        still = await asyncio.to_thread(iam.get_user_policy, **hers)
        assert still["PolicyDocument"]["Statement"][0]["Action"] == "s3:*"
        assert (await keys_of(iam, "svc-backup"))[minted] == "Inactive"

    books = read_books(database_dsn)
    assert books.torn == []
    verified = books.of("action.undone")
    assert [fact.body["number"] for fact in verified] == [
        str(numbers[_KEY, leaked]),
        str(numbers[_USER, _BUILD]),
    ]
    assert all("Undone and verified" in str(fact.body["text"]) for fact in verified)
    [conflict] = books.of("action.undo_conflict")
    assert "somebody changed it since" in str(conflict.body["text"])


async def keys_of(iam: Any, user: str) -> dict[str, str]:
    said = await asyncio.to_thread(iam.list_access_keys, UserName=user)
    return {key["AccessKeyId"]: key["Status"] for key in said["AccessKeyMetadata"]}


async def policies_of(iam: Any, user: str) -> set[str]:
    said = await asyncio.to_thread(iam.list_user_policies, UserName=user)
    return set(said["PolicyNames"])


def succeeds(status: Mapping[str, Any], name: str) -> bool:
    return bool(status["callers"][name]["last_outcome"] == "succeeded")
