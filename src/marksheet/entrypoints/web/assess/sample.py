"""One sample of a marker's work: confirm all that the marker gave, or have it marked again."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotFound
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.marking.queries.samples import sample_of
from marksheet.apps.results.actions.marks import confirm_sample, mark_again
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.assess.reasons import reason_words
from marksheet.entrypoints.web.assess.views import about


class DecideSample(forms.Form):
    """What becomes of all that one marker gave."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("confirm", gettext_lazy("Confirm: every mark of this marker stands")),
            ("again", gettext_lazy("Mark all again: the marks of the questions ticked are given anew")),
        ],
        widget=forms.RadioSelect,
    )
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Questions to mark again"), widget=forms.CheckboxSelectMultiple, required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Needed to have it marked again: the marker reads it. It stays in the history."
        ),
    )

    def __init__(self, data: Any = None, *, parts: tuple[PartRow, ...]) -> None:
        super().__init__(data)
        self.fields["parts"].choices = [(one.ref, one.label) for one in parts]  # type: ignore[attr-defined]


@signed_in
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, ref: str, round_: str, marker: str) -> HttpResponse:
    """Show how a sample stands; decide on it."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    sample = sample_of(person, schedule, round_, marker)
    if sample is None:
        raise NotFound("Nobody's work is sampled here by that name.")
    parts = tuple(paper_of(schedule.version_id, schedule.key_version_id).human_parts)
    form = DecideSample(request.POST if request.method == "POST" else None, parts=parts)
    said: list[str] = []

    def carry_out(data: dict[str, Any]) -> None:
        if data["decision"] == "confirm":
            if data["parts"]:
                raise BadInput(_("You ticked questions to mark again: untick them, or choose that."))
            confirm_sample(person, schedule.ref, round_, marker, note=data["reason"], at=at)
            said.append(_("Every mark of %(who)s is confirmed.") % {"who": sample.called})
        else:
            n = mark_again(
                person, schedule.ref, round_, marker, parts=data["parts"], reason=data["reason"], at=at
            )
            words = ngettext("%(n)s script is marked again.", "%(n)s scripts are marked again.", n)
            said.append(words % {"n": n})

    if carried_out(request, form, carry_out):
        done(request, said[0])
        return redirect("assess:moderation", schedule.ref)
    context = about(person, schedule) | {
        "one": sample,
        "form": form,
        "why": [reason_words(reason, {}) for reason in sample.reasons],
        "mine": sample.marker == person,
        "tab": "moderation",
    }
    return render(request, "assess/sample.html", context, status=400 if request.method == "POST" else 200)
