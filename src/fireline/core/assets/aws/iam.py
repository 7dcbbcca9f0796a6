"""IAM: who there is and what they may do.

Users, keys, roles, groups and policies come from the account's authorisation report and the
credential report: a handful of calls for all, instead of several for each.
"""

from collections.abc import Mapping

from fireline.core.assets.kinds import ACCESS_KEY, ACCOUNT, ROLE, USER
from fireline.core.assets.resource_type import Detail, LinkRule, ResourceType, Scope

GROUP = "aws.iam.group"
POLICY = "aws.iam.policy"
MFA_DEVICE = "aws.iam.mfa_device"
PROFILE = "aws.iam.instance_profile"

_REPORTS = ("GetAccountAuthorizationDetails", "GenerateCredentialReport", "GetCredentialReport")
# The calls of the readings written by hand: the reports for all, the others for one alone.
COMPOSED: Mapping[str, tuple[str, ...]] = {
    USER: (
        *_REPORTS,
        "GetLoginProfile",
        "GetUser",
        "GetUserPolicy",
        "ListAccessKeys",
        "ListAttachedUserPolicies",
        "ListGroupsForUser",
        "ListMFADevices",
        "ListUserPolicies",
    ),
    ACCESS_KEY: (*_REPORTS, "GetAccessKeyLastUsed", "ListAccessKeys"),
    ROLE: (
        *_REPORTS[:1],
        "GetRole",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "ListInstanceProfilesForRole",
        "ListRolePolicies",
    ),
    GROUP: (
        *_REPORTS[:1],
        "GetGroup",
        "GetGroupPolicy",
        "ListAttachedGroupPolicies",
        "ListGroupPolicies",
    ),
    POLICY: (*_REPORTS[:1], "GetPolicy", "GetPolicyVersion"),
    MFA_DEVICE: (*_REPORTS[1:], "GetMFADevice", "ListMFADevices", "ListVirtualMFADevices"),
    ACCOUNT: _REPORTS[1:],
}
_POLICIES = LinkRule("policy", POLICY, "AttachedManagedPolicies[].PolicyArn")
_BOUNDARY = LinkRule("boundary", POLICY, "PermissionsBoundary.PermissionsBoundaryArn")

