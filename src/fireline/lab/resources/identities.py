"""Identities: users with keys and passwords, groups, roles, policies, profiles, providers."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from moto.iam.models import AccessKeyLastUsed
from pydantic import Field

from fireline.lab.aws.identify import iam
from fireline.lab.aws_policies import policy_of_aws
from fireline.lab.resources.resource import Resource, Spot, given, text_of
from fireline.lab.world_part import Days, Name, Part, Policy, Refers

PolicyNames = Annotated[Sequence[str], Refers("iam.policy")]
# AWS's own policies by name; the lab keeps the usual ones and those that a world names.
Managed = Sequence[Name]


class UserKey(Part):
    """An access key, how old it is, and when it was last used (never, if left out)."""

    age_days: Days = 0
    last_used_days: Days | None = None
    last_used_service: str = "s3"
    active: bool = True


class Password(Part):
    """A password for the console, and when it was last used (never, if left out)."""

    last_used_days: Days | None = None


class Holder(Resource):
    """Somebody policies are given to."""

    is_global: ClassVar[bool] = True
    inline: Mapping[Name, Policy] = {}
    attached: PolicyNames = ()
    managed: Managed = ()

    def give(self, at: Spot, who: Literal["user", "group", "role"]) -> None:
        """Give the holder its policies."""
        client, title = at.client("iam"), who.title()
        named = {f"{title}Name": self.name}
        for name, document in self.inline.items():
            put = getattr(client, f"put_{who}_policy")
            put(PolicyName=name, PolicyDocument=text_of(document), **named)
        arns = at.ids_of("iam.policy", self.attached)
        arns += [policy_of_aws(at.account, name) for name in self.managed]
        for arn in arns:
            getattr(client, f"attach_{who}_policy")(PolicyArn=arn, **named)


class ManagedPolicy(Resource):
    """A policy of the account's own."""

    is_global: ClassVar[bool] = True
    kind: Literal["iam.policy"]
    document: Policy

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("iam").create_policy(
            PolicyName=self.name,
            PolicyDocument=text_of(self.document),
            **given(Tags=self.tag_list),
        )["Policy"]["Arn"]
        there = iam(at.account).managed_policies[made]
        there.create_date = there.update_date = at.born
        return str(made)


class Group(Holder):
    """A group of users."""

    kind: Literal["iam.group"]

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("iam").create_group(GroupName=self.name)
        self.give(at, "group")
        iam(at.account).groups[self.name].create_date = at.born
        return self.name


class User(Holder):
    """A user: keys, a password, a second factor, groups."""

    kind: Literal["iam.user"]
    keys: Annotated[Sequence[UserKey], Field(max_length=2)] = ()
    password: Password | None = None
    mfa: bool = False
    groups: Annotated[Sequence[str], Refers("iam.group")] = ()

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("iam")
        client.create_user(UserName=self.name, **given(Tags=self.tag_list))
        self.give(at, "user")
        for group in self.groups:
            client.add_user_to_group(GroupName=group, UserName=self.name)
        there = iam(at.account).users[self.name]
        there.create_date = at.born
        for key in self.keys:
            self._make_key(at, key)
        if self.password:
            self._set_password(at, self.password)
        if self.mfa:
            self._give_factor(client)
        return self.name

    def _make_key(self, at: Spot, key: UserKey) -> None:
        client = at.client("iam")
        made = client.create_access_key(UserName=self.name)["AccessKey"]["AccessKeyId"]
        if not key.active:
            client.update_access_key(UserName=self.name, AccessKeyId=made, Status="Inactive")
        there = next(
            one for one in iam(at.account).users[self.name].access_keys if one.access_key_id == made
        )
        there.create_date = at.ago(key.age_days)
        if key.last_used_days is not None:
            used = at.ago(key.last_used_days)
            there.last_used = AccessKeyLastUsed(used, key.last_used_service, at.region)

    def _set_password(self, at: Spot, password: Password) -> None:
        at.client("iam").create_login_profile(UserName=self.name, Password=f"Lab-{self.name}-1!")
        there = iam(at.account).users[self.name]
        if password.last_used_days is not None:
            used: Any = at.ago(password.last_used_days)
            there.password_last_used = used

    def _give_factor(self, client: Any) -> None:
        device = client.create_virtual_mfa_device(VirtualMFADeviceName=self.name)
        serial = device["VirtualMFADevice"]["SerialNumber"]
        client.enable_mfa_device(
            UserName=self.name,
            SerialNumber=serial,
            AuthenticationCode1="123456",
            AuthenticationCode2="654321",
        )


