"""The page behind the link in a message: one button that acknowledges, and nothing else."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.core.values.refusals import Refusal
from fireline.doors.problems import STATUS
from fireline.doors.web.shell import Desk, render_outside
from fireline.usecases import links


async def acknowledge(request: Request) -> Response:
    """Show what the link is about; acknowledge at the press of its button, and only then."""
    desk: Desk = request.app.state.desk
    token: str = request.path_params["token"]
    answer = None
    try:
        if request.method == "POST":
            async with desk.transaction() as tx:
                answer = await links.press(tx, token)
        async with desk.transaction() as tx:
            link = await links.look(tx, token)
    except Refusal as refusal:
        shown = {"link": None, "answer": None, "refusal": refusal}
        return render_outside("acknowledge.html", status=STATUS[refusal.kind], **shown)
    if answer is not None and "application/json" in request.headers.get("accept", ""):
        # A notification's own button, pressed where there is no page to show.
        return JSONResponse({"number": answer.number, "yours": answer.yours, "by": answer.by})
    return render_outside("acknowledge.html", link=link, answer=answer, refusal=None)


ROUTES = (Route("/acknowledge/{token}", acknowledge, methods=["GET", "POST"]),)
