"""Read an uploaded file as a person said: a table, then candidates, questions or work."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.actions.imports import SectionWeight
from marksheet.apps.exams.queries.imports import Import
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.intake import not_placed
from marksheet.entrypoints.shared.intake.files import read_file
from marksheet.formats.candidates_layout import Candidates, read_candidates
from marksheet.formats.item_plans import PartPlan, SectionPlan, plan_items
from marksheet.formats.item_rules import NamedRule, RuleChoice
from marksheet.formats.items_layout import distinct_rules, read_items
from marksheet.formats.long_layout import read_long_work
from marksheet.formats.problems import SHOWN, BadCells, BadFile, CellError
from marksheet.formats.tables import Table, read_table
from marksheet.formats.wide import read_work
from marksheet.formats.wording import Text, say
from marksheet.formats.work_layout import (
    Blank,
    LongMapping,
    PartFacts,
    Work,
    WorkMapping,
    suggest_columns,
)
from marksheet.rules.authoring import ItemDraft, PartDraft
from marksheet.rules.scoring import Match, canonical, tidy

Json = Mapping[str, Any]


class Unreadable(BadInput):
    """A file that cannot be taken; ``cells`` are the first problems, ``total`` how many there are."""

    def __init__(self, message: str, cells: tuple[CellError, ...] = (), total: int = 0) -> None:
        super().__init__(message, details=[in_words(cell) for cell in cells])
        self.cells = cells
        self.total = total


def translated(text: str) -> str:
    """Return a sentence of the formats in the reader's language."""
    return _(text.msgid) % text.params if isinstance(text, Text) else text


def in_words(cell: CellError) -> str:
    """Return one cell that cannot be taken as a sentence."""
    where = _("row %(row)s, %(column)s") if cell.column else _("row %(row)s")
    place = where % {"row": cell.row, "column": cell.column}
    value = f" “{cell.value}”" if cell.value else ""
    return f"{place}{value}: {translated(cell.reason)}"


def as_refusal(error: BadFile) -> Unreadable:
    """Return what is wrong with a file as a refusal that pages and commands show."""
    if isinstance(error, BadCells):
        return unreadable(error.errors, error.total)
    return Unreadable(translated(error.message))


def unreadable(cells: tuple[CellError, ...], total: int) -> Unreadable:
    """Return the refusal of a file for some of its cells, or for whole rows."""
    if all(cell.column for cell in cells):
        words = ngettext(
            "Nothing was written: %(total)s cell of the file cannot be taken.",
            "Nothing was written: %(total)s cells of the file cannot be taken.",
            total,
        )
    else:
        words = ngettext(
            "Nothing was written: %(total)s row of the file cannot be taken.",
            "Nothing was written: %(total)s rows or cells of the file cannot be taken.",
            total,
        )
    return Unreadable(words % {"total": f"{total:,}"}, cells, total)


def table_of(row: Import) -> Table:
    """Return the table in an uploaded file; what cannot be taken of it stands in its ``faults``.

    Reading it on refuses it for those, together with whatever else is wrong.

    Raises:
        Unreadable: it is no table, or none of its rows can be taken.
        BadInput: the stored file is gone.
    """
    try:
        return read_table(read_file(row.file_path, row.file_sha256), row.file_name, with_faults=True)
    except BadFile as error:
        raise as_refusal(error) from None


def part_facts(schedule: Schedule) -> tuple[PartFacts, ...]:
    """Return what a file of work may say of each part of a schedule's paper."""
    return tuple(_facts(part) for part in paper_of(schedule.version_id, schedule.key_version_id).parts)


def _facts(part: PartRow) -> PartFacts:
    if not part.machine:
        return PartFacts(part.label, False, part.maximum_thousandths)
    match = Match(part.match)
    spelling = partial(_canonical, match, part.options)
    # What is no number cannot be compared with one; any other answer can at least be wrong.
    unlisted = None if match is Match.NUMERIC else tidy
    return PartFacts(part.label, True, part.maximum_thousandths, spelling, unlisted)


def _canonical(match: Match, options: tuple[str, ...], text: str) -> str:
    return canonical(match, text, options)


# --- work ---


def suggested_work(table: Table, schedule: Schedule) -> dict[str, Any]:
    """Return the probable mapping of a file of work as JSON; what a blank means is never suggested."""
    found = suggest_columns(table, part_facts(schedule))
    if found.long:
        return {
            "shape": "long",
            "candidate": found.candidate,
            "part": found.long[0],
            "value": found.long[1],
            "blank_answer": None,
            "blank_mark": None,
            "unlisted": False,
            "texts": False,
            "decimal_sign": found.decimal_sign,
            "no_response_words": [],
        }
    return {"shape": "wide", **WorkMapping(found.candidate, found.columns, found.decimal_sign).as_json()}


