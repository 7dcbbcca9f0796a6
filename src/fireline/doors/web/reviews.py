"""The review of an incident: what people write on one side, what the facts say on the other."""

from collections.abc import Iterator
from datetime import date

from starlette.datastructures import FormData
from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.reviews.review import WHYS, Draft, FollowUp, FollowUpKind
from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Refusal
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import incidents, plans, reviews
from fireline.usecases.reviews import ReviewView, WrittenMeanwhile

_FORM = "review"
_SPARE_ROWS = 2
LISTS = (
    ("factors", "What contributed", "Conditions, not people."),
    ("went_well", "What went well", ""),
    ("surprises", "What surprised us", ""),
    ("questions", "Still open", ""),
    ("insights", "Insights", "At least one; it is why reviews exist."),
)


async def review(caller: Caller) -> Response:
    """Show the review with what it lacks."""
    return await _show(caller, FRESH, None)


async def write(caller: Caller) -> Response:
    """Save a draft. When somebody saved another meanwhile, show both."""
    number: int = caller.request.path_params["number"]
    form = await caller.request.form()
    typed = _draft(form)
    version = _text(form, "version")
    try:
        async with caller.desk.transaction() as tx:
            found = await incidents.find_incident(tx, number)
            caller.reach(found.drill)
            await reviews.write_review(
                tx,
                found.id,
                typed,
                version=int(version) if version.isdecimal() else 0,
                by=caller.principal.actor,
            )
    except Refusal as refusal:
        return await _show(caller, Again(_FORM, {}, refusal), typed)
    return back(f"/incidents/{number}/review", said="Saved.")


async def close(caller: Caller) -> Response:
    """Close a review that lacks nothing."""
    number: int = caller.request.path_params["number"]
    try:
        async with caller.desk.transaction() as tx:
            found = await incidents.find_incident(tx, number)
            caller.reach(found.drill)
            await reviews.close_review(tx, found.id, by=caller.principal.actor)
    except Refusal as refusal:
        return await _show(caller, Again("close", {}, refusal), None)
    return back(f"/incidents/{number}/review", said="The review is closed.")


async def _show(caller: Caller, again: Again, typed: Draft | None) -> Response:
    """Render the review. A refused draft stays in the form, with the stored one beside it."""
    number: int = caller.request.path_params["number"]
    async with caller.desk.transaction() as tx:
        found = await incidents.find_incident(tx, number)
        caller.reach(found.drill)
        plan = await plans.of(tx, found.plan_revision)
        view = await reviews.find_review(tx, plan, number)
        now = tx.now
    draft = typed or view.draft
    spare = FollowUp(FollowUpKind.PREVENT, "")
    return render(
        caller,
        "review.html",
        here="incidents",
        topics=(f"incident:{found.id}",),
        status=again.status,
        again=again,
        view=view,
        draft=draft,
        theirs=_theirs(view, draft) if isinstance(again.refusal, WrittenMeanwhile) else (),
        whys=[*draft.whys, *[""] * WHYS][: max(WHYS, len(draft.whys))],
        lists=[(*each, getattr(draft, each[0])) for each in LISTS],
        rows=[*draft.follow_ups, *[spare] * _SPARE_ROWS],
        kinds=tuple(FollowUpKind),
        people=sorted(plan.people),
        now=now,
    )


def _theirs(view: ReviewView, typed: Draft) -> tuple[tuple[str, str], ...]:
    """List the fields in which the stored draft differs from what was typed."""
    stored = view.draft
    names = ("summary", "impact", "detection", "whys", *(each[0] for each in LISTS))
    told = [
        (name, _told(getattr(stored, name)))
        for name in names
        if getattr(stored, name) != getattr(typed, name)
    ]
    before = "\n".join(each.text for each in stored.follow_ups)
    after = "\n".join(each.text for each in typed.follow_ups)
    return (*told, ("follow-ups", before)) if before != after else tuple(told)


def _told(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _draft(form: FormData) -> Draft:
    owner, facilitator = _text(form, "owner"), _text(form, "facilitator")
    return Draft(
        summary=_text(form, "summary"),
        impact=_text(form, "impact"),
        detection=_text(form, "detection"),
        whys=tuple(why for why in _texts(form, "why") if why),
        factors=_lines(form, "factors"),
        went_well=_lines(form, "went_well"),
        surprises=_lines(form, "surprises"),
        questions=_lines(form, "questions"),
        insights=_lines(form, "insights"),
        owner=PersonId(owner) if owner else None,
        facilitator=PersonId(facilitator) if facilitator else None,
        follow_ups=tuple(_follow_ups(form)),
    )


def _follow_ups(form: FormData) -> Iterator[FollowUp]:
    columns = [_texts(form, f"follow_{name}") for name in ("kind", "text", "owner", "due")]
    for kind, text, owner, due in zip(*columns, strict=False):
        if text:
            person = PersonId(owner) if owner else None
            yield FollowUp(_kind(kind), text, person, _date(due))


def _kind(value: str) -> FollowUpKind:
    return FollowUpKind(value) if value in set(FollowUpKind) else FollowUpKind.PREVENT


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _text(form: FormData, name: str) -> str:
    return next(iter(_texts(form, name)), "")


def _texts(form: FormData, name: str) -> list[str]:
    values = form.getlist(name)
    # Browsers send line ends as CR LF; what was typed has none.
    return [each.replace("\r\n", "\n").strip() if isinstance(each, str) else "" for each in values]


def _lines(form: FormData, name: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in _text(form, name).split("\n") if line.strip())


ROUTES = (
    page("/incidents/{number:int}/review", review, Permission.SEE),
    page("/incidents/{number:int}/review", write, Permission.RESPOND, methods=("POST",)),
    page("/incidents/{number:int}/review/close", close, Permission.RESPOND, methods=("POST",)),
)
