"""Sources: who posts, how lately, what was read in it; and a mapping, tried while it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.signals.pasting import paste
from fireline.core.values.json import JsonValue
from fireline.core.values.refusals import Refusal
from fireline.doors.web.incident_forms import NotAnOption
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import mappings, plans, source_views, sources
from fireline.usecases.intake import SORTED
from fireline.usecases.mappings import Preview, Replay
from fireline.usecases.plans import NoPlan
from fireline.usecases.sources import Connected, Terms, default_terms
from fireline.usecases.transaction import Tx

_SHOWN = 10
_HIDDEN = "•••"  # how a secret is shown; sent back like that, it stays
_REPLAYED_DAYS = 7


@dataclass(frozen=True, slots=True)
class _Tried:
    """What a person tries on one source: a mapping, or reading again what was kept."""

    mapping: str | None = None
    preview: Preview | None = None
    replay: Replay | None = None


_NOTHING = _Tried()


async def listing(caller: Caller) -> Response:
    """List sources, with a form to connect one."""
    return await _list(caller, FRESH)


async def connect(caller: Caller) -> Response:
    """Connect a source, and show its token this once, with what to paste into the client."""
    caller.reach(None)
    fields = await caller.fields()
    try:
        terms = _terms(default_terms(), fields)
        async with caller.desk.transaction() as tx:
            made = await sources.connect_source(
                tx,
                fields.get("name", "").strip(),
                format=fields.get("format", ""),
                terms=terms,
                by=caller.principal.actor,
            )
    except Refusal as refusal:
        return await _list(caller, Again("connect", fields, refusal))
    return _token_page(caller, made)


async def source(caller: Caller) -> Response:
    """Show one source."""
    return await _show(caller, FRESH)


async def change(caller: Caller) -> Response:
    """Change what is set of a source."""
    caller.reach(None)
    name, fields = _name(caller), await caller.fields()
    try:
        async with caller.desk.transaction() as tx:
            row = await sources.connected(tx, name)
            terms = _terms(sources.terms_of(row), fields)
            await sources.change_source(tx, name, terms, by=caller.principal.actor)
    except Refusal as refusal:
        return await _show(caller, Again("change", fields, refusal))
    return back(_path(caller), said="Changed.")


async def mapping(caller: Caller) -> Response:
    """Try a mapping on the last payloads, or keep it."""
    caller.reach(None)
    name, fields = _name(caller), await caller.fields()
    written = fields.get("mapping", "").replace("\r\n", "\n")
    if fields.get("do") != "save":
        async with caller.desk.transaction() as tx:
            shown = await mappings.preview(tx, name, written, limit=_SHOWN)
        return await _show(caller, FRESH, _Tried(mapping=written, preview=shown))
    try:
        async with caller.desk.transaction() as tx:
            terms = sources.terms_of(await sources.connected(tx, name))
            terms = replace(terms, mapping=written)
            await sources.change_source(tx, name, terms, by=caller.principal.actor)
    except Refusal as refusal:
        return await _show(caller, Again("mapping", fields, refusal), _Tried(mapping=written))
    return back(_path(caller), said="The mapping is kept; what comes from now on is read with it.")


async def replay(caller: Caller) -> Response:
    """Read again what was kept in the last days: first only to say what would change."""
    caller.reach(None)
    fields = await caller.fields()
    days = fields.get("days", "")
    length = timedelta(days=int(days) if days.isdecimal() and 0 < int(days) < 400 else 7)
    async with caller.desk.transaction() as tx:
        done = await mappings.replay(
            tx,
            _name(caller),
            since=tx.now - length,
            dry_run=fields.get("do") != "replay",
            by=caller.principal.actor,
        )
    return await _show(caller, Again("replay", fields), _Tried(replay=done))


async def rotate(caller: Caller) -> Response:
    """Give a source a new token, and show it this once."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        made = await sources.rotate_token(tx, _name(caller), by=caller.principal.actor)
    return _token_page(caller, made)


async def retire(caller: Caller) -> Response:
    """Disconnect a source."""
    caller.reach(None)
    name = _name(caller)
    async with caller.desk.transaction() as tx:
        await sources.retire_source(tx, name, by=caller.principal.actor)
    return back("/sources", said=f"{name} is retired.")


