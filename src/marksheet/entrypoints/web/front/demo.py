"""One-click sign-in as each of the cast, and the reset; in demo mode only, elsewhere there is no such page."""

from dataclasses import dataclass

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.management import CommandError, call_command, get_commands
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from marksheet.apps.ledger.errors import NotFound, WrongState
from marksheet.apps.people.queries import Person, person_by_username
from marksheet.entrypoints.shared.demo import demo_in_hand


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody of the cast: the sign-in name, and what they do."""

    username: str
    does: object


CAST = (
    Role("ada", gettext_lazy("coordinates")),
    Role("pia", gettext_lazy("publishes")),
    Role("mo", gettext_lazy("marks")),
    Role("mei", gettext_lazy("marks")),
    Role("max", gettext_lazy("moderates")),
    Role("ari", gettext_lazy("administers")),
    Role("cas", gettext_lazy("is a candidate")),
)


def cast() -> list[tuple[Person, object]]:
    """Return the people of the demo with what they do; nobody outside demo mode."""
    if not settings.DEMO:
        return []
    found = [(person_by_username(role.username), role.does) for role in CAST]
    return [(person, does) for person, does in found if person is not None]


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the cast."""
    _demand_demo()
    with demo_in_hand():
        _let_in(request)
    return redirect("/")


def _let_in(request: HttpRequest) -> None:
    username = request.POST.get("username", "")
    person = person_by_username(username) if username in {role.username for role in CAST} else None
    if person is None:
        raise NotFound(_("There is nobody of that name in the demo. Reset it to bring the cast back."))
    logout(request)
    request.signed_in_by = "demo"  # type: ignore[attr-defined]
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    # As allauth does at its own sign-in: the session is listed, and ends with the account.
    UserSession.objects.create_from_request(request)


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """Make the demo institution anew."""
    _demand_demo()
    if "demo" not in get_commands():
        raise WrongState(_("This installation has no demo to reset."))
    try:
        call_command("demo", reset=True, verbosity=0)
    except CommandError as error:
        raise WrongState(_("The demo was not reset: %(error)s") % {"error": error}) from error
    logout(request)
    messages.success(request, _("The demo is as new."))
    return redirect("/")


def _demand_demo() -> None:
    if not settings.DEMO:
        raise NotFound(_("There is no such page."))
