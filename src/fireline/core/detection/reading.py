"""From pySigma's parsed condition to our own terms.

pySigma knows the syntax of Sigma and its modifiers; from here on only our terms are used. What we
cannot honour exactly is refused, never approximated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
    TimestampPart,
)

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
    Test,
    Text,
    ValueTest,
    Wild,
    all_of,
    any_of,
    negated,
)
from fireline.core.values.refusals import Kind, Refusal

MAX_CONDITION_DEPTH = 64

Placeholders = Mapping[str, Sequence[str]]


class RuleUnsupported(Refusal):
    """A rule asks for something this engine cannot honour."""

    kind = Kind.INVALID
    code = "rule.unsupported"


def term_of(condition: object, placeholders: Placeholders, depth: int = 0) -> Term:
    """Turn one parsed condition into a term."""
    if depth > MAX_CONDITION_DEPTH:
        msg = f"the condition is nested more than {MAX_CONDITION_DEPTH} deep"
        raise RuleUnsupported(msg)
    match condition:
        case ConditionAND():
            return all_of(term_of(part, placeholders, depth + 1) for part in condition.args)
        case ConditionOR():
            return any_of(term_of(part, placeholders, depth + 1) for part in condition.args)
        case ConditionNOT():
            return negated(term_of(condition.args[0], placeholders, depth + 1))
        case ConditionFieldEqualsValueExpression():
            return _field(condition.field, condition.value, placeholders)
        case ConditionValueExpression():
            return _keyword(condition.value, placeholders)
        case _:
            msg = f"the condition holds a {type(condition).__name__}, which is not supported"
            raise RuleUnsupported(msg)


def _field(path: str, value: SigmaType, placeholders: Placeholders) -> Term:
    match value:
        case SigmaExpansion():
            return any_of(_field(path, each, placeholders) for each in value.values)
        case SigmaString():
            return any_of(Field(path, text) for text in _texts(value, placeholders))
        case SigmaRegularExpression():
            return any_of(Field(path, regex) for regex in _regexes(value, placeholders))
        case _:
            return Field(path, _field_test(value))


def _field_test(value: SigmaType) -> Test:
    match value:
        case SigmaNull():
            return Null()
        case SigmaExists():
            return Exists(value.exists)
        case SigmaFieldReference():
            return SameAs(value.field, value.starts_with, value.ends_with)
        case _:
            return _value_test(value)


def _value_test(value: SigmaType) -> ValueTest:
    match value:
        case SigmaBool():
            return Text(("true" if value.boolean else "false",))
        case SigmaTimestampPart():  # before SigmaNumber, which it extends
            return Compares(Order.EQ, value.number, _CALENDAR[value.timestamp_part])
        case SigmaNumber():
            return Number(value.number)
        case SigmaCIDRExpression():
            return InNetwork(value.network)
        case SigmaCompareExpression():
            return _comparison(value)
        case _:
            msg = f"a field is compared with a {type(value).__name__}, which is not supported"
            raise RuleUnsupported(msg)


def _comparison(value: SigmaCompareExpression) -> Compares:
    order = _ORDERS.get(value.op)
    if order is None:
        msg = f"the comparison {value.op.name.lower()} is not supported"
        raise RuleUnsupported(msg, hint="use the modifier neq, or not in the condition")
    number = value.number
    part = _CALENDAR[number.timestamp_part] if isinstance(number, SigmaTimestampPart) else None
    return Compares(order, number.number, part)


def _keyword(value: SigmaType, placeholders: Placeholders) -> Term:
    match value:
        case SigmaExpansion():
            return any_of(_keyword(each, placeholders) for each in value.values)
        case SigmaString():
            return any_of(Keyword(_anywhere(text)) for text in _texts(value, placeholders))
        case SigmaRegularExpression():
            return any_of(Keyword(regex) for regex in _regexes(value, placeholders))
        case SigmaNumber() if not isinstance(value, SigmaTimestampPart):
            return Keyword(_anywhere(Text((str(value.number),))))
        case SigmaBool():
            return Keyword(_anywhere(Text(("true" if value.boolean else "false",))))
        case _:
            msg = f"a {type(value).__name__} needs a field; as a keyword it means nothing"
            raise RuleUnsupported(msg)


def _anywhere(text: Text) -> Text:
    parts = list(text.parts)
    if not parts or parts[0] is not Wild.MANY:
        parts.insert(0, Wild.MANY)
    if parts[-1] is not Wild.MANY or len(parts) == 1:
        parts.append(Wild.MANY)
    return Text(tuple(parts), text.cased)


def _texts(value: SigmaString, placeholders: Placeholders) -> list[Text]:
    cased = isinstance(value, SigmaCasedString)
    filled = value.replace_placeholders(lambda place: _filling(place, placeholders))
    return [Text(tuple(_part(part) for part in text.s if part != ""), cased) for text in filled]


def _part(part: object) -> str | Wild:
    match part:
        case SpecialChars.WILDCARD_MULTI:
            return Wild.MANY
        case SpecialChars.WILDCARD_SINGLE:
            return Wild.ONE
        case str():
            return _encodable(part)
        case _:
            msg = f"the text holds {part!r}, which is not supported"
            raise RuleUnsupported(msg)


def _encodable(text: str) -> str:
    """Refuse half surrogate pairs: no log in UTF-8 has them, and RE2 cannot look for them."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        msg = f"the text {text!r} holds half a surrogate pair"
        raise RuleUnsupported(msg, hint="write the character itself")
    return text


def _regexes(value: SigmaRegularExpression, placeholders: Placeholders) -> list[Regex]:
    flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
    filled = value.regexp.replace_placeholders(
        # A placeholder's value is text, not an expression.
        lambda place: (re.escape(each) for each in _filling(place, placeholders))
    )
    return [Regex(_encodable(text.to_plain(regex=True)), flags) for text in filled]


def _filling(place: Placeholder, placeholders: Placeholders) -> Iterator[str]:
    if place.name not in placeholders:
        msg = f"the placeholder %{place.name}% has no value"
        raise RuleUnsupported(msg, hint="give it a value, or write the values in the rule")
    yield from placeholders[place.name]


def _letter(flag: SigmaRegularExpressionFlag) -> str:
    match flag:
        case SigmaRegularExpressionFlag.IGNORECASE:
            return "i"
        case SigmaRegularExpressionFlag.MULTILINE:
            return "m"
        case SigmaRegularExpressionFlag.DOTALL:
            return "s"
        case _:
            assert_never(flag)


_FLAGS = {flag: _letter(flag) for flag in SigmaRegularExpressionFlag}
_CALENDAR = {part: Calendar[part.name] for part in TimestampPart}
_ORDERS = {
    CompareOperators.LT: Order.LT,
    CompareOperators.LTE: Order.LTE,
    CompareOperators.GT: Order.GT,
    CompareOperators.GTE: Order.GTE,
}
