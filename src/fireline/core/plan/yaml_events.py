"""What a YAML parser says about a text, in types of our own.

The parser (ruamel.yaml, YAML 1.2) is untyped and lets Python's own errors through on some texts.
Both end in this file.
"""

# ruamel gives its events and errors no types:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)


class Says(Enum):
    """What the parser met."""

    DOCUMENT = auto()
    ALIAS = auto()
    MAPPING = auto()
    LIST = auto()
    END = auto()
    SCALAR = auto()


@dataclass(frozen=True, slots=True)
class Met:
    """One thing the parser met. `plain` is a scalar without quotes, `tagged` has a `!` word."""

    says: Says
    line: int
    text: str = ""
    plain: bool = False
    tagged: bool = False


class NotYaml(Exception):  # noqa: N818 - a verdict on the text, not a fault of ours
    """The text is not YAML from this line on."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


_KINDS: tuple[tuple[type[Event], Says], ...] = (
    (ScalarEvent, Says.SCALAR),
    (MappingStartEvent, Says.MAPPING),
    (SequenceStartEvent, Says.LIST),
    (MappingEndEvent, Says.END),
    (SequenceEndEvent, Says.END),
    (DocumentStartEvent, Says.DOCUMENT),
    (AliasEvent, Says.ALIAS),
)


def events_of(text: str) -> Iterator[Met]:
    """Read a text piece by piece; raise `NotYaml` where it stops being YAML."""
    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line = event.start_mark.line + 1
            for kind, says in _KINDS:
                if isinstance(event, kind):
                    yield _met(event, says, line)
                    break
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = " ".join(str(error.problem or error.context).split())
        raise NotYaml(mark.line + 1 if mark else line, why) from None
    except YAMLError:
        raise NotYaml(line, "the file holds a character YAML does not allow") from None
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        raise NotYaml(line, "this is not YAML") from None


def _met(event: Event, says: Says, line: int) -> Met:
    tagged = getattr(event, "ctag", None) is not None and says is not Says.ALIAS
    if not isinstance(event, ScalarEvent):
        return Met(says, line, tagged=tagged)
    return Met(says, line, str(event.value), event.style is None, tagged)
