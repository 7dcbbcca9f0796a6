"""How posture is drawn on a terminal."""

from typing import Any

from fireline.doors.cli.terminal import moment, say, say_section, say_table, words

_LEVELS = ("critical", "high", "medium", "low", "informational")
_MOST_EVIDENCE = 2_000


def draw_summary(found: Any) -> None:
    """Draw how everything stands."""
    counts = found["counts"]
    said = ", ".join(f"{counts[level]} {level}" for level in _LEVELS if counts[level])
    excepted = f"; {counts['excepted']} excepted" if counts["excepted"] else ""
    say(f"Open: {said or 'nothing'}{excepted}")
    say()
    say_table(
        ("account", *_LEVELS, "excepted", "pass", "unknown", "judged", "last judged"),
        (
            (
                one["account"],
                *(one["counts"][level] for level in _LEVELS),
                one["counts"]["excepted"],
                one["passing"],
                one["unknown"],
                f"{one['judged']} of {one['assets']} assets",
                moment(one["judged_at"]),
            )
            for one in found["accounts"]
        ),
        empty="No account has been looked at yet: fireline cloud add, then fireline assets look.",
    )
    if found["services"]:
        say()
        say_table(
            ("service", *_LEVELS, "excepted"),
            (
                (
                    one["service"] or "nobody's",
                    *(one["counts"][level] for level in _LEVELS),
                    one["counts"]["excepted"],
                )
                for one in found["services"]
            ),
            empty="",
        )
    if found["unknowns"]:
        say()
        say("Nobody can tell:")
        draw_unknowns(found["unknowns"][:10])


def draw_unknowns(found: Any) -> None:
    """Draw why nobody can tell."""
    say_table(
        ("assets", "account", "signature", "because"),
        ((one["total"], one["account"], one["signature"], one["reason"]) for one in found),
        empty="Everything that was judged could be told.",
    )


def draw_list(page: Any) -> None:
    """Draw findings, one on a line."""
    say_table(
        ("finding", "severity", "what", "asset", "account", "service", "since", "standing"),
        (
            (
                one["number"],
                one["severity"],
                one["title"],
                one["asset"]["name"],
                one["asset"]["account"],
                one["asset"]["service"],
                moment(one["opened_at"]),
                _standing(one),
            )
            for one in page["items"]
        ),
        empty="No findings.",
    )
    if page["next"]:
        say(f"There are more: --after {page['next']}")


def _standing(one: Any) -> str:
    if one["state"] == "resolved":
        return f"resolved: {one['resolution']}"
    if one["excepted"]:
        return f"excepted by {one['excepted']['owner']} until {moment(one['excepted']['until'])}"
    if one["unsure"]:
        return f"open; nobody can tell now: {one['unsure']}"
    return f"open, again ({one['reopened']})" if one["reopened"] else "open"


def draw_story(story: Any) -> None:
    """Draw one finding and all that became of it."""
    one, signature = story["finding"], story["signature"]
    say(f"Finding {one['number']}: {one['title']}")
    asset = one["asset"]
    rows = (
        ("severity", one["severity"]),
        ("standing", _standing(one)),
        ("asset", f"{asset['name']} ({asset['kind']} {asset['known_as']})"),
        ("arn", asset["arn"]),
        ("where", " ".join(part for part in (asset["account"], asset["region"]) if part)),
        ("service", asset["service"] or "nobody's"),
        ("first failed", moment(one["first_failed_at"])),
        ("last judged", moment(one["judged_at"])),
        ("because", one["reason"]),
        ("excepted", one["excepted"] and one["excepted"]["reason"]),
        ("ticket", one["excepted"] and one["excepted"]["ticket"]),
        ("signature", one["signature"]),
    )
    say_table(("", ""), [row for row in rows if row[1]], empty="")
    evidence = (f"{name}: {str(seen)[:_MOST_EVIDENCE]}" for name, seen in one["evidence"].items())
    say_section("Seen", evidence)
    if signature:
        say_section("Why it matters", signature["why"].strip().splitlines())
        say_section("The fix", signature["fix"].strip().splitlines())
        _draw_lists(signature)
    say_section("What became of it", [_turned(turn) for turn in story["history"]])


def _draw_lists(signature: Any) -> None:
    if signature["runbook"]:
        say_section("Runbook", [signature["runbook"]])
    if signature["automatic"]:
        say_section("May be mended by itself", [signature["automatic"]])
    say_section("CIS", signature["cis"])
    say_section("ATT&CK", signature["attack"])


def _turned(turn: Any) -> str:
    was = f"{turn['was']} → {turn['became']}" if turn["was"] else turn["became"]
    who = f", by {turn['actor']} with {turn['call']}" if turn["actor"] else ""
    first = " (at the first look)" if turn["baseline"] else ""
    return f"{moment(turn['at'])}  {words(turn['turn'])}: {was}{first}{who}. {turn['reason']}"


def draw_drift(page: Any) -> None:
    """Draw what got worse, better or unknown."""
    say(f"Since {moment(page['since'])}")
    say_table(
        ("account", "service", "worse", "of them again", "better", "unknown"),
        (
            (
                one["account"],
                one["service"] or "nobody's",
                one["opened"] + one["reopened"],
                one["reopened"],
                one["resolved"],
                one["unsure"],
            )
            for one in page["counts"]
        ),
        empty="Nothing changed.",
    )
    if not page["items"]:
        return
    say()
    say_table(
        ("when", "turn", "severity", "what", "asset", "finding", "by"),
        (
            (
                moment(one["at"]),
                words(one["turn"]),
                one["severity"],
                one["title"],
                one["asset"],
                one["finding"],
                f"{one['actor']} {one['call']}".strip(),
            )
            for one in page["items"]
        ),
        empty="",
    )
    if page["next"]:
        say(f"There are earlier ones: --before {page['next']}")


def draw_signatures(found: Any) -> None:
    """Draw signatures, one on a line."""
    say_table(
        ("signature", "severity", "fail", "excepted", "pass", "unknown", "alerts", "what"),
        (
            (
                one["id"],
                one["severity"],
                one["failing"],
                one["excepted"],
                one["passing"],
                one["unknown"],
                "yes" if one["alert"] else "no",
                one["title"],
            )
            for one in found
        ),
        empty="The plan runs no signatures.",
    )


def draw_signature(one: Any) -> None:
    """Draw one signature."""
    say(f"{one['id']}: {one['title']}")
    rows = (
        ("severity", one["severity"]),
        ("of", one["kind"]),
        ("alerts", "yes" if one["alert"] else "no"),
        ("fail", one["failing"]),
        ("of them excepted", one["excepted"]),
        ("pass", one["passing"]),
        ("unknown", one["unknown"]),
        ("needs to be read", ", ".join(one["needs"])),
        ("Prowler's checks", ", ".join(one["prowler"])),
    )
    say_table(("", ""), rows, empty="")
    say_section("Why it matters", one["why"].strip().splitlines())
    say_section("The fix", one["fix"].strip().splitlines())
    _draw_lists(one)
    if one["applies"]:
        say_section("It is for what fits", one["applies"].strip().splitlines())
    say_section("It fails when", one["fails"].strip().splitlines())
