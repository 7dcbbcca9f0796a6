"""Draw assets in the terminal: lists, one alone, its history, its owner, and its links."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from fireline.doors.cli.terminal import harmless, moment, say, say_section, say_table

_MOST_OF_A_VALUE = 160
_MOST_DIFFERENCES = 20


def draw_assets(page: Any) -> None:
    """Draw a page of a list, and how to go on."""
    say_table(
        ("asset", "name", "kind", "account", "region", "service", "cost", "changed"),
        (
            (
                one["ref"]["id"],
                one["name"] if one["name"] != one["ref"]["id"] else "",
                _kind(one["ref"]),
                one["ref"]["account"],
                one["ref"]["region"] or "global",
                one["service"] or "nobody's",
                _cost(one),
                f"gone {moment(one['gone_at'])}" if one["gone_at"] else moment(one["changed_at"]),
            )
            for one in page["items"]
        ),
        empty=(
            "No asset fits. Is an account looked at? `fireline cloud list`. What could not be"
            " looked at: `fireline assets coverage`."
        ),
    )
    if page["next"]:
        say(f"There are more: --after {page['next']}")


def draw_counts(counts: Any) -> None:
    """Draw how many assets of each kind there are."""
    total, nobodys = sum(one["assets"] for one in counts), sum(one["unowned"] for one in counts)
    say_table(
        ("kind", "account", "region", "assets", "nobody's"),
        (
            (_kind(one), one["account"], one["region"] or "global", one["assets"], one["unowned"])
            for one in counts
        ),
        empty="No assets yet. Add an account: fireline cloud add ACCOUNT",
    )
    if counts:
        say(f"{total} assets, {nobodys} of them nobody's.")


def draw_one(asset: Any) -> None:
    """Draw everything that is known of an asset."""
    line = asset["line"]
    ref = line["ref"]
    say(f"{line['name'] or ref['id']}  {_kind(ref)}{'  GONE' if line['gone_at'] else ''}")
    owner = f"{line['service']}, team {asset['team'] or '-'}" if line["service"] else "nobody"
    facts = {
        "id": ref["id"],
        "ARN": line["arn"] or "-",
        "account": ref["account"],
        "region": ref["region"] or "global",
        "owner": f"{owner} ({line['owner_reason']})",
        "cost this month": _cost(line) or "not known",
        "first seen": moment(line["first_seen"]),
        "last seen": moment(line["last_seen"]),
        "changed": moment(line["changed_at"]),
    }
    if line["gone_at"]:
        facts["gone"] = moment(line["gone_at"])
    say_section("What it is", (f"{name}: {value}" for name, value in facts.items()))
    if line["doubt"]:
        say_section("What is known may be old", (line["doubt"],))
    say_section("Could not be read", (f"{name}: {why}" for name, why in line["unread"].items()))
    say_section("Tags", (f"{name}={value}" for name, value in line["tags"].items()))
    say_section("Linked with", (_related(one) for one in asset["related"]))
    say_section("Configuration", json.dumps(asset["config"], indent=2).splitlines())
    say_section("Latest changes", (_happened(one) for one in asset["history"]))


def draw_history(page: Any) -> None:
    """Draw versions, each with what changed."""
    line = page["asset"]
    say(f"{line['name'] or line['ref']['id']}  {_kind(line['ref'])}")
    for version in page["items"]:
        lines = [_difference(one) for one in version["differences"]]
        more = len(lines) - _MOST_DIFFERENCES
        rest = [f"and {more} more; --json has them all"] if more > 0 else []
        say()
        say(_happened(version))
        for each in (*lines[:_MOST_DIFFERENCES], *rest):
            say(f"  {each}")
    if page["next"]:
        say()
        say(f"There are earlier ones: --before {page['next']}")


def draw_owner(duty: Any) -> None:
    """Draw whose an asset is and who is told first now."""
    if duty["service"] is None:
        say(f"It is nobody's: {duty['reason']}.")
        say("A service in the plan claims it by its account, its kind and id, or a tag.")
        return
    name = f" ({duty['service_name']})" if duty["service_name"] else ""
    say(f"service: {duty['service']}{name}")
    say(f"team: {duty['team'] or '-'}")
    say(f"why: {duty['reason']}")
    people = ", ".join(f"{one['name']} ({one['reason']})" for one in duty["on_call"])
    say(f"on call now: {people or 'nobody'}")


def draw_relations(view: Any) -> None:
    """Draw what an asset is linked with: a branch for each, the first time it is met."""
    nodes = {one["key"]: one for one in view["nodes"]}
    linked: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for edge in view["edges"]:
        linked[edge["start"]].append((f"{edge['relation']} ->", edge["end"]))
        linked[edge["end"]].append((f"<- {edge['relation']}", edge["start"]))
    root = view["nodes"][0]
    tree = Tree(Text(_node(root)))
    if not view["edges"]:
        say(f"{_node(root)} is linked with nothing that is known.")
        return
    _grow(tree, root["key"], nodes, linked)
    width = None if Console().is_terminal else 160
    Console(width=width, highlight=False, markup=False, emoji=False).print(tree)
    if view["cut"]:
        say("There is more than is shown here.")


def draw_coverage(lines: Any, *, everything: bool) -> None:
    """Draw what could not be looked at and why; `everything` draws what could be, too."""
    troubled = [one for one in lines if not one["looked"]]
    if not lines:
        say("Nobody has looked yet. Add an account: fireline cloud add ACCOUNT")
        return
    say(f"{len(troubled)} of {len(lines)} listings could not be looked at.")
    seen = [one["looked_at"] for one in lines if one["looked_at"]]
    if seen:
        say(f"The oldest look that could be made: {moment(min(seen))}.")
    reasons = Counter(one["why"] for one in troubled)
    say_section("Why", (f"{why}: {parts}" for why, parts in reasons.most_common()))
    shown = lines if everything else troubled
    if shown:
        say()
        say_table(
            ("account", "region", "listing", "how it ended", "last looked at", "what was said"),
            (
                (
                    one["account"],
                    one["region"] or "global",
                    one["listing"],
                    "looked" if one["looked"] else f"could not look: {one['why']}",
                    moment(one["looked_at"]) if one["looked_at"] else "never",
                    one["said"],
                )
                for one in shown
            ),
            empty="",
        )


Links = Mapping[str, Sequence[tuple[str, str]]]


def _grow(tree: Tree, root: str, nodes: Mapping[str, Any], linked: Links) -> None:
    met = {root}
    ring = [(tree, root)]
    while ring:
        following: list[tuple[Tree, str]] = []
        for branch, key in ring:
            for relation, other in linked.get(key, ()):
                if other not in met:
                    met.add(other)
                    label = Text(harmless(f"{relation} {_node(nodes[other])}"))
                    following.append((branch.add(label), other))
        ring = following


def _node(node: Any) -> str:
    ref = node["ref"]
    state = " (gone)" if node["gone"] else "" if node["id"] else " (not in the inventory)"
    name = f" {node['name']}" if node["name"] and node["name"] != ref["id"] else ""
    return harmless(f"{_kind(ref)} {ref['id']}{name}{state}")


def _related(one: Any) -> str:
    arrow = f"{one['relation']} ->" if one["outward"] else f"<- {one['relation']}"
    return f"{arrow} {_node(one)}"


def _happened(version: Any) -> str:
    who = version["who"] or "not known who"
    call = f" by {version['call']}" if version["call"] else ""
    at = moment(version["called_at"] or version["seen_at"])
    return f"{version['version']}. {version['happened']} {at}, {who}{call}"


def _difference(one: Any) -> str:
    match one["became"]:
        case "added":
            return f"+ {one['path']}: {_value(one['after'])}"
        case "removed":
            return f"- {one['path']}: {_value(one['before'])}"
        case _:
            return f"~ {one['path']}: {_value(one['before'])} -> {_value(one['after'])}"


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_OF_A_VALUE else f"{text[:_MOST_OF_A_VALUE]}..."


def _kind(ref: Mapping[str, Any]) -> str:
    return str(ref["kind"]).removeprefix("aws.")


def _cost(line: Mapping[str, Any]) -> str:
    cost = line["cost"]
    return f"{float(cost['amount']):.2f} {cost['currency']}" if cost else ""
