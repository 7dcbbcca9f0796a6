"""A cloud written for these tests. It stands where AWS does, at the port, and says what it is told.

What a real cloud answers is the connectors' to show; here it is what fireline makes of it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fireline.app.house import House
from fireline.core.assets.asset import Asset, Link
from fireline.core.assets.ref import AssetRef
from fireline.core.values.actor import Human
from fireline.core.values.ids import DrillId, PersonId
from fireline.ports.inventory import (
    Account,
    Cost,
    CouldNotLook,
    Inventory,
    Looked,
    Part,
    Probed,
    Reread,
)
from fireline.usecases import cloud_accounts, looks
from fireline.usecases.asset_views import AssetLine, LookView
from fireline.usecases.assets import find_assets, wanted
from fireline.usecases.cloud_accounts import Wanted
from fireline.usecases.looks import start_look
from fireline.usecases.transaction import Tx
from fireline.workers.looking import Looker, ask_parts, end_looks
from fireline.workers.lookout import Lookout
from fireline.workers.rereading import Rereader

ANA = Human(PersonId("ana"))
ACCOUNT = "111122223333"
HOME = "eu-central-1"
INSTANCE, GROUP, BUCKET, ROLE = (
    "aws.ec2.instance",
    "aws.ec2.security_group",
    "aws.s3.bucket",
    "aws.iam.role",
)
PARTS = (
    Part(ACCOUNT, "", "iam"),
    Part(ACCOUNT, "", BUCKET),
    Part(ACCOUNT, HOME, GROUP),
    Part(ACCOUNT, HOME, INSTANCE),
)
KINDS = {"iam": (ROLE, "aws.iam.user")}


def ref(kind: str, name: str, *, account: str = ACCOUNT, region: str | None = None) -> AssetRef:
    anywhere = kind.startswith(("aws.s3", "aws.iam"))
    return AssetRef(kind, account, name, ("" if anywhere else HOME) if region is None else region)


def asset(kind: str, id_: str, *links: Link, **said: Any) -> Asset:
    config = said.pop("config", {"State": "on"})
    where = ref(kind, id_, account=said.pop("account", ACCOUNT), region=said.pop("region", None))
    return Asset(where, config, links=tuple(links), **said)


@dataclass(slots=True)
class WrittenCloud(Inventory):
    """Holds assets by their names; `troubles` are parts or assets that cannot be looked at."""

    assets: dict[AssetRef, Asset] = field(default_factory=dict[AssetRef, Asset])
    parts_are: Sequence[Part] | CouldNotLook = PARTS
    troubles: dict[Part | AssetRef, CouldNotLook] = field(
        default_factory=dict[Part | AssetRef, CouldNotLook]
    )
    probed: Probed | CouldNotLook = field(default_factory=lambda: Probed("arn:aws:iam::1:role/a"))
    bill: tuple[Cost, ...] = ()
    asked: Counter[str] = field(default_factory=Counter[str])
    at_once: int = 0
    most_at_once: int = 0
    seconds: float = 0
    hold: asyncio.Event | None = None
    entered: list[Account] = field(default_factory=list[Account])

    def put(self, *assets: Asset) -> None:
        self.assets |= {one.ref: one for one in assets}

    async def probe(self, account: Account) -> Probed | CouldNotLook:
        self.entered.append(account)
        return self.probed

    async def parts(self, account: Account) -> Sequence[Part] | CouldNotLook:
        self.entered.append(account)
        return self.parts_are

    async def look(self, account: Account, part: Part) -> Looked | CouldNotLook:
        self.asked[part.listing] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        kinds = KINDS.get(part.listing, (part.listing,))
        found = tuple(
            one
            for one in self.assets.values()
            if one.ref.kind in kinds and one.ref.account == part.account
        )
        if self.hold is not None:
            await self.hold.wait()
        else:
            await asyncio.sleep(self.seconds)
        self.at_once -= 1
        return self.troubles.get(part) or Looked(kinds, found, calls=2)

    async def reread(self, account: Account, ref: AssetRef) -> Reread | CouldNotLook:
        self.asked[str(ref)] += 1
        await asyncio.sleep(0)
        return self.troubles.get(ref) or Reread(ref, self.assets.get(ref), calls=1)

    async def costs(self, account: Account) -> AsyncIterator[Cost]:
        for one in self.bill:
            yield one


@dataclass(frozen=True, slots=True)
class World:
    """A house whose one AWS is the written cloud."""

    house: House
    cloud: WrittenCloud

    @property
    def lookout(self) -> Lookout:
        return Lookout(self.house.transaction, self, self.own, timedelta(hours=6))

    def of(self, drill: DrillId | None, provider: str = "aws") -> Inventory | None:
        return self.cloud if provider == "aws" else None

    def own(self, drill: DrillId | None) -> Sequence[Account]:
        return ()

    async def add(self, account: str = ACCOUNT) -> None:
        async with self.house.transaction() as tx:
            await cloud_accounts.add_account(tx, Wanted(account), by=ANA)

    async def start(self) -> int:
        async with self.house.transaction() as tx:
            return (await start_look(tx, by=ANA)).number

    async def work(self, *, at_once: int = 24) -> None:
        """Let every worker do what is due now."""
        await ask_parts(self.lookout)
        await Looker(self.lookout, at_once=at_once).turn()
        await end_looks(self.lookout)

    async def look(self, *, seconds: float = 60) -> LookView:
        """Look at everything, some time after what went before."""
        self.wait(seconds)
        number = await self.start()
        await self.work()
        return await self.progress(number)

    async def reread(self) -> None:
        await Rereader(self.lookout).turn()

    async def progress(self, number: int) -> LookView:
        async with self.house.transaction() as tx:
            return await looks.show_look(tx, number)

    async def listed(self, **said: Any) -> list[AssetLine]:
        async with self.house.transaction() as tx:
            return list((await find_assets(tx, wanted(**said), limit=200)).items)

    async def names(self, **said: Any) -> list[str]:
        return [line.ref.id for line in await self.listed(**said)]

    async def the(self, name: str) -> AssetLine:
        (line,) = [one for one in await self.listed(gone=None) if one.ref.id == name]
        return line

    async def looking(self, parts: int) -> None:
        """Wait until so many parts are being looked at."""
        async with asyncio.timeout(10):
            while self.cloud.at_once < parts:  # noqa: ASYNC110 - the cloud is not told who waits
                await asyncio.sleep(0.01)

    def wait(self, seconds: float) -> None:
        clock: Any = self.house.clock
        clock.wait(seconds=seconds)


async def a_world(house: House, *assets: Asset) -> World:
    """Return a world with an account, its cloud holding some assets."""
    world = World(house, WrittenCloud())
    world.cloud.put(*assets)
    await world.add()
    return world


async def count(tx: Tx, query: str) -> int:
    found = await (await tx.db.execute(query)).fetchone()  # pyright: ignore[reportArgumentType] - a test's own words
    return int(found[0]) if found else 0
