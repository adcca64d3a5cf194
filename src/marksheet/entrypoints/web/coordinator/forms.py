"""What a coordinator fills in: rights, conflicts of interest, sharing scripts out, opening them again."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marksheet.apps.marking.actions.allocation import MOST_SHARE, new_seed
from marksheet.apps.marking.actions.people import NOBODY, OTHERS
from marksheet.apps.marking.queries.allocation import Method, Wanted, Which
from marksheet.apps.marking.queries.people import Kind, Rights
from marksheet.apps.marking.queries.plan import Plan
from marksheet.apps.people.queries import Person, Unit
from marksheet.entrypoints.web.coordinator.words import (
    BEYOND,
    KINDS,
    MEASURED,
    METHODS,
    SHARING,
    WHICH,
    WITHIN,
)
from marksheet.rules.anonymity import Anonymity
from marksheet.rules.marks import BadMark, read_mark, shown

# With two markers nobody can have all: the other marking of each script would be with nobody.
OF_TWO = (Method.RANDOM, Method.EVENLY, Method.WORKLOAD)
MOST_TOLERANCE = 1_000_000


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


class ShareOut(forms.Form):
    """How scripts are shared out, among whom, and which of them."""

    method = forms.ChoiceField(
        label=_("How"),
        choices=[(code, word) for code, word in METHODS.items() if code != Method.BY_HAND],
        widget=forms.RadioSelect,
        initial=Method.RANDOM.value,
    )
    markers = forms.MultipleChoiceField(label=_("Among"), widget=forms.CheckboxSelectMultiple, required=False)
    which = forms.ChoiceField(
        label=_("Which scripts"),
        choices=list(WHICH.items()),
        widget=forms.RadioSelect,
        initial=Which.UNTOUCHED.value,
    )
    in_order = forms.BooleanField(
        label=_("In the order in which the work came in"),
        required=False,
        help_text=_("Otherwise each marker has an order of their own, so that nobody is always marked last."),
    )

    def __init__(self, data: Any = None, *, markers: Sequence[Person], two: bool = False) -> None:
        super().__init__(data)
        self.two = two
        if two:
            offered = [(code, word) for code, word in METHODS.items() if code in OF_TWO]
            self.fields["method"].choices = offered  # type: ignore[attr-defined]
        self._keys = {one.ref: one.pk for one in markers}
        self._seed = str((data or {}).get("seed", ""))[:40] or new_seed()
        self.fields["markers"].choices = [(one.ref, one.name) for one in markers]  # type: ignore[attr-defined]
        self.fields["markers"].initial = list(self._keys)
        for one in markers:
            self.fields[f"share_{one.ref}"] = forms.IntegerField(
                label=_("Share of %(name)s") % {"name": one.name},
                min_value=1,
                max_value=MOST_SHARE,
                initial=1,
                required=False,
            )

    def has_choice(self) -> bool:
        """Say whether every single field makes sense."""
        self.is_valid()
        return not set(self.errors) - {"__all__"}

    def wanted(self) -> Wanted:
        """Return what was chosen; only "by workload" has shares of its own."""
        data = self.cleaned_data
        by_workload = data["method"] == Method.WORKLOAD
        shares = {
            self._keys[ref]: (data.get(f"share_{ref}") or 1) if by_workload else 1 for ref in data["markers"]
        }
        return Wanted(data["method"], shares, data["which"], not data["in_order"])

    def seed(self) -> str:
        """Return what chance follows from: as sent, or a new one."""
        return self._seed

    def shares(self) -> list[tuple[Any, Any]]:
        """Return each marker's checkbox with the field of their share, for the page."""
        boxes = list(self["markers"])
        return [(box, self[f"share_{ref}"]) for box, ref in zip(boxes, self._keys, strict=True)]

    def as_sent(self) -> list[tuple[str, str]]:
        """Return names and values with which the same can be asked again."""
        data = self.cleaned_data
        sent = [("method", data["method"]), ("which", data["which"]), ("seed", self._seed)]
        sent += [("markers", ref) for ref in data["markers"]]
        sent += [(f"share_{ref}", str(data.get(f"share_{ref}") or 1)) for ref in data["markers"]]
        return sent + ([("in_order", "on")] if data["in_order"] else [])


