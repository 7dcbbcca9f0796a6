"""The slow, obvious evaluator: what a rule means, one event at a time.

The matcher must give the same verdict for every rule and event; laws compare the two. Read this
file to learn what a test does; never make it quick.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import assert_never

from fireline.core.detection.fields import leaves, number_of, present, text_of, texts_of
from fireline.core.detection.patterns import expression, has_pattern
from fireline.core.detection.terms import (
    All,
    Any,
    Calendar,
    Compares,
    Exists,
    Field,
    InNetwork,
    Keyword,
    Not,
    Null,
    Number,
    Order,
    Regex,
    SameAs,
    Term,
    Text,
    ValueTest,
)

# A bare number above this is a moment in milliseconds: in seconds it would be the year 5138.
MILLISECONDS_FROM = 100_000_000_000


def holds(term: Term, event: Mapping[str, object]) -> bool:
    """Say whether a condition is true of an event."""
    match term:
        case All(terms):
            return all(holds(part, event) for part in terms)
        case Any(terms):
            return any(holds(part, event) for part in terms)
        case Not(part):
            return not holds(part, event)
        case Field():
            return _field_holds(term, event)
        case Keyword(test):
            return any(passes(test, text) for text in texts_of(event))
        case _:
            assert_never(term)


def _field_holds(field: Field, event: Mapping[str, object]) -> bool:
    values = leaves(event, field.path)
    match field.test:
        case Null():
            return all(value is None for value in values)
        case Exists(wanted):
            return present(event, field.path) is wanted
        case SameAs(path):
            return same(field.test, values, leaves(event, path))
        case test:
            return any(passes(test, value) for value in values)


def same(test: SameAs, values: list[object], others: list[object]) -> bool:
    """Compare each value with each value of the other field, as text, without regard to case."""
    texts = [text_of(value).lower() for value in values if value is not None]
    wanted = [text_of(other).lower() for other in others if other is not None]
    match (test.starts, test.ends):
        case (True, True):
            return any(other in text for text in texts for other in wanted)
        case (True, False):
            return any(text.startswith(other) for text in texts for other in wanted)
        case (False, True):
            return any(text.endswith(other) for text in texts for other in wanted)
        case _:
            return any(text == other for text in texts for other in wanted)


def passes(test: ValueTest, value: object) -> bool:
    """Say whether one value passes a test. Null passes none of these."""
    if value is None:
        return False
    match test:
        case Text():
            return has_pattern(test, text_of(value))
        case Number(number):
            return _is_number(value, number)
        case Regex():
            return expression(test)(text_of(value))
        case InNetwork(network):
            return _in_network(value, network)
        case Compares():
            return _compares(test, value)
        case _:
            assert_never(test)


def _is_number(value: object, number: float) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value == number
    return text_of(value).lower() == str(number)


def _in_network(value: object, network: object) -> bool:
    try:
        address = ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return False
    # An address of the other version is in no network of this one, and `in` says so.
    return address is not None and address in network  # pyright: ignore[reportOperatorIssue] - both network types contain addresses


def _compares(test: Compares, value: object) -> bool:
    if test.of is None:
        number = number_of(value)
    else:
        moment = _moment(value)
        number = None if moment is None else _CALENDAR[test.of](moment)
    if number is None:
        return False
    return _ORDERS[test.order](number, test.bound)


def _moment(value: object) -> datetime | None:
    """Read a moment: ISO 8601, or seconds or milliseconds since 1970. Without a zone it is UTC."""
    number = number_of(value)
    try:
        if number is not None:
            seconds = number / 1000 if number > MILLISECONDS_FROM else number
            return datetime.fromtimestamp(seconds, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None:
            return None
        zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


_ORDERS: dict[Order, Callable[[float, float], bool]] = {
    Order.EQ: operator.eq,
    Order.LT: operator.lt,
    Order.LTE: operator.le,
    Order.GT: operator.gt,
    Order.GTE: operator.ge,
}

_CALENDAR: dict[Calendar, Callable[[datetime], int]] = {
    Calendar.MINUTE: lambda moment: moment.minute,
    Calendar.HOUR: lambda moment: moment.hour,
    Calendar.DAY: lambda moment: moment.day,
    Calendar.WEEK: lambda moment: moment.isocalendar().week,
    Calendar.MONTH: lambda moment: moment.month,
    Calendar.YEAR: lambda moment: moment.year,
}
