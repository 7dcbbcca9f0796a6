"""The shapes of real CloudTrail records: which keys, of which types, and nothing of the content.

`real_shapes.json` is made from the corpus beside the project by `python -m tests.lab.real_shapes`,
and holds no value of any record: only names of fields, names of types and error codes.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

Shape = Any
_FILE = Path(__file__).with_name("real_shapes.json")
_CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "cloudtrail"
# Documents inside records: their content is the caller's, not CloudTrail's.
_OPAQUE = frozenset({"bucketPolicy", "encryptionContext", "tags", "details"})


def shape_of(value: object) -> Shape:
    """Return the names and types in a value: lists are the union of what is in them."""
    match value:
        case dict():
            mapping = cast("Mapping[str, object]", value)
            return {
                key: type(one).__name__ if key in _OPAQUE else shape_of(one)
                for key, one in mapping.items()
            }
        case list():
            rows = [shape_of(one) for one in cast("list[object]", value)]
            return [union(rows)] if rows else []
        case bool() | int() | float() | str() | None:
            return "number" if isinstance(value, float) else type(value).__name__
        case _:
            raise TypeError(value)


def union(shapes: Iterable[Shape]) -> Shape:
    """Join shapes: every key of any, and for a key of several types all of them."""
    joined: Shape = None
    for shape in shapes:
        joined = shape if joined is None else _join(joined, shape)
    return joined


def _join(one: Shape, other: Shape) -> Shape:
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {**one, **other}
        return {
            key: _join(one[key], other[key])
            if key in one and key in other
            else one.get(key, other.get(key))
            for key in keys
        }
    if isinstance(one, list) and isinstance(other, list):
        return [_join(one[0], other[0])] if one and other else one or other
    if one == other:
        return one
    kinds = [*_kinds(one), *(kind for kind in _kinds(other) if kind not in _kinds(one))]
    return {"?": kinds}


def _kinds(shape: Shape) -> list[Shape]:
    if isinstance(shape, dict) and set(shape) == {"?"}:
        return cast("list[Shape]", shape["?"])
    return [shape]


def differences(shape: Shape, real: Shape, path: str = "") -> list[str]:
    """Say where a shape has a key or a type that the real one has not."""
    if isinstance(real, dict) and set(real) == {"?"}:
        each = [differences(shape, kind, path) for kind in real["?"]]
        return min(each, key=len)
    if isinstance(shape, dict) and set(shape) == {"?"}:
        return [said for kind in shape["?"] for said in differences(kind, real, path)]
    if isinstance(shape, dict) and isinstance(real, dict):
        found: list[str] = []
        for key, one in shape.items():
            here = f"{path}.{key}" if path else key
            found += differences(one, real[key], here) if key in real else [f"{here}: not in real"]
        return found
    if isinstance(shape, list) and isinstance(real, list):
        return differences(shape[0], real[0], f"{path}[]") if shape and real else []
    if shape == real:
        return []
    return [f"{path}: {_word(shape)}, in real {_word(real)}"]


def _word(shape: Shape) -> str:
    if isinstance(shape, dict):
        return "object"
    return "list" if isinstance(shape, list) else str(shape)


def load() -> dict[str, dict[str, Any]]:
    """Load the shapes: by event, then by `ok` or the error's code."""
    return json.loads(_FILE.read_text(encoding="utf-8"))


def _records() -> Iterable[dict[str, Any]]:
    for path in sorted(_CORPUS.glob("*/*.json")):
        read = json.loads(path.read_text(encoding="utf-8"))
        rows = read.get("Records", [read]) if isinstance(read, dict) else read
        yield from (one for one in rows if isinstance(one, dict) and "eventSource" in one)


def _write() -> None:
    events: dict[str, dict[str, list[Shape]]] = {}
    sources: dict[str, list[Shape]] = {}
    identities: dict[str, list[Shape]] = {}
    for record in _records():
        source = str(record["eventSource"]).split(".")[0]
        outcome = record.get("errorCode", "ok")
        shape = shape_of(record)
        who = shape.pop("userIdentity")
        identities.setdefault(record["userIdentity"].get("type", ""), []).append(who)
        told = {name: shape.pop(name) for name in ("requestParameters", "responseElements")}
        outcomes = events.setdefault(f"{source}:{record['eventName']}", {})
        outcomes.setdefault(outcome, []).append(told | {"readOnly": record["readOnly"]})
        sources.setdefault(source, []).append(shape)
    written = {
        "events": {
            name: {outcome: union(shapes) for outcome, shapes in sorted(outcomes.items())}
            for name, outcomes in sorted(events.items())
        },
        "sources": {
            source: {"any": union(shapes), "always": sorted(set.intersection(*map(set, shapes)))}
            for source, shapes in sorted(sources.items())
        },
        "identities": {kind: union(shapes) for kind, shapes in sorted(identities.items())},
    }
    text = json.dumps(written, separators=(",", ":"))
    _FILE.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
