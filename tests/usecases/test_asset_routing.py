"""Alerts go to the owner the inventory knows: every kind of finding names the asset it is about."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fireline.core.assets.asset import Asset
from fireline.core.assets.ownership import AssetPattern, Service
from fireline.core.assets.ref import AssetRef
from fireline.core.plan.plan import Plan
from fireline.core.signals.entity import Entity
from fireline.core.values.ids import DrillId, PolicyId, RevisionId, ServiceId, TeamId
from fireline.store import payloads, sources
from fireline.usecases.alert_views import AlertView
from fireline.usecases.asset_saving import Seen, owner_of, prepare, save
from fireline.usecases.raising import raise_alerts
from fireline.usecases.routes import informed_router, router_for, try_notice
from fireline.usecases.sorting import sort_payloads
from fireline.usecases.transaction import Tx
from tests.core.signals.formats.corpus import FINDINGS, sample
from tests.core.signals.formats.samples import ALARM_EVENT, COMPLIANCE, METRIC_ALARM, letter
from tests.usecases.alerts_world import PLAN, SHOP, found, who
from tests.usecases.sorting_world import everything, firing, groupings

ACCOUNT, HOME = "111122223333", "eu-central-1"
INSTANCE, BUCKET, USER = "aws.ec2.instance", "aws.s3.bucket", "aws.iam.user"
I_1 = AssetRef(INSTANCE, ACCOUNT, "i-0abc1234def567890", HOME)


def plan_where(*accounts: str, claims: tuple[AssetPattern, ...] = ()) -> Plan:
    """Return the plan, with a service that has some accounts and claims, asked before the shop."""
    pay = Service(
        id=ServiceId("pay"),
        name="Pay",
        owner=TeamId("web"),
        policy=PolicyId("web"),
        tier=1,
        accounts=accounts,
        claims=claims,
        data=(),
        depends_on=(),
        protected=False,
    )
    revision = RevisionId(f"{accounts}{claims}")
    return replace(PLAN, revision=revision, services={pay.id: pay, SHOP.id: SHOP})


THEIRS = plan_where(ACCOUNT)


async def there(tx: Tx, *refs: AssetRef, drill: DrillId | None = None, **said: Any) -> None:
    """Put assets in the inventory, tagged as the shop's unless it is said otherwise."""
    whole: dict[str, Any] = {"config": {"State": "on"}, "tags": {"service": "shop"}, **said}
    assets = [Asset(ref, **whole) for ref in refs]
    await save(tx, None, prepare(assets), Seen(drill, tx.now))


async def heard(tx: Tx, body: bytes, plan: Plan, *, by: str = "eventbridge") -> AlertView:
    """Let a body come in as a source of that format posts it, and return its alert."""
    source = await sources.register(tx.db, tx.ids.fresh(), by, drill=None, now=tx.now, format=by)
    new = payloads.New(tx.ids.fresh(), source.id, None, by, "", "{}", body)
    await payloads.keep(tx.db, [new], now=tx.now)
    await sort_payloads(tx, plan, groupings(tx))
    (alert,) = await everything(tx)
    return alert


def aws(kind: str, name: str, region: str = HOME, account: str = ACCOUNT) -> AssetRef:
    return AssetRef(f"aws.{kind}", account, name, region)


def alarm(**dimensions: str) -> dict[str, Any]:
    pairs = [{"name": name, "value": value} for name, value in dimensions.items()]
    return letter({**METRIC_ALARM, "Trigger": {"Dimensions": pairs}})


async def is_routed(tx: Tx, asset: AssetRef, body: bytes, *, by: str) -> AlertView:
    """Check that an alert goes to its asset's tag owner, against whoever has the account."""
    alert = await heard(tx, body, plan_where(asset.account), by=by)
    assert (alert.service, alert.team) == ("shop", "web")
    assert "its tag service says Shop" in alert.owner_reason
    assert alert.owner_reason.startswith("the inventory says ")
    return alert


# The corpus is not beside every checkout; then our own samples below speak for it.
CORPUS = {
    "guardduty/UnauthorizedAccess-EC2-SSHBruteForce.json": aws(
        "ec2.instance", "i-99999999", "us-east-1", "1234567891234"
    ),
    "guardduty/Recon-EC2-PortProbeUnprotectedPort.json": aws(
        "ec2.instance", "i-99999999", "us-east-1", "1234567891234"
    ),
    "guardduty/iam-duty-event.json": aws(
        "iam.user", "GeneratedFindingUserName", "", "883606788610"
    ),
    "asff/afsbp-ec2.8.json": aws(
        "ec2.instance", "i-077c4d5f32561ac45", "us-east-1", "111111111111"
    ),
    "asff/afsbp-sms.1.json": aws(
        "sns.topic", f"arn:aws:sns:us-east-1:{ACCOUNT}:BillingAlarm", "us-east-1"
    ),
    "asff/cis1314-save.json": aws("iam.user", "iamuser1", "", "111111111111"),
    "asff/pci-cloudtrail.3.json": aws("cloudtrail.trail", "s3events", "us-east-1", "111111111111"),
    "asff/pci-lambda.1.json": aws(
        "lambda.function", "nv22061-OpsAutomator-Medium", "us-east-1", "111111111111"
    ),
    "asff/pci-rds.2.json": aws("rds.instance", "database-1", "us-east-1", "111111111111"),
    "doc_cc-by-sa/securityhub/securityhub-internal-providers-1.json": aws(
        "s3.bucket", "config-integration-demo-bucket", "", "123456789012"
    ),
    "securityhub/event-securityhub-cloudtrail-finding-action.json": aws(
        "cloudtrail.trail", "skunk-trails", "us-east-1", "644160558196"
    ),
    "securityhub/event-securityhub-lambda-cross.json": aws(
        "lambda.function",
        "custodian-enterprise-ec2-instances-no-elastic-ip-isolate",
        "us-east-1",
        "644160558196",
    ),
    "eventbridge/event-asg-instance-failed.json": aws(
        "autoscaling.group", "CustodianTest", "us-west-2", "619193117841"
    ),
    "cloudwatch/cloudwatch-alarm-sns-payload-multiple-metrics.json": aws(
        "ec2.instance", "TestInstance", "REGION", "EXAMPLE"
    ),
}


