"""Say what a file of questions would store, and what is stored now: marks, keys and rules in one line each."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marksheet.entrypoints.web.exams.fields import key_shown, steps_shown
from marksheet.rules.authoring import ItemDraft, PartDraft
from marksheet.rules.marks import shown
from marksheet.rules.paper import ItemRule


def lines_of(drafts: Sequence[tuple[ItemDraft | None, ItemDraft]]) -> list[tuple[str, str, str]]:
    """Return the label of each question, what is stored of it ("" for nothing) and what the file says."""
    return [(new.label, told(old) if old else "", told(new)) for old, new in drafts]


def told(item: ItemDraft) -> str:
    """Return one question in a line."""
    parts = [_part(part, alone=len(item.parts) == 1) for part in item.parts]
    total = _("maximum %(marks)s") % {"marks": shown(item.maximum_thousandths)}
    return " · ".join([total, *parts, *_rule(item), *_lowest(item)])


def _part(part: PartDraft, *, alone: bool) -> str:
    if part.machine:
        key = key_shown(part.match, part.correct) or "–"
        words = _("key %(key)s: %(points)s") % {"key": key, "points": shown(part.points)}
        if part.wrong_thousandths:
            words += " " + _("(wrong: %(points)s)") % {"points": shown(part.wrong_thousandths)}
    else:
        words = _("by hand: %(points)s") % {"points": shown(part.maximum_thousandths)}
    return words if alone else f"{part.label}: {words}"


def _lowest(item: ItemDraft) -> list[str]:
    if item.floor_thousandths is None:
        return [_("no lowest score")]
    return (
        [_("lowest score %(marks)s") % {"marks": shown(item.floor_thousandths)}]
        if item.floor_thousandths
        else []
    )


def _rule(item: ItemDraft) -> list[str]:
    if item.rule == ItemRule.SUM:
        return []
    steps = steps_shown(item.steps)
    return [_("right parts: %(steps)s") % {"steps": steps} if steps else item.rule.replace("_", " ")]
