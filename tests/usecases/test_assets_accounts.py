"""Cloud accounts: added with an external id that nobody chose, tried, refused, removed."""

import json
from dataclasses import replace

import pytest

from fireline.app.house import House
from fireline.core.assets.permissions import permissions
from fireline.core.values.secret import Secret
from fireline.ports.inventory import Account, CouldNotLook, Probed, Why
from fireline.store import cloud_accounts as rows
from fireline.usecases.cloud_accounts import (
    CloudAccountKnown,
    CloudAccountNotFound,
    CloudAccountOfSettings,
    CloudAccountUnclear,
    Wanted,
    add_account,
    ask_probe,
    change_account,
    list_accounts,
    remove_account,
    role_to_install,
    say_own,
    show_account,
    to_look_at,
)
from fireline.usecases.transaction import Tx
from fireline.workers.accounts import probe_accounts
from fireline.workers.looking import begin_looks
from tests.usecases.clouds_world import ACCOUNT, ANA, BUCKET, World, WrittenCloud, asset

OTHER = "444455556666"
OWN = Account(ACCOUNT, role_arn=f"arn:aws:iam::{ACCOUNT}:role/look", external_id=Secret("x"))


async def test_an_account_is_added_with_an_external_id_of_fireline_s_own_making(tx: Tx):
    one = await add_account(tx, Wanted(ACCOUNT, name="shop"), by=ANA)
    other = await add_account(tx, Wanted(OTHER), by=ANA)

    assert (one.account, one.name, one.added_by) == (ACCOUNT, "shop", "ana")
    assert one.role_arn == f"arn:aws:iam::{ACCOUNT}:role/fireline-monitor"
    assert len(one.external_id) >= 40
    assert one.external_id != other.external_id
    assert [view.account for view in await list_accounts(tx)] == [ACCOUNT, OTHER]


async def test_the_role_to_install_trusts_this_installation_alone_and_only_reads(tx: Tx):
    view = await add_account(tx, Wanted(ACCOUNT), by=ANA)
    fireline = "arn:aws:iam::777788889999:role/fireline"

    role = await role_to_install(tx, ACCOUNT, fireline, read_actions=permissions())

    (trust,) = json.loads(role.trust_policy)["Statement"]
    assert trust["Principal"] == {"AWS": fireline}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": view.external_id}}
    (allowed,) = json.loads(role.policy)["Statement"]
    assert allowed["Action"] == sorted(permissions())
    # AWS takes no managed policy of more than 6,144 characters, spaces not counted.
    assert len("".join(role.policy.split())) <= 6144


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Wanted("1234"), "no AWS account"),
        (Wanted(ACCOUNT, role_arn="fireline"), "no ARN of a role"),
        (Wanted(ACCOUNT, role_arn=f"arn:aws:iam::{OTHER}:role/a"), f"of the account {OTHER}"),
        (Wanted(ACCOUNT, regions=("mars",)), '"mars" is no region'),
        (Wanted(ACCOUNT, regions=("eu-west-1",) * 51), "too many regions"),
        (Wanted(ACCOUNT, name="x" * 101), "too long"),
        (Wanted("prod", provider="kubernetes"), "named in the settings"),
        (Wanted(ACCOUNT, provider="azure"), 'no provider "azure"'),
    ],
)
async def test_what_cannot_be_so_is_refused_with_what_to_write_instead(
    tx: Tx, said: Wanted, message: str
):
    with pytest.raises(CloudAccountUnclear, match=message) as refused:
        await add_account(tx, said, by=ANA)

    assert refused.value.hint
    assert await list_accounts(tx) == ()


async def test_an_account_is_added_once_and_may_come_back_with_another_external_id(tx: Tx):
    first = await add_account(tx, Wanted(ACCOUNT), by=ANA)
    with pytest.raises(CloudAccountKnown):
        await add_account(tx, Wanted(ACCOUNT), by=ANA)

    await remove_account(tx, ACCOUNT, by=ANA)
    with pytest.raises(CloudAccountNotFound):
        await show_account(tx, ACCOUNT)
    again = await add_account(tx, Wanted(ACCOUNT), by=ANA)

    assert again.external_id != first.external_id
    assert again.id == first.id


