"""The panel of the marking screen: what was sent, and what stands in its fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.workshop import Workshop
from marksheet.apps.results.actions.marks import PanelSave
from marksheet.entrypoints.shared import asking
from marksheet.formats.texts import as_typed
from marksheet.rules.judging import NOTHING_CHOSEN, Chosen, mark_of, rest_of
from marksheet.rules.marks import BadMark, TypedMark, read_mark, shown

INSERT, FORGET = "insert:", "forget:"


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the fields: from what is saved, from a kept draft, or from what was just sent."""

    chosen: Chosen = NOTHING_CHOSEN
    mark: str = ""
    rest: str = ""
    feedback: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LevelKey:
    """One level to choose; ``key`` chooses it on the keyboard."""

    place: int
    points: int
    key: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CriterionKeys:
    """One criterion with its levels; ``hint`` is what the chosen one says; ``by_place``: keys are not marks."""

    name: str
    description: str
    levels: tuple[LevelKey, ...]
    hint: str
    by_place: bool


def filled_from(post: QueryDict) -> Filled:
    """Return what was sent, as it was typed."""
    return Filled(
        chosen=_chosen(post),
        mark=post.get("mark", "")[:40],
        rest=post.get("rest", "")[:40],
        feedback=as_typed(post.get("feedback", "")),
        note=as_typed(post.get("note", "")),
    )


def filled_of(seen: Workshop) -> Filled:
    """Return what is saved."""
    explains = seen.said.mark_version == seen.mark.version
    chosen = seen.said.chosen if explains else NOTHING_CHOSEN
    return Filled(
        chosen=chosen,
        mark=shown_mark(seen.mark.value, seen.mark.no_response) or seen.machine,
        rest=shown(chosen.rest) if chosen.rest else "",
        feedback=seen.said.feedback,
        note=seen.said.note,
    )


def filled_from_draft(seen: Workshop) -> Filled:
    """Return what was typed and refused; levels only where they are those of the scheme as it is now."""
    saved = filled_of(seen)
    if seen.draft is None:
        return saved
    said: Mapping[str, Any] = seen.draft.said
    if not said:  # it was typed on the mark sheet
        return replace(saved, mark=seen.draft.typed)
    chosen = Chosen.from_json(said.get("chosen", {})) if said.get("scheme") == seen.number else NOTHING_CHOSEN
    return Filled(
        chosen=chosen,
        mark=seen.draft.typed,
        rest=shown(chosen.rest) if chosen.rest else "",
        feedback=str(said.get("feedback", "")),
        note=str(said.get("note", "")),
    )


def save_of(seen: Workshop, post: QueryDict, filled: Filled) -> PanelSave:
    """Return what is to be saved.

    Raises:
        BadInput: a number cannot be read, or is more than there is to give; what was typed stays in the fields.
    """
    act = post.get("act", "save")
    chosen, typed = filled.chosen, None
    try:
        if asks_for_a_number(seen):
            typed = read_mark(
                filled.mark,
                seen.part.maximum_thousandths,
                seen.scheme.step_thousandths,
                lowest_thousandths=seen.part.lowest_thousandths,
            )
        elif seen.scheme.method_marks:
            chosen = replace(chosen, rest=_rest(seen, filled.rest))
    except BadMark as bad:
        if act not in ("no_response", "clear"):
            raise BadInput(str(bad)) from bad
        typed, chosen = TypedMark(None), NOTHING_CHOSEN
    return PanelSave(
        script_ref=seen.script.ref,
        part_ref=seen.part.ref,
        scheme=_whole(post, "scheme"),
        mark_against=_whole(post, "mark_against"),
        said_against=_whole(post, "said_against"),
        chosen=chosen,
        typed=typed,
        no_response=act == "no_response",
        clear=act == "clear",
        feedback=filled.feedback,
        note=filled.note,
    )


def versions(seen: Workshop, post: QueryDict | None) -> tuple[str, str, str]:
    """Return the versions of scheme, mark and words that the fields were filled upon: as sent, or as they are now."""
    now = {"scheme": seen.number, "mark_against": seen.mark.version, "said_against": seen.said.version}
    scheme, mark, said = (str((post and post.get(name)) or version) for name, version in now.items())
    return scheme, mark, said


def asks_for_a_number(seen: Workshop) -> bool:
    """Say whether the mark is typed: the scheme has neither criteria nor method marks, or is not for this reader."""
    return not (seen.scheme.criteria or seen.scheme.method_marks)


def criteria_of(seen: Workshop, filled: Filled) -> tuple[CriterionKeys, ...]:
    """Return the level keys of each criterion. A key is the level's marks where they are all digits, else its place."""
    found = []
    for at, criterion in enumerate(seen.scheme.criteria):
        points = [level.points for level in criterion.levels]
        by_marks = all(one % 1000 == 0 and one < 10_000 for one in points)
        place = filled.chosen.levels[at] if at < len(filled.chosen.levels) else None
        keys = tuple(
            LevelKey(
                n,
                level.points,
                str(level.points // 1000) if by_marks else (str(n + 1) if n < 9 else ""),
                ": ".join(word for word in (level.label, level.description) if word),
                n == place,
            )
            for n, level in enumerate(criterion.levels)
        )
        hint = keys[place].words if place is not None and place < len(keys) else ""
        found.append(CriterionKeys(criterion.name, criterion.description, keys, hint, not by_marks))
    return tuple(found)


def total_shown(seen: Workshop, filled: Filled) -> str:
    """Return what the fields come to, as the page shows it; a dash while something is open.

    Where nothing is chosen it is the mark that stands: it may have come from the mark sheet or a file.
    """
    if asks_for_a_number(seen):
        return filled.mark or "–"
    try:
        mark = mark_of(seen.scheme, filled.chosen, None, seen.part.maximum_thousandths)
    except ValueError:
        return "–"
    if mark is None:
        stands = shown_mark(seen.mark.value, seen.mark.no_response)
        return (stands if filled.chosen.nothing and seen.draft is None else "") or "–"
    return shown_mark(mark.value, mark.no_response)


def most_rest(seen: Workshop) -> int:
    """Return how many thousandths may be given beside the method marks."""
    return rest_of(seen.scheme, seen.part.maximum_thousandths)


def _rest(seen: Workshop, text: str) -> int:
    if not text.strip():
        return 0
    meant = read_mark(text, most_rest(seen), seen.scheme.step_thousandths)
    return meant.value or 0


def _chosen(post: QueryDict) -> Chosen:
    criteria = min(_place(post.get("criteria", "")) or 0, 99)
    levels = tuple(_place(post.get(f"level-{n}", "")) for n in range(criteria))
    earned = {place for one in post.getlist("earned") if (place := _place(one)) is not None}
    return Chosen(levels=levels, earned=tuple(sorted(earned)), looked=bool(earned) or "looked" in post)


def _place(text: str) -> int | None:
    return asking.whole(text, digits=3, otherwise=None)


def _whole(post: QueryDict, name: str) -> int:
    found = asking.whole(post.get(name, ""), digits=9, otherwise=None)
    if found is None:
        raise BadInput(
            _("The page sent no “%(name)s”. Nothing was saved. Open the script again.") % {"name": name}
        )
    return found
