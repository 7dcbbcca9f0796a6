"""Accounts, sessions, links and API tokens, as they are remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg import AsyncConnection

from fireline.store import rows
from fireline.store.queries import load

_SQL = load("access.sql")
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class FoundRow:
    """Whether there is one."""

    found: bool


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account."""

    id: UUID
    person: str
    role: str
    password_hash: str | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session, and whose it is."""

    began_at: datetime
    seen_at: datetime
    person: str
    role: str


@dataclass(frozen=True, slots=True)
class TokenUseRow:
    """A token somebody came with, and whose it is."""

    id: UUID
    role: str
    drill_id: UUID | None
    seen_at: datetime | None
    person: str
    account_role: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as it is listed: everything but the token."""

    id: UUID
    person: str
    name: str
    role: str
    drill_id: UUID | None
    created_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class FailuresRow:
    """How often somebody failed to sign in, and since when that is counted."""

    failures: int
    window_began: datetime


ROWS: dict[str, type | None] = {
    "any_account": FoundRow,
    "lock_accounts": None,
    "add_account": None,
    "account_of": AccountRow,
    "list_accounts": AccountRow,
    "set_role": None,
    "set_password": None,
    "disable": None,
    "offer_setup": None,
    "use_setup": None,
    "add_session": None,
    "session_of": SessionRow,
    "saw_session": None,
    "end_session": None,
    "end_sessions": None,
    "add_link": None,
    "use_link": AccountRow,
    "drop_links": None,
    "add_token": None,
    "token_of": TokenUseRow,
    "saw_token": None,
    "list_tokens": TokenRow,
    "get_token": TokenRow,
    "revoke_token": None,
    "revoke_drill_tokens": None,
    "failures": FailuresRow,
    "failed": None,
    "forget_failures": None,
    "sweep_sessions": None,
    "sweep_links": None,
    "sweep_failures": None,
}


async def any_account(db: AsyncConnection) -> bool:
    """Say whether anybody has an account yet."""
    return (await rows.one(db, FoundRow, _SQL["any_account"], {})).found


async def lock_accounts(db: AsyncConnection) -> None:
    """Let nobody else add an account until this transaction ends."""
    await rows.run(db, _SQL["lock_accounts"], {})


async def add_account(
    db: AsyncConnection,
    account: UUID,
    person: str,
    *,
    role: str,
    password_hash: str | None,
    now: datetime,
) -> bool:
    """Add an account. `False`: the person has one."""
    values = {
        "id": account,
        "person": person,
        "role": role,
        "password_hash": password_hash,
        "now": now,
    }
    return await rows.run(db, _SQL["add_account"], values) == 1


async def account_of(db: AsyncConnection, person: str) -> AccountRow | None:
    """Return a person's account."""
    return await rows.maybe(db, AccountRow, _SQL["account_of"], {"person": person})


async def list_accounts(db: AsyncConnection, *, limit: int = MAX_LISTED) -> list[AccountRow]:
    """List accounts by person."""
    return await rows.many(db, AccountRow, _SQL["list_accounts"], {"limit": limit})


async def set_role(db: AsyncConnection, account: UUID, role: str) -> None:
    """Give an account another role."""
    await rows.run(db, _SQL["set_role"], {"id": account, "role": role})


async def set_password(db: AsyncConnection, account: UUID, password_hash: str) -> None:
    """Give an account another password."""
    await rows.run(db, _SQL["set_password"], {"id": account, "password_hash": password_hash})


async def disable(db: AsyncConnection, account: UUID, *, now: datetime) -> bool:
    """Shut an account. `False`: it was shut before."""
    return await rows.run(db, _SQL["disable"], {"id": account, "now": now}) == 1


async def offer_setup(db: AsyncConnection, fingerprint: str, *, now: datetime) -> None:
    """Remember the setup token in force; any earlier one stops working."""
    await rows.run(db, _SQL["offer_setup"], {"fingerprint": fingerprint, "now": now})


async def use_setup(db: AsyncConnection, fingerprint: str) -> bool:
    """Use up the setup token. `False`: it is not the one in force."""
    return await rows.run(db, _SQL["use_setup"], {"fingerprint": fingerprint}) == 1


async def add_session(
    db: AsyncConnection, fingerprint: str, account: UUID, *, address: str, now: datetime
) -> None:
    """Begin a session."""
    values = {"fingerprint": fingerprint, "account_id": account, "address": address, "now": now}
    await rows.run(db, _SQL["add_session"], values)


async def session_of(db: AsyncConnection, fingerprint: str) -> SessionRow | None:
    """Return a session of an account that is not shut."""
    return await rows.maybe(db, SessionRow, _SQL["session_of"], {"fingerprint": fingerprint})


