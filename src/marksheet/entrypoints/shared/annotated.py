"""A response cut into pieces for display, each with how it is marked; for markers' screens and candidates' pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from marksheet.rules.annotations import Kind, Stretch, cut

KINDS = {
    Kind.HIGHLIGHT: gettext_lazy("Highlight"),
    Kind.STRIKE: gettext_lazy("Strike"),
    Kind.COMMENT: gettext_lazy("Comment"),
    Kind.PIN: gettext_lazy("Pin"),
    Kind.REGION: gettext_lazy("Region"),
}


@dataclass(frozen=True, slots=True)
class Marked:
    """An annotation on words: its number on the page, what it is, where; ``others``: not of the round on the screen."""

    n: int
    kind: Kind
    stretch: Stretch
    others: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the response: how it is marked, and the notes whose stretch ends with it."""

    text: str
    marked: str = ""
    struck: bool = False
    refs: tuple[int, ...] = ()


def pieces_of(text: str, notes: Sequence[Marked]) -> list[Piece]:
    """Return a text cut into pieces, each with what marks it; together they are the text."""
    by_number = {one.n: one for one in notes}
    found = []
    for span in cut(len(text), [(one.n, one.stretch) for one in notes]):
        held = [by_number[n] for n in span.numbers]
        marks = [one for one in held if one.kind is not Kind.STRIKE]
        marked = ""
        if marks:
            marked = "two" if any(one.others for one in marks) else marks[-1].kind.value
        struck = any(one.kind is Kind.STRIKE for one in held)
        found.append(Piece(text[span.start : span.end], marked, struck, span.ends))
    return found
