"""What a coordinator fills in to give rights, to declare a conflict of interest, and to open scripts again."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marksheet.apps.marking.queries.people import Kind, Rights
from marksheet.apps.people.queries import Person, Unit
from marksheet.entrypoints.web.coordinator.words import KINDS


class EditAssessor(forms.Form):
    """A role, and three boxes."""

    kind = forms.ChoiceField(
        label=_("Role"), choices=list(KINDS.items()), widget=forms.RadioSelect, initial=Kind.MARKER.value
    )
    edit_scheme = forms.BooleanField(
        label=_("Edit marking scheme"),
        required=False,
        help_text=_("May change how the parts of this exam are marked, for every schedule that uses it."),
    )
    publish = forms.BooleanField(
        label=_("Publish results"),
        required=False,
        help_text=_(
            "May publish, show, hide and retract here. Works only for who sees the results: markers,"
            " moderators, or people who may view reports here."
        ),
    )
    view_published = forms.BooleanField(
        label=_("View published results"),
        required=False,
        help_text=_("May read the results of this schedule once they are published."),
    )

    def __init__(self, data: Any = None, *, rights: Rights | None = None) -> None:
        super().__init__(data, initial=_as_initial(rights or Rights()))

    def rights(self) -> Rights:
        """Return what was chosen; for a valid form."""
        data = self.cleaned_data
        return Rights(Kind(data["kind"]), data["edit_scheme"], data["publish"], data["view_published"])


def _as_initial(rights: Rights) -> dict[str, Any]:
    return {
        "kind": rights.kind.value,
        "edit_scheme": rights.edit_scheme,
        "publish": rights.publish,
        "view_published": rights.view_published,
    }


class AddAssessors(EditAssessor):
    """The same for the people who were ticked beside it."""


class DeclareConflict(forms.Form):
    """Who is kept from the work of whom, and why."""

    person = forms.ChoiceField(label=_("Who is kept away"))
    number = forms.CharField(
        label=_("From the candidate with the number"),
        max_length=40,
        required=False,
        help_text=_("A candidate of this schedule. Leave it empty to choose a unit."),
    )
    unit = forms.ChoiceField(
        label=_("Or from every candidate of"),
        required=False,
        help_text=_("A school, centre or programme, with everything below it."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Coordinators read it here, and it stays in the history of the schedule."),
    )

    def __init__(self, data: Any = None, *, people: Sequence[Person], homes: Sequence[Unit]) -> None:
        super().__init__(data)
        self.fields["person"].choices = [("", _("Choose")), *((one.ref, one.name) for one in people)]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "–"), *((one.ref, one.name) for one in homes)]  # type: ignore[attr-defined]


class Reason(forms.Form):
    """Why submitted work is opened again, or a conflict of interest ended."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history of each result."),
    )
