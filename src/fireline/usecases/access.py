"""Come in, stay in, and be thrown out: accounts, sign-in, sessions and API tokens.

A token is shown once, when it is made; only its fingerprint is kept. What fails closed here fails
without saying which part was wrong.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from pwdlib import PasswordHash

from fireline.core.access import sessions
from fireline.core.access.principal import Principal, Via
from fireline.core.access.roles import Role, effective
from fireline.core.access.secrets import (
    MAX_PASSWORD,
    TOKEN_PREFIX,
    fingerprint,
    why_not_password,
)
from fireline.core.plan.plan import Plan
from fireline.core.values.actor import Actor, Human, Machine
from fireline.core.values.ids import DrillId, PersonId, TokenId
from fireline.core.values.refusals import Kind, Refusal
from fireline.core.values.secret import Secret
from fireline.store import access as store
from fireline.store.access import AccountRow, TokenRow
from fireline.usecases.facts import house_stream, record
from fireline.usecases.transaction import Tx

_ACCESS = Machine("access")


class NotSignedIn(Refusal):
    """Nobody in force came with this session or token."""

    kind = Kind.UNAUTHENTICATED
    code = "access.not_signed_in"


class SetupOver(Refusal):
    """The setup token is wrong, used, or no longer needed."""

    kind = Kind.FORBIDDEN
    code = "access.setup_over"


class PasswordRefused(Refusal):
    """This text cannot be a password."""

    kind = Kind.INVALID
    code = "access.password_refused"


class NoSuchAccount(Refusal):
    """The person has no account."""

    kind = Kind.NOT_FOUND
    code = "access.no_such_account"


class NotInPlan(Refusal):
    """Accounts are for people of the plan."""

    kind = Kind.INVALID
    code = "access.not_in_plan"


class AccountExists(Refusal):
    """The person has an account already."""

    kind = Kind.CONFLICT
    code = "access.account_exists"


class NoSuchToken(Refusal):
    """There is no such token."""

    kind = Kind.NOT_FOUND
    code = "access.no_such_token"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `token` goes into the cookie and is never shown again."""

    token: Secret
    principal: Principal


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """Sign-in failed. Returned, not raised: the failure must be committed to be counted.

    `again_at` is set when there were too many.
    """

    why: str
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A new API token, the only time it is seen."""

    id: TokenId
    token: Secret


async def offer_setup(tx: Tx) -> Secret | None:
    """Make the one-time token for the first admin, or `None` once there is an account."""
    if await store.any_account(tx.db):
        return None
    token = tx.ids.token()
    await store.offer_setup(tx.db, fingerprint(token), now=tx.now)
    return Secret(token)


async def create_first_admin(
    tx: Tx, token: Secret, *, person: PersonId, password: Secret, address: str
) -> SignedIn:
    """Use the setup token to make the first account, and sign in."""
    await store.lock_accounts(tx.db)
    fits = await store.use_setup(tx.db, fingerprint(token.reveal()))
    if not fits or await store.any_account(tx.db):
        msg = "This setup link is not in force."
        raise SetupOver(msg, hint="Restart `fireline up` for a new one, or sign in.")
    await create_account(tx, person, role=Role.ADMIN, password=password, by=Human(person))
    return await _admit(tx, await _account(tx, person), address)


async def create_account(
    tx: Tx, person: PersonId, *, role: Role, password: Secret | None = None, by: Actor
) -> None:
    """Give a person of the plan an account. Without a password they sign in by link."""
    hashed = None if password is None else await _hash(password, person)
    added = await store.add_account(
        tx.db, tx.ids.fresh(), person, role=role, password_hash=hashed, now=tx.now
    )
    if not added:
        msg = f"{person} has an account already."
        raise AccountExists(msg)
    body = {"person": person, "role": str(role)}
    await record(tx, house_stream(), "access.account_created", by=by, body=body)


async def open_account(tx: Tx, plan: Plan, person: PersonId, *, role: Role, by: Actor) -> None:
    """Give a person of the plan an account; drills may have left them one, which then is theirs."""
    if person not in plan.people:
        msg = f"The plan has no person {person}."
        raise NotInPlan(msg, hint="Add them to people.yaml and push the plan.")
    found = await store.account_of(tx.db, person)
    if found is None:
        await create_account(tx, person, role=role, by=by)
    elif found.password_hash is None:
        await change_role(tx, person, role=role, by=by)
    else:
        msg = f"{person} has an account already."
        raise AccountExists(msg, hint="Give them a link, or another role.")


async def ensure_account(tx: Tx, person: PersonId, *, role: Role, by: Actor) -> None:
    """Give a person an account without a password, unless they have one."""
    if await store.account_of(tx.db, person) is None:
        await create_account(tx, person, role=role, by=by)


async def accounts(tx: Tx) -> list[AccountRow]:
    """List the accounts."""
    return await store.list_accounts(tx.db)


async def change_role(tx: Tx, person: PersonId, *, role: Role, by: Actor) -> None:
    """Give an account another role; it holds from the next request on."""
    account = await _account(tx, person)
    await store.set_role(tx.db, account.id, role)
    body = {"person": person, "from": account.role, "to": str(role)}
    await record(tx, house_stream(), "access.role_changed", by=by, body=body)


async def set_password(tx: Tx, person: PersonId, *, password: Secret, by: Actor) -> None:
    """Set a password, and end every session there was under the old one."""
    account = await _account(tx, person)
    await store.set_password(tx.db, account.id, await _hash(password, person))
    await store.end_everything(tx.db, account.id)
    body = {"person": person}
    await record(tx, house_stream(), "access.password_set", by=by, body=body)


async def disable_account(tx: Tx, person: PersonId, *, by: Actor) -> None:
    """Shut an account: its sessions end, and its links and tokens stop working."""
    account = await _account(tx, person)
    await store.end_everything(tx.db, account.id)
    if await store.disable(tx.db, account.id, now=tx.now):
        body = {"person": person}
        await record(tx, house_stream(), "access.account_disabled", by=by, body=body)


async def sign_in(
    tx: Tx, person: PersonId, *, password: Secret, address: str
) -> SignedIn | NotAdmitted:
    """Begin a session with a password. The caller commits in both cases."""
    subjects = _subjects(person, address)
    for subject, limit in subjects.items():
        past = await store.failures(tx.db, subject, since=tx.now - limit.window)
        if past is not None and past.failures >= limit.times:
            again = past.window_began + limit.window
            return NotAdmitted("Too many failed attempts; try again later.", again)
    account = await store.account_of(tx.db, person)
    if account is None or not await _fits(account, password):
        for subject, limit in subjects.items():
            await store.failed(tx.db, subject, now=tx.now, window=limit.window)
        return NotAdmitted("The name or the password is wrong.")
    for subject in subjects:
        await store.forget_failures(tx.db, subject)
    return await _admit(tx, account, address)


async def create_sign_in_link(tx: Tx, person: PersonId, *, by: Actor) -> Secret:
    """Make a token that signs a person in once, within ten minutes."""
    account = await _account(tx, person)
    token = tx.ids.token()
    expires = tx.now + sessions.LINK_LASTS
    await store.add_link(tx.db, fingerprint(token), account.id, expires_at=expires)
    body = {"person": person}
    await record(tx, house_stream(), "access.link_made", by=by, body=body)
    return Secret(token)


async def use_sign_in_link(tx: Tx, token: Secret, *, address: str) -> SignedIn | NotAdmitted:
    """Sign in with a one-time link. Ask for a button press first: mail programs open links."""
    account = await store.use_link(tx.db, fingerprint(token.reveal()), now=tx.now)
    if account is None:
        return NotAdmitted("This link was used already, or has expired.")
    return await _admit(tx, account, address)


async def sign_out(tx: Tx, session: Secret) -> None:
    """End a session. Harmless when it has ended."""
    await store.end_session(tx.db, fingerprint(session.reveal()))


async def authenticate(
    tx: Tx, *, bearer: Secret | None = None, session: Secret | None = None
) -> Principal:
    """Say who came, by API token or by session; a request that brings a token means it."""
    found = None
    if bearer is not None:
        found = await _by_token(tx, fingerprint(bearer.reveal()))
    elif session is not None:
        found = await _by_session(tx, fingerprint(session.reveal()))
    if found is None:
        msg = "Sign in first."
        raise NotSignedIn(msg, hint="Sign in on the page, or send an API token that is in force.")
    return found


async def create_token(
    tx: Tx, person: PersonId, *, name: str, role: Role, drill: DrillId | None = None, by: Actor
) -> NewToken:
    """Make an API token that acts for a person, at most in their own role."""
    account = await _account(tx, person)
    token, token_id = TOKEN_PREFIX + tx.ids.token(), tx.ids.fresh()
    role = effective(Role(account.role), role)
    await store.add_token(
        tx.db,
        token_id,
        account.id,
        name=name,
        role=role,
        drill=drill,
        fingerprint=fingerprint(token),
        now=tx.now,
    )
    body = {
        "token": str(token_id),
        "person": person,
        "name": name,
        "role": str(role),
        "drill": None if drill is None else str(drill),
    }
    await record(tx, house_stream(), "access.token_created", by=by, body=body)
    return NewToken(TokenId(token_id), Secret(token))


async def tokens(tx: Tx, person: PersonId | None = None) -> list[TokenRow]:
    """List the tokens of a person, or everybody's."""
    return await store.list_tokens(tx.db, person)


