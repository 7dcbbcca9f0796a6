"""Random conditions and events over few names and few texts, so that they often meet."""

from ipaddress import ip_network

from hypothesis import strategies as st

from fireline.core.detection.finding import RuleCard
from fireline.core.detection.rules import LogSource, Rule
from fireline.core.detection.terms import (
    Calendar,
    Compares,
    Exists,
    Field,
    InNetwork,
    Keyword,
    Null,
    Number,
    Order,
    Regex,
    SameAs,
    Term,
    Text,
    Wild,
    all_of,
    any_of,
    negated,
)
from fireline.core.values.ids import RuleId
from fireline.core.values.priority import Level

PATHS = (
    "eventSource",
    "eventName",
    "errorCode",
    "readOnly",
    "sourceIPAddress",
    "userIdentity.type",
    "userIdentity.arn",
    "userIdentity",
    "requestParameters",
    "requestParameters.a",
    "requestParameters.a.b",
    "eventTime",
    "list.of.things",
)
TEXTS = (
    *("", "a", "A", "ab", "a.b", "Stop", "STOPLOGGING", "iam.amazonaws.com", "5", "05", "true"),
    *(
        "10.1.2.3",
        "::1",
        "2026-03-01T03:15:00Z",
        "İ",
        "\N{LATIN SMALL LETTER LONG S}",
        "\N{KELVIN SIGN}",
        "*",
        "a\nb",
        "\ud800",
        "\x00",
    ),
)

texts = st.sampled_from(TEXTS)
wilds = st.sampled_from([Wild.MANY, Wild.ONE])


def _searchable(text: str) -> bool:
    return text in {"\x00", "a\nb"} or (text != "" and text.isprintable())


@st.composite
def patterns(draw: st.DrawFn) -> Text:
    """Make a pattern as the parser does: literal parts never stand side by side."""
    parts: list[str | Wild] = []
    for part in draw(st.lists(st.one_of(texts.filter(_searchable), wilds), max_size=4)):
        if isinstance(part, str) and parts and isinstance(parts[-1], str):
            parts[-1] += part
        else:
            parts.append(part)
    return Text(tuple(parts), draw(st.booleans()))


regexes = st.builds(
    Regex,
    st.sampled_from(["^a", "a.b", "b$", "top+", "(?:a|b)", "k", "s$", r"\d+", "^$", "ama*zon"]),
    st.sampled_from(["", "i", "m", "s", "ims"]),
)
numbers = st.sampled_from([0, 1, 5, -1, 2.5, 15, 2026])
tests = st.one_of(
    patterns(),
    patterns(),
    st.builds(Number, numbers),
    st.just(Null()),
    st.builds(Exists, st.booleans()),
    regexes,
    st.builds(InNetwork, st.sampled_from([ip_network("10.0.0.0/8"), ip_network("::/0")])),
    st.builds(Compares, st.sampled_from(Order), numbers, st.none() | st.sampled_from(Calendar)),
    st.builds(SameAs, st.sampled_from(PATHS), st.booleans(), st.booleans()),
)
fields = st.builds(Field, st.sampled_from(PATHS), tests)
keywords = st.builds(Keyword, st.one_of(patterns(), regexes))


def _joined(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(inner, min_size=1, max_size=4)
    return st.one_of(
        several.map(lambda terms: all_of(iter(terms))),
        several.map(lambda terms: any_of(iter(terms))),
        inner.map(negated),
    )


terms = st.recursive(st.one_of(fields, fields, fields, keywords), _joined, max_leaves=8)

scalars = st.one_of(texts, texts, st.none(), st.booleans(), numbers)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "a.b", "type", "arn"]), inner, max_size=3),
    ),
    max_leaves=5,
)
# Names as sources write them, and now and then as nobody does.
names = st.one_of(texts, texts, texts, values)
_own = {
    "eventSource": names,
    "eventName": names,
    "errorCode": values,
    "readOnly": values,
    "sourceIPAddress": values,
    "userIdentity": st.one_of(
        st.fixed_dictionaries({}, optional={"type": scalars, "arn": scalars}), values
    ),
    "requestParameters": values,
    "requestParameters.a": values,
    "requestParameters.a.b": values,
    "userIdentity.type": values,
    "eventTime": values,
    "list.of": st.fixed_dictionaries({"things": values}),
    "list": st.lists(st.fixed_dictionaries({}, optional={"of": values, "of.things": values})),
}
events = st.fixed_dictionaries({}, optional=_own)


def as_rule(number: int, condition: Term) -> Rule:
    card = RuleCard(
        id=RuleId(f"rule-{number}"),
        title="",
        description="",
        level=Level.LOW,
        priority=Level.LOW.priority,
        dedup="principal",
        runbook=None,
        tactics=(),
        file="",
    )
    return Rule(card, LogSource("", "", ""), condition)