def work_of(person: Person, table: Table, mapping: Json, schedule: Schedule) -> Work:
    """Return the work in a table, read as ``mapping`` says.

    Raises:
        Unreadable: cells that cannot be taken, blanks that nobody explained, a wrong mapping.
    """
    try:
        if mapping.get("shape") == "long":
            return read_long_work(table, _long(mapping), part_facts(schedule))
        return read_work(table, WorkMapping.from_json(mapping), part_facts(schedule))
    except BadCells as error:
        raise _with_strangers(person, error, table, str(mapping["candidate"]), schedule) from None
    except BadFile as error:
        raise as_refusal(error) from None
    except (ValueError, KeyError, TypeError):
        raise BadInput(
            _("How this file is to be read is not understood. Choose the columns again.")
        ) from None


def _with_strangers(
    person: Person, error: BadCells, table: Table, column: str, schedule: Schedule
) -> Unreadable:
    """Return the refusal of a file of work with its rows of which the candidate cannot take part, too."""
    known = {(one.row, one.column) for one in error.errors}
    cells = zip(table.row_numbers, map(str.strip, table.column(column)), strict=True)
    named = [(row, number) for row, number in cells if number and (row, column) not in known]
    why = not_placed(person, schedule, {number for _row, number in named})
    found = [
        CellError(row, column, number[:80], say("%(why)s", why=why[number]))
        for row, number in named
        if number in why
    ]
    cells_ = sorted((*error.errors, *found), key=lambda one: one.row)
    return unreadable(tuple(cells_[:SHOWN]), error.total + len(found))


def _long(mapping: Json) -> LongMapping:
    def blank(name: str) -> Blank | None:
        return Blank(mapping[name]) if mapping.get(name) else None

    return LongMapping(
        str(mapping["candidate"]),
        str(mapping["part"]),
        str(mapping["value"]),
        blank("blank_answer"),
        blank("blank_mark"),
        bool(mapping.get("unlisted")),
        str(mapping.get("decimal_sign", ".")),
        frozenset(mapping.get("no_response_words", ())),
        bool(mapping.get("texts")),
    )


# --- candidates ---


def candidates_of(table: Table, mapping: Json) -> Candidates:
    """Return the candidates in a table; raises Unreadable."""
    try:
        return read_candidates(table, mapping.get("columns"))
    except BadFile as error:
        raise as_refusal(error) from None


# --- questions ---


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a file as an author would write them."""

    drafts: tuple[ItemDraft, ...]
    sections: tuple[SectionWeight, ...]
    content_hash: str


def suggested_rules(table: Table, mapping: Json) -> dict[str, dict[str, Any] | None]:
    """Return each different text of the rule column with its probable rule as JSON, None where unknown."""
    try:
        rows = read_items(table, mapping.get("columns"), decimal_sign=mapping.get("decimal_sign", ".")).rows
        return {one.text: rule_json(one.suggestion) for one in distinct_rules(rows)}
    except BadFile as error:
        raise as_refusal(error) from None


def rule_json(choice: RuleChoice | None) -> dict[str, Any] | None:
    """Return a choice of rule as JSON: name, steps as [right parts, marks], marks per right part."""
    if choice is None:
        return None
    points = choice.points_per_part
    return {
        "rule": choice.item_rule.value,
        "steps": [[right, str(marks)] for right, marks in choice.steps],
        "points": None if points is None else str(points),
    }


def rule_choice(kept: Json) -> RuleChoice:
    """Return what ``rule_json`` kept.

    Raises:
        BadInput: it is not that.
    """
    try:
        steps = tuple((int(right), Fraction(str(marks))) for right, marks in kept.get("steps") or ())
        points = kept.get("points")
        return RuleChoice(
            NamedRule(kept["rule"]), steps, None if points in (None, "") else Fraction(str(points))
        )
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        raise BadInput(_("Choose a rule for each text of the rule column.")) from None


def questions_of(table: Table, mapping: Json) -> Questions:
    """Return the questions in a table, read as ``mapping`` says; raises Unreadable."""
    choices = {text: rule_choice(kept) for text, kept in mapping.get("rules", {}).items() if kept}
    try:
        items = read_items(table, mapping.get("columns"), decimal_sign=mapping.get("decimal_sign", "."))
        sections = plan_items(items.rows, choices)
    except BadFile as error:
        raise as_refusal(error) from None
    return Questions(
        tuple(_draft(section, at) for section in sections for at in range(len(section.items))),
        tuple(SectionWeight(one.name, int(one.weight * 1000)) for one in sections if one.name),
        items.content_hash,
    )


def _draft(section: SectionPlan, at: int) -> ItemDraft:
    item = section.items[at]
    return ItemDraft(
        label=item.label,
        title=item.title,
        section=section.name,
        maximum_thousandths=item.maximum_thousandths,
        rule=item.rule.value,
        steps=tuple((right, int(marks * 1000)) for right, marks in item.steps),
        parts=tuple(_part(part) for part in item.parts),
        floor_thousandths=None if item.floor is None else int(item.floor * 1000),
        floor_stated=item.floor_stated,
    )


def _part(part: PartPlan) -> PartDraft:
    return PartDraft(
        label=part.label,
        machine=part.machine,
        maximum_thousandths=part.maximum_thousandths,
        match=part.match.value if part.match else "",
        options=part.options,
        correct=part.key,
        points_thousandths=int(part.points * 1000) if part.machine else None,
        wrong_thousandths=int(part.wrong_points * 1000),
        tolerance="" if part.tolerance is None else str(part.tolerance),
    )