async def get_token(tx: Tx, token: TokenId) -> TokenRow:
    """Return one token, for whoever must decide whether it may be revoked."""
    found = await store.get_token(tx.db, token)
    if found is None:
        msg = "There is no such token."
        raise NoSuchToken(msg)
    return found


async def revoke_token(tx: Tx, token: TokenId, *, by: Actor) -> None:
    """Withdraw a token: the next request with it is refused."""
    found = await get_token(tx, token)
    if await store.revoke_token(tx.db, token, now=tx.now):
        body = {"token": str(token), "person": found.person, "name": found.name}
        await record(tx, house_stream(), "access.token_revoked", by=by, body=body)


async def revoke_drill_tokens(tx: Tx, drill: DrillId) -> None:
    """Withdraw every token of a drill that is over."""
    count = await store.revoke_drill_tokens(tx.db, drill, now=tx.now)
    if count:
        body = {"drill": str(drill), "count": count}
        await record(tx, house_stream(), "access.drill_tokens_revoked", by=_ACCESS, body=body)


async def sweep(tx: Tx) -> None:
    """Remove sessions, links and failure counts that have ended."""
    await store.sweep(
        tx.db,
        now=tx.now,
        absolute=sessions.SESSION_ABSOLUTE,
        idle=sessions.SESSION_IDLE,
        window=max(sessions.PER_ACCOUNT.window, sessions.PER_ADDRESS.window),
    )


