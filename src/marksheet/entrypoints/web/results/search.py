"""Advanced search on the Results tab, and the filters by schedule and assessment: one form in a panel."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.choices import Choices, choices_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.results.asked import Asked, asked
from marksheet.entrypoints.web.results.words import BUCKETS, OUTCOMES

NAMED = ("assessment", "unit", "marked_by")


class DateInput(forms.DateInput):
    """A date as the browser asks for it."""

    input_type = "date"


def _ticks(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple)


def _number(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "maxlength": 16})
    )


class SearchForm(forms.Form):
    """All that the list can be narrowed by, apart from the search text and Show."""

    schedule = _ticks(_("Schedule"))
    assessment = _ticks(_("Assessment"))
    unit = _ticks(_("Unit"))
    state = _ticks(_("State"))
    outcome = _ticks(_("Outcome"))
    marked_by = _ticks(_("Marked by"))
    grade = forms.CharField(
        label=_("Grade"), required=False, help_text=_("One or several, with commas between: A, B")
    )
    percent_from = _number(_("Per cent, from"))
    percent_until = _number(_("Per cent, until"))
    score_from = _number(_("Score in marks, from"))
    score_until = _number(_("Score in marks, until"))

    def __init__(self, wanted: Asked, choices: Choices) -> None:
        """Offer ``choices``, with what is on now ticked."""
        values: dict[str, Any] = {name: list(found) for name, found in wanted.values.items()}
        one = {name: found[0] for name, found in values.items() if name not in _MANY}
        super().__init__(initial={**values, **one})
        self.fields["from"] = forms.DateField(
            label=_("Window from"),
            required=False,
            widget=DateInput(),
            help_text=_("Days in the time zone of each schedule."),
        )
        self.fields["until"] = forms.DateField(label=_("Window until"), required=False, widget=DateInput())
        lists: dict[str, Any] = {
            "schedule": choices.schedules,
            "assessment": choices.assessments,
            "unit": choices.units,
            "state": list(BUCKETS.items()),
            "outcome": list(OUTCOMES.items()),
            "marked_by": choices.markers,
        }
        for name, pairs in lists.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]


_MANY = ("schedule", "assessment", "unit", "state", "outcome", "marked_by")


@signed_in
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show the form of the advanced search, filled with what is asked now."""
    wanted = asked(request.GET)
    form = SearchForm(wanted, choices_of(person_of(request)))
    kept = [(name, wanted.values[name][0]) for name in ("q", "show") if name in wanted.values]
    return render(request, "results/search.html", {"form": form, "kept": kept, "asked": wanted})


def names_for(person: Person, wanted: Asked) -> dict[str, str]:
    """Return the names of the refs in an address, asked of the database only when there are some."""
    if not any(name in wanted.values for name in NAMED):
        return {}
    return choices_of(person).names
