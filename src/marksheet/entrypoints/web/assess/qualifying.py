"""What a marker marks before the marking: practice and qualification scripts in a list of their own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.marking.queries.qualifying import before_of
from marksheet.apps.results.actions.marks import begin_trials, submit_scripts
from marksheet.apps.results.actions.marks.qualifying import what_remains
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.assess.views import about


@signed_in
@require_http_methods(["GET", "POST"])
def before(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the practice and qualification scripts of the reader; get them, submit one."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    refusal = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "submit":
                submit_scripts(person, schedule.ref, request.POST.getlist("selected"), at=at)
                done(request, _("Submitted."))
            else:
                begin_trials(person, schedule.ref, at=at)
                done(request, _("The scripts are with you."))
            return redirect("assess:before", schedule.ref)
        except WrongState as refused:
            refusal = refused.message
    first = before_of(person, schedule)
    context = about(person, schedule) | {
        "first": first,
        "remains": what_remains(first) if first is not None and first.shut else "",
        "refusal": refusal,
        "tab": "submissions",
    }
    return render(request, "assess/before.html", context, status=409 if refusal else 200)
