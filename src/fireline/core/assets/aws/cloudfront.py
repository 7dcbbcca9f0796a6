"""CloudFront distributions and where they get what they show."""

from fireline.core.assets.aws.s3 import BUCKET
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType, Scope

TYPES = (
    ResourceType(
        kind="aws.cloudfront.distribution",
        service="cloudfront",
        scope=Scope.ACCOUNT,
        operation="ListDistributions",
        result="DistributionList.Items",
        none_when=frozenset({"NoSuchDistribution"}),
        id="{Id}",
        name="{DomainName}",
        arn="{ARN}",
        arn_form="cloudfront:distribution/(.+)",
        # Their origins have ids, too.
        forms=("E[A-Z0-9]{7,20}",),
        tagged="cloudfront:distribution",
        details=(
            Detail(
                "Logging",
                "GetDistributionConfig",
                {"Id": "{Id}"},
                take="DistributionConfig.Logging",
            ),
        ),
        links=(
            LinkRule("shows", BUCKET, "Origins.Items[].DomainName"),
            LinkRule("logs to", BUCKET, "Logging.Bucket"),
            LinkRule("guarded by", "aws.waf.web_acl", "WebACLId"),
            LinkRule("certificate", "aws.acm.certificate", "ViewerCertificate.ACMCertificateArn"),
        ),
        volatile=("LastModifiedTime", "Status"),
        event_services=("cloudfront",),
        named_by=("id", "distributionid"),
        cloudformation="AWS::CloudFront::Distribution",
    ),
)