async def saw_session(db: AsyncConnection, fingerprint: str, *, now: datetime) -> None:
    """Remember that a session was used."""
    await rows.run(db, _SQL["saw_session"], {"fingerprint": fingerprint, "now": now})


async def end_session(db: AsyncConnection, fingerprint: str) -> bool:
    """End one session. `False`: there is none."""
    return await rows.run(db, _SQL["end_session"], {"fingerprint": fingerprint}) == 1


async def end_everything(db: AsyncConnection, account: UUID) -> None:
    """End every session and withdraw every link of an account."""
    await rows.run(db, _SQL["end_sessions"], {"account_id": account})
    await rows.run(db, _SQL["drop_links"], {"account_id": account})


async def add_link(
    db: AsyncConnection, fingerprint: str, account: UUID, *, expires_at: datetime
) -> None:
    """Remember a one-time sign-in link."""
    values = {"fingerprint": fingerprint, "account_id": account, "expires_at": expires_at}
    await rows.run(db, _SQL["add_link"], values)


async def use_link(db: AsyncConnection, fingerprint: str, *, now: datetime) -> AccountRow | None:
    """Use up a link; return whose it is when it still counts."""
    values = {"fingerprint": fingerprint, "now": now}
    return await rows.maybe(db, AccountRow, _SQL["use_link"], values)


async def add_token(  # noqa: PLR0913 - a row has the columns it has
    db: AsyncConnection,
    token: UUID,
    account: UUID,
    *,
    name: str,
    role: str,
    drill: UUID | None,
    fingerprint: str,
    now: datetime,
) -> None:
    """Remember an API token."""
    values = {
        "id": token,
        "account_id": account,
        "name": name,
        "role": role,
        "drill_id": drill,
        "fingerprint": fingerprint,
        "now": now,
    }
    await rows.run(db, _SQL["add_token"], values)


async def token_of(db: AsyncConnection, fingerprint: str) -> TokenUseRow | None:
    """Return a token that is in force."""
    return await rows.maybe(db, TokenUseRow, _SQL["token_of"], {"fingerprint": fingerprint})


async def saw_token(db: AsyncConnection, token: UUID, *, now: datetime) -> None:
    """Remember that a token was used."""
    await rows.run(db, _SQL["saw_token"], {"id": token, "now": now})


async def list_tokens(
    db: AsyncConnection, person: str | None, *, limit: int = MAX_LISTED
) -> list[TokenRow]:
    """List the tokens of a person, or of everybody."""
    return await rows.many(db, TokenRow, _SQL["list_tokens"], {"person": person, "limit": limit})


async def get_token(db: AsyncConnection, token: UUID) -> TokenRow | None:
    """Return one token, locked for this transaction."""
    return await rows.maybe(db, TokenRow, _SQL["get_token"], {"id": token})


async def revoke_token(db: AsyncConnection, token: UUID, *, now: datetime) -> bool:
    """Withdraw a token. `False`: it was withdrawn before."""
    return await rows.run(db, _SQL["revoke_token"], {"id": token, "now": now}) == 1


async def revoke_drill_tokens(db: AsyncConnection, drill: UUID, *, now: datetime) -> int:
    """Withdraw every token confined to a drill; return how many there were."""
    return await rows.run(db, _SQL["revoke_drill_tokens"], {"drill_id": drill, "now": now})


async def failures(db: AsyncConnection, subject: str, *, since: datetime) -> FailuresRow | None:
    """Return how often a subject failed in the window still open."""
    values = {"subject": subject, "since": since}
    return await rows.maybe(db, FailuresRow, _SQL["failures"], values)


async def failed(db: AsyncConnection, subject: str, *, now: datetime, window: timedelta) -> None:
    """Count one more failure."""
    values = {"subject": subject, "now": now, "since": now - window}
    await rows.run(db, _SQL["failed"], values)


async def forget_failures(db: AsyncConnection, subject: str) -> None:
    """Begin counting anew."""
    await rows.run(db, _SQL["forget_failures"], {"subject": subject})


async def sweep(
    db: AsyncConnection, *, now: datetime, absolute: timedelta, idle: timedelta, window: timedelta
) -> None:
    """Remove what has ended and can no longer matter."""
    ages = {"absolute": now - absolute, "idle": now - idle}
    await rows.run(db, _SQL["sweep_sessions"], ages)
    await rows.run(db, _SQL["sweep_links"], {"now": now})
    await rows.run(db, _SQL["sweep_failures"], {"since": now - window})
