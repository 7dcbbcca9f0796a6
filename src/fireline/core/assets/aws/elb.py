"""Load balancers of the second generation, what they listen on, and what is behind them."""

from fireline.core.assets.aws.ec2 import INSTANCE, SECURITY_GROUP, SUBNET, VPC
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType

LOAD_BALANCER = "aws.elb.load_balancer"
TARGET_GROUP = "aws.elb.target_group"
_EVENTS = ("elasticloadbalancing",)

TYPES = (
    ResourceType(
        kind=LOAD_BALANCER,
        service="elbv2",
        operation="DescribeLoadBalancers",
        result="LoadBalancers",
        again={"LoadBalancerArns": ["{id}"]},
        none_when=frozenset({"LoadBalancerNotFound"}),
        id="{LoadBalancerArn}",
        name="{LoadBalancerName}",
        arn="{LoadBalancerArn}",
        arn_form="elasticloadbalancing:loadbalancer/(?:app|net|gwy)/.+",
        tagged="elasticloadbalancing:loadbalancer",
        details=(
            Detail(
                "Attributes",
                "DescribeLoadBalancerAttributes",
                {"LoadBalancerArn": "{LoadBalancerArn}"},
                take="Attributes",
            ),
        ),
        links=(
            LinkRule("security group", SECURITY_GROUP, "SecurityGroups"),
            LinkRule("subnet", SUBNET, "AvailabilityZones[].SubnetId"),
            LinkRule("VPC", VPC, "VpcId"),
        ),
        event_services=_EVENTS,
        named_by=("loadbalancerarn",),
        cloudformation="AWS::ElasticLoadBalancingV2::LoadBalancer",
    ),
    ResourceType(
        kind="aws.elb.listener",
        service="elbv2",
        operation="DescribeListeners",
        result="Listeners",
        parameters={"LoadBalancerArn": "{LoadBalancerArn}"},
        under=LOAD_BALANCER,
        again={"ListenerArns": ["{id}"]},
        none_when=frozenset({"ListenerNotFound", "LoadBalancerNotFound"}),
        id="{ListenerArn}",
        name="{Protocol}:{Port}",
        arn="{ListenerArn}",
        arn_form="elasticloadbalancing:listener/.+",
        links=(
            LinkRule("of", LOAD_BALANCER, "LoadBalancerArn"),
            LinkRule("leads to", TARGET_GROUP, "DefaultActions[].TargetGroupArn"),
            LinkRule(
                "leads to",
                TARGET_GROUP,
                "DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn",
            ),
            LinkRule("certificate", "aws.acm.certificate", "Certificates[].CertificateArn"),
        ),
        event_services=_EVENTS,
        named_by=("listenerarn",),
        cloudformation="AWS::ElasticLoadBalancingV2::Listener",
    ),
    ResourceType(
        kind=TARGET_GROUP,
        service="elbv2",
        operation="DescribeTargetGroups",
        result="TargetGroups",
        again={"TargetGroupArns": ["{id}"]},
        none_when=frozenset({"TargetGroupNotFound"}),
        id="{TargetGroupArn}",
        name="{TargetGroupName}",
        arn="{TargetGroupArn}",
        arn_form="elasticloadbalancing:targetgroup/.+",
        tagged="elasticloadbalancing:targetgroup",
        details=(
            Detail(
                "Health",
                "DescribeTargetHealth",
                {"TargetGroupArn": "{TargetGroupArn}"},
                take="TargetHealthDescriptions",
            ),
        ),
        links=(
            LinkRule("behind", LOAD_BALANCER, "LoadBalancerArns"),
            LinkRule("target", INSTANCE, "Health[].Target.Id"),
            LinkRule(
                "target", "aws.lambda.function", "TargetType == 'lambda' && Health[].Target.Id"
            ),
            LinkRule("VPC", VPC, "VpcId"),
        ),
        # Who is behind it is a setting of scaling, and how they feel is none.
        volatile=("Health",),
        event_services=_EVENTS,
        named_by=("targetgrouparn",),
        cloudformation="AWS::ElasticLoadBalancingV2::TargetGroup",
    ),
)
