"""Auto Scaling groups."""

from fireline.core.assets.aws.ec2 import INSTANCE, LAUNCH_TEMPLATE
from fireline.core.assets.resource_type import LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.autoscaling.group",
        service="autoscaling",
        operation="DescribeAutoScalingGroups",
        result="AutoScalingGroups",
        parameters={"MaxRecords": 100},
        again={"AutoScalingGroupNames": ["{id}"]},
        id="{AutoScalingGroupName}",
        name="{AutoScalingGroupName}",
        arn="{AutoScalingGroupARN}",
        arn_form="autoscaling:autoScalingGroup:[^:]*:autoScalingGroupName/(.+)",
        tags="Tags",
        links=(
            LinkRule("scales", INSTANCE, "Instances[].InstanceId"),
            LinkRule(
                "made from",
                LAUNCH_TEMPLATE,
                "[LaunchTemplate.LaunchTemplateId, MixedInstancesPolicy.LaunchTemplate"
                ".LaunchTemplateSpecification.LaunchTemplateId]",
            ),
            LinkRule("behind", "aws.elb.target_group", "TargetGroupARNs"),
        ),
        # It puts machines in and takes them out by itself.
        volatile=("Instances", "DesiredCapacity", "PredictedCapacity", "WarmPoolSize"),
        event_services=("autoscaling",),
        named_by=("autoscalinggroupname",),
        cloudformation="AWS::AutoScaling::AutoScalingGroup",
    ),
)
