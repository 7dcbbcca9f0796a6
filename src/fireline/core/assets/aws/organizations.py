"""The accounts of an organisation, where the account looked at may list them."""

from fireline.core.assets.resource_type import ResourceType, Scope

TYPES = (
    ResourceType(
        kind="aws.organizations.account",
        service="organizations",
        scope=Scope.ACCOUNT,
        operation="ListAccounts",
        result="Accounts",
        find="DescribeAccount",
        find_result="[Account]",
        again={"AccountId": "{id}"},
        none_when=frozenset({"AWSOrganizationsNotInUseException", "AccountNotFoundException"}),
        id="{Id}",
        name="{Name}",
        arn="{Arn}",
        arn_form=r"organizations:account/o-[a-z0-9]+/(\d{12})",
        tagged="organizations:account",
        event_services=("organizations",),
        named_by=("accountid",),
        cloudformation="AWS::Organizations::Account",
    ),
)
