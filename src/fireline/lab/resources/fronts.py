"""What the world meets first: load balancers, certificates, firewalls, distributions."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated, Any, Literal

from moto.acm.models import acm_backends
from moto.ec2.models import ec2_backends

from fireline.lab.resources.network import GroupNames
from fireline.lab.resources.resource import Resource, Spot, given
from fireline.lab.world_part import Days, Part, Refers


class TargetGroup(Resource):
    """What a load balancer sends to."""

    kind: Literal["elb.target_group"]
    port: int = 80
    protocol: Literal["HTTP", "HTTPS", "TCP"] = "HTTP"
    instances: Annotated[Sequence[str], Refers("ec2.instance")] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("elbv2")
        made = client.create_target_group(
            Name=self.name,
            Protocol=self.protocol,
            Port=self.port,
            VpcId=_default_vpc(at),
            **given(Tags=self.tag_list),
        )["TargetGroups"][0]["TargetGroupArn"]
        targets = [{"Id": one} for one in at.ids_of("ec2.instance", self.instances)]
        if targets:
            client.register_targets(TargetGroupArn=made, Targets=targets)
        return str(made)


class Listener(Part):
    """A port a load balancer listens on; without a target group it sends people to HTTPS."""

    port: int = 80
    protocol: Literal["HTTP", "HTTPS", "TCP"] = "HTTP"
    target_group: Annotated[str, Refers("elb.target_group")] | None = None
    certificate: Annotated[str, Refers("acm.certificate")] | None = None
    tls_policy: str = "ELBSecurityPolicy-TLS13-1-2-2021-06"


class LoadBalancer(Resource):
    """A load balancer of the second kind, and its listeners."""

    kind: Literal["elb.load_balancer"]
    public: bool = True
    type: Literal["application", "network"] = "application"
    security_groups: GroupNames = ()
    listeners: Sequence[Listener] = ()
    logs_to: Annotated[str, Refers("s3.bucket")] | None = None
    drop_invalid_headers: bool = False
    protected: bool = False

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("elbv2")
        subnets = ec2_backends[at.account][at.region].get_default_subnets()
        arn = client.create_load_balancer(
            Name=self.name,
            Subnets=[subnet.id for _, subnet in sorted(subnets.items())][:2],
            Scheme="internet-facing" if self.public else "internal",
            Type=self.type,
            **given(
                SecurityGroups=at.ids_of("ec2.security_group", self.security_groups),
                Tags=self.tag_list,
            ),
        )["LoadBalancers"][0]["LoadBalancerArn"]
        for listener in self.listeners:
            client.create_listener(LoadBalancerArn=arn, **_listener(listener, at))
        wanted = {"deletion_protection.enabled": self.protected}
        if self.type == "application":
            wanted["routing.http.drop_invalid_header_fields.enabled"] = self.drop_invalid_headers
        attributes = [{"Key": key, "Value": str(on).lower()} for key, on in wanted.items()]
        if self.logs_to:
            attributes += [
                {"Key": "access_logs.s3.enabled", "Value": "true"},
                {"Key": "access_logs.s3.bucket", "Value": self.logs_to},
            ]
        client.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)
        return str(arn)


def _listener(listener: Listener, at: Spot) -> dict[str, Any]:
    action: dict[str, Any] = {
        "Type": "redirect",
        "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"},
    }
    if listener.target_group:
        group = at.id_of("elb.target_group", listener.target_group)
        action = {"Type": "forward", "TargetGroupArn": group}
    wanted: dict[str, Any] = {
        "Protocol": listener.protocol,
        "Port": listener.port,
        "DefaultActions": [action],
    }
    if listener.certificate:
        certificate = at.id_of("acm.certificate", listener.certificate)
        wanted |= {
            "Certificates": [{"CertificateArn": certificate}],
            "SslPolicy": listener.tls_policy,
        }
    return wanted


class Certificate(Resource):
    """A certificate of ACM; its name is the domain."""

    kind: Literal["acm.certificate"]
    expires_days: Days | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        arn = at.client("acm").request_certificate(
            DomainName=self.name, ValidationMethod="DNS", **given(Tags=self.tag_list)
        )["CertificateArn"]
        backend: Any = acm_backends[at.account][at.region]
        there = backend._certificates[arn]  # noqa: SLF001 - moto keeps them to itself
        there.created_at = at.born
        there.status = "ISSUED"
        if self.expires_days is not None:
            there.cert = _Expiring(there.cert, at, self.expires_days)
        return str(arn)


class _Expiring:
    """A certificate's body that says another end than it was signed for."""

    def __init__(self, real: Any, at: Spot, days: float) -> None:
        self._real = real
        self.not_valid_after = at.ago(-days)
        self.not_valid_after_utc = self.not_valid_after.replace(tzinfo=UTC)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class WebAcl(Resource):
    """A web ACL of WAF for one region, with AWS's common rules unless told otherwise."""

    kind: Literal["waf.web_acl"]
    common_rules: bool = True
    protects: Annotated[Sequence[str], Refers("elb.load_balancer")] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("wafv2")
        seen = {
            "SampledRequestsEnabled": True,
            "CloudWatchMetricsEnabled": True,
            "MetricName": self.name,
        }
        rule: dict[str, Any] = {
            "Name": "common",
            "Priority": 1,
            "Statement": {
                "ManagedRuleGroupStatement": {
                    "VendorName": "AWS",
                    "Name": "AWSManagedRulesCommonRuleSet",
                }
            },
            "OverrideAction": {"None": {}},
            "VisibilityConfig": seen,
        }
        arn = client.create_web_acl(
            Name=self.name,
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            Rules=[rule] if self.common_rules else [],
            VisibilityConfig=seen,
            **given(Tags=self.tag_list),
        )["Summary"]["ARN"]
        for balancer in at.ids_of("elb.load_balancer", self.protects):
            client.associate_web_acl(WebACLArn=arn, ResourceArn=balancer)
        return str(arn)


class Distribution(Resource):
    """A CloudFront distribution of a bucket; its name is its comment."""

    is_global = True
    kind: Literal["cloudfront.distribution"]
    bucket: Annotated[str, Refers("s3.bucket")]
    viewers: Literal["allow-all", "https-only", "redirect-to-https"] = "redirect-to-https"

    def make(self, at: Spot) -> str:
        """Make it."""
        wanted = {
            "CallerReference": self.name,
            "Comment": self.name,
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "bucket",
                        "DomainName": f"{self.bucket}.s3.amazonaws.com",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "bucket",
                "ViewerProtocolPolicy": self.viewers,
                "MinTTL": 0,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
        made = at.client("cloudfront").create_distribution(DistributionConfig=wanted)
        return str(made["Distribution"]["Id"])


def _default_vpc(at: Spot) -> str:
    subnets = ec2_backends[at.account][at.region].get_default_subnets()
    return next(str(subnet.vpc_id) for _, subnet in sorted(subnets.items()))


FIRST_KINDS: tuple[type[Resource], ...] = (Certificate,)
KINDS: tuple[type[Resource], ...] = (TargetGroup, LoadBalancer, WebAcl, Distribution)