async def _list(caller: Caller, again: Again) -> Response:
    caller.reach(None)
    query = caller.request.query_params
    async with caller.desk.transaction() as tx:
        shown = await source_views.list_sources(
            tx, after=query.get("after", "")[: sources.MAX_NAME], retired="retired" in query
        )
        services, now = await _services(tx), tx.now
    return render(
        caller,
        "sources.html",
        here="sources",
        topics=(sources.SOURCES, SORTED),
        status=again.status,
        again=again,
        page=shown,
        retired="retired" in query,
        after=query.get("after", ""),
        formats=sources.FORMATS,
        services=services,
        now=now,
    )


async def _show(caller: Caller, again: Again, tried: _Tried = _NOTHING) -> Response:
    caller.reach(None)
    before = _cursor(caller.request.query_params.get("before", ""))
    name = _name(caller)
    async with caller.desk.transaction() as tx:
        view = await source_views.look_at_source(tx, name)
        sent = await source_views.list_payloads(tx, name, before=before, limit=_SHOWN)
        services, now = await _services(tx), tx.now
    return render(
        caller,
        "source.html",
        here="sources",
        topics=(sources.SOURCES, SORTED),
        status=again.status,
        again=again,
        view=view,
        path=_path(caller),
        sent=sent,
        before=before,
        tried=tried,
        mapped=view.format in sources.MAPPED,
        changeable=view.retired_at is None and bool(view.token_hint),
        services=services,
        days=_REPLAYED_DAYS,
        now=now,
    )


def _token_page(caller: Caller, made: Connected) -> Response:
    url = caller.request.url
    token = made.token.reveal()
    lines = paste(made.format, f"{url.scheme}://{url.netloc}", token)
    response = render(
        caller,
        "source_token.html",
        here="sources",
        status=HTTPStatus.CREATED,
        made=made,
        token=token,
        lines=lines,
    )
    response.headers["cache-control"] = "no-store"
    return response


def _terms(was: Terms, fields: Mapping[str, str]) -> Terms:
    """Read the terms of a form; what was left as it was shown stays."""
    rate, quiet = fields.get("rate", "").strip(), fields.get("quiet_minutes", "").strip()
    if rate and not rate.isdecimal():
        msg = "The rate is a whole number of posts a second."
        raise NotAnOption(msg)
    terms = replace(
        was,
        rate_per_second=int(rate[:9]) if rate else was.rate_per_second,
        quiet_seconds=_seconds(quiet),
        service=fields.get("service") or None,
    )
    return _with_settings(terms, fields.get("settings", ""))


def _seconds(minutes: str) -> int | None:
    if not minutes:
        return None
    try:
        return int(float(minutes[:9]) * 60)
    except (ValueError, OverflowError):
        msg = "A silence that is too long is a number of minutes."
        raise NotAnOption(msg, hint="Leave it empty, and silence is no alert.") from None


def _with_settings(terms: Terms, lines: str) -> Terms:
    pairs = [line.partition("=") for line in lines.splitlines() if line.strip()]
    if any(not equals or not name.strip() for name, equals, _ in pairs):
        msg = "A setting is a line such as name=value."
        raise NotAnOption(msg)
    given: dict[str, JsonValue] = {name.strip(): value.strip() for name, _, value in pairs}
    kept = {name: terms.settings.get(name) for name, value in given.items() if value == _HIDDEN}
    gone = dict.fromkeys(set(terms.settings) - set(given))
    return sources.with_settings(terms, {**gone, **given, **kept})


async def _services(tx: Tx) -> list[str]:
    try:
        return sorted((await plans.current(tx)).services)
    except NoPlan:
        return []


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _name(caller: Caller) -> str:
    return caller.request.path_params["name"]


def _path(caller: Caller) -> str:
    """Return the address of the source's page, from any of its forms'."""
    return "/".join(caller.request.scope["raw_path"].decode().split("/")[:3])


ROUTES = (
    page("/sources", listing, Permission.SEE),
    page("/sources", connect, Permission.CONFIGURE, methods=("POST",)),
    page("/sources/{name}", source, Permission.SEE),
    page("/sources/{name}", change, Permission.CONFIGURE, methods=("POST",)),
    page("/sources/{name}/mapping", mapping, Permission.CONFIGURE, methods=("POST",)),
    page("/sources/{name}/replay", replay, Permission.CONFIGURE, methods=("POST",)),
    page("/sources/{name}/token", rotate, Permission.CONFIGURE, methods=("POST",)),
    page("/sources/{name}/retire", retire, Permission.CONFIGURE, methods=("POST",)),
)
