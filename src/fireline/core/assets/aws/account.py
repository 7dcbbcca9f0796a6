"""What is set for an account or a region as a whole."""

from fireline.core.assets.kinds import ACCOUNT, REGION
from fireline.core.assets.resource_type import Detail, ResourceType, Scope

# Counts of what there is: they change with every user made, and are no setting.
_COUNTS = (
    "Users",
    "Groups",
    "Roles",
    "Policies",
    "Providers",
    "ServerCertificates",
    "InstanceProfiles",
    "MFADevices",
    "MFADevicesInUse",
    "PolicyVersionsInUse",
)

TYPES = (
    ResourceType(
        kind=ACCOUNT,
        service="iam",
        scope=Scope.ACCOUNT,
        id="{account}",
        name="{Aliases[0]}",
        arn="arn:{partition}:iam::{account}:root",
        # Its `Root` is a row of the credential report.
        composed="iam",
        details=(
            Detail("Summary", "GetAccountSummary", {}, take="SummaryMap"),
            Detail(
                "PasswordPolicy",
                "GetAccountPasswordPolicy",
                {},
                take="PasswordPolicy",
                absent=frozenset({"NoSuchEntity"}),
            ),
            Detail("Aliases", "ListAccountAliases", {}, take="AccountAliases"),
            Detail(
                "PublicAccessBlock",
                "GetPublicAccessBlock",
                {"AccountId": "{account}"},
                take="PublicAccessBlockConfiguration",
                absent=frozenset({"NoSuchPublicAccessBlockConfiguration"}),
                service="s3control",
            ),
            Detail(
                "SecurityContact",
                "GetAlternateContact",
                {"AlternateContactType": "SECURITY"},
                take="AlternateContact",
                absent=frozenset({"ResourceNotFoundException"}),
                service="account",
            ),
        ),
        volatile=(
            *(f"Summary.{count}" for count in _COUNTS),
            "Root.password_last_used",
            "Root.access_key_*_last_used_*",
        ),
        calls=(
            "account.DeleteAlternateContact",
            "account.PutAlternateContact",
            "iam.CreateAccountAlias",
            "iam.DeleteAccountAlias",
            "iam.DeleteAccountPasswordPolicy",
            "iam.DisableOrganizationsRootCredentialsManagement",
            "iam.DisableOrganizationsRootSessions",
            "iam.EnableOrganizationsRootCredentialsManagement",
            "iam.EnableOrganizationsRootSessions",
            "iam.SetSecurityTokenServicePreferences",
            "iam.UpdateAccountPasswordPolicy",
            "organizations.LeaveOrganization",
            "s3.DeleteAccountPublicAccessBlock",
            "s3.PutAccountPublicAccessBlock",
        ),
        cloudformation="AWS::::Account",
    ),
    ResourceType(
        kind=REGION,
        service="ec2",
        id="{region}",
        name="{region}",
        details=(
            Detail(
                "EbsEncryptionByDefault",
                "GetEbsEncryptionByDefault",
                {},
                take="EbsEncryptionByDefault",
            ),
            Detail("EbsDefaultKey", "GetEbsDefaultKmsKeyId", {}, take="KmsKeyId"),
            Detail(
                "SnapshotBlockPublicAccess", "GetSnapshotBlockPublicAccessState", {}, take="State"
            ),
            Detail(
                "ImageBlockPublicAccess",
                "GetImageBlockPublicAccessState",
                {},
                take="ImageBlockPublicAccessState",
            ),
            Detail(
                "InstanceMetadataDefaults",
                "GetInstanceMetadataDefaults",
                {},
                take="AccountLevel",
            ),
            Detail(
                "SerialConsoleAccess",
                "GetSerialConsoleAccessStatus",
                {},
                take="SerialConsoleAccessEnabled",
            ),
        ),
        calls=(
            "ec2.DisableEbsEncryptionByDefault",
            "ec2.DisableImageBlockPublicAccess",
            "ec2.DisableSerialConsoleAccess",
            "ec2.DisableSnapshotBlockPublicAccess",
            "ec2.EnableEbsEncryptionByDefault",
            "ec2.EnableImageBlockPublicAccess",
            "ec2.EnableSerialConsoleAccess",
            "ec2.EnableSnapshotBlockPublicAccess",
            "ec2.ModifyEbsDefaultKmsKeyId",
            "ec2.ModifyInstanceMetadataDefaults",
            "ec2.ResetEbsDefaultKmsKeyId",
        ),
    ),
)
