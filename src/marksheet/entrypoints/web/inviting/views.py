"""Who of a schedule's candidates can sign in, and invitations for the others."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.actions.invitations import invite_candidates, print_candidate_codes
from marksheet.apps.exams.queries.invitations import ways_in
from marksheet.apps.exams.queries.schedules import schedule_for
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries.invitations import CODE_DAYS
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import chosen, done
from marksheet.rules.access import Verb


@signed_in
@require_http_methods(["GET", "POST"])
def ways(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the counts; send links, or print codes."""
    person, at = person_of(request), clock.read()
    schedule = schedule_for(person, ref, Verb.PERSON_INVITE)
    again = bool(request.POST.get("again"))
    way = chosen(request, "way", ("link", "code")) if request.method == "POST" else ""
    if way == "code":
        codes = print_candidate_codes(person, ref, again=again, at=at)
        context = {"codes": codes, "site": settings.SITE_URL, "days": CODE_DAYS, "schedule": schedule}
        return render(request, "organisation/codes.html", context)
    if request.method == "POST":
        n = invite_candidates(person, ref, again=again, at=at)
        done(
            request,
            ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", n) % {"n": n},
        )
        return redirect("inviting:ways", ref)
    counts = ways_in(schedule, at=at)
    facts = [
        (counts.signed_in, _("sign in already"), "ok" if counts.signed_in else ""),
        (counts.invited, _("were invited"), ""),
        (counts.by_mail, _("to invite by e-mail"), "warn" if counts.by_mail else ""),
        (counts.by_code, _("need a printed code"), "warn" if counts.by_code else ""),
    ]
    return render(request, "inviting/ways.html", {"schedule": schedule, "counts": counts, "facts": facts})
