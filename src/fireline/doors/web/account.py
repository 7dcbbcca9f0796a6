"""One's own account: a password to sign in with, and tokens for programs that act for one."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from fireline.core.access.roles import Permission, Role
from fireline.core.values.ids import TokenId
from fireline.core.values.secret import Secret
from fireline.doors.web.shell import Caller, back, page, render
from fireline.usecases import access


async def account(caller: Caller) -> Response:
    """Show who is signed in, their tokens, and the forms for both."""
    return await _shown(caller)


async def set_password(caller: Caller) -> Response:
    """Set the password of whoever is signed in; they sign in again with it."""
    password = Secret((await caller.fields()).get("password", ""))
    try:
        async with caller.desk.transaction() as tx:
            await access.set_password(
                tx, caller.principal.person, password=password, by=caller.principal.actor
            )
    except access.PasswordRefused as refused:
        return await _shown(caller, why=str(refused))
    return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


async def create_token(caller: Caller) -> Response:
    """Make a token, and show it this once."""
    typed = await caller.fields()
    name = typed.get("name", "").strip()[:80] or "unnamed"
    role = Role(typed["role"]) if typed.get("role") in set(Role) else Role.VIEWER
    async with caller.desk.transaction() as tx:
        made = await access.create_token(
            tx, caller.principal.person, name=name, role=role, by=caller.principal.actor
        )
    return await _shown(caller, fresh=made.token)


async def revoke_token(caller: Caller) -> Response:
    """Withdraw one of one's own tokens."""
    token = TokenId(caller.request.path_params["token"])
    async with caller.desk.transaction() as tx:
        found = await access.get_token(tx, token)
        if found.person != caller.principal.person:
            msg = "There is no such token."
            raise access.NoSuchToken(msg)
        await access.revoke_token(tx, token, by=caller.principal.actor)
    return back("/account", said=f"The token {found.name} is revoked.")


async def _shown(caller: Caller, *, why: str = "", fresh: Secret | None = None) -> Response:
    async with caller.desk.transaction() as tx:
        tokens = await access.tokens(tx, caller.principal.person)
    return render(
        caller,
        "account.html",
        here="",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if why else HTTPStatus.OK,
        why=why,
        fresh=fresh.reveal() if fresh else None,
        role=caller.principal.role,
        roles=tuple(Role),
        tokens=[token for token in tokens if token.revoked_at is None],
    )


ROUTES = (
    page("/account", account, Permission.SEE),
    page("/account/password", set_password, Permission.SEE, methods=("POST",)),
    page("/account/tokens", create_token, Permission.RESPOND, methods=("POST",)),
    page(
        "/account/tokens/{token:uuid}/revoke", revoke_token, Permission.RESPOND, methods=("POST",)
    ),
)
