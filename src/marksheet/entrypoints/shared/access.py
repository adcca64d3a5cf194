"""Who may open a page at all: signed in, staff, or holding a verb somewhere; queries say the rest."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.queries import Person, holds_somewhere, verbs_held_somewhere

View = Callable[..., HttpResponseBase]


class PersonRequest(Protocol):
    """A request of somebody who is signed in; for views behind ``signed_in``."""

    user: Person


def signed_in(view: View) -> View:
    """Let signed-in people through; send others to sign in and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": redirect_to_login("/").url})
        return redirect_to_login(request.get_full_path())

    return guarded


def staff_only(view: View) -> View:
    """Let people with any role through; for others the page does not exist."""

    @signed_in
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not person_of(request).is_staff_member:
            raise NotFound("There is no such page.")
        return view(request, *args, **kwargs)

    return guarded


def needs(*verbs: str) -> Callable[[View], View]:
    """Let people through who hold one of ``verbs`` somewhere; for others the page does not exist."""

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not holds_somewhere(person_of(request), *verbs):
                raise NotFound("There is no such page.")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def person_of(request: HttpRequest) -> Person:
    """Return the signed-in person of a request behind ``signed_in``."""
    return cast(Person, request.user)


def held_by(request: HttpRequest) -> frozenset[str]:
    """Return every verb that the reader holds somewhere, asked once per request; for menus."""
    if not request.user.is_authenticated:
        return frozenset()
    known: frozenset[str] | None = getattr(request, "_held", None)
    if known is None:
        known = verbs_held_somewhere(person_of(request))
        request._held = known  # type: ignore[attr-defined]
    return known
