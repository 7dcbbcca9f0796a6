"""Cloud accounts: how each is entered, whether its role works, how far a look at it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from fireline.core.access.roles import Permission, grants
from fireline.core.assets.permissions import permissions
from fireline.core.values.refusals import Refusal
from fireline.doors.asset_names import plain
from fireline.doors.cloud_roles import YOU, NotFireline, checked_arn
from fireline.doors.web.assets import covered_of
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import assets, cloud_accounts, looks
from fireline.usecases.asset_views import LookView
from fireline.usecases.cloud_accounts import TOPIC, RoleToInstall, Wanted
from fireline.usecases.transaction import Tx

_LOOKS = 5
_TROUBLES = 200
_WHILE_LOOKING = "2s"


@dataclass(frozen=True, slots=True)
class ToInstall:
    """The role to install in an account, or why what was said cannot be trusted."""

    role: RoleToInstall | None = None
    you: str = ""
    refusal: Refusal | None = None


async def listing(caller: Caller) -> Response:
    """List the accounts, how far a look is, and what could not be looked at."""
    return await _list(caller, FRESH)


async def add(caller: Caller) -> Response:
    """Add an account, and go to its page, where the role to install is."""
    caller.reach(None)
    fields = await caller.fields()
    try:
        async with caller.desk.transaction() as tx:
            made = await cloud_accounts.add_account(
                tx, _wanted(fields, fields.get("account", "")), by=caller.principal.actor
            )
    except Refusal as refusal:
        return await _list(caller, Again("add", fields, refusal))
    return back(_path(made.account), said="Added. Install its role, then have it tried.")


async def account(caller: Caller) -> Response:
    """Show one account."""
    return await _show(caller, FRESH)


async def change(caller: Caller) -> Response:
    """Change how an account is entered."""
    caller.reach(None)
    name, fields = _account(caller), await caller.fields()
    try:
        async with caller.desk.transaction() as tx:
            was = await cloud_accounts.show_account(tx, name)
            wanted = _wanted({**fields, "provider": was.provider}, name)
            await cloud_accounts.change_account(tx, wanted, by=caller.principal.actor)
    except Refusal as refusal:
        return await _show(caller, Again("change", fields, refusal))
    return back(_path(name), said="Changed. Have its role tried.")


async def probe(caller: Caller) -> Response:
    """Have an account's role tried."""
    caller.reach(None)
    name = _account(caller)
    async with caller.desk.transaction() as tx:
        await cloud_accounts.ask_probe(tx, name, by=caller.principal.actor)
    return back(_path(name), said="Its role is being tried; the page says in a moment how it went.")


async def remove(caller: Caller) -> Response:
    """Look at an account no more."""
    caller.reach(None)
    name = _account(caller)
    async with caller.desk.transaction() as tx:
        await cloud_accounts.remove_account(tx, name, by=caller.principal.actor)
    return back("/clouds", said=f"{name} is looked at no more. What is known of it stays.")


async def look(caller: Caller) -> Response:
    """Begin to look at an account, or at all."""
    world, name = caller.principal.drill, await caller.field("account")
    async with caller.desk.transaction() as tx:
        begun = await looks.start_look(
            tx, by=caller.principal.actor, account=name or None, drill=world
        )
    return back(_path(name) if name else "/clouds", said=f"Look {begun.number} has begun.")


async def _list(caller: Caller, again: Again) -> Response:
    world = caller.principal.drill
    async with caller.desk.transaction() as tx:
        found = await cloud_accounts.list_accounts(tx, drill=world)
        lately = await looks.list_looks(tx, drill=world, limit=_LOOKS)
        covered = covered_of(await assets.list_coverage(tx, drill=world))
        counts = await assets.count_assets(tx, drill=world)
        now = tx.now
    held = {one.account: sum(c.assets for c in counts if c.account == one.account) for one in found}
    return render(
        caller,
        "clouds.html",
        here="clouds",
        topics=(TOPIC,),
        status=again.status,
        again=again,
        accounts=found,
        held=held,
        lately=lately,
        every=_every(lately),
        covered=covered,
        now=now,
    )


async def _show(caller: Caller, again: Again) -> Response:
    world, name = caller.principal.drill, _account(caller)
    async with caller.desk.transaction() as tx:
        view = await cloud_accounts.show_account(tx, name, drill=world)
        lately = [
            one
            for one in await looks.list_looks(tx, drill=world, limit=_LOOKS)
            if any(each.account == name for each in one.accounts)
        ]
        lines = await assets.list_coverage(tx, account=name, drill=world)
        install = await _to_install(tx, caller) if view.provider == cloud_accounts.AWS else None
        now = tx.now
    troubled = [line for line in lines if not line.looked]
    return render(
        caller,
        "cloud.html",
        here="clouds",
        topics=(TOPIC,),
        status=again.status,
        again=again,
        view=view,
        path=_path(name),
        lately=lately,
        every=_every(lately),
        covered=covered_of(lines),
        troubled=troubled[:_TROUBLES],
        troubles=len(troubled),
        install=install,
        now=now,
    )


async def _to_install(tx: Tx, caller: Caller) -> ToInstall | None:
    """Return the role to install; `None` for those whom it does not concern."""
    if Permission.ADMINISTER not in grants(caller.principal.role) or caller.principal.drill:
        return None
    said = caller.request.query_params.get("fireline_arn", "")
    try:
        you, refusal = checked_arn(said), None
    except NotFireline as wrong:
        you, refusal = YOU, wrong
    role = await cloud_accounts.role_to_install(
        tx, _account(caller), you, read_actions=permissions()
    )
    return ToInstall(role, said, refusal)


def _wanted(fields: Mapping[str, str], name: str) -> Wanted:
    regions = fields.get("regions", "").replace(",", " ").split()
    return Wanted(
        account=name.replace("-", "").strip() if _is_number(name) else name.strip(),
        name=plain(fields.get("name", "")).strip(),
        role_arn=fields.get("role_arn", "").strip(),
        regions=tuple(regions),
        provider=fields.get("provider", "") or cloud_accounts.AWS,
    )


def _is_number(name: str) -> bool:
    """Tell whether it is an account as AWS's console writes one: 1111-2222-3333."""
    return name.strip().replace("-", "").isdecimal()


def _every(lately: list[LookView] | tuple[LookView, ...]) -> str:
    # Pokes may come so fast that a page which waits for a pause between them never gets one.
    return _WHILE_LOOKING if any(one.ended_at is None for one in lately) else ""


def _account(caller: Caller) -> str:
    return plain(caller.request.path_params["account"])


def _path(name: str) -> str:
    return f"/clouds/{quote(name, safe='')}"


ROUTES = (
    page("/clouds", listing, Permission.SEE),
    page("/clouds", add, Permission.ADMINISTER, methods=("POST",)),
    page("/looks", look, Permission.RESPOND, methods=("POST",)),
    page("/clouds/{account}", account, Permission.SEE),
    page("/clouds/{account}", change, Permission.ADMINISTER, methods=("POST",)),
    page("/clouds/{account}/probe", probe, Permission.ADMINISTER, methods=("POST",)),
    page("/clouds/{account}/remove", remove, Permission.ADMINISTER, methods=("POST",)),
)
