"""What every sheet of marks does with what is typed on it: a page of cells by a form, or one cell as one types."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.queries.paper import PartRow
from marksheet.apps.ledger.errors import BadInput, NotAllowed, Refusal, WrongState
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.results.actions.marks import BadCells, CellSave, SavedMark, StaleMarks
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.acting import done
from marksheet.rules.marks import BadMark, read_mark
from marksheet.rules.schemes import FINEST

FIELD = "m-"
STOOD = "h-"
REFUSALS: tuple[type[Refusal], ...] = (WrongState, NotAllowed)
"""What a sheet answers with its reason, beside values that cannot be saved."""


@dataclass(slots=True)
class Tried:
    """What became of a page that was sent: typed texts and errors by field, and the answer's status."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    saved: int = 0
    status: int = 200


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What a sheet says where something else stands by now: above the page, and at a cell of it.

    Args:
        cell: may name ``%(by)s`` and ``%(theirs)s``.
    """

    page: str
    cell: str


def save_page(
    post: QueryDict,
    parts: Mapping[str, PartRow],
    save: Callable[[Sequence[CellSave]], Mapping[Any, SavedMark]],
    *,
    meanwhile: Callable[[StaleMarks], Meanwhile],
    steps: Mapping[int, int] | None = None,
    refusals: tuple[type[Refusal], ...] = REFUSALS,
) -> Tried:
    """Save every cell whose text differs from what stood there when the page was made, all or nothing.

    Args:
        parts: ref -> the parts that the sheet has columns for.
        steps: part -> the step of its marks, where a mark between two steps is refused at its cell before saving.
    """
    tried = Tried(typed={name: str(value) for name, value in post.items() if name.startswith(FIELD)})
    cells = _read(post, parts, steps or {}, tried)
    if tried.errors:
        tried.message = _("Nothing was saved yet. Please correct the marked cells.")
        tried.status = 400
    elif cells:
        _save(cells, save, tried, meanwhile, refusals)
    return tried


def _read(
    post: QueryDict, parts: Mapping[str, PartRow], steps: Mapping[int, int], tried: Tried
) -> list[CellSave]:
    cells: list[CellSave] = []
    for name, text in tried.typed.items():
        script, _dash, ref = name.removeprefix(FIELD).partition("-")
        version, stood = _stood_there(post.get(STOOD + script, ""), ref)
        if ref not in parts or text.strip() == stood:
            continue
        part = parts[ref]
        try:
            meant = read_mark(
                text,
                part.maximum_thousandths,
                steps.get(part.id, FINEST),
                lowest_thousandths=part.lowest_thousandths,
            )
        except BadMark as bad:
            tried.errors[name] = str(bad)
            continue
        cells.append(CellSave(script, ref, meant.value, meant.no_response, version))
    return cells


def _save(
    cells: list[CellSave],
    save: Callable[[Sequence[CellSave]], Mapping[Any, SavedMark]],
    tried: Tried,
    meanwhile: Callable[[StaleMarks], Meanwhile],
    refusals: tuple[type[Refusal], ...],
) -> None:
    try:
        tried.saved = len(save(cells))
    except StaleMarks as stale:
        words = meanwhile(stale)
        tried.message, tried.status = words.page, 409
        for (script, part), theirs in stale.cells.items():
            stands = shown_mark(theirs.value, theirs.no_response) or _("blank")
            tried.errors[f"{FIELD}{script}-{part}"] = words.cell % {"by": theirs.by, "theirs": stands}
    except BadCells as bad:
        tried.message, tried.status = bad.message, 400
        tried.errors = {f"{FIELD}{script}-{part}": why for (script, part), why in bad.cells.items()}
    except refusals as refusal:
        tried.message, tried.status = refusal.message, 409
        tried.errors = {"": refusal.message}


def _stood_there(packed: str, part: str) -> tuple[int, str]:
    """Return version and text that stood in a cell when the page was made; (0, "") where nothing did."""
    try:
        version, text = json.loads(packed or "{}").get(part, (0, ""))
        return int(version), str(text)
    except (ValueError, TypeError, AttributeError):
        return 0, ""


def saved_page(request: HttpRequest, tried: Tried) -> HttpResponse:
    """Say how much of a page was saved, and show it again."""
    n = tried.saved
    words = ngettext("%(n)s mark was saved.", "%(n)s marks were saved.", n) % {"n": n}
    done(request, words if n else _("Nothing had changed."))
    return redirect(request.get_full_path())


def answer_cell(
    post: QueryDict,
    parts: Mapping[str, PartRow],
    save: Callable[[CellSave], SavedMark],
    *,
    refusals: tuple[type[Refusal], ...] = REFUSALS,
) -> JsonResponse:
    """Save one cell: attempt, part, version, value ("", "nr" or a number).

    Answers 200 ``{state: saved, version, shown}``, 409 ``{state: stale, theirs, by, version}`` or
    400 ``{state: refused, message}``.
    """
    part = parts.get(post.get("part", ""))
    if part is None:
        return _refused(_("There is no such part in this paper."))
    try:
        meant = read_mark(
            post.get("value", ""), part.maximum_thousandths, lowest_thousandths=part.lowest_thousandths
        )
        version = asking.whole(post.get("version", ""), digits=5, otherwise=0)
        saved = save(CellSave(post.get("attempt", ""), part.ref, meant.value, meant.no_response, version))
    except StaleMarks as stale:
        theirs = stale.theirs
        stands = shown_mark(theirs.value, theirs.no_response)
        answer = {"state": "stale", "theirs": stands, "by": theirs.by, "version": theirs.version}
        return JsonResponse(answer, status=409)
    except BadMark as bad:
        return _refused(str(bad))
    except BadInput as bad_input:
        return _refused(" ".join(bad_input.details) or bad_input.message)
    except refusals as refusal:
        return _refused(refusal.message)
    stands = shown_mark(saved.value, saved.no_response)
    return JsonResponse({"state": "saved", "version": saved.version, "shown": stands})


def _refused(message: str) -> JsonResponse:
    return JsonResponse({"state": "refused", "message": message}, status=400)
