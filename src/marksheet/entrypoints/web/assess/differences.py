"""Where the reader and the other marker of a script differ: both marks, and proposing one to agree on."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from marksheet.apps.ledger import clock
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.results.actions.marks import propose_mark
from marksheet.apps.results.queries.differences import Difference, differences_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.assess.views import about
from marksheet.rules.marks import BadMark, read_mark


class Propose(forms.Form):
    """The mark that one would agree on, and why."""

    mark = forms.CharField(label=gettext_lazy("Agreed mark"), max_length=12)
    note = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, data: Any = None, *, one: Difference) -> None:
        self.field = f"{one.script.ref}-{one.part.ref}"
        super().__init__(data, prefix=self.field, initial={"mark": one.proposed.shown or one.answered.shown})
        self.maximum = one.part.maximum_thousandths

    def clean_mark(self) -> Any:
        """Read the mark as the mark sheet reads it."""
        try:
            return read_mark(self.cleaned_data["mark"], self.maximum)
        except BadMark as bad:
            raise forms.ValidationError(str(bad)) from bad


@dataclass(frozen=True, slots=True)
class Line:
    """One difference with its form."""

    one: Difference
    form: Propose


@signed_in
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the differences of a page of scripts; propose a mark for one of them."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    found, following = differences_of(person, schedule, after=request.GET.get("after", ""))
    sent = request.POST.get("difference", "") if request.method == "POST" else ""
    lines = [Line(one, _form(request, one, sent)) for one in found]
    agreed: list[bool] = []
    for line in lines:
        if line.form.is_bound and carried_out(request, line.form, lambda data, line=line: agreed.append(  # type: ignore[misc]
            propose_mark(
                person, line.one.script.ref, line.one.part.ref, value=data["mark"].value,
                no_response=data["mark"].no_response, note=data["note"], at=at,
            )
        )):  # fmt: skip
            done(request, _("The two of you are agreed.") if agreed[0] else _("The other marker is told."))
            return redirect(request.get_full_path())
    gone = bool(sent) and not any(line.form.is_bound for line in lines)
    context = about(person, schedule) | {
        "lines": lines,
        "following": following,
        "gone": gone,
        "tab": "differences",
    }
    return render(
        request, "assess/differences.html", context, status=400 if request.method == "POST" else 200
    )


def _form(request: HttpRequest, one: Difference, sent: str) -> Propose:
    mine = sent == f"{one.script.ref}-{one.part.ref}"
    return Propose(request.POST if mine else None, one=one)
