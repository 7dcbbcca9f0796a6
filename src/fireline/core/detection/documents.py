"""YAML documents that remember on which line each key stands."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

# The C loader reads 790 rules in a tenth of the time; both read the same language.
_Base = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its content and its syntax tree."""

    content: object
    node: yaml.Node

    def line(self, *keys: str) -> int:
        """Return the line of a key, or of its nearest enclosing key that is written there."""
        node, line = self.node, self.node.start_mark.line
        for key in keys:
            for name, value in _pairs(node):
                if name.value == key:
                    node, line = value, name.start_mark.line
                    break
            else:
                break
        return line + 1


class Unreadable(Exception):  # noqa: N818 - it says what the text is
    """The text is not YAML, or says one key twice."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


def documents(text: str) -> Iterator[Document]:
    """Read the documents of a text one by one; empty ones are left out."""
    loader = _Base(text)
    try:
        _refuse_depth(text)
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                return
            _refuse_doubled_keys(node)
            content: object = loader.construct_document(node)  # pyright: ignore[reportUnknownMemberType] - the stub leaves its argument open
            if content is not None:
                yield Document(content, node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(error.problem or "not YAML", mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a date such as 2024-13-45 that has the form of one.
        raise Unreadable(str(error), 1) from error
    finally:
        loader.dispose()


def _refuse_depth(text: str) -> None:
    """Refuse deep nesting before any tree is built: the C loader would exhaust the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            msg = f"nested more than {MAX_DEPTH} deep"
            raise Unreadable(msg, event.start_mark.line + 1 if event.start_mark else 1)


def _refuse_doubled_keys(root: yaml.Node) -> None:
    """Refuse a mapping that says a key twice: YAML would keep the last and lose the first."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        names = set[str]()
        for key, value in _pairs(node):
            if isinstance(key, yaml.ScalarNode):
                if key.value in names and key.value != "<<":
                    msg = f"the key {key.value} stands here a second time"
                    raise Unreadable(msg, key.start_mark.line + 1)
                names.add(key.value)
            waiting.append(value)


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []
