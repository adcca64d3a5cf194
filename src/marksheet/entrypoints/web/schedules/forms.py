"""What schedulers type: a plan with its window, candidates one by one or pasted, windows of their own."""

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.actions.schedules import Plan
from marksheet.apps.exams.queries.schedules import Schedule, Standing
from marksheet.apps.results.actions.enrolment import Candidate, Window
from marksheet.entrypoints.shared.acting import to_choose
from marksheet.formats.localtime import BadZone, Reading, UnclearTime, chosen

SHAPES = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")
# Before the year 1900 zones have odd offsets, and no exam was planned here.
FIRST_YEAR, LAST_YEAR = 1990, 2200


class LocalTimeField(forms.CharField):
    """A date and time on the wall of a place, without a zone."""

    widget = forms.TextInput(attrs={"type": "datetime-local"})

    def clean(self, value: Any) -> Any:
        """Return a naive moment, or None for an empty field that may be."""
        text = super().clean(value)
        if not text:
            return None
        for shape in SHAPES:
            try:
                moment = datetime.strptime(text.strip(), shape)
            except ValueError:
                continue
            if FIRST_YEAR <= moment.year <= LAST_YEAR:
                return moment
        raise forms.ValidationError(
            _("“%(text)s” is not a date and time; write it like 2026-06-09 09:00.") % {"text": text}
        )


