"""What a coordinator fills in to give rights, and to open scripts again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marksheet.apps.marking.queries.people import Kind, Rights
from marksheet.entrypoints.web.coordinator.words import KINDS


class EditAssessor(forms.Form):
    """A role, and three boxes."""

    kind = forms.ChoiceField(
        label=_("Role"), choices=list(KINDS.items()), widget=forms.RadioSelect, initial=Kind.MARKER.value
    )
    edit_scheme = forms.BooleanField(
        label=_("Edit marking scheme"),
        required=False,
        help_text=_("May change guidance and model answers of this schedule."),
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


class Reason(forms.Form):
    """Why submitted work is opened again."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the history of each result."),
    )
