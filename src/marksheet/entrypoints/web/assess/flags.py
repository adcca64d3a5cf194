"""Flags: raise one on a script, and the list from which a lead marker settles them."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.marking.queries.assess import assessed_by, assessed_for
from marksheet.apps.marking.queries.flags import flags_of, led_for
from marksheet.apps.results.actions.marks import flag_script, settle_flag
from marksheet.apps.results.actions.marks.reasons import LONGEST
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done


class Settle(forms.Form):
    """How a flag was settled."""

    answer = forms.CharField(
        label=gettext_lazy("How was it settled?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@signed_in
@require_POST
def raise_one(request: HttpRequest, ref: str, script: str, part: str) -> HttpResponse:
    """Flag a script, or settle its flag, from the marking screen."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    words = request.POST.get("reason", "")
    if request.POST.get("act") == "settle":
        settle_flag(person, schedule.ref, script, words, at=at)
        done(request, _("The flag is settled."))
    else:
        flag_script(person, schedule.ref, script, words, part_ref=part, at=at)
        done(request, _("Flagged: the lead marker is told."))
    return redirect("assess:mark", schedule.ref, script, part)


@signed_in
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the flagged scripts of a schedule to its lead markers; settle one."""
    person, at = person_of(request), clock.read()
    schedule = led_for(person, ref)
    sent = request.POST.get("script", "") if request.method == "POST" else ""
    lines = [
        (flag, script, Settle(request.POST if sent == script.ref else None, prefix=flag.ref))
        for flag, script in flags_of(person, schedule)
    ]
    for _flag, script, form in lines:
        if form.is_bound and carried_out(
            request,
            form,
            lambda data, script=script: settle_flag(  # type: ignore[misc]
                person, schedule.ref, script.ref, data["answer"], at=at
            ),
        ):
            done(request, _("The flag is settled."))
            return redirect("assess:flags", schedule.ref)
    context = {
        "schedule": schedule,
        "lines": lines,
        "gone": request.method == "POST" and not any(form.is_bound for _f, _s, form in lines),
        "assesses": assessed_by(person).filter(pk=schedule.pk).exists(),
    }
    return render(request, "assess/flags.html", context, status=400 if request.method == "POST" else 200)
