"""`fireline drill`: rehearse an incident, follow its story, read its score."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from fireline.doors.cli.client import FAILED, UNREACHABLE, Client, ClientFailed
from fireline.doors.cli.following import follow
from fireline.doors.cli.numbers import Number
from fireline.doors.cli.terminal import (
    AsJson,
    Yes,
    confirmed,
    give_up,
    moment,
    remark,
    say,
    say_section,
    say_table,
    show,
    words,
)

Line = Mapping[str, Any]
Tell = Callable[[Line], None]


@dataclass(frozen=True, slots=True)
class DrillOptions:
    """The drill a person asked for. Without a pace, it runs at its scenario's."""

    scenario: str
    pace: int | None


# Starts a fireline of its own, runs the drill in it, and returns the finished drill as the API
# shows one. It raises ClientFailed or a Refusal when it cannot.
RunAlone = Callable[[DrillOptions, Tell], Mapping[str, Any]]

Scenario = Annotated[str, typer.Argument(metavar="SCENARIO", help="As the plan names it.")]
Pace = Annotated[
    int | None,
    typer.Option(min=1, max=600, help="How much faster than life; its scenario's if not given."),
]


def build_drill_app(run_alone: RunAlone) -> typer.Typer:
    """Return `fireline drill`, with what runs a drill when no fireline is there to run it."""
    drill_app = typer.Typer(no_args_is_help=True, help="Drills: rehearse an incident.")

    @drill_app.command("run")
    def run(
        scenario: Scenario,
        *,
        pace: Pace = None,
        own: Annotated[
            bool, typer.Option("--own", help="Start a fireline for it, even if one runs.")
        ] = False,
        as_json: AsJson = False,
    ) -> None:
        """Run a drill and follow it. Ends with 0 only when it was passed.

        It runs in the fireline that is running; if there is none, in one of its own.
        """
        options = DrillOptions(scenario, pace)
        client = None if own else _reachable()
        tell = _mute if as_json else say_line
        drill = run_alone(options, tell) if client is None else _run_there(client, options, tell)
        show(_verdict(drill), lambda _: draw_score(drill), as_json=as_json)
        _end_with(drill)

    drill_app.command("list")(_list_drills)
    drill_app.command("show")(_show_drill)
    drill_app.command("abort")(_abort)
    drill_app.command("lesson")(_lesson)
    return drill_app


def say_line(line: Line) -> None:
    """Print one line of a story: the second, who, and what."""
    say(f"{line['seconds']:7.1f} s  {line['by']:<18} {line['text']}")


