"""How a refusal looks: a page, a part of a page for htmx, or problem details for programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Refusal, Stale, WrongState

STATUS: dict[type[Refusal], int] = {
    NotFound: 404,
    NotAllowed: 403,
    WrongState: 409,
    Stale: 409,
    BadInput: 400,
}
BUSY = 503
# Who signed in by a link, or with one click in the demo, has nothing to confirm it by.
_UNKNOWABLE = gettext_lazy(
    "This needs to be sure that it is you, and your account has no password to ask for. Sign out, sign in again"
    " and come back within five minutes."
)
# Never shown again, whatever went wrong.
SECRET = ("csrfmiddlewaretoken", "password", "printed", "token")
# What a page sends along by itself: which list, which rows. Nobody typed it, nobody can read it.
CARRIED = frozenset({"query", "list", "all_matching", "selected", "refs"})


def refused(request: HttpRequest, refusal: Refusal, *, status: int = 0) -> HttpResponse:
    """Answer with what went wrong, what is needed and who can help, and keep what was typed."""
    status = status or next((code for kind, code in STATUS.items() if isinstance(refusal, kind)), 400)
    if wants_json(request):
        return problem(request, refusal, status)
    context: dict[str, Any] = {
        "status": status,
        "title": _title(status),
        "message": refusal.message,
        "helpers": refusal.helpers,
        "details": refusal.details,
        "typed": typed(request) if status in (400, 409, BUSY) else [],
        "clear": request.path if status == 400 and request.method == "GET" and request.GET else "",
        "had_files": bool(request.FILES) if request.method == "POST" else False,
    }
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        answer = render(request, "errors/fragment.html", context, status=status)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#notices", "innerHTML"
        return answer
    return render(request, "errors/page.html", context, status=status)


def problem(request: HttpRequest, refusal: Refusal, status: int) -> HttpResponse:
    """Answer with problem details (RFC 9457): a stable code, the message, who can help, details."""
    body = {
        "type": f"urn:marksheet:problem:{refusal.code}",
        "title": _title(status),
        "status": status,
        "detail": refusal.message,
        "code": refusal.code,
        "instance": request.path,
        "helpers": list(refusal.helpers),
        "details": list(refusal.details),
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def wants_json(request: HttpRequest) -> bool:
    """Return whether the caller is a program that reads JSON."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.headers.get("Accept", "")
    return "json" in accepted and "text/html" not in accepted


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed into the form that failed, secrets apart, so that it can be sent again."""
    if request.method != "POST":
        return []
    return [
        (name, str(value).replace("\x00", ""))
        for name, values in request.POST.lists()
        for value in values
        if name not in CARRIED and not any(secret in name.lower() for secret in SECRET)
    ]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for an address that leads nowhere, in the words for what is hidden."""
    return refused(request, NotFound(_("There is no such page.")))


def other_method(request: HttpRequest, response: HttpResponseNotAllowed) -> HttpResponse:
    """Answer in words for an address that exists, but not for what was asked of it; say what it takes."""
    if request.method in ("GET", "HEAD"):
        refusal = Refusal(
            _("This address only takes what a form sends, so there is nothing to read. Nothing was changed.")
        )
    else:
        refusal = Refusal(
            _("This address only shows a page and takes nothing that is sent. Nothing was changed.")
        )
    refusal.code = "other-method"
    answer = refused(request, refusal, status=response.status_code)
    answer["Allow"] = response["Allow"]
    return answer


def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer for an address that exists in a library of ours, but not here."""
    raise NotFound(_("There is no such page."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what Django itself refuses."""
    if request.path == reverse("account_reauthenticate"):
        return refused(request, NotAllowed(str(_UNKNOWABLE)))
    return refused(request, NotAllowed(_("This is not allowed.")))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a request that cannot be read."""
    return refused(request, BadInput(_("The request could not be read.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form from an old or foreign page; nothing was changed and what was typed is kept."""
    message = _("This page was open for too long, or it came from another site. Nothing was changed.")
    return refused(request, BadInput(message), status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when something broke: nothing half done, and no detail of the inside."""
    return _plain(
        request, Refusal(_("Something went wrong on our side. Nothing was changed. Try again.")), 500
    )


def busy(request: HttpRequest) -> HttpResponse:
    """Answer while the database is busy or away; what was typed is kept."""
    refusal = Refusal(_("The database is busy. Nothing was changed; what you typed is kept. Try again."))
    refusal.code = "busy"
    response = _plain(request, refusal, BUSY)
    response["Retry-After"] = "5"
    return response


def _plain(request: HttpRequest, refusal: Refusal, status: int) -> HttpResponse:
    """Answer with a page that needs neither database nor session."""
    if wants_json(request):
        return problem(request, refusal, status)
    context = {
        "title": _title(status),
        "message": refusal.message,
        "typed": typed(request) if status == BUSY else [],
        "path": request.get_full_path() if request.method == "GET" else "/",
    }
    return HttpResponse(render_to_string("errors/plain.html", context), status=status)


def _title(status: int) -> str:
    titles = {
        400: _("Something is missing or wrong"),
        403: _("Not allowed"),
        404: _("Not here"),
        405: _("Not this way"),
        409: _("Not now"),
        500: _("Something broke"),
        BUSY: _("Busy"),
    }
    return titles.get(status, _("Refused"))
