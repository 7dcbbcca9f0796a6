"""How bad it is, in the words most sources use. Formats with words of their own have their own."""

from collections.abc import Mapping

from fireline.core.values.priority import Priority

_WORDS = {
    Priority.P1: "critical crit page fatal emergency emerg disaster blocker sev1 sev-1 p1",
    Priority.P2: "high error err major urgent alert severe danger sev2 sev-2 p2",
    Priority.P3: "warning warn medium moderate average normal sev3 sev-3 p3",
    Priority.P4: "low minor notice ticket sev4 sev-4 p4",
    Priority.P5: "info information informational none debug ok lowest sev5 sev-5 p5",
}
SEVERITIES: Mapping[str, Priority] = {
    word: priority for priority, words in _WORDS.items() for word in words.split()
}
