"""Matchers as Prometheus' Alertmanager has them: a label is, is not, matches, does not match.

https://prometheus.io/docs/alerting/latest/configuration/#matcher says what they mean. A label that
is not there counts as empty. Where one of fireline's labels has several values (tags, hosts), a
matcher that says what a label is wants one of them, one that says what it is not wants none.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from sigma.policy import default_policy

from fireline.core.detection.patterns import Searches, expression, literal_in
from fireline.core.detection.terms import Regex
from fireline.core.values.refusals import Kind, Refusal

MAX_NAME = 256
MAX_VALUE = 2_000
MAX_EXPANDED = 200
_REMEMBERED = 4_096
_WRITTEN = re.compile(r"\s*([^\s=!~\"{},]+)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_LITERAL = re.compile(r"[\w:/@=,;%&!~<>\"' -]*(\|[\w:/@=,;%&!~<>\"' -]*)*")


class BadMatcher(Refusal):
    """A matcher that cannot be understood."""

    kind = Kind.INVALID
    code = "silence.bad_matcher"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One wish about one label. A regular expression must match the whole value."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def __str__(self) -> str:
        sign = {(True, True): "=~", (True, False): "!~", (False, True): "=", (False, False): "!="}
        quoted = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.name}{sign[self.is_regex, self.is_equal]}"{quoted}"'

    def fits(self, values: Collection[str]) -> bool:
        """Say whether a label with these values is meant; none at all counts as empty."""
        for value in values or ("",):
            if self._is(value):
                return self.is_equal
        return not self.is_equal

    def _is(self, value: str) -> bool:
        return _whole(self.value)(value) if self.is_regex else value == self.value

    @property
    def fits_nothing_in_particular(self) -> bool:
        """Whether a label that is not there fits too: such a matcher alone picks out little."""
        return self.fits(())

    @property
    def literals(self) -> frozenset[str] | None:
        """The values that fit, where they can be listed: what an index looks up."""
        if not self.is_equal:
            return None
        if not self.is_regex:
            return frozenset({self.value})
        if not _LITERAL.fullmatch(self.value):
            return None
        values = frozenset(self.value.split("|"))
        return values if len(values) <= MAX_EXPANDED else None


def checked(matcher: Matcher) -> Matcher:
    """Return a matcher that can be used, or refuse it with the reason."""
    if not matcher.name or len(matcher.name) > MAX_NAME:
        msg = f"A matcher names a label of 1 to {MAX_NAME} characters."
        raise BadMatcher(msg, hint='Write one such as host="web-1".')
    if len(matcher.value) > MAX_VALUE:
        msg = f"The value of the matcher on {matcher.name} is longer than {MAX_VALUE} characters."
        raise BadMatcher(msg)
    if "\x00" in matcher.name + matcher.value:
        msg = "A matcher holds no NUL characters."
        raise BadMatcher(msg)
    if matcher.is_regex:
        _compiles(matcher)
    return matcher


def matcher_from(written: str) -> Matcher:
    """Read a matcher as amtool writes them: `a=b`, `a!=b`, `a=~b`, `a!~b`; quotes are optional.

    Raises BadMatcher.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        msg = f"{written[:80]!r} is not a matcher."
        raise BadMatcher(msg, hint="Write NAME=VALUE, NAME!=VALUE, NAME=~REGEX or NAME!~REGEX.")
    name, sign, value = found.groups()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\([\\\"])", r"\1", value[1:-1])
    return checked(Matcher(name, value, is_regex="~" in sign, is_equal=sign[0] != "!"))


def _compiles(matcher: Matcher) -> None:
    try:
        _whole(matcher.value)("")
    except default_policy.regex_engine.error as wrong:
        why = wrong.args[0] if wrong.args else ""
        said = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        msg = f"{matcher.value[:80]!r} is not a regular expression: {said}"
        raise BadMatcher(
            msg, hint="RE2's syntax, as in Prometheus; it has no look-around."
        ) from wrong


@lru_cache(maxsize=_REMEMBERED)
def _whole(written: str) -> Searches:
    search = expression(Regex(rf"\A(?:{written})\z"))
    sure = literal_in(Regex(written))
    return (lambda text: sure in text and search(text)) if sure else search
