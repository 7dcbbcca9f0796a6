"""A rule must load, and must find its hits and let its misses pass."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from fireline.core.detection.oracle import holds
from fireline.core.detection.rules import Rule, RuleMistake, load_rules
from fireline.core.plan.mistakes import Code, Mistake
from fireline.core.plan.reading import RuleFolder


def read_rules(
    folders: Sequence[RuleFolder],
) -> tuple[Mapping[str, Rule], Sequence[Mistake]]:
    """Load the rule of each folder, by path, and find every mistake in them and their cases."""
    texts = {folder.path: folder.text for folder in folders if folder.text is not None}
    loaded = load_rules(texts)
    rules = {rule.card.file: rule for rule in loaded.rules}
    mistakes = [_mistake(each) for each in loaded.mistakes]
    broken = {mistake.file for mistake in mistakes}
    for folder in folders:
        mistakes.extend(_form(folder, rules, broken))
        mistakes.extend(_cases(folder, rules.get(folder.path)))
    return rules, mistakes


def _mistake(found: RuleMistake) -> Mistake:
    return Mistake(found.file, found.line, Code.RULE_BROKEN, found.why, found.hint)


def _form(folder: RuleFolder, rules: Mapping[str, Rule], broken: set[str]) -> Iterator[Mistake]:
    if folder.text is None:
        says = f"the folder has no {folder.path.rsplit('/', 1)[-1]}"
        yield Mistake(folder.path, 1, Code.FILE_MISSING, says, "add the rule, or remove its cases")
        return
    if folder.path not in rules and folder.path not in broken:
        yield Mistake(folder.path, 1, Code.RULE_BROKEN, "there is no rule in it", "write one")
    for cases, code, word in (
        (folder.hits, Code.RULE_NO_HIT, "hit"),
        (folder.misses, Code.RULE_NO_MISS, "miss"),
    ):
        if not cases:
            says = f"the rule has no {word} case: nobody knows that it {_USE[word]}"
            fix = f"add an event as rules/{folder.id}/{word}_NAME.json"
            yield Mistake(folder.path, 1, code, says, fix)


_USE = {"hit": "finds anything", "miss": "lets anything pass"}


def _cases(folder: RuleFolder, rule: Rule | None) -> Iterator[Mistake]:
    for wanted, cases in ((True, folder.hits), (False, folder.misses)):
        for path, text in cases.items():
            found = _found(rule, text)
            if isinstance(found, str):
                yield Mistake(path, 1, Code.CASE_BROKEN, found, "write one event as a JSON object")
            elif found is not None and found != wanted:
                says = f"the rule {'misses' if wanted else 'finds'} it"
                fix = "change the rule's condition, or the case"
                yield Mistake(path, 1, Code.RULE_WRONG_VERDICT, says, fix)


def _found(rule: Rule | None, text: str) -> bool | str | None:
    """Say whether a rule finds a case, or what is wrong with the case; `None` without a rule."""
    try:
        event: object = json.loads(text)
        if not isinstance(event, dict):
            return "the case is not a JSON object"
        return None if rule is None else holds(rule.condition, cast("Mapping[str, object]", event))
    except ValueError as error:
        return f"this is not JSON: {error}"
    except RecursionError:
        return "the event is nested too deeply"
