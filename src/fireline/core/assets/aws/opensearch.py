"""OpenSearch and Elasticsearch domains."""

from fireline.core.assets.aws.ec2 import KEY, SECURITY_GROUP, SUBNET, VPC
from fireline.core.assets.resource_type import Batch, LinkRule, ResourceType

TYPES = (
    ResourceType(
        kind="aws.opensearch.domain",
        service="opensearch",
        operation="ListDomainNames",
        result="DomainNames",
        batch=Batch("DescribeDomains", "DomainNames", "DomainStatusList", 5, "DomainName"),
        id="{DomainName}",
        name="{DomainName}",
        arn="{ARN}",
        arn_form="es:domain/([^/]+)(?:/.*)?",
        tagged="es:domain",
        links=(
            LinkRule("security group", SECURITY_GROUP, "VPCOptions.SecurityGroupIds"),
            LinkRule("subnet", SUBNET, "VPCOptions.SubnetIds"),
            LinkRule("VPC", VPC, "VPCOptions.VPCId"),
            LinkRule("encrypted with", KEY, "EncryptionAtRestOptions.KmsKeyId"),
        ),
        volatile=(
            "Processing",
            "UpgradeProcessing",
            "ServiceSoftwareOptions",
            "ChangeProgressDetails",
        ),
        event_services=("es",),
        named_by=("domainname",),
        cloudformation="AWS::OpenSearchService::Domain",
    ),
)
