"""The rounds of moderation as a form: three times the same triggers, each empty where it does not hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.marking.actions.allocation import new_seed
from marksheet.apps.marking.queries.plan import Plan
from marksheet.apps.people.queries import Person
from marksheet.entrypoints.web.assess.reasons import number
from marksheet.rules.marks import BadMark, read_mark
from marksheet.rules.moderation import MOST_ROUNDS, Kind, Round, Trigger, rounds_from_json

MOST_MARKS = 1_000_000
PER_CENT = 100_000
# Triggers without one.
TICKED = {
    Kind.FLAGGED: (
        gettext_lazy("Scripts that their marker flagged"),
        gettext_lazy("The flag is settled by what the moderator decides."),
    ),
    Kind.EVERY: (gettext_lazy("Every script"), gettext_lazy("Then each has its moderator.")),
}
# Triggers with an amount: the name of the field, its label, its help, the largest amount in thousandths.
AMOUNTS = {
    Kind.DIFFERENCE: (
        gettext_lazy("Two markers differ by more than"),
        gettext_lazy("Marks, over the whole script. A difference equal to it is not sent."),
        MOST_MARKS,
    ),
    Kind.NEAR_BOUNDARY: (
        gettext_lazy("Score within this of any boundary"),
        gettext_lazy("Marks, on either side of the pass mark and of every grade; 0 is exactly at one."),
        MOST_MARKS,
    ),
    Kind.RANDOM_SHARE: (
        gettext_lazy("Random share of each marker's scripts"),
        gettext_lazy("Per cent, rounded up. Chance follows from a seed that is stored."),
        PER_CENT,
    ),
    Kind.FIRST: (
        gettext_lazy("The first scripts that each marker submits"),
        gettext_lazy("How many."),
        MOST_MARKS,
    ),
}


@dataclass(frozen=True, slots=True)
class RoundFields:
    """The fields of one round, for the page: cases, samples, and whether notes are read."""

    number: int
    cases: tuple[Any, ...]
    samples: tuple[Any, ...]
    notes: Any
    holds: bool


class ModerationForm(forms.Form):
    """Up to three rounds, each with its triggers."""

    against = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, plan: Plan, markers: Sequence[Person]) -> None:
        super().__init__(data)
        self._two, self._keys = plan.markers == 2, {one.ref: one.pk for one in markers}
        self.seed = str((data or {}).get("seed", ""))[:40] or plan.seed or new_seed()
        self.fields["against"].initial = plan.revision
        stored = rounds_from_json(plan.rounds)
        for n in range(MOST_ROUNDS):
            self._add(n, stored[n] if n < len(stored) else None, markers)

    def _add(self, n: int, held: Round | None, markers: Sequence[Person]) -> None:
        amounts = {one.kind: one.amount for one in held.triggers} if held else {}
        for kind, (label, help_text, _most) in AMOUNTS.items():
            if kind is Kind.DIFFERENCE and not self._two:
                continue
            self.fields[f"{kind}_{n}"] = forms.CharField(
                label=label,
                help_text=help_text,
                required=False,
                max_length=12,
                initial=number(amounts[kind]) if kind in amounts else "",
            )
        for kind, (label, help_text) in TICKED.items():
            self.fields[f"{kind}_{n}"] = forms.BooleanField(
                label=label, help_text=help_text, required=False, initial=kind in amounts
            )
        chosen = {one.marker for one in held.triggers if one.kind is Kind.OF_MARKER} if held else set()
        self.fields[f"of_marker_{n}"] = forms.MultipleChoiceField(
            label=_("The scripts of"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(one.ref, one.name) for one in markers],
            initial=[one.ref for one in markers if one.pk in chosen],
        )
        self.fields[f"notes_{n}"] = forms.BooleanField(
            label=_("Moderators read the notes that markers wrote"),
            help_text=_("Otherwise they read them once they have decided."),
            required=False,
            initial=held.notes if held else True,
        )

    def clean(self) -> dict[str, Any]:
        """Read the amounts, and make rounds of them; a round without a trigger ends them."""
        data = super().clean() or {}
        rounds: list[Round] = []
        for n in range(MOST_ROUNDS):
            triggers = self._triggers(n, data)
            if triggers and len(rounds) < n:
                self.add_error(
                    None, _("Round %(n)s has no triggers: leave none out.") % {"n": len(rounds) + 1}
                )
                break
            if triggers:
                rounds.append(Round(tuple(triggers), bool(data.get(f"notes_{n}"))))
        data["rounds"] = rounds
        return data

    def _triggers(self, n: int, data: dict[str, Any]) -> list[Trigger]:
        found = []
        for kind in Kind:
            text = str(data.get(f"{kind}_{n}") or "").strip() if kind in AMOUNTS else ""
            if text:
                try:
                    value = read_mark(text, AMOUNTS[kind][2]).value
                    if value is None:
                        raise BadMark(_("“%(text)s” is not a number.") % {"text": text}, "number")
                    found.append(Trigger(kind, Fraction(value, 1000)))
                except (BadMark, ValueError) as bad:
                    self.add_error(f"{kind}_{n}", str(bad))
            elif kind in TICKED and data.get(f"{kind}_{n}"):
                found.append(Trigger(kind))
            elif kind is Kind.OF_MARKER:
                found += [Trigger(kind, marker=self._keys[ref]) for ref in data.get(f"of_marker_{n}") or ()]
        return found

    def rounds(self) -> list[RoundFields]:
        """Return the fields of each round, for the page."""
        found = []
        for n in range(MOST_ROUNDS):
            cases = [Kind.DIFFERENCE] if self._two else []
            found.append(
                RoundFields(
                    n + 1,
                    tuple(self[f"{kind}_{n}"] for kind in (*cases, Kind.NEAR_BOUNDARY, *TICKED)),
                    tuple(self[f"{kind}_{n}"] for kind in (Kind.RANDOM_SHARE, Kind.FIRST, Kind.OF_MARKER)),
                    self[f"notes_{n}"],
                    any(self[name].value() for name in self.fields if self._is_trigger(name, n)),
                )
            )
        return found

    def _is_trigger(self, name: str, n: int) -> bool:
        return name.endswith(f"_{n}") and not name.startswith("notes_")

    def as_sent(self) -> list[tuple[str, str]]:
        """Return names and values with which the same can be asked again."""
        sent = [("against", str(self.cleaned_data["against"])), ("seed", self.seed)]
        for name in self.fields:
            value = self[name].value()
            if name == "against" or not value:
                continue
            sent += [(name, str(one)) for one in value] if isinstance(value, list) else [
                (name, "on" if value is True else str(value))
            ]  # fmt: skip
        return sent
