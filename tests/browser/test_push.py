"""Pushes in a real browser: the worker shows them, and answers from where they are shown.

A push service is out of reach of a test. What it would hand to the browser is handed over by the
tool Chromium has for it, `ServiceWorker.deliverPushMessage`; the rest is the browser's own.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Worker

from fireline.ports.channel import Delivered
from fireline.store import alerts
from fireline.usecases.alerts import find_alert
from fireline.usecases.raising import raise_alerts
from tests.browser.conftest import open_eyes
from tests.browser.served import Served
from tests.doors.pages_world import BO, World
from tests.usecases.alerts_world import climb, found, send, token_in, who

_PATIENCE_SECONDS = 20
# The browser makes the event at a press of the notification's button; here it is made by hand.
_PRESS = """async (action) => {
  const [notification] = await self.registration.getNotifications();
  const done = [];
  const event = new NotificationEvent("notificationclick", { notification, action });
  event.waitUntil = (work) => done.push(work);
  self.dispatchEvent(event);
  await Promise.all(done);
}"""
_SHOWN = """async () => (await self.registration.getNotifications()).map((one) => ({
  title: one.title, body: one.body, link: one.data.link, tag: one.tag,
  actions: one.actions.map((action) => action.action), stays: one.requireInteraction,
}))"""


@dataclass
class Pushed:
    """A browser that has our worker, and a hand to push it with."""

    page: Page
    worker: Worker
    tools: CDPSession
    registration: str
    base_url: str

    def push(self, **said: object) -> None:
        self.tools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.base_url,
                "registrationId": self.registration,
                "data": json.dumps(said) if said else "",
            },
        )

    def shown(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a notification that is as wanted, and the only one."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            there = self.worker.evaluate(_SHOWN)
            if len(there) == 1 and wanted(there[0]):
                return there[0]
            self.page.wait_for_timeout(50)
        msg = f"not shown in time; there is {there}"
        raise TimeoutError(msg)

    def press(self, action: str) -> None:
        self.worker.evaluate(_PRESS, action)


@pytest.fixture
def pushed(browser: Browser, served: Served) -> Iterator[Pushed]:
    session = served.world.sessions[BO.person]
    with open_eyes(browser, served.base_url, session=session) as (context, eyes):
        context.grant_permissions(["notifications"], origin=served.base_url)
        tools = context.new_cdp_session(eyes.page)
        found: list[str] = []
        tools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: found.extend(one["registrationId"] for one in told["registrations"]),
        )
        tools.send("ServiceWorker.enable")
        eyes.opens("/")
        with context.expect_event("serviceworker") as started:
            eyes.page.evaluate("() => navigator.serviceWorker.register('/static/push-worker.js')")
        worker = started.value
        eyes.page.wait_for_function(
            "async () => (await navigator.serviceWorker.getRegistration('/static/'))?.active"
        )
        yield Pushed(eyes.page, worker, tools, found[0], served.base_url)
        assert eyes.complaints == []


def test_a_push_is_shown_with_its_answers_and_stays_when_it_is_urgent(pushed: Pushed):
    link = "/acknowledge/nothing"
    pushed.push(title="P1 #42 orders-db", body="96", tag="alert-42", link=link, urgent=True)
    shown = pushed.shown(lambda one: one["title"] == "P1 #42 orders-db")
    assert shown["actions"] == ["acknowledge", "open"]
    assert (shown["body"], shown["tag"], shown["stays"]) == ("96", "alert-42", True)
    pushed.push(title="P1 #42 again", tag="alert-42", link=link)
    assert not pushed.shown(lambda one: one["title"] == "P1 #42 again")["stays"]


def test_a_push_that_says_nothing_is_still_shown(pushed: Pushed):
    pushed.push()
    shown = pushed.shown(lambda one: one["title"] == "Fireline")
    assert shown["actions"] == []


def test_ack_on_the_notification_acknowledges_and_says_whose_it_is(pushed: Pushed, served: Served):
    number, link = served.do(_paged(served.world))
    pushed.push(title="P2 #1 a key", tag="alert-1", link=link, urgent=True)
    pushed.shown(lambda one: one["title"] == "P2 #1 a key")
    pushed.press("acknowledge")
    shown = pushed.shown(lambda one: one["title"].startswith("Acknowledged"))
    assert shown["body"] == "You are now responsible."
    assert served.do(_state(served.world, number)) == "acknowledged"


def test_an_ack_that_fails_says_so_and_can_be_opened(pushed: Pushed):
    pushed.push(title="P1 #42 orders-db", tag="alert-42", link="/acknowledge/not-a-token")
    pushed.shown(lambda one: one["title"] == "P1 #42 orders-db")
    pushed.press("acknowledge")
    shown = pushed.shown(lambda one: one["title"].startswith("Not acknowledged"))
    assert shown["stays"]


# What Chromium would ask of a push service that a test cannot reach; the keys are its own kind.
_SUBSCRIBES = """() => {
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error("refused");
    const keys = { p256dh: "B" + "A".repeat(86), auth: "A".repeat(22) };
    return { toJSON: () => ({ endpoint: "https://push.example.com/dana", keys }) };
  };
}"""


def test_a_browser_is_subscribed_at_the_press_of_one_button(browser: Browser, served: Served):
    session = served.world.sessions[BO.person]
    with open_eyes(browser, served.base_url, session=session) as (context, eyes):
        context.grant_permissions(["notifications"], origin=served.base_url)
        eyes.opens("/account/notifications")
        eyes.page.evaluate(_SUBSCRIBES)
        eyes.page.get_by_label("This browser's name").fill("My desk")
        eyes.page.get_by_role("button", name="Push pages to this browser").click()
        eyes.page.get_by_text("My desk").first.wait_for()
        assert eyes.violations() == []
        assert eyes.complaints == []


def test_a_browser_told_not_to_notify_says_what_to_do(browser: Browser, served: Served):
    session = served.world.sessions[BO.person]
    with open_eyes(browser, served.base_url, session=session) as (_, eyes):
        eyes.opens("/account/notifications")
        eyes.page.evaluate("Notification.requestPermission = async () => 'denied'")
        eyes.page.get_by_role("button", name="Push pages to this browser").click()
        eyes.page.get_by_text("Allow them for this site first").wait_for()
        assert eyes.complaints == []


async def _paged(world: World) -> tuple[int, str]:
    """Raise an alert and page somebody; return its number and the link they were sent."""
    async with world.house.transaction() as tx:
        finding = await found(tx, who("somebody-else", "AKIAELSE"))
        (raised,) = await raise_alerts(tx, world.plan, [finding], drill=None, pace=1)
        row = await alerts.lock(tx.db, raised)
    assert row is not None
    await climb(world.house, plan=world.plan)
    title = f"#{row.number} "
    sent = await send(world.house, Delivered("kept"))
    message = next(one for one in sent if title in one.subject)
    return row.number, f"/acknowledge/{token_in(message)}"


async def _state(world: World, number: int) -> str:
    async with world.house.transaction() as tx:
        return (await find_alert(tx, number)).state
