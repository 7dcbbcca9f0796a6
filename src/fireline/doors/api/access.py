"""Who am I, accounts, API tokens, and how fireline itself is doing."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from fireline.core.access.roles import Permission, Role
from fireline.core.values.ids import PersonId, TokenId
from fireline.core.values.secret import Secret
from fireline.doors.api.visit import Needs, Visit
from fireline.usecases import access, plans, status
from fireline.usecases.status import StatusView

router = APIRouter(tags=["access"])
Seeing = Annotated[Visit, Depends(Needs(Permission.SEE))]
Responding = Annotated[Visit, Depends(Needs(Permission.RESPOND))]
Administering = Annotated[Visit, Depends(Needs(Permission.ADMINISTER))]


class Me(BaseModel):
    """Who sent the request, and what they may do."""

    person: str
    role: Role
    drill: UUID | None


class WantedToken(BaseModel, extra="forbid"):
    """A token to make: it never may more than its person."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    role: Role = Role.VIEWER


class MadeToken(BaseModel):
    """A new token. It is shown this once."""

    id: UUID
    token: str


class WantedAccount(BaseModel, extra="forbid"):
    """An account for a person of the plan."""

    person: str
    role: Role = Role.OPERATOR


class NewRole(BaseModel, extra="forbid"):
    """Another role for an account."""

    role: Role


class SignInLink(BaseModel):
    """Where the person signs in, once, within ten minutes, to set a password."""

    person: str
    path: str


class AccountLine(BaseModel):
    """An account as it is listed."""

    person: str
    role: str
    created_at: datetime
    disabled_at: datetime | None


class TokenLine(BaseModel):
    """A token as it is listed: never the token itself."""

    id: UUID
    name: str
    role: str
    created_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


@router.get("/me")
async def me(visit: Seeing) -> Me:
    """Say who you are here."""
    who = visit.principal
    return Me(person=who.person, role=who.role, drill=who.drill)


@router.get("/status")
async def look(visit: Seeing) -> StatusView:
    """Say how fireline itself is doing."""
    async with visit.transaction() as tx:
        return await status.look(tx)


@router.get("/accounts")
async def list_accounts(visit: Administering) -> list[AccountLine]:
    """List the accounts."""
    async with visit.transaction() as tx:
        found = await access.accounts(tx)
    return [AccountLine.model_validate(row, from_attributes=True) for row in found]


@router.post("/accounts", status_code=201)
async def create_account(wanted: WantedAccount, visit: Administering) -> SignInLink:
    """Give a person of the plan an account, and the link with which they set a password."""
    visit.reach(None)
    person = PersonId(wanted.person)
    async with visit.transaction() as tx:
        plan = await plans.current(tx)
        await access.open_account(tx, plan, person, role=wanted.role, by=visit.by)
        link = await access.create_sign_in_link(tx, person, by=visit.by)
    return _link(person, link)


@router.post("/accounts/{person}/link", status_code=201)
async def create_link(person: str, visit: Administering) -> SignInLink:
    """Make a new one-time link for somebody who cannot sign in."""
    visit.reach(None)
    async with visit.transaction() as tx:
        link = await access.create_sign_in_link(tx, PersonId(person), by=visit.by)
    return _link(PersonId(person), link)


@router.put("/accounts/{person}/role", status_code=204)
async def change_role(person: str, wanted: NewRole, visit: Administering) -> None:
    """Give an account another role; it holds from the next request on."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await access.change_role(tx, PersonId(person), role=wanted.role, by=visit.by)


@router.delete("/accounts/{person}", status_code=204)
async def disable_account(person: str, visit: Administering) -> None:
    """Shut an account: its sessions, links and tokens stop working."""
    visit.reach(None)
    async with visit.transaction() as tx:
        await access.disable_account(tx, PersonId(person), by=visit.by)


def _link(person: PersonId, token: Secret) -> SignInLink:
    return SignInLink(person=person, path=f"/sign-in/once/{token.reveal()}?next=/account")


@router.get("/tokens")
async def list_tokens(visit: Seeing) -> list[TokenLine]:
    """List your own tokens."""
    async with visit.transaction() as tx:
        mine = await access.tokens(tx, visit.principal.person)
    return [TokenLine.model_validate(row, from_attributes=True) for row in mine]


@router.post("/tokens", status_code=201)
async def create_token(wanted: WantedToken, visit: Responding) -> MadeToken:
    """Make a token that acts for you, at most in your own role."""
    visit.reach(None)
    async with visit.transaction() as tx:
        made = await access.create_token(
            tx, visit.principal.person, name=wanted.name, role=wanted.role, by=visit.by
        )
    return MadeToken(id=made.id, token=made.token.reveal())


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(token_id: UUID, visit: Responding) -> None:
    """Withdraw one of your tokens."""
    visit.reach(None)
    async with visit.transaction() as tx:
        found = await access.get_token(tx, TokenId(token_id))
        if found.person != visit.principal.person:
            msg = "There is no such token."
            raise access.NoSuchToken(msg)
        await access.revoke_token(tx, TokenId(token_id), by=visit.by)
