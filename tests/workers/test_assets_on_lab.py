"""From a call in the simulated AWS to its version and finding, with nothing in between replaced."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from fireline.app.clock import DatabaseClock
from fireline.app.house import House
from fireline.app.ids import FreshIds
from fireline.connectors.aws.accounts import WayIn
from fireline.connectors.aws.inventory import AwsInventory
from fireline.connectors.aws.pace import Pace
from fireline.connectors.aws.session import Login
from fireline.core.values.actor import Human
from fireline.core.values.ids import DrillId, PersonId
from fireline.core.values.secret import Secret
from fireline.lab.clients import Caller
from fireline.lab.lab import Lab
from fireline.lab.options import LabOptions
from fireline.lab.world_file import read_world
from fireline.ports.inventory import Account, Inventory
from fireline.store.database import Database
from fireline.usecases import plans
from fireline.usecases.asset_views import AssetLine
from fireline.usecases.assets import find_assets, list_coverage, show_history, wanted
from fireline.usecases.cloud_accounts import say_own
from fireline.usecases.looks import show_look, start_look
from fireline.usecases.signals import keep, register_source
from fireline.workers.judge import judge_signals
from fireline.workers.looking import Looker, ask_parts, end_looks
from fireline.workers.lookout import Lookout
from fireline.workers.rereading import Rereader
from tests.core.plan.breaking import STARTER
from tests.lab.running import SECRET, WORLD, Running
from tests.usecases.signals_world import by_trail

REGION = "us-east-1"
ANA = Human(PersonId("ana"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        lab = Lab(
            read_world(WORLD), tmp_path_factory.mktemp("lab"), LabOptions(webhook_secret=SECRET)
        )
        yield Running(lab, lab.open(0))
        lab.close()


@dataclass(frozen=True)
class Watching:
    """A lab that is looked at as an account of the settings would be."""

    house: House
    inventory: AwsInventory
    account: Account

    @property
    def lookout(self) -> Lookout:
        return Lookout(self.house.transaction, self, self.own, timedelta(hours=6))

    def of(self, drill: DrillId | None, provider: str = "aws") -> Inventory | None:
        return self.inventory

    def own(self, drill: DrillId | None) -> Sequence[Account]:
        return (self.account,)


@pytest.fixture
async def watching(running: Running, database: Database) -> AsyncIterator[Watching]:
    own = running.state.identity
    login = Login(own.access_key_id, Secret(own.secret_access_key))
    way = WayIn(REGION, login, running.state.endpoint, proxied=False)
    account = Account(
        running.state.account,
        role_arn=own.monitor_role_arn,
        external_id=Secret(own.external_id),
        regions=(REGION,),
    )
    house = House(database, DatabaseClock(), FreshIds())
    inventory = AwsInventory(way, Pace(None, first_pause=0.01))
    async with house.transaction() as tx:
        await plans.push(tx, STARTER, by=ANA, note="")
        await say_own(tx, [account])
    yield Watching(house, inventory, account)
    inventory.close()


async def _look(watching: Watching) -> int:
    async with watching.house.transaction() as tx:
        number = (await start_look(tx, by=ANA)).number
    await ask_parts(watching.lookout)
    await Looker(watching.lookout).turn()
    await end_looks(watching.lookout)
    return number


async def _tell(watching: Watching, records: Sequence[Mapping[str, Any]]) -> None:
    async with watching.house.transaction() as tx:
        source = await register_source(tx, "trail")
        await keep(tx, source, [by_trail(*records)])
    await judge_signals(watching.house.transaction)


def _own_calls(running: Running) -> int:
    return sum("fireline-monitor" in str(one["userIdentity"]) for one in list(running.lab.records))


async def _open_findings(watching: Watching, asset: UUID) -> list[str]:
    async with watching.house.transaction() as tx:
        found = await tx.db.execute(
            "select f.signature from posture_finding f where f.asset = %s and f.state = 'open'",
            [asset],
        )
        return [str(row[0]) for row in await found.fetchall()]


async def _the(watching: Watching, name: str, *, gone: bool = False) -> AssetLine:
    async with watching.house.transaction() as tx:
        (line,) = (await find_assets(tx, wanted(text=name, gone=gone))).items
        return line


async def test_a_call_in_the_lab_is_a_version_with_its_author_and_a_finding_in_seconds(
    running: Running, watching: Watching
):
    ec2: Any = Caller(
        replace(running.place, region=REGION), running.user("edge")._credentials
    ).client("ec2")
    group = ec2.create_security_group(GroupName="edge", Description="edge")["GroupId"]
    number = await _look(watching)
    async with watching.house.transaction() as tx:
        looked = await show_look(tx, number)
        troubled = await list_coverage(tx, troubled=True)
    line = await _the(watching, group)
    assert looked.ended_at is not None
    assert looked.done == looked.parts > 50
    assert looked.could_not == len(troubled)
    assert looked.assets > 10

    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    told = running.records(eventName="AuthorizeSecurityGroupIngress")
    asked = _own_calls(running)
    clock = asyncio.get_running_loop()
    began = clock.time()
    await _tell(watching, told)
    await Rereader(watching.lookout).turn()
    took = clock.time() - began

    async with watching.house.transaction() as tx:
        latest = (await show_history(tx, line.id)).items[0]
    assert took < 2
    assert 0 < _own_calls(running) - asked <= 12
    assert (latest.happened, latest.call) == ("changed", "ec2.AuthorizeSecurityGroupIngress")
    assert latest.who == told[0]["userIdentity"]["arn"]
    assert {one.path for one in latest.differences} == {"IpPermissions"}
    assert any("ssh" in signature for signature in await _open_findings(watching, line.id))

    ec2.delete_security_group(GroupId=group)
    await _look(watching)
    assert (await _the(watching, group, gone=True)).id == line.id
    assert await _open_findings(watching, line.id) == []
