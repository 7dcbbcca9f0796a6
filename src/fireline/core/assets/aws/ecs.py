"""ECS: clusters, the services in them, and what they run."""

from fireline.core.assets.aws.ec2 import SECURITY_GROUP, SUBNET
from fireline.core.assets.kinds import ROLE
from fireline.core.assets.resource_type import Batch, LinkRule, ResourceType

CLUSTER = "aws.ecs.cluster"
TASK_DEFINITION = "aws.ecs.task_definition"

TYPES = (
    ResourceType(
        kind=CLUSTER,
        service="ecs",
        operation="ListClusters",
        result="clusterArns[].{clusterArn: @}",
        batch=Batch(
            "DescribeClusters",
            "clusters",
            "clusters[?status != 'INACTIVE']",
            100,
            "clusterArn",
            {"include": ["SETTINGS", "CONFIGURATIONS", "TAGS"]},
        ),
        id="{clusterName}",
        name="{clusterName}",
        arn="{clusterArn}",
        arn_form="ecs:cluster/(.+)",
        tags="tags",
        links=(
            LinkRule(
                "writes to",
                "aws.logs.group",
                "configuration.executeCommandConfiguration.logConfiguration.cloudWatchLogGroupName",
            ),
        ),
        volatile=("*Count", "statistics"),
        event_services=("ecs",),
        named_by=("cluster", "clustername"),
        cloudformation="AWS::ECS::Cluster",
    ),
    ResourceType(
        kind="aws.ecs.service",
        service="ecs",
        operation="ListServices",
        result="serviceArns[].{serviceArn: @}",
        parameters={"cluster": "{clusterArn}"},
        under=CLUSTER,
        batch=Batch(
            "DescribeServices",
            "services",
            "services[?status != 'INACTIVE']",
            10,
            "serviceArn",
            {"cluster": "{clusterArn}", "include": ["TAGS"]},
        ),
        find="DescribeServices",
        find_result="services[?status != 'INACTIVE']",
        again={"cluster": "{part1}", "services": ["{part2}"], "include": ["TAGS"]},
        none_when=frozenset({"ClusterNotFoundException"}),
        # A service's name is its cluster's only. ARNs of before 2018 do not name the cluster.
        id="{clusterArn/}/{serviceName}",
        name="{serviceName}",
        arn="{serviceArn}",
        arn_form="ecs:service/([^/]+/[^/]+)",
        forms=("[^/:]+/[^/:]+",),
        tags="tags",
        links=(
            LinkRule("in cluster", CLUSTER, "clusterArn"),
            LinkRule("runs", TASK_DEFINITION, "taskDefinition"),
            LinkRule("role", ROLE, "roleArn"),
            LinkRule(
                "security group",
                SECURITY_GROUP,
                "networkConfiguration.awsvpcConfiguration.securityGroups",
            ),
            LinkRule("subnet", SUBNET, "networkConfiguration.awsvpcConfiguration.subnets"),
            LinkRule("behind", "aws.elb.target_group", "loadBalancers[].targetGroupArn"),
        ),
        volatile=("events", "deployments", "taskSets", "*Count"),
        event_services=("ecs",),
        named_by=("cluster/service", "cluster/servicename"),
        cloudformation="AWS::ECS::Service",
    ),
    ResourceType(
        kind=TASK_DEFINITION,
        service="ecs",
        hidden=("containerDefinitions.environment",),
        # The newest of a family stands for it: its earlier revisions are its history.
        operation="ListTaskDefinitionFamilies",
        result="families[].{family: @}",
        parameters={"status": "ACTIVE"},
        batch=Batch(
            "DescribeTaskDefinition",
            "taskDefinition",
            "[taskDefinition]",
            1,
            "family",
            # AWS answers so, too, when there is no such family.
            gone=frozenset({"ClientException"}),
        ),
        id="{family}",
        name="{family}",
        arn="{taskDefinitionArn}",
        arn_form="ecs:task-definition/([^:]+)(?::.*)?",
        forms=(r"([\w-]+)(?::\d+)?",),
        tagged="ecs:task-definition",
        links=(
            LinkRule("role", ROLE, "[taskRoleArn, executionRoleArn]"),
            LinkRule(
                "writes to",
                "aws.logs.group",
                'containerDefinitions[].logConfiguration.options."awslogs-group"',
            ),
        ),
        event_services=("ecs",),
        named_by=("taskdefinition", "family"),
        cloudformation="AWS::ECS::TaskDefinition",
    ),
)