class GiveScripts(forms.Form):
    """Who marks the ticked scripts."""

    marker = forms.ChoiceField(label=_("Give them to"))

    def __init__(self, data: Any = None, *, markers: Sequence[Person]) -> None:
        super().__init__(data)
        self.fields["marker"].choices = [("", _("Choose")), *((one.ref, one.name) for one in markers)]  # type: ignore[attr-defined]


class TakeOff(forms.Form):
    """Who goes on with the open scripts of somebody who leaves."""

    to = forms.ChoiceField(
        label=_("Who goes on with their open scripts"),
        widget=forms.RadioSelect,
        initial=OTHERS,
        required=False,
    )

    def __init__(self, data: Any = None, *, markers: Sequence[Person]) -> None:
        super().__init__(data)
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (OTHERS, _("The other markers: who has the fewest left gets the next")),
            *((one.ref, one.name) for one in markers),
            (NOBODY, _("Nobody yet: I give them out later")),
        ]


class PlanForm(forms.Form):
    """One marker or two, how two marks become one, who is named to whom."""

    against = forms.IntegerField(widget=forms.HiddenInput)
    markers = forms.TypedChoiceField(
        label=_("Each script is marked by"),
        choices=[(1, _("one marker")), (2, _("two markers, each alone"))],
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_(
            "With two, every script is allocated twice and nobody is both. Change it before anything is published."
        ),
    )
    second_keying = forms.BooleanField(
        label=_("Second keying"),
        required=False,
        help_text=_(
            "With one marker: another person types the same marks again, without seeing the first. Results wait until"
            " both say the same, or a third look has settled where they differ."
        ),
    )
    measured = forms.ChoiceField(
        label=_("Compared"), choices=list(MEASURED.items()), widget=forms.RadioSelect
    )
    tolerance = forms.CharField(
        label=_("Tolerance in marks"),
        max_length=12,
        help_text=_("Two marks that differ by no more than this are settled by the choice below."),
    )
    within = forms.ChoiceField(
        label=_("Within the tolerance stands"),
        choices=list(WITHIN.items()),
        widget=forms.RadioSelect,
    )

    beyond = forms.ChoiceField(
        label=_("Beyond the tolerance stands"),
        choices=list(BEYOND.items()),
        widget=forms.RadioSelect,
    )
    anonymous_candidates = forms.BooleanField(
        label=_("Candidates are anonymous"),
        required=False,
        help_text=_(
            "Whoever marks or moderates here sees script codes on every page and in every file, whatever else they may"
            " see, until all of the schedule is published."
        ),
    )
    anonymous_markers = forms.BooleanField(
        label=_("Markers are anonymous"),
        required=False,
        help_text=_(
            "Markers and moderators are “Marker 1”, “Moderator 1” to each other; coordinators see the names."
        ),
    )
    sharing = forms.ChoiceField(
        label=_("Before submitting, a marker sees marks and feedback that others gave the same script"),
        choices=list(SHARING.items()),
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any = None, *, plan: Plan, anonymity: Anonymity) -> None:
        initial = {
            "against": plan.revision,
            "markers": plan.markers,
            "measured": plan.measured,
            "tolerance": shown(plan.tolerance_thousandths),
            "within": plan.within,
            "beyond": plan.beyond,
            "anonymous_candidates": anonymity.candidates,
            "anonymous_markers": anonymity.markers,
            "sharing": plan.sharing,
            "second_keying": plan.second_keying,
        }
        super().__init__(data, initial=initial)

    def anonymous(self) -> tuple[bool, bool]:
        """Return whether candidates, and whether markers, are to be."""
        return self.cleaned_data["anonymous_candidates"], self.cleaned_data["anonymous_markers"]

    def clean_tolerance(self) -> int:
        """Read the tolerance as marks are read, in thousandths."""
        text = self.cleaned_data["tolerance"].strip()
        try:
            return read_mark(text, MOST_TOLERANCE).value or 0
        except BadMark as bad:
            raise forms.ValidationError(str(bad)) from bad

    def wanted(self) -> Plan:
        """Return what was chosen."""
        data = self.cleaned_data
        return Plan(
            markers=data["markers"],
            tolerance_thousandths=data["tolerance"],
            within=data["within"],
            beyond=data["beyond"],
            measured=data["measured"],
            sharing=data["sharing"],
            second_keying=data["second_keying"],
        )
