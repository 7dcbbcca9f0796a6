"""Generate one Python function that decides many residues at once, each field loaded once.

Generated code is four times as fast here as closures: a test on text is one expression, without a
call. The source holds names made from counters (`v3`, `l3`, `k7`) and the fixed field names of
`heads`, nothing else. Every constant (a rule's text, a path) is passed by reference in the
namespace, so no rule text can become code.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import assert_never, cast

from fireline.core.detection.fields import ABSENT, find, found_values, texts_of
from fireline.core.detection.heads import KEY, SCALARS, Head
from fireline.core.detection.oracle import passes, same
from fireline.core.detection.patterns import Shape, expression, formed, literal_in, wild
from fireline.core.detection.reduction import found_passes
from fireline.core.detection.terms import (
    All,
    Any,
    Exists,
    Field,
    Keyword,
    Not,
    Number,
    Regex,
    SameAs,
    Term,
    Test,
    Text,
    any_of,
)

# Appends the indices of the rules that hold for an event.
DecidesEvent = Callable[[dict[str, object], list[int]], None]
# The same for a head; what it returns is true when the whole record is needed for the rest.
DecidesHead = Callable[[Head, list[int]], object]

Residue = tuple[int, Term]


def deciding_event(residues: Iterable[Residue]) -> DecidesEvent:
    """Make the function that decides residues on a whole event."""
    writer = _Writer(on_head=False)
    return cast("DecidesEvent", writer.function(writer.decisions(residues)))


def deciding_head(residues: Iterable[Residue], outlines: Iterable[Term]) -> DecidesHead:
    """Make the function that decides residues on a head and asks the outlines of the others.

    Both may look at SCALARS only.
    """
    writer = _Writer(on_head=True)
    decisions = writer.decisions(residues)
    asked = f"  return {writer.written(any_of(iter(outlines)))}"
    return cast("DecidesHead", writer.function([*decisions, asked]))


class _Writer:
    """Write terms as expressions, collecting the constants and the fields they need."""

    def __init__(self, *, on_head: bool) -> None:
        self._on_head = on_head
        self._names: dict[str, object] = {
            "U": ABSENT,
            "find": find,
            "found_passes": found_passes,
            "found_values": found_values,
            "passes": passes,
            "same": same,
            "texts_of": texts_of,
        }
        self._fields: dict[str, int] = {}
        self._lowered: Counter[int] = Counter()
        self._asks_words = False

    def decisions(self, residues: Iterable[Residue]) -> list[str]:
        """Write one statement for each residue."""
        return [
            f"  if {self.written(term)}: hits.append({self._constant(index)})"
            for index, term in residues
        ]

    def function(self, body: list[str]) -> object:
        """Compile the function; the loads of its fields come first."""
        lines = ["def made(e, hits):"]
        for path, number in self._fields.items():
            lines += self._load(path, number)
        if self._asks_words:
            lines.append("  words = texts_of(e)")
        source = self._lowering("\n".join([*lines, *body]))
        exec(compile(source, "<rules>", "exec"), self._names)  # noqa: S102 - no rule text is in the source, see the module
        return self._names["made"]

    def written(self, term: Term) -> str:
        """Write a term as one Python expression."""
        match term:
            case All(terms):
                return f"({' and '.join(map(self.written, terms))})" if terms else "True"
            case Any(terms):
                return self._alternatives(terms)
            case Not(part):
                return f"(not {self.written(part)})"
            case Keyword(test):
                self._asks_words = True
                return f"any(passes({self._constant(test)}, w) for w in words)"
            case Field():
                return self._field_test(term)
            case _:
                assert_never(term)

    def _alternatives(self, terms: tuple[Term, ...]) -> str:
        """Write `or`; many equal-to tests on one field become one look-up in a set."""
        groups: dict[str, list[Text]] = {}
        rest: list[Term] = []
        for term in terms:
            match term:
                case Field(path, Text(cased=False) as test) if formed(test).shape is Shape.EQUALS:
                    groups.setdefault(path, []).append(test)
                case _:
                    rest.append(term)
        parts = [self._among(self._field(path), tests) for path, tests in groups.items()]
        parts += [self.written(term) for term in rest]
        return f"({' or '.join(parts)})" if parts else "False"

    def _among(self, field: int, tests: list[Text]) -> str:
        if len(tests) == 1:
            return self._test(field, tests[0])
        literals = frozenset(formed(test).literal for test in tests)
        quick = f"{self._lower(field)} in {self._constant(literals)}"
        slow = f"any(found_passes(t, v{field}) for t in {self._constant(tuple(tests))})"
        return f"({quick} if v{field}.__class__ is str else {slow})"

    def _field_test(self, field: Field) -> str:
        number = self._field(field.path)
        match field.test:
            case SameAs(path) as test:
                values = f"found_values(v{number}), found_values(v{self._field(path)})"
                return f"same({self._constant(test)}, {values})"
            case Exists(wanted):
                return f"(v{number} is {'not ' if wanted else ''}U)"
            case test:
                return self._test(number, test)

    def _test(self, field: int, test: Test) -> str:
        slow = f"found_passes({self._constant(test)}, v{field})"
        quick = self._on_text(field, test)
        return slow if quick is None else f"({quick} if v{field}.__class__ is str else {slow})"

    def _on_text(self, field: int, test: Test) -> str | None:
        """Write a test for a value that is text; None where there is no quicker way."""
        match test:
            case Text():
                return self._pattern(f"v{field}" if test.cased else self._lower(field), test)
            case Number(number):
                return f"{self._lower(field)} == {self._constant(str(number))}"
            case Regex():
                return self._search(field, test)
            case _:
                return None

    def _pattern(self, text: str, test: Text) -> str:
        form = formed(test)
        literal = self._constant(form.literal)
        match form.shape:
            case Shape.EQUALS:
                return f"{text} == {literal}"
            case Shape.STARTS:
                return f"{text}.startswith({literal})"
            case Shape.ENDS:
                return f"{text}.endswith({literal})"
            case Shape.CONTAINS:
                return f"{literal} in {text}"
            case Shape.WILD:
                return f"{self._constant(wild(test))}({text})"
            case _:
                assert_never(form.shape)

    def _search(self, field: int, test: Regex) -> str:
        search = f"{self._constant(expression(test))}(v{field})"
        literal = literal_in(test)
        # With the flag i a literal is no help: RE2 folds the Kelvin sign into k, `lower` does not.
        if not literal or "i" in test.flags:
            return search
        return f"({self._constant(literal)} in v{field} and {search})"

    def _constant(self, value: object) -> str:
        """Name a constant, passed by reference."""
        name = f"k{len(self._names)}"
        self._names[name] = value
        return name

    def _field(self, path: str) -> int:
        return self._fields.setdefault(path, len(self._fields))

    def _lower(self, field: int) -> str:
        self._lowered[field] += 1
        return f"<l{field}>"

    def _lowering(self, source: str) -> str:
        """Lower-case on the spot what one test needs, and in advance what several need."""
        for field, uses in self._lowered.items():
            lowered = f"v{field}.lower()" if uses == 1 else f"l{field}"
            source = source.replace(f"<l{field}>", lowered)
        return source

    def _load(self, path: str, number: int) -> list[str]:
        if not self._on_head:
            lines = [f"  v{number} = find(e, {self._constant(tuple(path.split('.')))})"]
        elif path in SCALARS or path in KEY:
            lines = [f"  v{number} = e.{path}"]
        else:
            msg = f"{path} is not in the head of a record"
            raise ValueError(msg)
        if self._lowered[number] > 1:
            lines.append(f"  l{number} = v{number}.lower() if v{number}.__class__ is str else None")
        return lines
