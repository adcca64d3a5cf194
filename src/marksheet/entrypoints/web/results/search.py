"""Advanced search on the Results tab, and the filters by schedule and assessment: one form in a panel."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.choices import Choices, choices_of, schedule_codes
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.results.asked import Asked, Misread, asked, values_of
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
        label=_("Grade"),
        required=False,
        help_text=_("One or several, with semicolons between: A; B or 6,8; 7,5"),
    )
    percent_from = _number(_("Per cent, from"))
    percent_until = _number(_("Per cent, until"))
    score_from = _number(_("Score in marks, from"))
    score_until = _number(_("Score in marks, until"))

    def __init__(
        self, typed: Mapping[str, Sequence[str]], choices: Choices, wrong: Mapping[str, str]
    ) -> None:
        """Offer ``choices``, with what is on now ticked and typed, and beside each what is ``wrong`` with it."""
        values: dict[str, Any] = {name: list(found) for name, found in typed.items()}
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
        self.cleaned_data = {}
        for name, message in wrong.items():
            self.add_error(name, message)


_MANY = ("schedule", "assessment", "unit", "state", "outcome", "marked_by")


@signed_in
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show the form of the advanced search, filled with what is asked now."""
    try:
        asked(request.GET)
    except Misread as misread:
        return filters(request, misread.wrong)
    return filters(request, {})


def filters(request: HttpRequest, wrong: Mapping[str, str]) -> HttpResponse:
    """Show the form with what stands in the address; 400 where something is ``wrong`` with it, said at its field."""
    typed = values_of(request.GET)
    form = SearchForm(typed, choices_of(person_of(request)), wrong)
    # The way back is the list without what it cannot read.
    readable = QueryDict(mutable=True)
    for name, values in typed.items():
        if name not in wrong and name != "after":
            readable.setlist(name, list(values))
    context = {
        "form": form,
        "kept": [(name, typed[name][0]) for name in ("q", "show") if name in typed],
        "back": readable.urlencode(),
    }
    return render(request, "results/search.html", context, status=400 if wrong else 200)


def names_for(person: Person, wanted: Asked, known: Collection[str] = ()) -> dict[str, str]:
    """Return the names of the refs in an address, asked of the database only when there are some.

    Args:
        known: refs of schedules whose code is at hand.
    """
    unknown = [ref for ref in wanted.values.get("schedule", ()) if ref not in known]
    found = choices_of(person).names if any(name in wanted.values for name in NAMED) else {}
    return found | (schedule_codes(person, unknown) if unknown else {})
