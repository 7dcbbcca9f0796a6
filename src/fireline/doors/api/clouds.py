"""Cloud accounts: which are looked at, how, what the role to install says, and whether it works."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, BaseModel, Field

from fireline.core.access.roles import Permission, grants
from fireline.core.assets.permissions import permissions
from fireline.core.values.ids import DrillId
from fireline.doors.api.visit import Needs, Visit
from fireline.doors.asset_names import plain
from fireline.doors.cloud_roles import YOU, checked_arn
from fireline.usecases import cloud_accounts
from fireline.usecases.cloud_accounts import CloudAccountView, RoleToInstall, Wanted

router = APIRouter(prefix="/clouds", tags=["clouds"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Administering = Annotated[Visit, Depends(Needs(Permission.ADMINISTER))]
Account = Annotated[str, AfterValidator(plain)]
Name = Annotated[str, AfterValidator(plain), Field(max_length=cloud_accounts.MAX_NAME)]
RoleArn = Annotated[str, Field(max_length=700)]
Regions = Annotated[tuple[str, ...], Field(max_length=cloud_accounts.MAX_REGIONS)]


class NewAccount(BaseModel, extra="forbid"):
    """An account to look at. Without a role, it is the one the instructions would make."""

    account: Annotated[str, Field(min_length=1, max_length=100)]
    name: Name = ""
    role_arn: RoleArn = ""
    regions: Regions = ()
    provider: str = cloud_accounts.AWS


class ChangedAccount(BaseModel, extra="forbid"):
    """How an account is to be entered from now on; what is not there stays."""

    name: Name | None = None
    role_arn: RoleArn | None = None
    regions: Regions | None = None


@dataclass(frozen=True, slots=True)
class CloudAccount:
    """An account that is looked at. The external id is told to those who may install the role."""

    id: UUID
    account: str
    provider: str
    name: str
    of_settings: bool
    role_arn: str
    external_id: str | None
    regions: tuple[str, ...]
    added_by: str
    added_at: datetime
    probed_at: datetime | None
    probe: str
    probe_said: str
    looked_at: datetime | None
    next_look_at: datetime | None


@router.get("")
async def list_accounts(visit: Seeing, drill: UUID | None = None) -> tuple[CloudAccount, ...]:
    """List the accounts that are looked at, when each was, and whether its role works."""
    async with visit.transaction() as tx:
        found = await cloud_accounts.list_accounts(tx, drill=_world(visit, drill))
    return tuple(_told(visit, view) for view in found)


@router.post("", status_code=201)
async def add_account(wanted: NewAccount, visit: Administering) -> CloudAccount:
    """Add an account. Install its role, then have it tried: a good one is looked at."""
    visit.reach(None)
    async with visit.transaction() as tx:
        made = await cloud_accounts.add_account(tx, Wanted(**wanted.model_dump()), by=visit.by)
    return _told(visit, made)


@router.get("/{account}")
async def show_account(account: Account, visit: Seeing, drill: UUID | None = None) -> CloudAccount:
    """Return one account."""
    async with visit.transaction() as tx:
        world = _world(visit, drill)
        return _told(visit, await cloud_accounts.show_account(tx, account, drill=world))


@router.patch("/{account}")
async def change_account(
    account: Account, wanted: ChangedAccount, visit: Administering
) -> CloudAccount:
    """Change an account's name, role or regions; a role is to be tried again."""
    visit.reach(None)
    async with visit.transaction() as tx:
        was = await cloud_accounts.show_account(tx, account)
        changed = await cloud_accounts.change_account(
            tx,
            Wanted(
                account=account,
                name=was.name if wanted.name is None else wanted.name,
                role_arn=was.role_arn if wanted.role_arn is None else wanted.role_arn,
                regions=was.regions if wanted.regions is None else wanted.regions,
                provider=was.provider,
            ),
            by=visit.by,
        )
    return _told(visit, changed)


@router.delete("/{account}", status_code=204)
async def remove_account(account: Account, visit: Administering) -> None:
    """Look at an account no more. What is known of it stays, out of the lists."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await cloud_accounts.remove_account(tx, account, by=visit.by)


@router.post("/{account}/probe")
async def ask_probe(account: Account, visit: Administering) -> CloudAccount:
    """Have an account's role tried now; a moment later the account says how it went."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return _told(visit, await cloud_accounts.ask_probe(tx, account, by=visit.by))


@router.get("/{account}/role")
async def role_to_install(
    account: Account,
    visit: Administering,
    fireline_arn: Annotated[
        str, Query(max_length=700, description="the role or user fireline runs as")
    ] = YOU,
) -> RoleToInstall:
    """Return the role to install in an account: external id, trust policy, permissions."""
    visit.reach(None)
    async with visit.transaction() as tx:
        return await cloud_accounts.role_to_install(
            tx, account, checked_arn(fireline_arn), read_actions=permissions()
        )


def _told(visit: Visit, view: CloudAccountView) -> CloudAccount:
    said = {field.name: getattr(view, field.name) for field in fields(view)}
    if Permission.ADMINISTER not in grants(visit.principal.role):
        said["external_id"] = None
    return CloudAccount(**said)


def _world(visit: Visit, drill: UUID | None) -> DrillId | None:
    return visit.principal.drill or (DrillId(drill) if drill else None)
