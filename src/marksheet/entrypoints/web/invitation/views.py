"""Coming in for the first time: by the link in a mail, or by a code from paper."""

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.actions.invitations import accept_invitation
from marksheet.apps.people.queries import Person
from marksheet.apps.people.queries.invitations import (
    invitation_by_token,
    number_of,
    typed_code,
)
from marksheet.entrypoints.shared.acting import carried_out, posted
from marksheet.entrypoints.web.invitation.forms import AcceptForm, CodeForm

# The link is taken out of the address at once, so that it stays in no history and no referrer.
KEY = "invitation"


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """Take a printed code, or go on with the link that was opened."""
    if request.session.get(KEY) and "again" not in request.GET:
        return _set_password(request)
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="invitation")
    if limited is not None:
        return limited
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        token = typed_code(form.cleaned_data["printed"])
        if invitation_by_token(token, at=clock.read()) is not None:
            return _remember(request, token)
        form.add_error("printed", _("This code is not valid. Look at it again, or ask for a new one."))
    return render(request, "invitation/code.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD"])
def accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """Take the link of a mail; opening it changes nothing, so that a mail scanner does no harm."""
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="invitation")
    if limited is not None:
        return limited
    if invitation_by_token(token, at=clock.read()) is None:
        request.session.pop(KEY, None)
        return render(request, "invitation/invitation_gone.html", status=404)
    return _remember(request, token)


def _remember(request: HttpRequest, token: str) -> HttpResponse:
    request.session[KEY] = token
    return redirect("invitation:code")


def _set_password(request: HttpRequest) -> HttpResponse:
    at, token = clock.read(), request.session[KEY]
    invitation = invitation_by_token(token, at=at)
    if invitation is None:
        del request.session[KEY]
        return render(request, "invitation/invitation_gone.html", status=404)
    person: Person = invitation.person
    by_link = invitation.kind == "link" and bool(person.email)
    proposed = person.username or ("" if by_link else number_of(person, invitation.institution_id).lower())
    form = AcceptForm(posted(request), initial={"username": proposed})
    form.fields["username"].required = not by_link

    def verb(typed: dict[str, str]) -> None:
        accept_invitation(token, password=typed["password"], username=typed["username"], at=at)

    try:
        accepted = carried_out(request, form, verb)
    except NotFound:
        del request.session[KEY]
        return render(request, "invitation/invitation_gone.html", status=404)
    if accepted:
        del request.session[KEY]
        messages.success(request, _("Your password is set. Sign in with it now."))
        return redirect("account_login")
    context = {"form": form, "person": person, "by_link": by_link}
    return render(request, "invitation/accept.html", context, status=400 if form.errors else 200)
