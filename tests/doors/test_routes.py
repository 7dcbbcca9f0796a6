"""Every route denies by default: none is reached without saying who one is, but a short list."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from httpx2 import ASGITransport, AsyncClient
from starlette.routing import Mount, Route

from fireline.app.house import House
from fireline.app.http import API, build
from fireline.core.access.roles import Permission
from fireline.doors.api.app import ROOMS, build_api
from fireline.doors.api.visit import Needs
from fireline.doors.gate import PUBLIC, is_public
from fireline.doors.web.app import build_pages
from fireline.doors.web.shell import Desk
from fireline.store.hub import Hub

# Reviewed, with the gate's own list: what a stranger may ask for.
# Sends that touch nobody but the sender: whoever may look may do these.
OWN_AFFAIRS = {"/sign-out", "/account/password"}
OPEN_TO_STRANGERS = {
    "/acknowledge/{token}",
    "/calendar/{token}.ics",
    "/first-run/{token}",
    "/sign-in",
    "/sign-in/once/{token}",
}


def pages(house: House) -> Iterator[Route]:
    for route in build_pages(Desk(house.transaction, Hub())):
        assert isinstance(route, Route) or (isinstance(route, Mount) and route.path == "/static")
        if isinstance(route, Route):
            yield route


def api_routes() -> Iterator[APIRoute]:
    for room in ROOMS.values():
        for route in room.router.routes:
            assert isinstance(route, APIRoute)
            yield route


def example(path: str) -> str:
    def value(found: re.Match[str]) -> str:
        uuid = "00000000-0000-0000-0000-000000000001"
        return uuid if found[1].endswith(("uuid", "_id")) else "1"

    return re.sub(r"\{([^}]+)\}", value, path)


async def test_the_public_list_is_short():
    assert len(PUBLIC) <= 8


async def test_every_page_says_which_permission_it_needs(house: House):
    for route in pages(house):
        if route.path in OPEN_TO_STRANGERS:
            continue
        needs = getattr(route.endpoint, "__fireline_needs__", None)
        assert isinstance(needs, Permission), route.path
        if "POST" in (route.methods or ()) and route.path not in OWN_AFFAIRS:
            assert needs is not Permission.SEE, route.path


async def test_the_api_serves_nothing_but_its_rooms(house: House):
    served = {
        route.path for route in build_api(house.transaction).routes if isinstance(route, Route)
    }
    assert served == {"/openapi.json"}


async def test_every_api_route_depends_on_a_permission():
    for route in api_routes():
        needs = [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs)]
        assert len(needs) == 1, route.path
        if route.methods != {"GET"}:
            assert needs[0].permission is not Permission.SEE, route.path


async def test_no_path_is_public_but_those_reviewed(house: House):
    for route in pages(house):
        for method in route.methods or ():
            public = is_public(method, example(route.path))
            assert public == (route.path in OPEN_TO_STRANGERS), route.path
    for route in api_routes():
        assert not any(is_public(method, API + example(route.path)) for method in route.methods)


@pytest.fixture
def app(house: House):
    return build(Desk(house.transaction, Hub()))


async def test_strangers_are_sent_to_sign_in_or_told_to_send_a_token(house: House, app):
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        for route in pages(house):
            if route.path in OPEN_TO_STRANGERS:
                continue
            for method in (route.methods or set()) - {"HEAD"}:
                answer = await client.request(method, example(route.path))
                assert answer.status_code == 303, route.path
                assert answer.headers["location"].startswith("/sign-in?next=")
        for route in api_routes():
            for method in route.methods:
                answer = await client.request(method, API + example(route.path))
                assert answer.status_code == 401, route.path
                assert answer.json()["code"] == "access.unknown"
        assert (await client.get(f"{API}/openapi.json")).status_code == 401
        assert (await client.get("/healthz")).status_code == 200


async def test_files_may_be_kept_when_asked_for_by_their_fingerprint(house: House, app):
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        page = (await client.get("/sign-in")).text
        style = re.findall(r'href="(/static/app\.css\?v=[^"]+)"', page)[0]
        kept, asked = await client.get(style), await client.get("/static/app.css")
    assert "immutable" in kept.headers["cache-control"]
    assert asked.headers["cache-control"] == "no-cache"
    assert len(kept.content) <= 40_000


async def test_every_answer_carries_the_strict_policy(house: House, app):
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        for path in ("/", "/sign-in", "/static/app.js", "/healthz", f"{API}/me"):
            policy = (await client.get(path)).headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
