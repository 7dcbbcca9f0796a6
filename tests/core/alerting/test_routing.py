"""Whose an alert is: routes in their order, then what is known of it, then the default."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.core.alerting.route import (
    Decides,
    Origin,
    Route,
    labels_needed,
    why_not_a_route_condition,
)
from fireline.core.alerting.routing import Ground, Routed, Router
from fireline.core.alerting.whereabouts import Known
from fireline.core.alerting.windows import Weekly
from fireline.core.assets.ownership import AssetPattern, Service
from fireline.core.assets.ref import AssetRef
from fireline.core.signals.entity import Entity
from fireline.core.signals.notice import Notice, Status
from fireline.core.values.ids import PolicyId, RouteId, RunbookId, ServiceId, TeamId
from fireline.core.values.priority import Priority

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = Weekly(BERLIN, frozenset(range(7)), time(22), time(6))


def service(name: str, owner: str, *claims: tuple[str, str], accounts: tuple[str, ...] = ()):
    return Service(
        id=ServiceId(name),
        name=f"The {name}",
        owner=TeamId(owner),
        policy=PolicyId(f"{name}-ladder"),
        tier=1,
        accounts=accounts,
        claims=tuple(AssetPattern(*claim) for claim in claims),
        data=(),
        depends_on=(),
        protected=False,
    )


SHOP = service("shop", "web", ("host", "shop-*"), ("aws.iam.user", "shop-*"))
PAY = service(
    "pay", "money", ("arn", "arn:aws:lambda:*:function:pay-*"), accounts=("444455556666",)
)
TEAMS = {TeamId("web"): "Web people", TeamId("money"): "Money"}
BOOKS = frozenset({RunbookId("restart")})


def router(*routes: Route, default: Decides | None = None) -> Router:
    return Router(Ground(routes, default, (SHOP, PAY), TEAMS, BOOKS))


def route(name: str, when: str = "", *hours: Weekly, **decides: Any) -> Route:
    return Route(RouteId(name), when, hours, Decides(**decides))


def notice(title: str = "Disk full", **said: Any) -> Notice:
    return Notice("k", Status.FIRING, title, **said)


def routed(
    by: Router,
    said: Notice,
    *,
    source: str = "monitor",
    service: str | None = None,
    at: datetime = NOW,
) -> Routed:
    named = ServiceId(service) if service else None
    return by.route(said, source=source, format="json", default_service=named, at=at)


def owner(found: Routed) -> tuple[str | None, ...]:
    return (found.route, found.service, found.team, found.policy)


def test_the_first_route_that_fits_decides():
    by = router(
        route("never", "alert.priority == 5", service=PAY.id),
        route("first", 'alert.title == "Disk full"', service=SHOP.id, priority=Priority.P1),
        route("second", "true", service=PAY.id),
    )
    found = routed(by, notice())
    assert owner(found) == ("first", "shop", "web", "shop-ladder")
    assert found.priority is Priority.P1
    assert found.reason == "the route first"


@pytest.mark.parametrize(
    ("said", "expected", "why"),
    [
        ({"service": "shop"}, "shop", "the source names the service shop"),
        ({"service": "THE SHOP"}, "shop", "the source names the service THE SHOP"),
        ({"labels": {"service": "pay"}}, "pay", "the source names the service pay"),
        ({"labels": {"app": "pay"}}, "pay", "the source names the service pay"),
        ({"service": "unknown", "labels": {"app": "pay"}}, "pay", "names the service pay"),
        ({"entities": (Entity("host", "shop-1"),)}, "shop", "The shop claims shop-1"),
        (
            {"assets": (AssetRef("aws.iam.user", "1", "shop-ci"),)},
            "shop",
            "The shop claims shop-ci",
        ),
        (
            {"entities": (Entity("asset", "aws.iam.user/1/global/shop-ci"),)},
            "shop",
            "The shop claims shop-ci",
        ),
        (
            {"entities": (Entity("asset", "arn:aws:lambda:eu-west-1:1:function:pay-out"),)},
            "pay",
            "The pay claims arn:aws:lambda",
        ),
        ({"entities": (Entity("account", "444455556666"),)}, "pay", "the account 444455556666"),
        (
            {"entities": (Entity("account", "444455556666"), Entity("host", "shop-1"))},
            "shop",
            "The shop claims shop-1",
        ),
        ({"entities": (Entity("host", "db-1"),)}, None, "the people of last resort"),
        ({"service": "shop", "entities": (Entity("account", "444455556666"),)}, "shop", "shop"),
    ],
)
def test_without_a_route_the_service_is_found(
    said: Mapping[str, Any], expected: str | None, why: str
):
    found = routed(router(), notice(**said))
    assert found.service == expected
    assert why in found.reason
    assert found.unrouted is (expected is None)


I_1 = AssetRef("aws.ec2.instance", "444455556666", "i-0abc1234def567890", "eu-central-1")


@pytest.mark.parametrize(
    ("said", "tags", "expected", "why"),
    [
        ({}, {"service": "shop"}, "shop", "is The shop's: its tag service says The shop"),
        ({}, {"App": "the shop"}, "shop", "its tag app says The shop"),
        ({}, {"service": "unknown"}, "pay", "The pay claims the account 444455556666"),
        ({}, {}, "pay", "The pay claims the account 444455556666"),
        ({"service": "pay"}, {"service": "shop"}, "pay", "the source names the service pay"),
        (
            {"entities": (Entity("host", "shop-1"),)},
            {"service": "pay"},
            "shop",
            "The shop claims shop-1",
        ),
        (
            {"entities": (Entity("host", "shop-1"),)},
            {"fireline:service": "pay"},
            "pay",
            "its tag fireline:service says The pay",
        ),
    ],
)
def test_the_inventorys_owner_comes_after_claims_and_before_accounts(
    said: Mapping[str, Any], tags: Mapping[str, str], expected: str, why: str
):
    by = router().knowing({I_1: Known(I_1, tags)})
    found = routed(by, notice(assets=(I_1,), **said), service="pay")
    assert found.service == expected
    assert why in found.reason


def test_a_route_decides_before_the_inventory_and_may_ask_for_its_owner():
    known = {I_1: Known(I_1, {"service": "shop"})}
    by = router(route("first", 'alert.service == "shop"', service=PAY.id)).knowing(known)
    found = routed(by, notice(assets=(I_1,)))
    assert (found.service, found.reason) == ("pay", "the route first")


def test_a_router_that_knows_more_counts_with_the_others():
    by = router(route("breaks", "alert.priority / 0 == 1"))
    routed(by.knowing({}), notice())
    assert by.failed[RouteId("breaks")] == 1
    assert by.inventory == {}


def test_the_sources_own_service_comes_after_claims():
    assert routed(router(), notice(), service="pay").service == "pay"
    claimed = notice(entities=(Entity("host", "shop-1"),))
    assert routed(router(), claimed, service="pay").service == "shop"
    assert routed(router(), notice(), service="gone").service is None


def test_what_a_route_leaves_open_comes_from_the_service():
    by = router(route("louder", 'alert.service == "shop"', priority=Priority.P1))
    found = routed(by, notice(service="The Shop"))
    assert owner(found) == ("louder", "shop", "web", "shop-ladder")
    assert found.priority is Priority.P1
    assert found.reason == "the source names the service The Shop"


@pytest.mark.parametrize(
    ("decides", "said", "expected"),
    [
        # The team's own ladder, as its services agree; else the service's.
        ({"team": TeamId("money")}, {}, ("r", None, "money", "pay-ladder")),
        ({"team": TeamId("money")}, {"service": "shop"}, ("r", "shop", "money", "pay-ladder")),
        ({"team": TeamId("new")}, {"service": "shop"}, ("r", "shop", "new", "shop-ladder")),
        ({"team": TeamId("new")}, {}, ("r", None, "new", None)),
        ({"policy": PolicyId("x")}, {"service": "shop"}, ("r", "shop", "web", "x")),
        ({"service": PAY.id}, {"service": "shop", "team": "web"},
         ("r", "pay", "money", "pay-ladder")),
        ({"runbook": RunbookId("restart")}, {"team": "money"}, ("r", None, "money", "pay-ladder")),
        ({"priority": Priority.P2}, {"team": "MONEY", "service": "shop"},
         ("r", "shop", "money", "pay-ladder")),
    ],
)  # fmt: skip
def test_team_and_ladder_follow(
    decides: Mapping[str, Any], said: Mapping[str, Any], expected: tuple[str | None, ...]
):
    assert owner(routed(router(route("r", "true", **decides)), notice(**said))) == expected


def test_the_default_route_takes_what_nothing_else_knows():
    default = Decides(team=TeamId("web"), policy=PolicyId("all"), runbook=RunbookId("restart"))
    by = router(route("louder", "true", priority=Priority.P1), default=default)
    found = routed(by, notice())
    assert owner(found) == ("default", None, "web", "all")
    assert (found.priority, found.runbook, found.unrouted) == (Priority.P1, "restart", True)
    known = routed(by, notice(service="pay"))
    assert owner(known) == ("louder", "pay", "money", "pay-ladder")


def test_a_runbook_the_source_names_counts_if_the_plan_has_it():
    assert routed(router(), notice(runbook="Restart")).runbook == "restart"
    assert routed(router(), notice(runbook="https://wiki.example.com/x")).runbook is None


def test_a_route_that_suppresses_says_why():
    by = router(route("quiet", 'alert.labels.env == "test"', suppress="only a test"))
    held = routed(by, notice(service="shop", labels={"env": "test"}))
    assert (held.dropped, held.untold_why, held.service) == (True, "only a test", "shop")
    assert not routed(by, notice(service="shop")).dropped


@pytest.mark.parametrize(
    ("hour", "fits"), [(20, False), (21, True), (23, True), (4, True), (5, False)]
)
def test_hours_are_on_the_clocks_of_their_zone(hour: int, fits: bool):
    by = router(route("night", "true", NIGHTS, priority=Priority.P5))
    found = routed(by, notice(), at=NOW.replace(hour=hour))
    assert (found.priority is Priority.P5) is fits


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ('alert.kind == "DiskFull" && alert.source == "monitor" && alert.format == "json"', True),
        ('"eu" in alert.tags', True),
        ('alert.tags.exists(t, t.startsWith("e"))', True),
        ('alert.entities.host.exists(h, h.matches("^web-[0-9]$"))', True),
        ('"pod" in alert.entities', False),
        ("alert.account == '1'", True),
        ('alert.assets[0].startsWith("s3/")', True),
        ('alert.tactics == ["impact"]', True),
        ('now.getHours("Europe/Berlin") == 13', True),
        ('has(alert.labels.env) && alert.labels.env == "x"', False),
        ('alert.labels.env == "x"', False),
        ('!(alert.labels.env == "x")', False),
        ('alert.labels.env == "x" || true', True),
        ('alert.labels["a b"] == "1"', True),
        ("alert.tags[9] == 'x'", False),
    ],
)
def test_conditions_speak_of_the_alert(when: str, fits: bool):
    said = notice(
        kind="DiskFull", tags=("eu",), labels={"a b": "1"}, tactics=("impact",),
        entities=(Entity("host", "web-1"),), assets=(AssetRef("s3", "1", "b"),),
    )  # fmt: skip
    assert why_not_a_route_condition(when) is None
    by = router(route("r", when, priority=Priority.P1))
    assert (routed(by, said).route == "r") is fits
    with_another = router(route("r", when, priority=Priority.P1), route("z", "alert.key == 'z'"))
    assert (routed(with_another, said).route == "r") is fits


def test_a_route_that_fails_is_counted_and_costs_no_alert():
    by = router(
        route("fails", "alert.tags[5] == 'x'", service=PAY.id),
        route("lacks", "alert.labels.x == 'x'", service=PAY.id),
        route("broken", "alert.nothing", service=PAY.id),
        route("last", "true", service=SHOP.id),
    )
    assert routed(by, notice()).route == "last"
    assert by.failed == {"fails": 1, "broken": 1}


@pytest.mark.parametrize(
    ("when", "needed"),
    [
        ('alert.labels.a == "x" && alert.labels.b != "y"', {"a", "b"}),
        ('!(alert.labels.a == "x")', {"a"}),
        ('alert.labels.a == "x" || true', set()),
        ("has(alert.labels.a)", set()),
        ("alert.tags.all(t, t == alert.labels.a)", set()),
        ('alert.title == "alert.labels.q"', set()),
        ("alert.title == 'alert.labels.\\'q' && alert.labels.z == ''", {"z"}),
        ('true ? true : alert.labels.a == ""', set()),
    ],
)
def test_what_a_condition_cannot_do_without_is_seen(when: str, needed: set[str]):
    assert labels_needed(when) == needed


CONDITIONS = (
    "", "true", "alert.priority <= 2", 'alert.labels.env == "a"', '!(alert.labels.env == "a")',
    'has(alert.labels.env) && alert.labels.env != "b"',
    'alert.labels.env == "a" || alert.priority > 3',
    'alert.service == "shop"', '"x" in alert.tags', "alert.tags[1] == 'x'",
    'alert.entities.host[0] == "shop-1"',
)  # fmt: skip
routes_drawn = st.lists(
    st.builds(
        Route,
        st.just(RouteId("?")),
        st.sampled_from(CONDITIONS),
        st.sampled_from([(), (NIGHTS,)]),
        st.builds(
            Decides,
            service=st.sampled_from([None, SHOP.id, PAY.id]),
            team=st.sampled_from([None, TeamId("web")]),
            priority=st.sampled_from([None, Priority.P1]),
        ),
    ),
    max_size=12,
)
notices_drawn = st.builds(
    notice,
    priority=st.sampled_from(Priority),
    tags=st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
    labels=st.dictionaries(
        st.sampled_from(["env", "service", "app"]), st.sampled_from(["a", "b", "pay"])
    ),
    entities=st.lists(
        st.builds(Entity, st.just("host"), st.sampled_from(["shop-1", "db-1"])), max_size=2
    ).map(tuple),
)


@given(
    routes_drawn,
    notices_drawn,
    st.sampled_from([None, Decides(team=TeamId("money"))]),
    st.integers(0, 23),
)
def test_the_quick_way_and_the_one_that_explains_agree(
    drawn: list[Route], said: Notice, default: Decides | None, hour: int
):
    every = [replace(one, id=RouteId(f"r{place}")) for place, one in enumerate(drawn)]
    by, at = router(*every, default=default), NOW.replace(hour=hour)
    found = routed(by, said, at=at)
    explained, tried = by.explain(said, Origin("monitor", "json"), at=at)
    assert explained == found
    assert [one.route for one in tried] == [one.id for one in every]
    fitting = [one.route for one in tried if one.fits]
    assert len(fitting) <= 1
    if found.route is not None and not found.unrouted:
        assert fitting == [found.route]


anything = st.text(st.characters(exclude_categories=()), max_size=30)


@given(anything, st.dictionaries(anything, anything, max_size=4))
def test_no_notice_is_lost_by_routing(text: str, labels: dict[str, str]):
    by = router(
        *(route(f"r{n}", when, priority=Priority.P2) for n, when in enumerate(CONDITIONS[2:]))
    )
    said = notice(text, kind=text, service=text, team=text, runbook=text, labels=labels,
                  entities=(Entity("asset", text), Entity("account", text)))  # fmt: skip
    assert isinstance(routed(by, said), Routed)