@pytest.mark.parametrize("file", CORPUS)
async def test_a_recorded_finding_goes_to_the_tag_owner_of_its_asset(tx: Tx, file: str):
    path, asset = FINDINGS / file, CORPUS[file]
    if not path.is_file():
        pytest.skip("the corpus is not beside this checkout")
    await there(tx, asset)
    by = "sns" if file.startswith("cloudwatch/") else "eventbridge"
    alert = await is_routed(tx, asset, path.read_bytes(), by=by)
    (line,) = alert.known_assets
    assert line.ref == asset


def of_config(type_: str, resource: str) -> dict[str, Any]:
    detail = {**COMPLIANCE, "resourceType": type_, "resourceId": resource}
    return sample(detail_type="Config Rules Compliance Change", detail=detail)


LOAD_BALANCER = f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:loadbalancer/app/checkout/50dc6c49"
TARGETS = f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:targetgroup/web/943f017f"
OURS: dict[str, tuple[AssetRef, dict[str, Any]]] = {
    "config": (aws("s3.bucket", "invoices", ""), of_config("AWS::S3::Bucket", "invoices")),
    "config: a group": (
        aws("ec2.security_group", "sg-0abc1234def567890"),
        of_config("AWS::EC2::SecurityGroup", "sg-0abc1234def567890"),
    ),
    "config: a queue by its URL": (
        aws("sqs.queue", "orders"),
        of_config("AWS::SQS::Queue", f"https://sqs.{HOME}.amazonaws.com/{ACCOUNT}/orders"),
    ),
    "cloudwatch: a load balancer": (
        aws("elb.load_balancer", LOAD_BALANCER),
        alarm(LoadBalancer="app/checkout/50dc6c49"),
    ),
    "cloudwatch: a target group": (
        aws("elb.target_group", TARGETS),
        alarm(TargetGroup="targetgroup/web/943f017f"),
    ),
    "cloudwatch: by EventBridge": (aws("elb.load_balancer", LOAD_BALANCER), ALARM_EVENT),
    "cloudwatch: a file system": (
        aws("efs.file_system", "fs-0abc1234"),
        alarm(FileSystemId="fs-0abc1234"),
    ),
    "cloudwatch: a service of a cluster": (
        aws("ecs.service", "main/cart"),
        alarm(ClusterName="main", ServiceName="cart"),
    ),
    "cloudwatch: a cluster of Kubernetes": (
        aws("eks.cluster", "main"),
        alarm(ClusterName="main", Namespace="shop"),
    ),
    "cloudwatch: only the alarm": (
        aws("cloudwatch.alarm", "checkout-errors"),
        alarm(Anything="else"),
    ),
    "waf": (
        # https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
        aws("waf.web_acl", "a1b2c3d4-5678-90ab-cdef-111122223333"),
        alarm(WebACL="front", Rule="rate", Region=HOME),
    ),
}
# Metrics name a web ACL by its name, and it has an id.
PARTS: dict[str, dict[str, Any]] = {"aws.waf.web_acl": {"Name": "front"}}


@pytest.mark.parametrize("name", OURS)
async def test_what_other_sources_call_an_asset_is_what_the_inventory_calls_it(tx: Tx, name: str):
    asset, body = OURS[name]
    await there(tx, asset, config=PARTS.get(asset.kind, {"State": "on"}))
    by = "eventbridge" if "detail-type" in body else "sns"
    await is_routed(tx, asset, json.dumps(body).encode(), by=by)