def _subjects(person: str, address: str) -> dict[str, sessions.Limit]:
    return {
        f"account:{person}": sessions.PER_ACCOUNT,
        f"address:{address}": sessions.PER_ADDRESS,
    }


async def _account(tx: Tx, person: PersonId) -> AccountRow:
    account = await store.account_of(tx.db, person)
    if account is None:
        msg = f"{person} has no account."
        raise NoSuchAccount(msg, hint="Ask an administrator for one.")
    return account


async def _admit(tx: Tx, account: AccountRow, address: str) -> SignedIn:
    token = tx.ids.token()
    await store.add_session(tx.db, fingerprint(token), account.id, address=address, now=tx.now)
    person = PersonId(account.person)
    body = {"address": address}
    await record(tx, house_stream(), "access.signed_in", by=Human(person), body=body)
    return SignedIn(Secret(token), Principal(person, Role(account.role), None, Via.SESSION))


async def _by_session(tx: Tx, mark: str) -> Principal | None:
    row = await store.session_of(tx.db, mark)
    if row is None or not sessions.alive(row.began_at, row.seen_at, tx.now):
        return None
    if tx.now - row.seen_at >= sessions.SEEN_GRAIN:
        await store.saw_session(tx.db, mark, now=tx.now)
    return Principal(PersonId(row.person), Role(row.role), None, Via.SESSION)


async def _by_token(tx: Tx, mark: str) -> Principal | None:
    row = await store.token_of(tx.db, mark)
    if row is None:
        return None
    if row.seen_at is None or tx.now - row.seen_at >= sessions.SEEN_GRAIN:
        await store.saw_token(tx.db, row.id, now=tx.now)
    role = effective(Role(row.account_role), Role(row.role))
    drill = None if row.drill_id is None else DrillId(row.drill_id)
    return Principal(PersonId(row.person), role, drill, Via.TOKEN)


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _hash_of_nothing() -> str:
    return _hasher().hash("no account has this password")


async def _hash(password: Secret, person: str) -> str:
    why = why_not_password(password.reveal(), person)
    if why is not None:
        raise PasswordRefused(why)
    return await asyncio.to_thread(_hasher().hash, password.reveal())


async def _fits(account: AccountRow, password: Secret) -> bool:
    text = password.reveal()
    # Empty is refused before any comparison: the oldest way around a login.
    if not text.strip() or len(text) > MAX_PASSWORD:
        return False
    hashed = account.password_hash
    # Somebody without a password costs as much time as somebody with one.
    fits = await asyncio.to_thread(_hasher().verify, text, hashed or _hash_of_nothing())
    return fits and hashed is not None and account.disabled_at is None