class Role(Holder):
    """A role. `trusts` names a service (`ec2`), an account, `*`, or is a whole trust policy."""

    kind: Literal["iam.role"]
    trusts: Policy = "ec2"
    external_id: str = ""
    last_used_days: Days | None = None

    def make(self, at: Spot) -> str:
        """Make it."""
        at.client("iam").create_role(
            RoleName=self.name,
            AssumeRolePolicyDocument=self._trust(),
            **given(Tags=self.tag_list),
        )
        self.give(at, "role")
        there = next(one for one in iam(at.account).roles.values() if one.name == self.name)
        there.create_date = at.born
        if self.last_used_days is not None:
            there.last_used = at.ago(self.last_used_days)
            used_in: Any = there
            used_in.last_used_region = at.region
        return self.name

    def _trust(self) -> str:
        if not isinstance(self.trusts, str) or self.trusts.startswith("{"):
            return text_of(self.trusts)
        principal: Any = {"Service": f"{self.trusts}.amazonaws.com"}
        if self.trusts == "*":
            principal = {"AWS": "*"}
        elif self.trusts.isdigit():
            principal = {"AWS": f"arn:aws:iam::{self.trusts}:root"}
        statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal}
        statement["Action"] = "sts:AssumeRole"
        if self.external_id:
            statement["Condition"] = {"StringEquals": {"sts:ExternalId": self.external_id}}
        return text_of({"Version": "2012-10-17", "Statement": [statement]})


class InstanceProfile(Resource):
    """An instance profile with its role."""

    is_global: ClassVar[bool] = True
    kind: Literal["iam.instance_profile"]
    role: Annotated[str, Refers("iam.role")]

    def make(self, at: Spot) -> str:
        """Make it."""
        client = at.client("iam")
        client.create_instance_profile(InstanceProfileName=self.name)
        client.add_role_to_instance_profile(InstanceProfileName=self.name, RoleName=self.role)
        return self.name


class SamlProvider(Resource):
    """A SAML provider."""

    is_global: ClassVar[bool] = True
    kind: Literal["iam.saml_provider"]

    def make(self, at: Spot) -> str:
        """Make it."""
        document = f"<EntityDescriptor entityID='https://{self.name}.example.com'/>".ljust(1000)
        made = at.client("iam").create_saml_provider(Name=self.name, SAMLMetadataDocument=document)
        return str(made["SAMLProviderArn"])


class OidcProvider(Resource):
    """An OpenID Connect provider; its name is the host people sign in at."""

    is_global: ClassVar[bool] = True
    kind: Literal["iam.oidc_provider"]

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("iam").create_open_id_connect_provider(
            Url=f"https://{self.name}",
            ClientIDList=["sts.amazonaws.com"],
            ThumbprintList=["0" * 40],
        )
        return str(made["OpenIDConnectProviderArn"])


class ServerCertificate(Resource):
    """A server certificate kept in IAM."""

    is_global: ClassVar[bool] = True
    kind: Literal["iam.server_certificate"]

    def make(self, at: Spot) -> str:
        """Make it."""
        made = at.client("iam").upload_server_certificate(
            ServerCertificateName=self.name, CertificateBody="lab", PrivateKey="lab"
        )
        return str(made["ServerCertificateMetadata"]["Arn"])


KINDS: tuple[type[Resource], ...] = (
    ManagedPolicy,
    Group,
    User,
    Role,
    InstanceProfile,
    SamlProvider,
    OidcProvider,
    ServerCertificate,
)