def _list_drills(
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List drills, the newest first."""
    show(Client.from_environment().get("drills", limit=limit), _draw_list, as_json=as_json)


def _show_drill(number: Number, *, as_json: AsJson = False) -> None:
    """Show a drill: the story so far, and the score if it is over."""
    show(Client.from_environment().get(f"drills/{number}"), _draw, as_json=as_json)


def _abort(number: Number, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """End a drill now, without a score."""
    client = Client.from_environment()
    if not yes and not confirmed(f"Abort drill {number}?"):
        give_up(f"Drill {number} goes on.", code=FAILED)
    aborted = client.post(f"drills/{number}/abort")
    show(aborted, lambda drill: say(f"Drill {drill['number']} is over."), as_json=as_json)


def _lesson(
    number: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it changed in the plan.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Write down what a drill changed in the plan, or why nothing had to."""
    drill = Client.from_environment().put(f"drills/{number}/lesson", {"lesson": text})
    show(drill, lambda told: say(f"Drill {told['number']}: {told['lesson']}"), as_json=as_json)


def _reachable() -> Client | None:
    """Return the fireline that is running and knows us; `None` when there is none."""
    try:
        client = Client.from_environment()
        client.get("me")
    except ClientFailed as failed:
        # What an earlier fireline left behind on this machine may mean nothing to a later one.
        if failed.exit_code == UNREACHABLE or not Client.is_named():
            remark("No fireline answers here, so the drill starts its own.")
            return None
        raise
    return client


def _run_there(client: Client, options: DrillOptions, tell: Tell) -> Mapping[str, Any]:
    wanted = {"scenario": options.scenario, "pace": options.pace}
    return follow(client, client.post("drills", wanted)["number"], tell)


def _mute(_: Line) -> None:
    """Say nothing: whoever reads JSON waits for the one document at the end."""


def _verdict(drill: Mapping[str, Any]) -> dict[str, Any]:
    scored: Mapping[str, Any] = drill["score"] or {}
    return {
        "number": drill["number"],
        "scenario": drill["scenario"],
        "state": drill["state"],
        "score": scored.get("score"),
        "passed": bool(scored.get("passed")),
        "contained": bool(scored.get("contained")),
        "seconds": scored.get("seconds"),
        "failed_step": drill["failed_step"],
        "failure": drill["failure"],
        "fails": scored.get("fails", []),
        "steps": drill["steps"],
        "parts": scored.get("parts", []),
        "penalties": scored.get("penalties", []),
        "incident": drill["incident"],
        "alerts": drill["alerts"],
    }


def _end_with(drill: Mapping[str, Any]) -> None:
    scored = drill["score"]
    if scored is None:
        give_up(f"The drill was {drill['state']}, so it has no score.", code=FAILED)
    if scored["passed"]:
        return
    if drill["failed_step"]:
        give_up(
            f"The drill failed at the step {drill['failed_step']}.", drill["failure"], code=FAILED
        )
    because = "; ".join(scored["fails"]) or f"{scored['score']:g} points are too few"
    give_up(f"The drill failed: {because}.", code=FAILED)


def _draw_list(drills: Any) -> None:
    say_table(
        ("drill", "scenario", "state", "started", "score", "failed at"),
        (
            (
                one["number"],
                one["scenario"],
                _state(one),
                moment(one["started_at"]),
                None if one["score"] is None else f"{one['score']:g}",
                one["failed_step"],
            )
            for one in drills
        ),
        empty="No drill was ever run. Begin: fireline drill run leaked-key",
    )


def _state(drill: Any) -> str:
    if drill["passed"] is None:
        return str(drill["state"])
    return "passed" if drill["passed"] else "failed"


def _draw(drill: Any) -> None:
    say(f"Drill {drill['number']}  {drill['title']}  {drill['state']}, pace {drill['pace']}")
    for line in drill["lines"]:
        say_line(line)
    say_section(
        "Steps", (f"{'x' if one['done'] else ' '} {one['sentence']}" for one in drill["steps"])
    )
    say_section(
        "How late records came",
        (
            f"{one['via']}: {one['median']:.1f} s, at most {one['most']:.1f} s"
            for one in drill["lag"]
        ),
    )
    draw_score(drill)
    if drill["lesson"]:
        say(f"Lesson: {drill['lesson']}")


def draw_score(drill: Any) -> None:
    """Print the score of a drill that is over; nothing for one that has none."""
    scored = drill["score"]
    if scored is None:
        return
    say()
    say_table(
        ("objective", "points", "of", "rating", "why"),
        (
            (one["name"], f"{one['points']:g}", f"{one['most']:g}", one["rating"], one["why"])
            for one in scored["parts"]
        ),
        empty="Nothing was scored.",
    )
    say_section(
        "Taken away",
        (
            f"{one['points']:g}  {words(one['name'])}: {one['why']}"
            f"{' (fails the drill)' if one['fails'] else ''}"
            for one in scored["penalties"]
        ),
    )
    how = "passed" if scored["passed"] else "failed"
    shut = "contained" if scored["contained"] else "not contained"
    say()
    say(
        f"Drill {drill['number']} {how}: {scored['score']:g} of 100 in {scored['seconds']:.1f} s; "
        f"the attack was {shut}."
    )
