"""Keep a reader's choice of light, dark or the system's theme, in a cookie the server reads."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEMES = ("light", "dark", "system")
COOKIE = "theme"


def theme_of(request: HttpRequest) -> str:
    """Return ``light``, ``dark`` or ``system``; what the cookie says, if it says one of these."""
    theme = request.COOKIES.get(COOKIE, "")
    return theme if theme in THEMES else "system"


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember ``theme`` and go back to where the reader was; an unknown theme changes nothing."""
    back = request.POST.get("next", "/")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = HttpResponseRedirect(back if allowed else "/")
    if (theme := request.POST.get("theme", "")) in THEMES:
        response.set_cookie(
            COOKIE, theme, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure(), httponly=False
        )
    return response
