"""The adapter `check.py` of the detection corpus asks for: fireline's rules and matcher, bare."""

from collections.abc import Mapping

from fireline.core.detection.matcher import Matcher
from fireline.core.detection.rules import load_rules


class RefusedRules(ValueError):  # noqa: N818 - it says which rules
    """At least one of the rules was refused; the message lists every mistake."""


class Engine:
    """Rules ready to match, as the corpus wants to call them."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def match(self, event: Mapping[str, object]) -> list[str]:
        """List the ids of the rules that match an event."""
        return [str(rule) for rule in self._matcher.match(event)]


def load(texts: list[str]) -> Engine:
    """Read Sigma documents; refuse them all if one is refused."""
    loaded = load_rules({f"rule-{number}.yml": text for number, text in enumerate(texts)})
    if loaded.mistakes:
        raise RefusedRules("\n".join(str(mistake) for mistake in loaded.mistakes))
    return Engine(Matcher(loaded.rules))
