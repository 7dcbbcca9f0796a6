"""A cloud account that was looked at, as the doors to the inventory find it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from fireline.app.house import House
from fireline.core.assets.asset import Link
from fireline.ports.inventory import Cost, CouldNotLook, Part, Probed, Why
from fireline.store import cloud_accounts
from fireline.usecases.asset_owners import keep_costs
from fireline.usecases.asset_saving import Seen, prepare, save
from fireline.usecases.cloud_accounts import keep_probe
from fireline.usecases.looks import plan_or_none
from tests.usecases.clouds_world import (
    ACCOUNT,
    BUCKET,
    GROUP,
    HOME,
    INSTANCE,
    PARTS,
    ROLE,
    World,
    WrittenCloud,
    asset,
    ref,
)

DENIED = CouldNotLook(Why.DENIED, "rds:DescribeDBInstances is not allowed")
DATABASES = Part(ACCOUNT, HOME, "aws.rds.instance")
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]}'
ARN = "arn:aws:s3:::shop-uploads"
OPEN = {"IpPermissions": [{"FromPort": 22, "IpRanges": ["10.0.0.0/8"]}], "Description": "web"}
WIDE = {"IpPermissions": [{"FromPort": 22, "IpRanges": ["0.0.0.0/0"]}], "Description": "web"}


class Story(World):
    """A world whose clock may be the real one, which waits for nobody."""

    def wait(self, seconds: float) -> None:
        if hasattr(self.house.clock, "wait"):
            super().wait(seconds)


@dataclass
class Told:
    """The world, and the ids people would copy."""

    world: World
    group: str
    bucket: str
    instance: str


async def tell_cloud(house: House) -> Told:
    """Look twice at an account: a group was opened in between, and databases were denied."""
    world = Story(house, WrittenCloud())
    await world.add()
    world.cloud.put(
        asset(
            INSTANCE,
            "i-1",
            Link("group", ref(GROUP, "sg-1")),
            Link("runs as", ref(ROLE, "deploy")),
            name="shop-web",
            tags={"env": "prod"},
        ),
        asset(GROUP, "sg-1", name="web", config=OPEN),
        asset(GROUP, "sg-2", name="web"),
        asset(
            BUCKET,
            "shop-uploads",
            arn=ARN,
            config={"Name": "shop-uploads", "Policy": POLICY, "Tags": [], "Nothing": None},
            unread={"Logging": "denied"},
        ),
        asset(ROLE, "deploy", Link("policy", ref("aws.iam.policy", "arn:aws:iam::aws:policy/X"))),
        asset("aws.iam.user", "=cmd()", name="=cmd()"),
    )
    world.cloud.parts_are = (*PARTS, DATABASES)
    world.cloud.troubles[DATABASES] = DENIED
    async with house.transaction() as tx:
        row = await cloud_accounts.named(tx.db, ACCOUNT, drill=None)
        assert row is not None
        await keep_probe(tx, row, Probed("arn:aws:sts::111122223333:assumed-role/monitor/x"))
    await world.look()
    world.cloud.put(asset(GROUP, "sg-1", name="web", config=WIDE))
    await world.look(seconds=timedelta(minutes=10).total_seconds())
    async with house.transaction() as tx:
        bill = Cost(ACCOUNT, ARN, Decimal("12.5"), "USD", tx.now - timedelta(days=9))
        await keep_costs(tx, row, [bill], anew=True)
        # Of an account that no service of the plan has.
        stray = asset(BUCKET, "stray", account="999988887777")
        await save(tx, await plan_or_none(tx), prepare([stray]), Seen(None, tx.now))
    named = {line.ref.id: str(line.id) for line in await world.listed()}
    return Told(world, named["sg-1"], named["shop-uploads"], named["i-1"])
