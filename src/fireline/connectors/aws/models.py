"""The models of AWS's services, read once and without their words: they are most of the memory."""

import gzip
from functools import cache
from pathlib import Path
from typing import Any, cast

import orjson
from botocore.loaders import JSONFileLoader, Loader, create_loader

# Said of members for whoever writes clients; botocore asks for none of it.
_FOR_WRITERS = frozenset({"pattern", "max", "enum", "deprecatedMessage", "documentationUrl"})

_Model = dict[str, Any]


@cache
def models() -> Loader:
    """Return the one reader of models, which keeps what it has read. Threads may share it."""
    loader = create_loader()
    loader.file_loader = _WithoutWords()
    return loader


class _WithoutWords(JSONFileLoader):
    """Reads the services' models without their documentation, which is half of them."""

    def load_file(self, file_path: str) -> Any:
        """Read one model, plain or packed; `None` when there is none."""
        for ending, unpacked in ((".json", bytes), (".json.gz", gzip.decompress)):
            path = Path(f"{file_path}{ending}")
            if path.is_file():
                return _Shortening().short(orjson.loads(unpacked(path.read_bytes())))
        return None


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
