"""The forms that acts on results ask to be filled in: always why, sometimes what and how much."""

from django import forms
from django.utils.translation import gettext_lazy

from marksheet.entrypoints.web.exams.fields import FractionField
from marksheet.entrypoints.web.results.words import ADJUSTMENTS, UNITS


class ReasonForm(forms.Form):
    """Why something is done; it stays in the history."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        help_text=gettext_lazy("It stays in the history of each result, with your name."),
        error_messages={
            "required": gettext_lazy("A reason is needed: it stays in the history. Write one and try again.")
        },
    )


class AdjustForm(ReasonForm):
    """Which step adjusts the score, and by how much."""

    kind = forms.ChoiceField(label=gettext_lazy("Adjustment"), choices=list(ADJUSTMENTS.items()))
    amount = FractionField(
        label=gettext_lazy("Size"),
        required=False,
        help_text=gettext_lazy("How much is added or taken off, such as 2 or 2.5. A cap needs none."),
    )
    unit = forms.ChoiceField(label=gettext_lazy("In"), choices=list(UNITS.items()))
    field_order = ("kind", "amount", "unit", "reason")


class TakeBackForm(ReasonForm):
    """Which adjustment is taken back."""

    kind = forms.ChoiceField(label=gettext_lazy("Adjustment"), choices=list(ADJUSTMENTS.items()))
    field_order = ("kind", "reason")
