"""What holds for every request: refusals in words, private pages never stored, a second factor for staff."""

from collections.abc import Callable

import structlog
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.ledger.errors import BadInput, NotFound, Refusal
from marksheet.apps.people.queries import Person, remembering_rights
from marksheet.entrypoints.shared.errors import busy, other_method, refused

Answer = Callable[[HttpRequest], HttpResponse]
# A text from elsewhere can carry it unseen; no database column takes it.
_UNHOLDABLE = gettext_lazy(
    "What was sent as “%(name)s” holds an invisible character (NUL) that cannot be kept. Nothing was changed."
    " Type it again instead of pasting it."
)
log = structlog.get_logger(__name__)


class PersonalLanguage:
    """Speak the language that the signed-in person chose; others get their browser's."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's language."""
        try:
            language = getattr(request.user, "language", "")
        except (OperationalError, InterfaceError) as error:
            log.warning("database_busy", error=type(error).__name__)
            return busy(request)
        if language and language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.answer(request)


class PrivatePages:
    """Forbid every cache to keep what a signed-in person, or whoever is signing in, was shown."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with ``no-store``, but for static files."""
        response = self.answer(request)
        if not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "no-store, private"
        return response


class SecondFactor:
    """Lead staff without a second factor to the page where they set one up."""

    # The way in and out, and the set-up itself.
    OPEN = ("/accounts/", "/invitation/", "/static/", "/healthz")

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or redirect to the set-up."""
        if settings.MARKSHEET_REQUIRE_MFA and self._lacks_it(request):
            return HttpResponseRedirect(reverse("mfa_index") + "?required=1")
        return self.answer(request)

    def _lacks_it(self, request: HttpRequest) -> bool:
        person: Person | AnonymousUser = request.user
        if not isinstance(person, Person) or not person.is_staff_member or request.path.startswith(self.OPEN):
            return False
        if not request.session.get("second_factor"):
            request.session["second_factor"] = is_mfa_enabled(person)
        return not request.session["second_factor"]


class RightsReadOnce:
    """While a page is read, read the rights of its reader once; whoever changes something is asked each time."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        if request.method not in ("GET", "HEAD"):
            return self.answer(request)
        with remembering_rights():
            return self.answer(request)


class Refusals:
    """Turn what verbs, queries and forms refuse, a busy database, and a bare "method not allowed" into answers."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        response = self.answer(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return other_method(request, response)
        if response.status_code == 200 and getattr(request, "form_refused", False):
            response.status_code = 400
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]
    ) -> HttpResponse | None:
        """Refuse text that the database could not hold, before anything is done with it."""
        if any("\x00" in str(value) for value in kwargs.values()):
            return refused(request, NotFound(_("There is no such page.")))
        for sent in (request.GET, request.POST):
            for name, values in sent.lists():
                if "\x00" in name or any("\x00" in value for value in values):
                    return refused(request, BadInput(_UNHOLDABLE % {"name": name.replace("\x00", "")}))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for a refusal; anything else stays an error."""
        if isinstance(error, Refusal):
            return refused(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            log.warning("database_busy", error=type(error).__name__)
            return busy(request)
        return None
