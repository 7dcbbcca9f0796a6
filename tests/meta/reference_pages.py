"""Write the reference pages that are made of the code: `python -m tests.meta.reference_pages`."""

from collections.abc import Iterator
from pathlib import Path

from fastapi.routing import APIRoute

from fireline.app.settings import _SECRETS, PREFIX, Settings, must
from fireline.core.access.roles import Role, grants
from fireline.doors.api.app import ROOMS
from fireline.doors.api.visit import Needs
from tests.meta import assets_page, signature_page

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "docs/reference/settings.md"
API = ROOT / "docs/reference/api.md"
SIGNATURES = ROOT / "docs/reference/signature-functions.md"
ASSETS = ROOT / "docs/reference/assets.md"
_WRITTEN = "Written from the code itself, by `python -m tests.meta.reference_pages`."
_SETTINGS_HEAD = f"""# Settings

{_WRITTEN}

Settings are environment variables. They are read once, at the start; a wrong one, or one that
begins with `FIRELINE_` and that fireline does not know, stops the start with a sentence that names
it. An empty variable counts as absent.

A **secret** is a reference, `env:NAME` or `file:PATH`, so that the secret itself stands in no list
of variables. `FIRELINE_DATABASE_URL` alone may also be the address itself.

The command line reads two more, which belong together: `FIRELINE_URL`, where a fireline is, and
`FIRELINE_TOKEN`, the token to speak to it with.

| variable | what it says | must | if not set |
|---|---|---|---|
"""
_API_HEAD = f"""# The API

{_WRITTEN}

Paths begin with `/api/v1`. Send a token (`fireline token create NAME`) as
`Authorization: Bearer …`. A running fireline describes every field at `/api/v1/openapi.json`.
What is refused comes as `application/problem+json` with a `code` that never changes, a `detail`
for people and a `hint`. A request with a body larger than 4 MB is refused.

A route asks for one permission; a role has those in its row.

| role | permissions |
|---|---|
"""


def settings() -> str:
    """Return the page of all settings."""
    return _SETTINGS_HEAD + "".join(f"{row}\n" for row in _settings())


def _settings() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        wanted = "be a reference to a secret" if name in _SECRETS else must(name)
        default = field.default
        shown = "" if default in (None, "", ()) else f"`{str(default).lower()}`"
        yield f"| `{PREFIX}{name.upper()}` | {field.description} | {wanted} | {shown} |"


def api() -> str:
    """Return the page of all routes."""
    roles = "".join(f"| {role} | {', '.join(sorted(grants(role)))} |\n" for role in Role)
    return _API_HEAD + roles + "".join(_room(name) for name in ROOMS)


def _room(name: str) -> str:
    rows = "".join(_route(route) for route in ROOMS[name].router.routes)
    return f"\n## {name.capitalize()}\n\n| | path | permission | |\n|---|---|---|---|\n{rows}"


def _route(route: object) -> str:
    assert isinstance(route, APIRoute)
    (method,) = route.methods
    said = (route.endpoint.__doc__ or "").strip().splitlines()[0]
    return f"| {method} | `{route.path}` | {permission(route)} | {said} |\n"


def permission(route: APIRoute) -> str:
    """Return the one permission a route asks for."""
    (needs,) = (one.call for one in route.dependant.dependencies if isinstance(one.call, Needs))
    return needs.permission.value


def signatures() -> str:
    """Return the page of what conditions of signatures may call."""
    return signature_page.page(_WRITTEN)


def assets() -> str:
    """Return the page of what is looked at in AWS."""
    return assets_page.page(_WRITTEN)


if __name__ == "__main__":
    SETTINGS.write_text(settings(), "utf-8")
    API.write_text(api(), "utf-8")
    SIGNATURES.write_text(signatures(), "utf-8")
    ASSETS.write_text(assets(), "utf-8")