async def test_changing_how_an_account_is_entered_makes_it_be_tried_again(tx: Tx):
    view = await add_account(tx, Wanted(ACCOUNT), by=ANA)
    row = await rows.get(tx.db, view.id)
    assert row is not None
    await rows.set_probed(tx.db, row.id, probe="good", said="", now=tx.now)

    changed = await change_account(tx, Wanted(ACCOUNT, name="shop", regions=("eu-west-1",)), by=ANA)

    assert (changed.name, changed.regions, changed.probe) == ("shop", ("eu-west-1",), "")
    assert changed.external_id == view.external_id


async def test_the_account_of_the_settings_is_there_by_itself_and_changed_only_there(tx: Tx):
    await say_own(tx, [OWN])
    await say_own(tx, [replace(OWN, regions=("eu-west-1",))])
    (view,) = await list_accounts(tx)
    assert (view.of_settings, view.role_arn, view.regions) == (
        True,
        OWN.role_arn,
        ("eu-west-1",),
    )
    assert view.external_id == ""
    for use in (remove_account(tx, ACCOUNT, by=ANA), change_account(tx, Wanted(ACCOUNT), by=ANA)):
        with pytest.raises(CloudAccountOfSettings):
            await use
    row = await rows.named(tx.db, ACCOUNT, drill=None)
    assert row is not None
    assert to_look_at(row, lambda _: (OWN,)) == OWN
    assert to_look_at(row, lambda _: ()) is None

    await say_own(tx, [])
    assert await list_accounts(tx) == ()


async def test_a_role_found_good_is_looked_with_at_once(house: House):
    world = World(house, WrittenCloud())
    world.cloud.put(asset(BUCKET, "logs"))
    await world.add()
    async with house.transaction() as tx:
        await ask_probe(tx, ACCOUNT, by=ANA)

    await probe_accounts(world.lookout)
    await begin_looks(world.lookout)
    await world.work()

    async with house.transaction() as tx:
        view = await show_account(tx, ACCOUNT)
    (entered, *_) = world.cloud.entered
    assert (view.probe, view.probe_said) == ("good", "arn:aws:iam::1:role/a")
    assert view.next_look_at is not None
    assert entered.external_id == Secret(view.external_id)
    assert await world.names() == ["logs"]


async def test_a_role_that_lets_strangers_in_is_never_used(house: House):
    world = World(house, WrittenCloud())
    world.cloud.put(asset(BUCKET, "logs"))
    world.cloud.probed = Probed("arn:a", "it can be assumed without its external id")
    await world.add()
    async with house.transaction() as tx:
        await ask_probe(tx, ACCOUNT, by=ANA)
    await probe_accounts(world.lookout)
    world.cloud.entered.clear()

    seen = await world.look()

    async with house.transaction() as tx:
        assert (await show_account(tx, ACCOUNT)).probe == "refused"
    assert world.cloud.entered == []
    assert seen.accounts[0].said == (
        "The account is refused: it can be assumed without its external id"
    )
    assert await world.names() == []
    # Put right, it may be tried again.
    world.cloud.probed = Probed("arn:a")
    async with house.transaction() as tx:
        await ask_probe(tx, ACCOUNT, by=ANA)
    await probe_accounts(world.lookout)
    async with house.transaction() as tx:
        assert (await show_account(tx, ACCOUNT)).probe == "good"


async def test_a_role_that_cannot_be_tried_is_said_to_be_so(house: House):
    world = World(house, WrittenCloud())
    world.cloud.probed = CouldNotLook(Why.CREDENTIALS, "AccessDenied")
    await world.add()
    async with house.transaction() as tx:
        await ask_probe(tx, ACCOUNT, by=ANA)

    await probe_accounts(world.lookout)

    async with house.transaction() as tx:
        view = await show_account(tx, ACCOUNT)
    assert (view.probe, view.probe_said) == ("could not look", "AccessDenied")
