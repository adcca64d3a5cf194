"""The dialog of an export: which rows, which format, which file; it says before how many and what is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.release.actions.exports import Order, refuse_nothing, request_export
from marksheet.apps.release.queries.exports.selection import Counted, Selection, Source, counted
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out
from marksheet.entrypoints.shared.exports.carrying import AT_ONCE, make_now
from marksheet.entrypoints.web.exports.asked import Wanted, wanted
from marksheet.outputs.exports import EXPORTS, Export, export

FILE_TYPES = (("xlsx", gettext_lazy("Excel (XLSX)")), ("csv", gettext_lazy("Text (CSV)")))
DECIMAL_SIGNS = ((".", gettext_lazy("Point: 7.5")), (",", gettext_lazy("Comma: 7,5")))
ENCODINGS = (
    ("utf-8-sig", gettext_lazy("UTF-8 with a mark, as Excel expects")),
    ("utf-8", gettext_lazy("UTF-8")),
    ("utf-16", gettext_lazy("UTF-16")),
)


class ExportForm(forms.Form):
    """What the file holds and how it is written; starts with an Excel file of scores."""

    rows = forms.CharField(required=False)
    format = forms.ChoiceField(choices=[(name, name) for name in EXPORTS], initial="scores")
    file_type = forms.ChoiceField(label=gettext_lazy("File"), choices=FILE_TYPES, initial="xlsx")
    decimal_sign = forms.ChoiceField(
        label=gettext_lazy("Decimal sign"),
        choices=DECIMAL_SIGNS,
        initial=".",
        help_text=gettext_lazy("For CSV: with a comma, values are parted by semicolons."),
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"),
        choices=ENCODINGS,
        initial="utf-8-sig",
        help_text=gettext_lazy("For CSV."),
    )


@dataclass(frozen=True, slots=True)
class Way:
    """One choice of rows: its words, and what would be left out."""

    key: str
    label: str
    notes: tuple[str, ...]
    on: bool


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open the dialog on what a list sent; nothing is read or written yet."""
    given = request.POST if request.method == "POST" else request.GET
    return _dialog(request, given, ExportForm(), status=200)


@signed_in
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Ask for the file; a small one is made at once."""
    person, at = person_of(request), clock.read()
    asked = wanted(person, request.POST, at=at)
    form = ExportForm(request.POST)
    made: list[Any] = []

    def ask(cleaned: Mapping[str, Any]) -> None:
        selection = asked.for_format(export(cleaned["format"]), cleaned["rows"])
        if not export(cleaned["format"]).fits(selection):
            raise BadInput(_("This list cannot be taken out like that. Choose a format that is offered."))
        order = Order(
            cleaned["format"],
            cleaned["file_type"],
            cleaned["decimal_sign"],
            cleaned["encoding"],
            asked.columns,
        )
        made.append(request_export(person, selection, order, at=at))

    if not carried_out(request, form, ask):
        return _dialog(request, request.POST, form, status=400)
    if made[0].total <= AT_ONCE:
        make_now(made[0])
    return redirect("exports:show", made[0].ref)


def _dialog(request: HttpRequest, given: QueryDict, form: ExportForm, *, status: int) -> HttpResponse:
    person, at = person_of(request), clock.read()
    asked = wanted(person, given, at=at)
    counts = {key: counted(person, selection, at) for key, selection in asked.ways.items()}
    first = next(iter(asked.ways))
    refuse_nothing(asked.ways[first], counts[first])
    chosen = form["rows"].value() if form["rows"].value() in asked.ways else first
    context = {
        "form": form,
        "asked": asked,
        "ways": [_way(asked, key, count, on=key == chosen) for key, count in counts.items()],
        "formats": _formats(form, asked.ways[first]),
        "several": max(count.assessments for count in counts.values()) > 1,
        "at_once": counts[chosen].taken <= AT_ONCE,
        "titled": title(asked.source, counts[chosen].taken) if len(counts) == 1 else _("Export results"),
    }
    return render(request, "exports/dialog.html", context, status=status)


def title(source: Source, n: int) -> str:
    """Return what the dialog says at its head."""
    return _("Export %(what)s") % {"what": what(source, n)}


def what(source: Source, n: int) -> str:
    """Return what the rows of a list are, and how many: *3 results*."""
    if source in (Source.SCHEDULES, Source.COORDINATION, Source.FINISHED):
        words = ngettext("%(n)s schedule", "%(n)s schedules", n)
    elif source is Source.ASSESSMENTS:
        words = ngettext("%(n)s assessment", "%(n)s assessments", n)
    elif source is Source.MARKING:
        words = ngettext("%(n)s row of preliminary marks", "%(n)s rows of preliminary marks", n)
    else:
        words = ngettext("%(n)s result", "%(n)s results", n)
    return words % {"n": f"{n:,}"}


def _formats(form: ExportForm, selection: Selection) -> list[tuple[str, Any, Any, bool]]:
    """Return what the file can hold, the first chosen where the form's choice is not among it."""
    chosen = form["format"].value()
    declared = [one for one in map(export, EXPORTS) if one.fits(selection)]
    if chosen not in [one.key for one in declared]:
        chosen = declared[0].key
    return [(one.key, one.title, _sentence(one, selection), one.key == chosen) for one in declared]


def _sentence(declared: Export, selection: Selection) -> Any:
    """Return what a format holds; on a list of schedules the list as shown is not of results."""
    if declared.as_shown and selection.lists_schedules:
        return _(
            "The list as it stands on the page, in its order: one line for each schedule, no candidates."
        )
    return declared.sentence


def _way(asked: Wanted, key: str, count: Counted, *, on: bool) -> Way:
    n, shown = count.taken, f"{count.taken:,}"
    labels = {
        "ticked": ngettext("The %(n)s selected", "The %(n)s selected", n),
        "ready": ngettext("The %(n)s ready that matches", "All %(n)s ready that match", n),
        "list": _("The whole list: %(what)s"),
    }
    held = what(asked.source, n)
    if asked.ways[key].lists_schedules:
        held = _("%(results)s of %(schedules)s") % {
            "results": held,
            "schedules": what(Source.SCHEDULES, len(count.schedules)),
        }
    return Way(key, labels[key] % {"n": shown, "what": held}, tuple(_notes(count)), on)


def _notes(count: Counted) -> list[str]:
    """Return what a reader must know before: rows without numbers, rows left out and who can take them."""
    said = []
    if count.bare:
        said.append(
            ngettext(
                "%(n)s is not ready, or withheld: it has its state and no numbers.",
                "%(n)s are not ready, or withheld: they have their state and no numbers.",
                count.bare,
            )
            % {"n": f"{count.bare:,}"}
        )
    if count.elsewhere:
        words = ngettext(
            "%(n)s is left out: you may see it, but not take it out as a file.",
            "%(n)s are left out: you may see them, but not take them out as a file.",
            count.elsewhere,
        ) % {"n": f"{count.elsewhere:,}"}
        if count.helpers:
            words += " " + _("Ask %(names)s.") % {"names": ", ".join(count.helpers[:3])}
        said.append(words)
    return said
