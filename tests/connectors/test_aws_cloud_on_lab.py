"""The AWS cloud against the lab, whose gate enforces what moto forgets: the real story's step 6."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fireline.connectors.aws.cloud import AwsCloud
from fireline.connectors.aws.clouds import AwsClouds
from fireline.connectors.aws.session import Access, AwsSettings, Login, RoleToAssume
from fireline.core.assets.ref import AssetRef
from fireline.core.runbooks.action import ActionPlan, Context, Verified, plan_action, verify
from fireline.core.runbooks.actions import REGISTERED
from fireline.core.values.secret import Secret
from fireline.lab.attacker import credentials_in
from fireline.lab.clients import SUCCEEDED, Caller
from fireline.lab.clock import now
from fireline.lab.lab import Lab
from fireline.lab.options import LabOptions
from fireline.lab.world_file import read_world
from fireline.ports.cloud import Call, Declined, Errand, Made, Unreadable
from tests.lab.running import SECRET, WORLD, Running, make

ERRAND = Errand("INC-7", "3", "cy")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    directory: Path = tmp_path_factory.mktemp("lab")
    lab = Lab(read_world(WORLD), directory, LabOptions(webhook_secret=SECRET))
    yield Running(lab, lab.open(0))
    lab.close()


@pytest.fixture(scope="module")
def settings(running: Running) -> AwsSettings:
    own = running.state.identity
    login = Login(own.access_key_id, Secret(own.secret_access_key))
    return AwsSettings(
        running.state.region,
        Access(login, RoleToAssume(own.monitor_role_arn, own.external_id)),
        Access(login, RoleToAssume(own.responder_role_arn, own.external_id)),
        running.state.endpoint,
    )


async def _take(cloud: AwsCloud, kind: str, asset: AssetRef) -> ActionPlan:
    context = Context("INC-7", now() + timedelta(minutes=1))
    plan = plan_action(REGISTERED[kind], asset, await cloud.read(asset), context)
    assert isinstance(plan, ActionPlan)
    assert isinstance(await cloud.call(plan.call, ERRAND), Made)
    assert verify(REGISTERED[kind], plan, await cloud.read(asset)) == Verified()
    return plan


def _leak(running: Running, name: str) -> tuple[Caller, Caller, AssetRef, AssetRef]:
    """Make a user whose key is leaked and has minted a session."""
    leaked = running.user(name)
    answer = leaked.client("sts").get_session_token()
    session = Caller(running.place, credentials_in(answer))
    account = running.state.account
    key = AssetRef("aws.iam.access_key", account, leaked.access_key)
    return leaked, session, key, AssetRef("aws.iam.user", account, name)


async def test_key_and_session_end_and_come_back_by_the_stored_undo(
    running: Running, settings: AwsSettings
) -> None:
    cloud = AwsCloud.of_drill(settings)
    leaked, session, key, user = _leak(running, "leaked-1")
    other = running.user("decoy-1")
    deactivate = await _take(cloud, "aws.iam.deactivate_key", key)
    assert make(leaked, "s3", "ListBuckets") != SUCCEEDED
    assert make(session, "s3", "ListBuckets") == SUCCEEDED
    deny = await _take(cloud, "aws.iam.deny_user_sessions", user)
    assert make(session, "s3", "ListBuckets") != SUCCEEDED
    assert make(other, "s3", "ListBuckets") == SUCCEEDED
    for plan in (deny, deactivate):
        assert isinstance(await cloud.call(plan.inverse, ERRAND), Made)
    assert make(leaked, "s3", "ListBuckets") == SUCCEEDED
    assert make(session, "s3", "ListBuckets") == SUCCEEDED


async def test_a_wrong_external_id_gets_no_credentials_and_nothing_is_done(
    running: Running, settings: AwsSettings
) -> None:
    leaked, _, key, _ = _leak(running, "leaked-2")
    role = settings.responder.role
    assert role is not None
    wrong = Access(settings.responder.login, replace(role, external_id="guessed"))
    cloud = AwsCloud.of_drill(replace(settings, responder=wrong))
    parameters = {"UserName": "leaked-2", "AccessKeyId": key.id, "Status": "Inactive"}
    arn = f"arn:aws:iam::{key.account}:user/leaked-2"
    outcome = await cloud.call(Call("iam", "UpdateAccessKey", arn, parameters), ERRAND)
    assert isinstance(outcome, Declined)
    assert outcome.code == "fireline.no_credentials"
    assert make(leaked, "s3", "ListBuckets") == SUCCEEDED


async def test_what_the_monitor_may_not_read_is_unreadable_not_absent(
    running: Running, settings: AwsSettings
) -> None:
    role = settings.monitor.role
    assert role is not None
    wrong = Access(settings.monitor.login, replace(role, external_id="guessed"))
    cloud = AwsCloud.of_drill(replace(settings, monitor=wrong))
    _, _, key, user = _leak(running, "leaked-3")
    assert isinstance(await cloud.read(key), Unreadable)
    assert isinstance(await cloud.collect(user), Unreadable)
    assert isinstance(await cloud.identities(), Unreadable)


async def test_fireline_knows_its_own_user_and_roles_in_the_lab(
    running: Running, settings: AwsSettings
) -> None:
    own = await AwsClouds(settings, lambda _: None).of(None).identities()
    assert isinstance(own, frozenset)
    assert running.state.identity.responder_role_arn in own
    assert any(":user/fireline" in arn for arn in own)


async def test_evidence_is_collected_with_the_monitor_alone(
    running: Running, settings: AwsSettings
) -> None:
    _, _, key, user = _leak(running, "leaked-4")
    unable = replace(settings, responder=Access(Login("AKIANOBODY", Secret("x"))))
    cloud = AwsCloud.of_drill(unable)
    for asset, count in ((key, 1), (user, 7)):
        found = await cloud.collect(asset)
        assert isinstance(found, tuple)
        assert len(found) == count
