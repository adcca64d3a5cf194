"""Annotations on the marking screen: the response cut into marked pieces, its notes, and the form that makes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Refusal, Stale, WrongState
from marksheet.apps.marking.queries.annotations import Placed
from marksheet.apps.marking.queries.workshop import Workshop
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.marks import AnnotationSave, anchor_words, annotate
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.annotated import KINDS, Marked, pieces_of
from marksheet.entrypoints.shared.errors import wants_json
from marksheet.formats.texts import as_typed, brief
from marksheet.rules.annotations import ON_TEXT, BadAnchor, Kind, Spot, of_quote, of_words

PLACES = {
    "x": gettext_lazy("Across"),
    "y": gettext_lazy("Down"),
    "width": gettext_lazy("Width"),
    "height": gettext_lazy("Height"),
}
# What a form of an annotation sends; it comes to the same address as the panel.
ACTS = ("note", "note-words", "note-remove")


@dataclass(frozen=True, slots=True)
class Note:
    """One annotation with its number on the page, from 1, and what it is in words."""

    n: int
    one: Placed
    kind: str
    quote: str
    mine: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in a form that was refused, to be shown in it again; ``number`` 0 is the form for a new one."""

    refusal: Refusal
    number: int = 0
    fields: dict[str, str] = field(default_factory=dict)


def shown(seen: Workshop, typed: Typed | None = None) -> list[Note]:
    """Return the notes of a response in their order; of a refused save, with the words that were typed."""
    text = seen.written.text
    return [
        Note(
            n,
            one,
            str(KINDS[one.kind]),
            brief(one.stretch.of(text)) if one.stretch and one.fits else "",
            not one.by,
            typed.fields.get("words", "")
            if typed and typed.number == one.number and not one.by
            else one.words,
        )
        for n, one in enumerate(seen.annotations, 1)
    ]


def context_of(seen: Workshop, typed: Typed | None = None) -> dict[str, Any]:
    """Return what the page needs to show a response with its annotations, and the form for a new one."""
    notes = shown(seen, typed)
    return {
        "notes": notes,
        "pieces": pieces_of(
            seen.written.text,
            [
                Marked(note.n, note.one.kind, note.one.stretch, bool(note.one.by))
                for note in notes
                if note.one.stretch is not None and note.one.fits
            ],
        ),
        "text_kinds": [(one.value, KINDS[one]) for one in Kind if one in ON_TEXT],
        "typed_note": typed,
        "new_note": typed.fields if typed and not typed.number else {},
    }


def on_files(
    seen: Workshop, shown_files: Sequence[dict[str, Any]], typed: Typed | None
) -> list[dict[str, Any]]:
    """Return what is shown of each file, with the places on it, and with the fields of the form for another one."""
    notes = [note for note in shown(seen) if note.one.position and note.one.fits]
    found = []
    for file, handed in zip(shown_files, seen.files, strict=True):
        sent = typed.fields if typed and not typed.number else {}
        sent = sent if sent.get("position") == str(handed.position) else {}
        found.append(
            file
            | {
                "position": handed.position,
                "pins": file["as"] in ("image", "pdf"),
                "typed": sent,
                "fields": [(name, label, sent.get(name, "")) for name, label in PLACES.items()],
                "spots": [_in_percent(note) for note in notes if note.one.position == handed.position],
            }
        )
    return found


def _in_percent(note: Note) -> dict[str, str]:
    """Return a place on a picture in per cent of it, as text that no language writes otherwise."""
    spot = note.one.spot
    where = {} if spot is None else {"x": spot.x, "y": spot.y, "width": spot.width, "height": spot.height}
    told = {name: f"{value // 10}.{value % 10}" for name, value in where.items() if value or name in "xy"}
    return told | {"n": str(note.n), "by": note.one.by}


def saved(
    request: HttpRequest, person: Person, schedule: Schedule, seen: Workshop
) -> JsonResponse | Typed | None:
    """Save what a form of an annotation sent.

    A program is answered 200 ``{state: saved, number, version}``, 409 ``{state: stale, message}``, or 400 or 409
    ``{state: refused, message}``; a page with what was typed where it was refused, None where it was saved.
    """
    try:
        one = annotate(person, schedule.ref, _save_of(seen, request.POST), at=clock.read())
    except (BadInput, WrongState, NotAllowed, NotFound, Stale) as refusal:
        if wants_json(request):
            state = "stale" if isinstance(refusal, Stale) else "refused"
            status = 400 if isinstance(refusal, BadInput) else 409
            return JsonResponse({"state": state, "message": refusal.message}, status=status)
        if isinstance(refusal, NotFound):
            raise
        fields = {name: as_typed(str(value)) for name, value in request.POST.items()}
        return Typed(refusal, _whole(request.POST, "number"), fields)
    if wants_json(request):
        return JsonResponse({"state": "saved", "number": one.number, "version": one.version})
    return None


def _save_of(seen: Workshop, post: QueryDict) -> AnnotationSave:
    """Return what was sent, with the words that a form without script names turned into a stretch."""
    number = _whole(post, "number")
    kind = _kind(post.get("kind", ""))
    try:
        at = _stretch(seen.written.text, post) if kind in ON_TEXT and not number else None
    except BadAnchor as bad:
        raise BadInput(anchor_words(bad)) from None
    place = None
    if post.get("x") and post.get("y"):
        place = Spot(*(_number(post, name) for name in ("x", "y", "width", "height")))
    return AnnotationSave(
        script_ref=seen.script.ref,
        part_ref=seen.part.ref,
        number=number,
        against=_whole(post, "against"),
        kind=kind,
        words=as_typed(post.get("words", "")),
        at=at,
        quote=as_typed(post.get("at_quote", "")),
        position=_whole(post, "position") or None,
        page=_number(post, "page") or None,
        spot=place,
        remove=post.get("act") == "note-remove",
    )


def _stretch(text: str, post: QueryDict) -> tuple[int, int]:
    """Return the stretch that was chosen: by the page's script, by the words themselves, or by their numbers."""
    if post.get("start") and post.get("end"):
        return _number(post, "start"), _number(post, "end")
    if post.get("from_word") or post.get("to_word"):
        first = _number(post, "from_word") if post.get("from_word") else _number(post, "to_word")
        found = of_words(text, first, _number(post, "to_word") if post.get("to_word") else first)
    else:
        found = of_quote(text, as_typed(post.get("quote", "")), _number(post, "nth"))
    return found.start, found.end


def _kind(word: str) -> Kind:
    if word not in set(Kind):
        return Kind.HIGHLIGHT
    return Kind(word)


def _number(post: QueryDict, name: str) -> int:
    """Return a whole number that somebody typed; 0 where nothing was typed."""
    text = post.get(name, "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 8):
        raise BadInput(anchor_words(BadAnchor("number")))
    return int(text)


def _whole(post: QueryDict, name: str) -> int:
    return asking.whole(post.get(name, ""), digits=7, otherwise=0)


def said(post: QueryDict) -> str:
    """Return what was done, for the page that comes next."""
    if post.get("act") == "note-remove":
        return _("The annotation is taken away.")
    return _("The annotation is saved.")
