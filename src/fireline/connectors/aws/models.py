"""The models of AWS's services, read once and without their words: they are most of the memory.

Whoever says what is asked gets models of that alone: an EC2 of 20 operations, not of 760.
"""

import gzip
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson
from botocore.exceptions import DataNotFoundError
from botocore.loaders import JSONFileLoader, Loader

# Said of members for whoever writes clients; botocore asks for none of it.
_FOR_WRITERS = frozenset({"pattern", "max", "enum", "deprecatedMessage", "documentationUrl"})

_Model = dict[str, Any]
# Services as botocore names them, and patterns of their operations: ("ec2", "DescribeVolumes").
Asked = frozenset[tuple[str, str]]


@cache
def models(asked: Asked | None = None) -> Loader:
    """Return the one reader of models, which keeps what it has read. Threads may share it.

    With `asked`, services have those operations and no other.
    """
    return _Models(asked)


class _Models(Loader):
    """Reads models, and looks for those that are asked and no others: there are 400 services."""

    def __init__(self, asked: Asked | None) -> None:
        super().__init__(file_loader=_WithoutWords(asked))
        self._asked = asked
        self._having: dict[str, list[str]] = {}

    def list_available_services(self, type_name: str) -> list[str]:
        """Name the services that have such a model."""
        if self._asked is None:
            return super().list_available_services(type_name)
        if type_name not in self._having:
            services = sorted({service for service, _ in self._asked})
            self._having[type_name] = [one for one in services if self._has(one, type_name)]
        return self._having[type_name]

    def _has(self, service: str, type_name: str) -> bool:
        try:
            return bool(self.list_api_versions(service, type_name))
        except DataNotFoundError:
            return False


class _WithoutWords(JSONFileLoader):
    """Reads the services' models without their documentation, which is half of them."""

    def __init__(self, asked: Asked | None) -> None:
        self._asked = asked
        self._reached: dict[Path, frozenset[str]] = {}

    def load_file(self, file_path: str) -> Any:
        """Read one model, plain or packed; `None` when there is none."""
        for ending, unpacked in ((".json", bytes), (".json.gz", gzip.decompress)):
            path = Path(f"{file_path}{ending}")
            if path.is_file():
                model = orjson.loads(unpacked(path.read_bytes()))
                return _Shortening().short(self._of_asked(Path(file_path), model))
        return None

    def _of_asked(self, path: Path, model: _Model) -> _Model:
        # …/data/ec2/2016-11-15/service-2
        if self._asked is not None and path.name == "service-2":
            model = _only(model, [name for of, name in self._asked if of == path.parts[-3]])
            self._reached[path.parent] = frozenset(model["shapes"])
        elif path.parent in self._reached and "shapes" in model.get("merge", ()):
            # What botocore adds to a model, which it has just read.
            reached, merged = self._reached[path.parent], model["merge"]
            shapes = {name: shape for name, shape in merged["shapes"].items() if name in reached}
            model = {**model, "merge": {**merged, "shapes": shapes}}
        return model


def _only(model: _Model, patterns: Sequence[str]) -> _Model:
    """Return a model with the operations that are asked, and the shapes these speak of."""
    operations = {
        name: operation
        for name, operation in model["operations"].items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    shapes = _reached(operations, model["shapes"])
    return {**model, "operations": operations, "shapes": shapes}


def _reached(operations: _Model, shapes: _Model) -> _Model:
    """Return the shapes that operations speak of, and those that these speak of."""
    reached: _Model = {}
    waiting = list(_named(operations))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = shapes[name]
            waiting += _named(shapes[name])
    return reached


def _named(model: Any) -> Iterator[str]:
    """Name the shapes a part of a model speaks of. A member may be called `shape`, too."""
    if isinstance(model, dict):
        for key, value in cast("_Model", model).items():
            if key == "shape" and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(model, list):
        for value in cast("list[Any]", model):
            yield from _named(value)


class _Shortening:
    """Shortens one model: without words, and each mention of a shape kept once.

    `{"shape": "String"}` is there thousands of times.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[str, Any], ...], _Model] = {}

    def short(self, model: Any) -> Any:
        """Return a part of the model, shortened."""
        if isinstance(model, dict):
            return self._object(cast("_Model", model))
        if isinstance(model, list):
            return [self.short(value) for value in cast("list[Any]", model)]
        return model

    def _object(self, model: _Model) -> _Model:
        short: _Model = {}
        for name, value in model.items():
            # A member may have any of these names, too; it is an object then.
            if name == "documentation" and isinstance(value, str):
                short[name] = ""
            elif name not in _FOR_WRITERS or isinstance(value, dict):
                short[name] = self.short(value)
        # Shapes themselves are never shared: botocore corrects single ones, such as S3's `Expires`.
        if "shape" not in short or not all(isinstance(one, str | int) for one in short.values()):
            return short
        # 1 and true are equal to Python, and are not the same.
        return self._kept.setdefault(
            tuple((name, (type(one), one)) for name, one in short.items()), short
        )
