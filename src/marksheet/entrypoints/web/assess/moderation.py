"""What the reader moderates at a schedule: the list, accepting some at once, and one script."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.marking.queries.moderation import counts_in_moderation, moderated_by, moderates_at
from marksheet.apps.marking.queries.samples import samples_here
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.marks import accept, change_marks, doubt, send_back
from marksheet.apps.results.queries.moderated import (
    FILTERS,
    ModeratedRow,
    ModeratedScript,
    moderated_named,
    moderated_script,
    moderation_list,
    sampled_names,
)
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, chosen, done
from marksheet.entrypoints.web.assess.reasons import reason_words
from marksheet.entrypoints.web.assess.views import about
from marksheet.entrypoints.web.assess.words import ROUNDS
from marksheet.rules.marks import BadMark, read_mark

ACTS = ("accept", "change", "doubt", "back")


@dataclass(frozen=True, slots=True)
class Line:
    """A script of the list, with why it is there in words."""

    one: ModeratedRow
    why: tuple[str, ...]


@signed_in
@require_GET
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the scripts in moderation that are for the reader, and the samples to decide on."""
    person = person_of(request)
    schedule = assessed_for(person, ref)
    status = asking.word(request.GET, "status", FILTERS)
    search = request.GET.get("q", "").strip()
    rows, following = moderation_list(
        person, schedule, status=status, search=search, after=request.GET.get("after", "")
    )
    context = about(person, schedule) | {
        "lines": lines_of(person, schedule, rows),
        "following": following,
        "search": search,
        "status": status,
        "narrowed": bool(search or request.GET.get("after")),
        "stands": counts_in_moderation(schedule, moderated_by(person)),
        "may": moderates_at(person, schedule),
        "samples": [
            (one, "; ".join(reason_words(reason, {}) for reason in one.reasons), one.marker == person)
            for one in samples_here(person, schedule)
        ],
        "tab": "moderation",
    }
    return render(request, "assess/moderation.html", context)


def lines_of(person: Person, schedule: Schedule, rows: list[ModeratedRow]) -> list[Line]:
    """Return rows with their reasons in words."""
    names = sampled_names(person, schedule, [one.row for one in rows])
    return [Line(one, tuple(reason_words(reason, names) for reason in one.row.reasons)) for one in rows]


@signed_in
@require_http_methods(["GET", "POST"])
def accepting(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then have the marks of the ticked scripts stand."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    ticked = (request.POST or request.GET).getlist("selected")
    form = forms.Form(request.POST if request.method == "POST" else None)
    counts: list[int] = []
    if carried_out(request, form, lambda _data: counts.append(accept(person, schedule.ref, ticked, at=at))):
        n = counts[0]
        words = ngettext("The marks of %(n)s script stand.", "The marks of %(n)s scripts stand.", n)
        done(request, words % {"n": n})
        return redirect("assess:moderation", schedule.ref)
    rows = moderated_named(person, schedule, ticked)
    context = {
        "schedule": schedule,
        "form": form,
        "lines": lines_of(person, schedule, rows),
        "left": len(set(ticked)) - len(rows),
        "may": moderates_at(person, schedule),
    }
    return render(
        request, "assess/moderation_accept.html", context, status=400 if request.method == "POST" else 200
    )


class Decide(forms.Form):
    """The marks of one script as a moderator would give them, a note, and who is asked again."""

    against = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Needed to change, doubt or send back. It stays in the history; a marker to whom the script goes back"
            " reads it."
        ),
    )

    def __init__(self, data: Any = None, *, script: ModeratedScript) -> None:
        super().__init__(data, initial={"against": script.row.revision})
        self._script = script
        self.act = str((data or {}).get("do", ""))
        if script.row.case:
            for one in script.parts:
                label = _("Your mark for %(part)s") % {"part": one.part.label}
                field = forms.CharField(label=label, max_length=12, required=False, initial=one.typed)
                self.fields[f"m_{one.part.ref}"] = field
        if len(script.markers) > 1:
            self.fields["to"] = forms.ChoiceField(
                label=_("Send back to"),
                required=False,
                choices=[("", _("both markers")), *script.markers.items()],
            )

    def clean(self) -> dict[str, Any]:
        """Read the marks that were typed; those that stand are left out."""
        data = super().clean() or {}
        given = {}
        for one in self._script.parts:
            name = f"m_{one.part.ref}"
            text = str(data.get(name) or "").strip()
            if name not in self.fields or name not in self.data or text == one.typed:
                continue
            try:
                mark = read_mark(text, one.part.maximum_thousandths, one.step)
                if mark.value is None and not mark.no_response:
                    raise BadMark(_("Enter a mark, or nr for no response."), "number")
                given[one.part.ref] = (mark.value, mark.no_response)
            except BadMark as bad:
                self.add_error(name, str(bad))
        if given and self.act != "change":
            self.add_error(None, _("You typed other marks. Save yours, or put back those that stand."))
        data["given"] = given
        return data

    def lines(self) -> list[tuple[Any, list[str], Any]]:
        """Return each part, what was given in each round, and its field; for the page."""
        return [
            (
                one,
                [one.given.get(round_, "") for round_, _who in self._script.rounds],
                self[f"m_{one.part.ref}"] if self._script.row.case else None,
            )
            for one in self._script.parts
        ]


@signed_in
@require_http_methods(["GET", "POST"])
def script(request: HttpRequest, ref: str, one: str) -> HttpResponse:
    """Show one script in moderation with all that was given; decide on it."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    found = moderated_script(person, schedule, one)
    form = Decide(request.POST if request.method == "POST" else None, script=found)
    act = chosen(request, "do", ACTS) if request.method == "POST" else ""
    if carried_out(request, form, lambda data: _decide(person, schedule, one, act, data, at)):
        done(request, str(SAID[act]))
        if found.following:
            return redirect("assess:moderated", schedule.ref, found.following)
        return redirect("assess:moderation", schedule.ref)
    names = sampled_names(person, schedule, [found.row])
    context = about(person, schedule) | {
        "found": found,
        "form": form,
        "why": [reason_words(reason, names) for reason in found.row.reasons],
        "heads": [(ROUNDS[round_], who) for round_, who in found.rounds],
        "notes": [(one_note, ROUNDS[one_note.round]) for one_note in found.notes],
        "asked": list(found.markers.values()),
        "tab": "moderation",
    }
    return render(request, "assess/moderated.html", context, status=400 if request.method == "POST" else 200)


SAID = {
    "accept": gettext_lazy("The marks stand."),
    "change": gettext_lazy("Your marks stand."),
    "doubt": gettext_lazy("It is noted that these marks are not right."),
    "back": gettext_lazy("The script is with its marker again, who is told."),
}


def _decide(person: Person, schedule: Schedule, ref: str, act: str, data: dict[str, Any], at: Any) -> None:
    against, note = data["against"], data["note"]
    if act == "accept":
        accept(person, schedule.ref, [ref], at=at)
    elif act == "change":
        change_marks(person, ref, data["given"], note=note, against=against, at=at)
    elif act == "doubt":
        doubt(person, ref, note=note, against=against, at=at)
    else:
        to = [data["to"]] if data.get("to") else []
        send_back(person, ref, to=to, note=note, against=against, at=at)
