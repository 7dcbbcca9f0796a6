"""AWS's own descriptions of its services, as botocore carries them: no call is made."""

from functools import cache
from typing import Any

import jmespath
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

_LOADER = Loader()


@cache
def service(name: str) -> ServiceModel:
    return ServiceModel(_LOADER.load_service_model(name, "service-2"), name)


@cache
def pages(name: str) -> dict[str, Any]:
    return _LOADER.load_service_model(name, "paginators-1")["pagination"]


def operations(name: str) -> set[str]:
    return set(service(name).operation_names)


def sample(shape: Shape | None, above: tuple[str, ...] = ()) -> Any:
    """Make an answer of a shape with everything in it once; what repeats inside itself is cut."""
    match shape:
        case StructureShape():
            if above.count(shape.name) > 1:
                return {}
            inner = (*above, shape.name)
            return {name: sample(member, inner) for name, member in shape.members.items()}
        case ListShape():
            return [sample(shape.member, above)]
        case MapShape():
            return {"any": sample(shape.value, above)}
        case None:
            return {}
        case Shape():
            return _plain(shape)


def answer(service_name: str, operation: str) -> Any:
    return sample(service(service_name).operation_model(operation).output_shape)


def wanted(service_name: str, operation: str) -> StructureShape | None:
    return service(service_name).operation_model(operation).input_shape


def wrong_parameters(shape: Shape | None, value: Any, path: str = "") -> list[str]:
    """Name what a request has that its shape does not know, and what it must have and has not."""
    match shape, value:
        case StructureShape(), dict():
            missing = [f"{path}.{name}" for name in shape.required_members if name not in value]
            return missing + [
                wrong
                for name, held in value.items()
                for wrong in _wrong_member(shape, name, held, f"{path}.{name}")
            ]
        case ListShape(), list():
            return [w for held in value for w in wrong_parameters(shape.member, held, f"{path}[]")]
        case Shape(type_name="string"), str():
            known = shape.metadata.get("enum")
            wrong = known and "{" not in value and value not in known
        case _:
            wrong = not _fits(shape, value)
    return [f"{path}: {value}"] if wrong else []


def _wrong_member(shape: StructureShape, name: str, held: Any, path: str) -> list[str]:
    member = shape.members.get(name)
    return [path] if member is None else wrong_parameters(member, held, path)


def _fits(shape: Shape | None, value: Any) -> bool:
    """Tell whether a value may stand for a plain shape; what is in braces is known later."""
    if shape is None:
        return value == {}
    if isinstance(value, str) and "{" in value:
        return True
    types = {"boolean": bool, "integer": int, "long": int}
    return isinstance(value, types.get(shape.type_name, ()))


def find(path: str, answered: Any) -> Any:
    return jmespath.search(path, answered) if path else answered


def _plain(shape: Shape) -> Any:
    match shape.type_name:
        case "boolean":
            return True
        case "integer" | "long" | "float" | "double":
            return 1
        case "string":
            known = shape.metadata.get("enum")
            return known[0] if known else f"<{shape.name}>"
        case other:
            return f"<{other}>"
