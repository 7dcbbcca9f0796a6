"""Look at a page as people and machines do: axe-core, overflow, the console, a screenshot."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = (1360, 900), (390, 844)
_FOLDER = "FIRELINE_SCREENSHOTS"
# What sticks out of the main column, or of the column it stands in.
_STICKING_OUT = """width => [...document.querySelectorAll('main *')].filter(e => {
  if (e.closest('pre, .scroll, .vh, svg, dialog:not([open])')) return false;
  if (e.closest('details:not([open]) > :not(summary)')) return false;
  const box = e.getBoundingClientRect();
  return box.width > 0 && (box.right > width + 1 || box.left < -1);
}).map(e => e.tagName + '.' + e.className)"""
_OVERLAPPING = """() => {
  const found = [];
  const sections = [...document.querySelectorAll('main section')];
  for (const a of sections) for (const b of sections) {
    if (a === b || a.contains(b) || b.contains(a)) continue;
    const x = a.getBoundingClientRect(), y = b.getBoundingClientRect();
    if (x.width && y.width && x.left < y.right - 1 && y.left < x.right - 1
        && x.top < y.bottom - 1 && y.top < x.bottom - 1)
      found.push((a.getAttribute('aria-labelledby') || a.className) + ' over '
        + (b.getAttribute('aria-labelledby') || b.className));
  }
  return found;
}"""


@dataclass
class Eyes:
    """A page, and everything its console complained about."""

    page: Page
    width: int
    complaints: list[str] = field(default_factory=list[str])

    def opens(self, path: str) -> None:
        """Open a page and wait until it is live, if it is one that can be."""
        self.page.goto(path)
        if self.page.locator("#pokes").count():
            self.page.locator("#link.on").wait_for()

    def violations(self) -> list[str]:
        """Ask axe-core what is wrong."""
        self.page.evaluate(AXE.read_text())
        run = "rules => axe.run(document, {runOnly: rules})"
        found: dict[str, Any] = self.page.evaluate(run, RULES)
        return [
            f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}"
            for one in found["violations"]
        ]

    def sticking_out(self) -> list[str]:
        """List what is wider than the screen, and sections that cover one another."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth")
        out = [f"the page is {wide} wide"] if wide > self.width else []
        return [
            *out,
            *self.page.evaluate(_STICKING_OUT, self.width),
            *self.page.evaluate(_OVERLAPPING),
        ]

    def photographs(self, name: str, *, whole: bool = False) -> None:
        """Keep a screenshot, where `FIRELINE_SCREENSHOTS` names a folder for them."""
        folder = os.environ.get(_FOLDER)
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)


def eyes_of(context: BrowserContext, width: int) -> Eyes:
    """Open a page that notes what its console complains about."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    eyes = Eyes(page, width)

    def heard(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            eyes.complaints.append(message.text)

    def broke(error: Error) -> None:
        eyes.complaints.append(str(error))

    page.on("console", heard)
    page.on("pageerror", broke)
    return eyes
