"""Browsers, and a server for them to look at.

`look(...)` opens a page as somebody, in some theme and size; `served` is the server. A run over
another house (a real drill, say) needs only its own `base_url` and session: see `open_eyes`.
"""

import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from fireline.core.values.actor import Human
from tests.browser.eyes import DESK, Eyes, eyes_of
from tests.browser.served import Served, serving
from tests.databases import Databases
from tests.doors.pages_world import BO, tell

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_numbers = count(1)
Look = Callable[..., Eyes]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine.

    For one module at a time: while Playwright is open it keeps an event loop running in this
    thread, and no async test of another module could run beside it.
    """
    chromium = shutil.which("chromium")
    assert chromium is not None, "These tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def served(databases: Databases) -> Iterator[Served]:
    """Serve the told story, from a database of this module's own."""
    with databases.lent() as dsn, serving(dsn, tell) as serving_now:
        yield serving_now


@contextmanager
def open_eyes(
    browser: Browser,
    base_url: str,
    *,
    session: str | None,
    size: tuple[int, int] = DESK,
    **more: Any,
) -> Generator[tuple[BrowserContext, Eyes]]:
    """Open a browser window of a size on a server, signed in by a session if there is one."""
    width, height = size
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": width, "height": height},
        is_mobile=width < 500,
        reduced_motion="reduce",
        **more,
    )
    if session is not None:
        context.add_cookies([{"name": "fireline_session", "value": session, "url": base_url}])
    yield context, eyes_of(context, width)
    context.close()


@pytest.fixture
def look(browser: Browser, served: Served) -> Iterator[Look]:
    """Open windows as people; after the test no console may have complained."""
    opened: list[tuple[Any, Eyes]] = []

    def open_as(who: Human | None = BO, **more: Any) -> Eyes:
        session = served.world.sessions[who.person] if who else None
        window = open_eyes(browser, served.base_url, session=session, **more)
        _, eyes = window.__enter__()
        opened.append((window, eyes))
        return eyes

    yield open_as
    for window, _ in opened:
        window.__exit__(None, None, None)
    assert [said for _, eyes in opened for said in eyes.complaints] == []
