"""Coming in and going out: the first admin, signing in by password or by a one-time link."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fireline.core.access.roles import Permission
from fireline.core.values.ids import PersonId
from fireline.core.values.refusals import Refusal
from fireline.core.values.secret import Secret
from fireline.doors.gate import SESSION_COOKIE
from fireline.doors.problems import STATUS
from fireline.doors.web.shell import Caller, Desk, page, render_outside
from fireline.usecases import access, plans
from fireline.usecases.access import NotAdmitted, SignedIn


async def sign_in(request: Request) -> Response:
    """Show the form, or take a name and a password."""
    if request.method != "POST":
        return _form(request, "")
    person, password = await _fields(request, "person", "password")
    desk: Desk = request.app.state.desk
    async with desk.transaction() as tx:
        answer = await access.sign_in(
            tx, PersonId(person), password=Secret(password), address=_address(request)
        )
    return _in(request, answer) if isinstance(answer, SignedIn) else _form(request, answer.why)


async def sign_in_once(request: Request) -> Response:
    """Show a button, because mail programs open links; pressing it uses the link up."""
    if request.method != "POST":
        return render_outside("sign_in_once.html", why="")
    desk: Desk = request.app.state.desk
    token = Secret(request.path_params["token"])
    async with desk.transaction() as tx:
        answer = await access.use_sign_in_link(tx, token, address=_address(request))
    if isinstance(answer, NotAdmitted):
        return render_outside("sign_in_once.html", why=answer.why, status=HTTPStatus.FORBIDDEN)
    return _in(request, answer)


async def first_run(request: Request) -> Response:
    """Make the first admin, with the link that `fireline up` printed."""
    desk: Desk = request.app.state.desk
    async with desk.transaction() as tx:
        people = sorted((await plans.current(tx)).people)
    if request.method != "POST":
        return render_outside("first_run.html", why="", person="", people=people)
    person, password = await _fields(request, "person", "password")
    try:
        async with desk.transaction() as tx:
            made = await access.create_first_admin(
                tx,
                Secret(request.path_params["token"]),
                person=PersonId(person),
                password=Secret(password),
                address=_address(request),
            )
    except Refusal as refusal:
        shown = {"why": str(refusal), "person": person, "people": people}
        return render_outside("first_run.html", status=STATUS[refusal.kind], **shown)
    return _in(request, made)


async def sign_out(caller: Caller) -> Response:
    """End this session."""
    session = caller.request.cookies.get(SESSION_COOKIE)
    if session:
        async with caller.desk.transaction() as tx:
            await access.sign_out(tx, Secret(session))
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def _form(request: Request, why: str) -> Response:
    status = HTTPStatus.FORBIDDEN if why else HTTPStatus.OK
    return render_outside("sign_in.html", status=status, why=why, onward=_onward(request))


def _in(request: Request, signed_in: SignedIn) -> Response:
    answer = RedirectResponse(_onward(request), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        SESSION_COOKIE,
        signed_in.token.reveal(),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


def _onward(request: Request) -> str:
    """Return where the person wanted to go; never to another site."""
    wanted = request.query_params.get("next", "/")
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if inside else "/"


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


async def _fields(request: Request, *names: str) -> list[str]:
    form = await request.form()
    values = [form.get(name, "") for name in names]
    return [value if isinstance(value, str) else "" for value in values]


ROUTES = (
    Route("/sign-in", sign_in, methods=["GET", "POST"]),
    Route("/sign-in/once/{token}", sign_in_once, methods=["GET", "POST"]),
    Route("/first-run/{token}", first_run, methods=["GET", "POST"]),
    page("/sign-out", sign_out, Permission.SEE, methods=("POST",)),
)
