"""Accounts of the organization. The account they stand in is its management account."""

from typing import Any, ClassVar, Literal

from moto.organizations.models import organizations_backends

from fireline.lab.resources.resource import Resource, Spot, given
from fireline.lab.world_part import AccountId

PARTITION = "aws"


class MemberAccount(Resource):
    """An account of the organization; its name, and its id when the world has it whole."""

    is_global: ClassVar[bool] = True
    kind: Literal["organizations.account"]
    id: AccountId | None = None
    email: str = ""
    closed: bool = False

    def make(self, at: Spot) -> str:
        """Make it, and the organization with the first one."""
        client = at.client("organizations")
        backend: Any = organizations_backends[at.account][PARTITION]
        if backend.org is None:
            client.create_organization(FeatureSet="ALL")
        email = self.email or f"{self.name}@example.com"
        status = client.create_account(
            Email=email, AccountName=self.name, **given(Tags=self.tag_list)
        )["CreateAccountStatus"]
        member = backend.get_account_by_id(status["AccountId"])
        member.create_time = at.born
        if self.id:
            # moto makes up the number; the world has the account already.
            organizations_backends.master_accounts.pop(member.id, None)
            organizations_backends.master_accounts[self.id] = (at.account, PARTITION)
            member.id = self.id
        if self.closed:
            client.close_account(AccountId=member.id)
        return str(member.id)


KINDS: tuple[type[Resource], ...] = (MemberAccount,)
