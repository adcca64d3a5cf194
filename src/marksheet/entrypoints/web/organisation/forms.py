"""What is typed on the organisation pages."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Reach, Role, Unit
from marksheet.entrypoints.web.accounts.forms import languages
from marksheet.rules.access import DESCRIPTIONS, DIRECT_ONLY, Verb

# The verbs as the roles page groups them: a heading, and what they begin with.
GROUPS = (
    (_("Organisation"), ("unit", "person", "role", "audit", "mail", "work.manage")),
    (_("Exams and schedules"), ("exam", "scheme", "schedule", "candidate", "attendance", "work.import")),
    (_("Marking"), ("mark",)),
    (_("Results and reports"), ("result", "published", "report")),
)


class UnitForm(forms.Form):
    """A unit's name, what kind of unit it is called, and its code."""

    name = forms.CharField(label=_("Name"), max_length=200)
    label = forms.CharField(
        label=_("Kind"), max_length=40, required=False, help_text=_("Faculty, department, centre, …")
    )
    code = forms.CharField(
        label=_("Code"), max_length=60, required=False, help_text=_("Optional; unique in the institution.")
    )


def _units(units: Iterable[Unit], *, empty: str = "") -> list[tuple[str, str]]:
    first = [("", empty)] if empty else []
    return first + [
        (unit.ref, unit.name if unit.parent is None else f"{unit.name} ({unit.parent.name})")
        for unit in units
    ]


class MoveForm(forms.Form):
    """Where a unit is to hang."""

    parent = forms.ChoiceField(label=_("Move below"))

    def __init__(self, *args: object, units: Iterable[Unit], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["parent"].choices = _units(units)  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """A person's details."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput,
        help_text=_("Without an address the person gets a printed code."),
    )
    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        required=False,
        help_text=_("Optional: people also sign in with their proved e-mail address."),
    )
    number = forms.CharField(
        label=_("Candidate number"), max_length=40, required=False, help_text=_("For candidates.")
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=languages)


class NewPersonForm(PersonForm):
    """A new person, and the unit where they are at home."""

    unit = forms.ChoiceField(label=_("Home unit"))
    invite = forms.BooleanField(
        label=_("Send an invitation by e-mail at once"), required=False, initial=False
    )

    def __init__(self, *args: object, units: Iterable[Unit], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["unit"].choices = _units(units)  # type: ignore[attr-defined]


class GiveForm(forms.Form):
    """A role to give, where, and over what."""

    role = forms.ChoiceField(label=_("Role"))
    unit = forms.ChoiceField(label=_("At and below"))
    reach = forms.ChoiceField(
        label=_("Over"),
        choices=[(Reach.SCHEDULES.value, _("its schedules")), (Reach.CANDIDATES.value, _("its candidates"))],
        initial=Reach.SCHEDULES.value,
    )

    def __init__(self, *args: object, units: Iterable[Unit], roles: Iterable[Role], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["unit"].choices = _units(units)  # type: ignore[attr-defined]
        self.fields["role"].choices = [(role.ref, _(role.name)) for role in roles]  # type: ignore[attr-defined]


class ReportsForm(forms.Form):
    """The unit at which somebody is to see reports."""

    unit = forms.ChoiceField(label=_("At and below"))

    def __init__(self, *args: object, units: Iterable[Unit], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["unit"].choices = _units(units)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class RoleForm(forms.Form):
    """A role of the institution's own; its verbs come in groups."""

    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    verbs = forms.MultipleChoiceField(
        label=_("It may"),
        required=False,
        choices=[(verb.value, _(DESCRIPTIONS[verb])) for verb in Verb if verb not in DIRECT_ONLY],
        widget=forms.CheckboxSelectMultiple,
    )

    def groups(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Return the verbs by heading: (value, what it allows, whether it is ticked)."""
        chosen = set(self["verbs"].value() or [])
        return [(str(heading), verbs_of(starts, chosen)) for heading, starts in GROUPS]


def verbs_of(starts: tuple[str, ...], chosen: set[str] | frozenset[str]) -> list[tuple[str, str, bool]]:
    """Return the verbs that begin with one of ``starts``: (value, what it allows, whether it is chosen)."""
    return [
        (verb.value, str(_(DESCRIPTIONS[verb])), verb.value in chosen)
        for verb in Verb
        if verb.value.startswith(starts) and verb not in DIRECT_ONLY
    ]