@pytest.mark.parametrize(
    ("asset", "config", "type_", "inner"),
    [
        (aws("iam.user", "ci", ""), "UserId", "AWS::IAM::User", "AIDACKCEVSQ6C2EXAMPLE"),
        (aws("iam.role", "ci", ""), "RoleId", "AWS::IAM::Role", "AROACKCEVSQ6C2EXAMPLE"),
        (
            aws("rds.instance", "orders"),
            "DbiResourceId",
            "AWS::RDS::DBInstance",
            "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        ),
    ],
)
async def test_an_inner_id_leads_to_the_asset(
    tx: Tx, asset: AssetRef, config: str, type_: str, inner: str
):
    await there(tx, asset, config={config: inner})
    await there(tx, replace(asset, id="another"), config={config: f"{inner}X"}, tags={})
    alert = await is_routed(
        tx, asset, json.dumps(of_config(type_, inner)).encode(), by="eventbridge"
    )
    assert f"the inventory says {asset.id} is Shop's" in alert.owner_reason


async def test_a_host_that_is_an_instance_goes_to_the_instances_owner(tx: Tx):
    await there(tx, I_1)
    for entity in (
        Entity("host", I_1.id),
        Entity("asset", str(I_1)),
        Entity("asset", f"arn:aws:ec2:{HOME}:{ACCOUNT}:instance/{I_1.id}"),
    ):
        trial = await try_notice(tx, THEIRS, firing("k", service="", entities=(entity,)))
        assert trial.routed.service == "shop", entity
        assert trial.routed.reason == (
            f"the inventory says {I_1.id} is Shop's: its tag service says Shop"
        )


async def test_a_host_without_an_account_falls_to_whoever_has_the_instances_account(tx: Tx):
    await there(tx, I_1, tags={})
    notice = firing("k", service="", entities=(Entity("host", I_1.id),))
    assert (await try_notice(tx, THEIRS, notice)).routed.service == "pay"
    assert (await try_notice(tx, PLAN, notice)).routed.service is None


async def test_an_object_goes_to_the_owner_of_its_bucket(tx: Tx):
    await there(tx, AssetRef(BUCKET, ACCOUNT, "invoices"))
    asset = AssetRef("aws.s3.object", ACCOUNT, "invoices/2026/11.csv")
    trial = await try_notice(tx, THEIRS, firing("k", service="", assets=(asset,)))
    assert trial.routed.service == "shop"


async def test_what_is_gone_or_of_a_drill_or_of_two_regions_says_nothing(tx: Tx):
    notice = firing("k", service="", assets=(replace(I_1, region=""),))
    drill = DrillId(tx.ids.fresh())
    await there(tx, I_1, drill=drill)
    assert (await try_notice(tx, THEIRS, notice)).routed.service == "pay"
    of_drill = await informed_router(tx, THEIRS, [notice], drill=drill)
    assert [known.asset for known in of_drill.inventory.values()] == [I_1]
    await there(tx, I_1)
    assert (await try_notice(tx, THEIRS, notice)).routed.service == "shop"
    await there(tx, replace(I_1, region="us-east-1"))
    assert (await try_notice(tx, THEIRS, notice)).routed.service == "pay"
    await tx.db.execute("update asset set gone_at = %s", (tx.now,))
    notice = replace(notice, assets=(I_1,))
    assert (await try_notice(tx, THEIRS, notice)).routed.service == "pay"


async def test_a_rules_finding_goes_to_the_owner_of_who_did_it_where_the_account_is_anothers(
    tx: Tx,
):
    await there(tx, AssetRef(USER, ACCOUNT, "deployer"))
    finding = await found(tx, who("deployer"))
    await raise_alerts(tx, THEIRS, [finding], drill=None, pace=1)
    (alert,) = await everything(tx)
    assert (alert.service, alert.owner_reason) == (
        "shop",
        "the inventory says deployer is Shop's: its tag service says Shop",
    )


async def test_the_alert_and_the_assets_page_name_one_owner(tx: Tx):
    claims = (AssetPattern(INSTANCE, "i-*"), AssetPattern(BUCKET, "*", (("team", "pay-*"),)))
    plan = plan_where(ACCOUNT, claims=claims)
    bucket = AssetRef(BUCKET, ACCOUNT, "invoices")
    for asset, tags in (
        (I_1, {"service": "shop"}),
        (I_1, {"fireline:service": "shop"}),
        (bucket, {"service": "shop", "team": "pay-out"}),
        (bucket, {"app": "Shop"}),
        (bucket, {"app": "unknown"}),
        (AssetRef(USER, ACCOUNT, "shop-ci"), {"service": "pay"}),
    ):
        await there(tx, asset, tags=tags)
        trial = await try_notice(tx, plan, firing("k", service="", assets=(asset,)))
        assert trial.routed.service == owner_of(plan, asset, tags).service, (asset, tags)


async def test_nothing_is_asked_of_the_inventory_for_what_it_cannot_hold(tx: Tx):
    notices = [
        firing("a", service="shop", assets=(I_1,)),
        firing("b", service="", entities=(Entity("host", "web-1"), Entity("account", ACCOUNT))),
        firing("c", service="", assets=(AssetRef("aws.account", ACCOUNT, ACCOUNT),)),
        firing("d", service="", entities=(Entity("address", "198.51.100.7"),)),
    ]
    assert await informed_router(tx, PLAN, notices) is router_for(PLAN)
    asked = firing("e", service="", assets=(I_1, I_1), entities=(Entity("asset", str(I_1)),))
    assert [one.asset for one in router_for(PLAN).seeks([asked, asked])] == [I_1]
