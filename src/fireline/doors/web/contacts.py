"""One's own notifications: contacts, rules and quiet hours; and whether everybody is reachable."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from uuid import UUID

from starlette.responses import Response

from fireline.core.access.roles import Permission
from fireline.core.escalation.rules import Urgency
from fireline.core.plan.plan import Plan
from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Refusal
from fireline.doors.web.shell import FRESH, Again, Caller, back, page, render
from fireline.usecases import contact_checks, contacts, notifications, own_rules, plans
from fireline.usecases.contacts import Wanted
from fireline.usecases.own_rules import WantedQuiet, rule_from
from fireline.usecases.readiness import readiness
from fireline.usecases.transaction import Tx

PATH = "/account/notifications"
CARD = "fireline.vcf"
# Rows of the form for rules that are empty, so that some can be added without script.
_MORE_ROWS = 2
_WORDS = {
    "phone": "Phone",
    "push": "This browser",
    "email": "E-mail",
    "slack": "Slack",
    "matrix": "Matrix",
    "ntfy": "ntfy",
    "teams": "Teams workflow",
    "webhook": "Webhook",
    "sms": "Text message",
    "voice": "Call",
    "pagerduty": "PagerDuty",
    "splunk": "Splunk On-Call",
    "apprise": "Apprise",
}
_EXAMPLES = {
    "phone": "+4915112345678",
    "email": "dana@example.com",
    "slack": "U012AB3CD, from your Slack profile",
    "matrix": "@dana:example.com",
    "ntfy": "https://ntfy.sh/a-name-nobody-guesses",
    "teams": "the workflow's https:// address",
    "webhook": "https://",
}
# What a form does, and the sentence that says so; a refusal that was counted is returned.
_Work = Callable[[Tx, Plan, PersonId], Awaitable[str | Refusal]]


async def show(caller: Caller) -> Response:
    """Show how one is told, with every form to change it."""
    return await _show(caller, FRESH)


async def add_contact(caller: Caller) -> Response:
    """Add a contact, and send it a code."""
    fields = await caller.fields()
    wanted = Wanted(fields.get("channel", ""), fields.get("address", ""), fields.get("label", ""))

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str:
        by = caller.principal.actor
        row = await contacts.add_contact(tx, plan, person, wanted, by=by)
        if row.verified_at is not None:
            return "It was there, and is verified."
        used = await contact_checks.send_code(tx, plan, person, row.id, by=by)
        return f"A code comes by {_WORDS[used].lower()}. Type it below."

    return await _try(caller, "push" if wanted.channel == "push" else "add", work)


async def send_code(caller: Caller) -> Response:
    """Send a contact a new code."""
    contact, channel = _contact(caller), await caller.field("channel")

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str:
        used = await contact_checks.send_code(
            tx, plan, person, contact, channel=channel, by=caller.principal.actor
        )
        return f"A new code comes by {_WORDS[used].lower()}."

    return await _try(caller, f"code-{contact}", work)


async def verify(caller: Caller) -> Response:
    """Verify a contact by its code."""
    contact, typed = _contact(caller), await caller.field("code")

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str | Refusal:
        del plan
        refused = await contact_checks.verify_contact(
            tx, person, contact, typed, by=caller.principal.actor
        )
        return refused or "It is verified, and used from now on."

    return await _try(caller, f"code-{contact}", work)


async def send_test(caller: Caller) -> Response:
    """Send a test to a contact."""
    contact, channel = _contact(caller), await caller.field("channel")

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str:
        used = await contact_checks.send_test(
            tx, plan, person, contact, channel=channel, by=caller.principal.actor
        )
        return f"A test is on its way by {_WORDS[used].lower()}; how it ends shows here."

    return await _try(caller, f"test-{contact}", work)


async def rename(caller: Caller) -> Response:
    """Give a contact another name."""
    contact, label = _contact(caller), await caller.field("label")

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str:
        del plan
        await contacts.rename_contact(tx, person, contact, label, by=caller.principal.actor)
        return "It has another name."

    return await _try(caller, f"label-{contact}", work)


async def remove(caller: Caller) -> Response:
    """Take a contact away."""
    contact, anyway = _contact(caller), bool(await caller.field("anyway"))

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str:
        await contacts.remove_contact(
            tx, plan, person, contact, anyway=anyway, by=caller.principal.actor
        )
        return "It is removed."

    return await _try(caller, f"remove-{contact}", work)


async def set_rules(caller: Caller) -> Response:
    """Set one's own rules of one urgency, or go back to the plan's."""
    said = str(caller.request.path_params["urgency"])
    if said not in set(Urgency):
        msg = f"Pages are urgent or calm, not {said[:40]}."
        raise own_rules.RuleUnclear(msg)
    urgency = Urgency(said)
    form = await caller.request.form()
    pairs = zip(form.getlist("channel"), form.getlist("after"), strict=False)
    typed = [(str(channel), str(after)) for channel, after in pairs if channel]
    back_to_plan = form.get("do") == "plan"

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str:
        rules = [] if back_to_plan else [rule_from(*pair) for pair in typed]
        wanted = (urgency, rules)
        await own_rules.set_rules(tx, plan, person, wanted, by=caller.principal.actor)
        return "Your own rules hold." if rules else "The plan's rules hold again."

    return await _try(caller, urgency.value, work)


async def set_quiet(caller: Caller) -> Response:
    """Set one's own quiet hours, none at all, or go back to the plan's."""
    fields = await caller.fields()

    async def work(tx: Tx, plan: Plan, person: PersonId) -> str:
        by = caller.principal.actor
        if fields.get("do") == "plan":
            await own_rules.quiet_of_the_plan(tx, plan, person, by=by)
            return "The plan's quiet hours hold again."
        none = fields.get("do") == "none"
        said = (fields.get(name, "").strip() for name in ("start", "end", "zone"))
        wanted = None if none else WantedQuiet(*said)
        await own_rules.set_quiet(tx, plan, person, wanted, by=by)
        return "You have no quiet hours." if none else "Your quiet hours hold."

    return await _try(caller, "quiet", work)


async def card(caller: Caller) -> Response:
    """Give the numbers fireline calls from as a contact card, so that phones let them through."""
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        view = await notifications.look(tx, plan, caller.principal.person)
    if not view.calls_from:
        msg = "This fireline calls nobody."
        raise contacts.ChannelNotSetUp(msg, hint="Set up sms and voice first.")
    # RFC 6350: lines end with CR LF.
    numbers = [f"TEL;VALUE=uri;TYPE=work:tel:{number}" for number in view.calls_from.split()]
    lines = ["BEGIN:VCARD", "VERSION:4.0", "FN:Fireline (pager)", "ORG:Fireline", *numbers]
    body = "\r\n".join([*lines, "END:VCARD", ""])
    headers = {"content-disposition": f'attachment; filename="{CARD}"'}
    return Response(body, media_type="text/vcard", headers=headers)


async def look_at_readiness(caller: Caller) -> Response:
    """Show who may be paged, and what would keep a page from them."""
    async with caller.desk.transaction() as tx:
        view = await readiness(tx, await plans.current(tx))
    return render(caller, "readiness.html", here="on-call", view=view, words=_WORDS)


async def _try(caller: Caller, form: str, work: _Work) -> Response:
    caller.reach(None)
    said: str | Refusal
    try:
        async with caller.desk.transaction() as tx:
            said = await work(tx, await plans.current(tx), caller.principal.person)
    except Refusal as refusal:
        said = refusal
    if isinstance(said, Refusal):
        return await _show(caller, Again(form, await caller.fields(), said))
    return back(PATH, said=said)


async def _show(caller: Caller, again: Again) -> Response:
    caller.reach(None)
    async with caller.desk.transaction() as tx:
        plan = await plans.current(tx)
        view = await notifications.look(tx, plan, caller.principal.person)
        now = tx.now
    return render(
        caller,
        "notifications.html",
        here="",
        topics=(view.topic,),
        status=again.status if again.refusal else HTTPStatus.OK,
        path=PATH,
        view=view,
        again=again,
        now=now,
        words=_WORDS,
        examples=_EXAMPLES,
        urgencies=[(urgency.value, getattr(view, urgency.value)) for urgency in Urgency],
        blank=range(_MORE_ROWS),
        push_key=caller.desk.channels.push_key,
        addable=[one for one in view.addable if one != "push"],
        card=CARD,
    )


def _contact(caller: Caller) -> UUID:
    return caller.request.path_params["contact"]


def _form(path: str, view: Callable[[Caller], Awaitable[Response]]):
    return page(f"{PATH}/{path}", view, Permission.RESPOND, methods=("POST",))


ROUTES = (
    page(PATH, show, Permission.SEE),
    page(f"{PATH}/{CARD}", card, Permission.SEE),
    page("/readiness", look_at_readiness, Permission.SEE),
    _form("contacts", add_contact),
    _form("contacts/{contact:uuid}/code", send_code),
    _form("contacts/{contact:uuid}/verify", verify),
    _form("contacts/{contact:uuid}/test", send_test),
    _form("contacts/{contact:uuid}/label", rename),
    _form("contacts/{contact:uuid}/remove", remove),
    _form("quiet", set_quiet),
    _form("rules/{urgency}", set_rules),
)
