"""Invitations and printed codes: who was asked in, and what became of it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.people.actions import invitations
from marksheet.apps.people.queries.invitations import CODE_DAYS, InvitationState, invitations_seen_by
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import chosen, done


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """List invitations, newest first."""
    state = asking.word(request.GET, "state", list(InvitationState))
    rows, before = invitations_seen_by(
        person_of(request), state=state, before=request.GET.get("before", ""), at=clock.read()
    )
    return render(
        request,
        "organisation/invitations.html",
        {
            "rows": rows,
            "state": state,
            "states": [s for s in InvitationState if s is not InvitationState.NOT_SENT],
            "more": before,
        },
    )


@signed_in
@require_POST
def invite(request: HttpRequest, ref: str) -> HttpResponse:
    """Send one person a link, or print their code."""
    person, at = person_of(request), clock.read()
    if chosen(request, "way", ("link", "code")) == "code":
        return _print(request, [ref])
    invitations.invite(person, ref, at=at)
    done(request, _("An invitation is on its way. Links sent before no longer work."))
    return redirect("organisation:person", ref)


@signed_in
@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """Print codes for the people who were ticked; this page is the only place where they can be read."""
    return _print(request, request.POST.getlist("person"))


@signed_in
@require_POST
def resend(request: HttpRequest, ref: str) -> HttpResponse:
    """Send a link again, as a new one."""
    invitations.resend(person_of(request), ref, at=clock.read())
    done(request, _("A new link is on its way. The old one no longer works."))
    return redirect(_back(request))


@signed_in
@require_POST
def revoke(request: HttpRequest, ref: str) -> HttpResponse:
    """Make an invitation worthless."""
    invitations.revoke(person_of(request), ref, at=clock.read())
    done(request, _("The invitation was revoked."))
    return redirect(_back(request))


def _print(request: HttpRequest, refs: list[str]) -> HttpResponse:
    printed = invitations.print_codes(person_of(request), refs, at=clock.read())
    context = {"codes": printed, "site": settings.SITE_URL, "days": CODE_DAYS}
    return render(request, "organisation/codes.html", context)


def _back(request: HttpRequest) -> str:
    """Return the page that asked, if it is one of these."""
    person = request.POST.get("person", "")
    return f"/organisation/people/{person}/" if person.isalnum() else "/organisation/invitations/"
