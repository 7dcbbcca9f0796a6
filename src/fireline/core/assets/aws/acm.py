"""Certificates and when they end."""

from fireline.core.assets.resource_type import ResourceType

# Without asking for them, only RSA keys of 2,048 bits are listed.
_KEY_TYPES = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)

TYPES = (
    ResourceType(
        kind="aws.acm.certificate",
        service="acm",
        operation="ListCertificates",
        result="CertificateSummaryList",
        parameters={"Includes": {"keyTypes": list(_KEY_TYPES)}, "MaxItems": 1000},
        id="{CertificateArn}",
        name="{DomainName}",
        arn="{CertificateArn}",
        arn_form="acm:certificate/.+",
        tagged="acm:certificate",
        event_services=("acm",),
        named_by=("certificatearn",),
        cloudformation="AWS::CertificateManager::Certificate",
    ),
)
