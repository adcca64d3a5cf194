"""What a coordinator fills in about seeds: how often they come, what one is worth, how it goes on after a stop."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.queries.paper import PartRow
from marksheet.apps.marking.queries.plan import Plan
from marksheet.apps.marking.queries.seeding import Kind, Seed, seeding_of
from marksheet.apps.results.actions.marks import Decision, Settled
from marksheet.entrypoints.web.coordinator.words import MEASURED
from marksheet.rules.agreement import Measured
from marksheet.rules.marks import BadMark, read_mark, shown
from marksheet.rules.schemes import FINEST

Given = tuple[int | None, bool]
MOST_TOLERANCE = 1_000_000

KINDS: dict[str, Any] = {
    Kind.SEED: gettext_lazy("A seed: markers cannot tell it from others"),
    Kind.PRACTICE: gettext_lazy(
        "Practice: markers then see the definitive marks beside theirs, and the reason"
    ),
    Kind.QUALIFICATION: gettext_lazy("Qualification: markers begin once enough of these are near enough"),
}

DECISIONS: dict[str, Any] = {
    Decision.GO_ON: gettext_lazy("They go on; every mark stands"),
    Decision.AGAIN: gettext_lazy("They go on, and mark again what they marked since their last good seed"),
    Decision.OTHERS: gettext_lazy(
        "They go on; others mark again what they marked since their last good seed"
    ),
    Decision.OUT: gettext_lazy("They mark no more here: others mark that again, and all that they have left"),
}


class SeedingForm(forms.Form):
    """How often a marker gets a seed, and how many misses stop them."""

    against = forms.IntegerField(widget=forms.HiddenInput)
    every = forms.IntegerField(
        label=gettext_lazy("One script in"),
        required=False,
        min_value=2,
        max_value=100,
        help_text=gettext_lazy("of each marker's is a seed. Empty: no seeds are given."),
    )
    misses = forms.IntegerField(label=gettext_lazy("Stopped by so many misses"), min_value=1, max_value=100)
    of_last = forms.IntegerField(
        label=gettext_lazy("of the last so many seeds"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("1 of 1: every miss stops. 2 of 5: the second miss among five does."),
    )

    def __init__(self, data: Any = None, *, plan: Plan) -> None:
        seeding = seeding_of(plan)
        initial = {"against": plan.revision, "misses": 1, "of_last": 1}
        if seeding is not None:
            stopping = seeding.stopping
            initial |= {"every": seeding.every, "misses": stopping.misses, "of_last": stopping.of_last}
        super().__init__(data, initial=initial)


class SeedForm(forms.Form):
    """The definitive mark of every part, how far off is near enough, and why."""

    against = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("What it is for"),
        choices=list(KINDS.items()),
        widget=forms.RadioSelect,
        initial=Kind.SEED.value,
        required=False,
    )
    tolerance = forms.CharField(
        label=gettext_lazy("Near enough, in marks"),
        max_length=12,
        initial="0",
        help_text=gettext_lazy("So far off, or less, is near enough."),
    )
    hard = forms.CharField(
        label=gettext_lazy("Stops at once, in marks"),
        max_length=12,
        required=False,
        help_text=gettext_lazy(
            "Further off than this stops a marker, whatever else is allowed. Empty: never."
        ),
    )
    measured = forms.ChoiceField(
        label=gettext_lazy("Compared"),
        choices=list(MEASURED.items()),
        widget=forms.RadioSelect,
        initial=Measured.SCRIPT.value,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Why these marks are right. It stays in the history; markers read it of practice scripts alone."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        parts: tuple[PartRow, ...],
        steps: Mapping[int, int],
        seed: Seed | None = None,
        stands: Mapping[int, str] | None = None,
    ) -> None:
        initial: dict[str, Any] = {}
        if seed is not None:
            initial = {
                "against": seed.revision, "tolerance": shown(seed.tolerance_thousandths),
                "hard": "" if seed.hard_thousandths is None else shown(seed.hard_thousandths),
                "measured": seed.measured,
            }  # fmt: skip
        super().__init__(data, initial=initial)
        if seed is not None:
            del self.fields["kind"]
        self._parts, self._steps = parts, steps
        for part in parts:
            self.fields[f"m_{part.ref}"] = forms.CharField(
                label=_("Definitive mark for %(part)s") % {"part": part.label},
                max_length=12,
                initial=(stands or {}).get(part.id, ""),
            )

    def clean(self) -> dict[str, Any]:
        """Read the marks and the tolerances that were typed."""
        data = super().clean() or {}
        given: dict[str, Given] = {}
        for part in self._parts:
            name = f"m_{part.ref}"
            if name not in data:
                continue
            try:
                mark = read_mark(
                    data[name],
                    part.maximum_thousandths,
                    self._steps.get(part.id, FINEST),
                    lowest_thousandths=part.lowest_thousandths,
                )
                if mark.value is None and not mark.no_response:
                    raise BadMark(_("Enter a mark, or nr for no response."), "number")
                given[part.ref] = (mark.value, mark.no_response)
            except BadMark as bad:
                self.add_error(name, str(bad))
        data["given"] = given
        for name in ("tolerance", "hard"):
            data[name] = self._marks(name, data.get(name) or "")
        return data

    def _marks(self, name: str, text: str) -> int | None:
        if not text.strip():
            return None
        try:
            read = read_mark(text, MOST_TOLERANCE)
        except BadMark as bad:
            self.add_error(name, str(bad))
            return None
        if read.value is None:
            self.add_error(name, _("Enter a number of marks."))
        return read.value

    def settled(self) -> Settled:
        """Return what was filled in; for a valid form."""
        data = self.cleaned_data
        return Settled(data["given"], data["tolerance"] or 0, data["hard"], Measured(data["measured"]))

    def lines(self) -> list[tuple[PartRow, Any]]:
        """Return each part with its field; for the page."""
        return [(part, self[f"m_{part.ref}"]) for part in self._parts]


class StopForm(forms.Form):
    """How it goes on, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("How it goes on"), choices=list(DECISIONS.items()), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The marker reads it, and it stays in the history."),
    )


class NeededForm(forms.Form):
    """How many qualification scripts must be near enough."""

    against = forms.IntegerField(widget=forms.HiddenInput)
    needed = forms.IntegerField(
        label=gettext_lazy("Near enough, of the qualification scripts"),
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("0: all of them."),
    )


class UnqualifiedForm(forms.Form):
    """How it goes on with who did not qualify, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("How it goes on"),
        choices=[
            ("anyway", gettext_lazy("They qualify anyway")),
            ("again", gettext_lazy("They mark the qualification scripts again")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The marker reads it, and it stays in the history."),
    )