TYPES = (
    ResourceType(
        kind=USER,
        service="iam",
        scope=Scope.ACCOUNT,
        composed="iam",
        id="{UserName}",
        name="{UserName}",
        arn="{Arn}",
        arn_form="iam:user/(?:.*/)?([^/]+)",
        tags="Tags",
        links=(_POLICIES, _BOUNDARY, LinkRule("member of", GROUP, "GroupList")),
        volatile=(
            "PasswordLastUsed",
            "Report.password_last_used",
            "Report.access_key_*_last_used_*",
        ),
        event_services=("iam",),
        named_by=("username",),
        cloudformation="AWS::IAM::User",
    ),
    ResourceType(
        kind=ACCESS_KEY,
        service="iam",
        scope=Scope.ACCOUNT,
        composed="iam",
        id="{AccessKeyId}",
        name="{AccessKeyId}",
        links=(LinkRule("of", USER, "UserName"),),
        volatile=("LastUsed",),
        event_services=("iam",),
        named_by=("accesskeyid",),
        cloudformation="AWS::IAM::AccessKey",
    ),
    ResourceType(
        kind=ROLE,
        service="iam",
        scope=Scope.ACCOUNT,
        composed="iam",
        id="{RoleName}",
        name="{RoleName}",
        arn="{Arn}",
        arn_form="iam:role/(?:.*/)?([^/]+)|sts:assumed-role/([^/]+)/.*",
        tags="Tags",
        links=(
            _POLICIES,
            _BOUNDARY,
            LinkRule("instance profile", PROFILE, "InstanceProfileList[].InstanceProfileName"),
        ),
        volatile=("RoleLastUsed", "InstanceProfileList.Roles.RoleLastUsed"),
        event_services=("iam", "sts"),
        named_by=("rolename", "rolearn"),
        cloudformation="AWS::IAM::Role",
    ),
    ResourceType(
        kind=GROUP,
        service="iam",
        scope=Scope.ACCOUNT,
        composed="iam",
        id="{GroupName}",
        name="{GroupName}",
        arn="{Arn}",
        arn_form="iam:group/(?:.*/)?([^/]+)",
        links=(_POLICIES,),
        event_services=("iam",),
        named_by=("groupname",),
        cloudformation="AWS::IAM::Group",
    ),
    ResourceType(
        kind=POLICY,
        service="iam",
        scope=Scope.ACCOUNT,
        composed="iam",
        id="{Arn}",
        name="{PolicyName}",
        arn="{Arn}",
        arn_form="iam:policy/.+",
        # Inline policies have a name only, and are their owner's.
        forms=(r"arn:[\w-]+:iam::\w+:policy/.+",),
        tags="Tags",
        links=(LinkRule("account", ACCOUNT, ""),),
        event_services=("iam",),
        named_by=("policyarn", "arn"),
        cloudformation="AWS::IAM::ManagedPolicy",
    ),
    ResourceType(
        kind=PROFILE,
        service="iam",
        scope=Scope.ACCOUNT,
        operation="ListInstanceProfiles",
        result="InstanceProfiles",
        id="{InstanceProfileName}",
        name="{InstanceProfileName}",
        arn="{Arn}",
        # The listing leaves out their tags.
        arn_form="iam:instance-profile/(?:.*/)?([^/]+)",
        links=(LinkRule("role", ROLE, "Roles[].RoleName"),),
        volatile=("Roles.RoleLastUsed",),
        event_services=("iam",),
        named_by=("instanceprofilename",),
        cloudformation="AWS::IAM::InstanceProfile",
    ),
    ResourceType(
        kind=MFA_DEVICE,
        service="iam",
        scope=Scope.ACCOUNT,
        # Hardware keys are listed by user only; they are asked for where the report says so.
        composed="iam",
        id="{SerialNumber}",
        name="{SerialNumber}",
        arn="{SerialNumber}",
        arn_form="iam:(?:mfa|u2f)/.+",
        links=(LinkRule("of", USER, "UserName"), LinkRule("account", ACCOUNT, "")),
        event_services=("iam",),
        named_by=("serialnumber",),
        cloudformation="AWS::IAM::VirtualMFADevice",
    ),
    ResourceType(
        kind="aws.iam.saml_provider",
        service="iam",
        scope=Scope.ACCOUNT,
        operation="ListSAMLProviders",
        result="SAMLProviderList",
        id="{Arn}",
        arn="{Arn}",
        arn_form="iam:saml-provider/.+",
        links=(LinkRule("account", ACCOUNT, ""),),
        event_services=("iam",),
        named_by=("samlproviderarn",),
        cloudformation="AWS::IAM::SAMLProvider",
    ),
    ResourceType(
        kind="aws.iam.oidc_provider",
        service="iam",
        scope=Scope.ACCOUNT,
        operation="ListOpenIDConnectProviders",
        result="OpenIDConnectProviderList",
        id="{Arn}",
        arn="{Arn}",
        arn_form="iam:oidc-provider/.+",
        details=(
            Detail("Provider", "GetOpenIDConnectProvider", {"OpenIDConnectProviderArn": "{Arn}"}),
        ),
        tags="Provider.Tags",
        links=(LinkRule("account", ACCOUNT, ""),),
        event_services=("iam",),
        named_by=("openidconnectproviderarn",),
        cloudformation="AWS::IAM::OIDCProvider",
    ),
    ResourceType(
        kind="aws.iam.server_certificate",
        service="iam",
        scope=Scope.ACCOUNT,
        operation="ListServerCertificates",
        result="ServerCertificateMetadataList",
        id="{ServerCertificateName}",
        name="{ServerCertificateName}",
        arn="{Arn}",
        arn_form="iam:server-certificate/(?:.*/)?([^/]+)",
        event_services=("iam",),
        named_by=("servercertificatename",),
        cloudformation="AWS::IAM::ServerCertificate",
    ),
)