def local_text(moment: datetime, zone: str) -> str:
    """Return a moment as the field shows it, in ``zone``."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


class WindowForm(forms.Form):
    """Two local times in a zone; one that does not exist or exists twice is refused with both readings offered."""

    opens = LocalTimeField(label=gettext_lazy("Opens"))
    closes = LocalTimeField(label=gettext_lazy("Closes"))
    opens_reading = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    closes_reading = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    zone = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.readings: dict[str, tuple[Reading, ...]] = {}
        self.window: Window | None = None

    def zone_of(self, typed: dict[str, Any]) -> str:
        """Return the zone in which the times were typed."""
        return self.zone

    def clean(self) -> dict[str, Any]:
        """Turn both local times into moments."""
        typed = super().clean() or {}
        found = {name: self._moment(typed, name) for name in ("opens", "closes")}
        opens, closes = found["opens"], found["closes"]
        if opens and closes:
            if closes <= opens:
                self.add_error("closes", _("The window must close after it opens."))
            else:
                self.window = Window(opens, closes)
        return typed

    def _moment(self, typed: dict[str, Any], name: str) -> datetime | None:
        local = typed.get(name)
        if local is None:
            return None
        try:
            return chosen(local, self.zone_of(typed), _instant(typed.get(f"{name}_reading", "")))
        except UnclearTime as unclear:
            self.readings[name] = unclear.readings
            self.add_error(name, _which(unclear.exists))
        except (BadZone, OverflowError):
            pass
        return None

    def choices_of_readings(self) -> list[dict[str, Any]]:
        """Return the questions to ask: which of two moments a time means."""
        return [
            {
                "name": f"{name}_reading",
                "label": self.fields[name].label,
                "readings": [(one.at.isoformat(), one.text) for one in readings],
            }
            for name, readings in self.readings.items()
        ]


def _which(exists: bool) -> str:
    if exists:
        return _("The clocks go back that night, so this time exists twice. Choose below which one you mean.")
    return _("The clocks go forward that night, so this time does not exist. Choose below what you mean.")


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class PlanForm(WindowForm):
    """A planned sitting."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    version = forms.ChoiceField(
        label=gettext_lazy("Assessment"),
        help_text=gettext_lazy("Only versions that are live can be planned."),
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Unique in the institution")}),
    )
    venue = forms.CharField(label=gettext_lazy("Venue"), max_length=200, required=False)
    timezone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "Europe/Amsterdam", "spellcheck": "false"}),
    )
    contact = forms.CharField(
        label=gettext_lazy("Contact for candidates"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Shown on their page and in messages")}),
    )
    show_results = forms.ChoiceField(label=gettext_lazy("Show results to candidates"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why does it change?"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Stays in the history."),
    )
    field_order = (
        "version", "unit", "title", "code", "opens", "closes", "timezone", "venue", "contact", "show_results",
        "reason",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        units: Sequence[tuple[str, Any]] = (),
        versions: Sequence[tuple[str, Any]] = (),
        shows: Sequence[tuple[str, Any]] = (),
        active: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = to_choose(units)  # type: ignore[attr-defined]
        self.fields["version"].choices = versions  # type: ignore[attr-defined]
        self.fields["show_results"].choices = shows  # type: ignore[attr-defined]
        for name, kept in (
            ("unit", bool(units)),
            ("version", bool(versions)),
            ("show_results", bool(shows)),
            ("reason", active),
        ):
            if not kept:
                del self.fields[name]

    def zone_of(self, typed: dict[str, Any]) -> str:
        """Return the typed zone."""
        return str(typed.get("timezone", "")).strip()

    def clean(self) -> dict[str, Any]:
        """Refuse a zone that is not in the list, then read the window in it."""
        typed = super().clean()
        zone = self.zone_of(typed)
        if zone:
            try:
                chosen(datetime(2000, 1, 1), zone, datetime.min.replace(tzinfo=UTC))
            except BadZone as error:
                self.add_error("timezone", str(error))
        return typed

    def plan(self) -> Plan:
        """Return the plan as typed; the form is valid."""
        if self.window is None:
            raise ValueError("the form is not valid")
        typed = self.cleaned_data
        return Plan(
            title=typed["title"],
            code=typed["code"],
            opens_at=self.window.opens_at,
            closes_at=self.window.closes_at,
            timezone=self.zone_of(typed),
            venue=typed["venue"],
            contact=typed["contact"],
            show_results=typed.get("show_results", ""),
        )

    @staticmethod
    def shown(schedule: Schedule) -> dict[str, Any]:
        """Return what the form begins with."""
        return {
            "revision": schedule.revision,
            "version": schedule.version.ref,
            "title": schedule.title,
            "code": schedule.code,
            "venue": schedule.venue,
            "timezone": schedule.timezone,
            "contact": schedule.contact,
            "show_results": schedule.show_results,
            "opens": local_text(schedule.opens_at, schedule.timezone),
            "closes": local_text(schedule.closes_at, schedule.timezone),
        }


class CandidateForm(forms.Form):
    """One candidate."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)

    def candidates(self) -> list[Candidate]:
        """Return the one who was typed."""
        typed = self.cleaned_data
        return [Candidate(typed["number"], typed["name"], typed["email"])]


class PasteForm(forms.Form):
    """Many candidates, one a line: number, name, e-mail; commas, semicolons or tabs between."""

    lines = forms.CharField(
        label=gettext_lazy("One candidate a line: number, name, e-mail"),
        max_length=500_000,
        widget=forms.Textarea(
            attrs={"rows": 6, "spellcheck": "false", "placeholder": "1001, Anna Berg, anna@example.org"}
        ),
    )

    def candidates(self) -> list[Candidate]:
        """Return the candidates typed, in order; empty lines are left out."""
        return [_line(line) for line in self.cleaned_data["lines"].splitlines() if line.strip()]


QUOTED = re.compile(r'"(?:[^"]|"")*"')


def _line(line: str) -> Candidate:
    """Read one line; what stands in quotes, as spreadsheets write names with a comma, is one piece."""
    bare = QUOTED.sub("", line)
    sign = next((sign for sign in ("\t", ";", ",") if sign in bare), None)
    if sign and '"' in line and '"' not in bare:
        pieces = [piece.strip() for piece in next(csv.reader([line], delimiter=sign, skipinitialspace=True))]
    else:
        pieces = [piece.strip() for piece in (line.split(sign) if sign else line.split(None, 1))]
    number, name, *rest = [*pieces, ""] if len(pieces) < 2 else pieces
    return Candidate(number, name, " ".join(piece for piece in rest if piece))


class ReasonForm(forms.Form):
    """What is asked when a schedule is archived or brought back: why."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=500,
        help_text=gettext_lazy("Stays in the history."),
    )


class LateForm(forms.Form):
    """What is asked when somebody is added after the window: why."""

    reason = forms.CharField(
        label=gettext_lazy("Why are they added now?"),
        max_length=500,
        help_text=gettext_lazy("The window is over. The reason stays in the history."),
    )


STANDINGS = [
    (Standing.ABSENT, gettext_lazy("Absent")),
    (Standing.EXCUSED, gettext_lazy("Excused")),
    (Standing.DEFERRED, gettext_lazy("Deferred")),
    (Standing.EXPECTED, gettext_lazy("Expected after all")),
]


class OwnWindowForm(WindowForm):
    """A window of a candidate's own, and why."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"), max_length=500, help_text=gettext_lazy("Stays in the history.")
    )
    field_order = ("opens", "closes", "reason")

    def __init__(self, *args: Any, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.zone = zone
