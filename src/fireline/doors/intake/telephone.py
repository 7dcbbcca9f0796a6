"""Phone companies at our door: texts people wrote, keys they pressed, and what became of messages.

No source's token decides here, but the company's own signature over the address it was told to
call. That address begins with FIRELINE_BASE_URL, whatever a proxy made of the request.
"""

from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fireline.core.escalation import callback
from fireline.core.values.refusals import Unavailable
from fireline.doors.intake.desk import IntakeDesk, Turned, body_of, desk_of
from fireline.ports.telephone import Ask, Forged, Knock, Telephone
from fireline.usecases import callers, receipts, replies
from fireline.usecases.callers import NonceSpent

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 200


async def answer(request: Request) -> Response:
    """Answer one call of a phone company, in its own XML or with nothing."""
    desk = desk_of(request)
    company = desk.telephones.get(request.path_params["company"])
    ask = _ask(request.path_params["ask"])
    if company is None or ask is None:
        raise Turned(HTTPStatus.UNAUTHORIZED, "No phone company of this name is set up here.")
    body = (await body_of(request, MAX_BODY_BYTES)).decode("utf-8", "replace")
    knock = _knock(request, desk, ask, body)
    proof = company.prove(knock)
    if isinstance(proof, Forged):
        raise Turned(
            HTTPStatus.UNAUTHORIZED, f"This did not come from {company.name}: {proof.why}."
        )
    if proof.nonce:
        await _spend(desk, company, proof.nonce, body)
    key = callback.opened(request.path_params.get("about", "")) or ""
    match ask:
        case Ask.TEXT:
            return await _text(desk, company, knock)
        case Ask.RECEIPT | Ask.CALL:
            return await _receipt(desk, company, knock, key)
        case Ask.SPEAK | Ask.KEYS:
            return await _call(desk, company, knock, key)


async def _text(desk: IntakeDesk, company: Telephone, knock: Knock) -> Response:
    text = company.text(knock)
    if text is None:
        return _xml(company.write_back("", knock))
    async with desk.transaction() as tx:
        words = await replies.hear_text(tx, company.name, text)
    return _xml(company.write_back(words, knock))


async def _receipt(desk: IntakeDesk, company: Telephone, knock: Knock, key: str) -> Response:
    receipt = company.receipt(knock)
    if receipt is not None:
        async with desk.transaction() as tx:
            await receipts.hear_receipt(tx, company.name, key, receipt)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _call(desk: IntakeDesk, company: Telephone, knock: Knock, key: str) -> Response:
    # That a company asks what to say is how it tells that the call was answered.
    receipt = company.receipt(knock)
    try:
        async with desk.transaction() as tx:
            if receipt is not None:
                await receipts.hear_receipt(tx, company.name, key, receipt)
            if knock.ask is Ask.KEYS:
                words, takes = await replies.press_key(tx, key, company.keys(knock))
            else:
                words, takes = await replies.what_to_say(tx, key)
    except Unavailable:
        # Whoever is on the line hears what happened, not a company's sentence about its errors.
        words, takes = "Fireline could not take this just now. Please try again.", True
    keys_to = callback.address(desk.home, company.name, Ask.KEYS, key) if takes else None
    return _xml(company.say(words, keys_to=keys_to))


async def _spend(desk: IntakeDesk, company: Telephone, nonce: str, body: str) -> None:
    try:
        async with desk.transaction() as tx:
            await callers.spend_nonce(tx, company.name, nonce, body)
    except NonceSpent as spent:
        raise Turned(HTTPStatus.UNAUTHORIZED, str(spent)) from spent


def _knock(request: Request, desk: IntakeDesk, ask: Ask, body: str) -> Knock:
    # As it was written: what was signed is the address before anybody decoded it.
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{desk.home.rstrip('/')}{raw.decode('latin-1')}{query}"
    try:
        form = parse_qsl(body, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as many:
        why = f"A form has {MAX_FIELDS} fields at most."
        raise Turned(HTTPStatus.BAD_REQUEST, why) from many
    return Knock(ask, url, dict(request.headers), form)


def _ask(word: str) -> Ask | None:
    return next((ask for ask in Ask if ask == word), None)


def _xml(text: str) -> Response:
    return Response(text, media_type="text/xml")


ROUTES = (
    Route("/telephone/{company}/{ask}", answer, methods=["POST"]),
    Route("/telephone/{company}/{ask}/{about}", answer, methods=["POST"]),
)
