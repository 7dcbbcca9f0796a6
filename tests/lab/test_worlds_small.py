"""The small world is there, every kind of it, for any client of AWS."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import jmespath  # pyright: ignore[reportMissingTypeStubs] - a path language without types
import pytest

from fireline.content.lab_worlds import world_files
from fireline.lab.clock import now
from fireline.lab.state import LabState
from fireline.lab.world_file import world_of
from tests.lab.worlds import admin, opened

# How each kind of the small world is counted, as any client of AWS would.
COUNTED: Mapping[str, tuple[str, str, str]] = {
    "kms.key": ("kms", "list_aliases", "length(Aliases[?starts_with(AliasName, 'alias/shop')])"),
    "iam.user": ("iam", "list_users", "length(Users)"),
    "iam.group": ("iam", "list_groups", "length(Groups)"),
    "iam.role": ("iam", "list_roles", "length(Roles)"),
    "iam.instance_profile": ("iam", "list_instance_profiles", "length(InstanceProfiles)"),
    "s3.bucket": ("s3", "list_buckets", "length(Buckets)"),
    "ec2.instance": ("ec2", "describe_instances", "length(Reservations[].Instances[])"),
    "ec2.volume": ("ec2", "describe_volumes", "length(Volumes)"),
    "ec2.address": ("ec2", "describe_addresses", "length(Addresses)"),
    "ec2.nat_gateway": ("ec2", "describe_nat_gateways", "length(NatGateways)"),
    "ec2.flow_log": ("ec2", "describe_flow_logs", "length(FlowLogs)"),
    "ec2.vpc_endpoint": ("ec2", "describe_vpc_endpoints", "length(VpcEndpoints)"),
    "ec2.launch_template": ("ec2", "describe_launch_templates", "length(LaunchTemplates)"),
    "rds.instance": ("rds", "describe_db_instances", "length(DBInstances)"),
    "rds.snapshot": ("rds", "describe_db_snapshots", "length(DBSnapshots)"),
    "dynamodb.table": ("dynamodb", "list_tables", "length(TableNames)"),
    "secretsmanager.secret": ("secretsmanager", "list_secrets", "length(SecretList)"),
    "sns.topic": ("sns", "list_topics", "length(Topics)"),
    "sqs.queue": ("sqs", "list_queues", "length(QueueUrls)"),
    "lambda.function": ("lambda", "list_functions", "length(Functions)"),
    "ecr.repository": ("ecr", "describe_repositories", "length(repositories)"),
    "ecs.cluster": ("ecs", "list_clusters", "length(clusterArns)"),
    "ecs.task_definition": ("ecs", "list_task_definitions", "length(taskDefinitionArns)"),
    "eks.cluster": ("eks", "list_clusters", "length(clusters)"),
    "acm.certificate": ("acm", "list_certificates", "length(CertificateSummaryList)"),
    "elb.load_balancer": ("elbv2", "describe_load_balancers", "length(LoadBalancers)"),
    "elb.target_group": ("elbv2", "describe_target_groups", "length(TargetGroups)"),
    "autoscaling.group": (
        "autoscaling",
        "describe_auto_scaling_groups",
        "length(AutoScalingGroups)",
    ),
    "logs.group": ("logs", "describe_log_groups", "length(logGroups)"),
    "logs.metric_filter": ("logs", "describe_metric_filters", "length(metricFilters)"),
    "cloudwatch.alarm": ("cloudwatch", "describe_alarms", "length(MetricAlarms)"),
    "cloudtrail.trail": ("cloudtrail", "describe_trails", "length(trailList)"),
    "guardduty.detector": ("guardduty", "list_detectors", "length(DetectorIds)"),
    "config.recorder": (
        "config",
        "describe_configuration_recorders",
        "length(ConfigurationRecorders)",
    ),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabState]:
    world = world_of(world_files()["small"], "small.yaml")
    lab, state = opened(world, tmp_path_factory.mktemp("small"))
    yield state
    lab.close()


@pytest.mark.parametrize("kind", COUNTED)
def test_what_the_small_world_holds_is_seen_by_any_client(small: LabState, kind: str) -> None:
    service, operation, path = COUNTED[kind]
    account = world_of(world_files()["small"], "small.yaml").account
    wanted = sum(
        one.count
        for one in account.resources
        if one.kind == kind and "us-east-1" not in one.regions
    )
    found = jmespath.search(path, getattr(admin(small, service), operation)())
    # The lab adds its own: fireline, its roles, its queues, the trail's bucket.
    assert found >= max(1, wanted if kind != "kms.key" else 1)


def test_a_security_group_has_the_rules_its_entry_says(small: LabState) -> None:
    groups = admin(small, "ec2").describe_security_groups(
        Filters=[{"Name": "group-name", "Values": ["quick-fix", "by-list", "shop-database"]}]
    )["SecurityGroups"]
    rules = {one["GroupName"]: one for one in groups}
    (ssh,) = rules["quick-fix"]["IpPermissions"]
    assert (ssh["FromPort"], ssh["ToPort"]) == (22, 22)
    assert ssh["IpRanges"][0]["CidrIp"] == "0.0.0.0/0"
    assert ssh["Ipv6Ranges"][0]["CidrIpv6"] == "::/0"
    assert rules["by-list"]["IpPermissions"][0]["PrefixListIds"][0]["PrefixListId"]
    assert rules["shop-database"]["IpPermissionsEgress"] == []


def test_ages_are_of_the_past(small: LabState) -> None:
    year_ago = now() - timedelta(days=365)
    by_name = {one["Name"]: one for one in admin(small, "s3").list_buckets()["Buckets"]}
    assert by_name["shop-old-exports"]["CreationDate"] < year_ago
    key = admin(small, "iam").list_access_keys(UserName="old-deploy")["AccessKeyMetadata"][0]
    assert key["CreateDate"] < year_ago
    volumes = admin(small, "ec2").describe_volumes(
        Filters=[{"Name": "tag:Name", "Values": ["forgotten"]}]
    )["Volumes"]
    assert volumes[0]["CreateTime"] < year_ago


def test_the_root_user_is_as_the_world_says(small: LabState) -> None:
    summary = admin(small, "iam").get_account_summary()["SummaryMap"]
    assert summary["AccountMFAEnabled"] == 0
    assert summary["AccountAccessKeysPresent"] == 1
