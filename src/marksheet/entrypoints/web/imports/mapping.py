"""The page on which a person says what each column is; what a blank means has no default."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.queries.imports import CANDIDATES, ITEMS, Import
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger.errors import BadInput, NotFound
from marksheet.entrypoints.shared.intake.reading import (
    Unreadable,
    part_facts,
    suggested_rules,
    suggested_work,
)
from marksheet.formats import candidates_layout, items_layout
from marksheet.formats.columns import Field, recognise
from marksheet.formats.item_rules import NamedRule
from marksheet.formats.tables import Table
from marksheet.formats.work_layout import Blank, Kind, PartFacts, probable_sign

EXAMPLES = 3
BLANKS = {
    Blank.NO_RESPONSE: gettext_lazy("no response, 0"),
    Blank.NOT_YET_MARKED: gettext_lazy("not yet marked"),
    Blank.LEAVE: gettext_lazy("leave as it is"),
}
OF_ANSWERS = (Blank.NO_RESPONSE, Blank.LEAVE)
RULES = {
    NamedRule.SUM: gettext_lazy("sum of the parts"),
    NamedRule.COUNT_CORRECT: gettext_lazy("by the number of right parts"),
    NamedRule.ALL_OR_NOTHING: gettext_lazy("all or nothing"),
    NamedRule.BEST_PART: gettext_lazy("the best part counts"),
}
FIELDS = {
    "number": gettext_lazy("Candidate number"),
    "name": gettext_lazy("Name"),
    "given_name": gettext_lazy("Given name"),
    "family_name": gettext_lazy("Family name"),
    "email": gettext_lazy("E-mail"),
    "unit": gettext_lazy("Home unit, by code or name"),
    "language": gettext_lazy("Language"),
    "item": gettext_lazy("Question"),
    "part": gettext_lazy("Part"),
    "marked_by": gettext_lazy("Marked by: machine or human"),
    "match": gettext_lazy("Type"),
    "options": gettext_lazy("Options"),
    "key": gettext_lazy("Key"),
    "max_marks": gettext_lazy("Maximum of the question"),
    "rule": gettext_lazy("Rule over the parts"),
    "section": gettext_lazy("Section"),
    "title": gettext_lazy("Title"),
    "weight": gettext_lazy("Weight of the section"),
    "points": gettext_lazy("Marks of the part"),
    "tolerance": gettext_lazy("Tolerance"),
    "wrong_points": gettext_lazy("Marks for a wrong answer"),
    "floor": gettext_lazy("Lowest score of the question"),
}
NUMBERS = ("max_marks", "points", "wrong_points", "weight")
STEP = re.compile(r"\s*([0-9]{1,3})\s*[=:]\s*([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*")


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column of the file on the page: its values, what it is for, what blanks mean."""

    at: int
    name: str
    examples: str
    blanks: int
    use: str
    blank: str


def kept_or_suggested(row: Import, table: Table) -> dict[str, Any]:
    """Return how the file was said to be read, or else how it probably is."""
    if row.mapping:
        return dict(row.mapping)
    if row.kind == CANDIDATES:
        return {"columns": recognise(table.columns, candidates_layout.FIELDS)}
    if row.kind == ITEMS:
        found = recognise(table.columns, items_layout.FIELDS)
        sign = probable_sign(table, [found[name] for name in NUMBERS if name in found])
        return {"columns": found, "decimal_sign": sign, "rules": {}}
    return suggested_work(table, _schedule(row))


def _schedule(row: Import) -> Schedule:
    if row.schedule is None:
        raise NotFound(_("There is no such file."))
    return row.schedule


# --- work ---


def work_page(row: Import, table: Table, mapping: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows for a file of answers and marks."""
    facts = part_facts(_schedule(row))
    columns = mapping.get("columns", {})
    uses = [use for part in facts for use in _uses(part)]
    unlisted = any(len(use) > 3 and use[3] for use in columns.values()) or bool(mapping.get("unlisted"))
    return {
        "shape": mapping.get("shape", "wide"),
        "mapping": mapping,
        "columns": table.columns,
        "uses": uses,
        "rows": [_column_row(table, at, name, columns.get(name)) for at, name in enumerate(table.columns)],
        "blanks": [(one.value, text) for one, text in BLANKS.items()],
        "answer_blanks": [(one.value, BLANKS[one]) for one in OF_ANSWERS],
        "unlisted": unlisted,
        "words": ", ".join(mapping.get("no_response_words", ())),
    }


def _uses(part: PartFacts) -> list[tuple[str, str]]:
    """Return what a column can be for one part: a machine-scored one takes answers, any other marks or a text."""
    mark, answer = f"{Kind.MARK}:{part.label}", f"{Kind.ANSWER}:{part.label}"
    if part.machine:
        return [(answer, _("Answer to %(part)s") % {"part": part.label})]
    named = {"part": part.label}
    return [(mark, _("Mark of %(part)s") % named), (answer, _("Text of %(part)s") % named)]


def _column_row(table: Table, at: int, name: str, use: Sequence[Any] | None) -> ColumnRow:
    cells = table.column(name)
    examples = dict.fromkeys(cell for cell in cells[:200] if cell.strip())
    kind, part, blank, *_rest = use or [Kind.IGNORE.value, "", None]
    return ColumnRow(
        at=at,
        name=name,
        examples=", ".join(text[:20] for text in list(examples)[:EXAMPLES]),
        blanks=sum(not cell.strip() for cell in cells),
        use="" if kind == Kind.IGNORE.value else f"{kind}:{part}",
        blank=blank or "",
    )


def work_typed(row: Import, table: Table, typed: QueryDict) -> dict[str, Any]:
    """Return the mapping of a file of work as it was chosen on the page; gaps are found when it is read."""
    words = [word.strip() for word in typed.get("words", "").split(",") if word.strip()]
    common: dict[str, Any] = {
        "candidate": typed.get("candidate", ""),
        "decimal_sign": "," if typed.get("decimal_sign") == "," else ".",
        "no_response_words": words,
    }
    unlisted = bool(typed.get("unlisted"))
    if typed.get("shape") == "long":
        chosen = {name: typed.get(name) or None for name in ("blank_answer", "blank_mark")}
        places = {name: typed.get(name, "") for name in ("part", "value")}
        texts = {"texts": bool(typed.get("texts"))}
        return {"shape": "long", "unlisted": unlisted, **texts, **common, **places, **chosen}
    columns: dict[str, list[Any]] = {}
    for at, name in enumerate(table.columns):
        kind, _colon, part = typed.get(f"use-{at}", "").partition(":")
        if kind not in (Kind.ANSWER, Kind.MARK) or name == common["candidate"]:
            continue
        all_of_kind = typed.get("blank_answers" if kind == Kind.ANSWER else "blank_marks")
        blank = typed.get(f"blank-{at}") or all_of_kind or None
        columns[name] = [kind, part, blank, unlisted and kind == Kind.ANSWER]
    return {"shape": "wide", "columns": columns, **common}


# --- candidates and questions ---


def fields_page(row: Import, table: Table, mapping: dict[str, Any]) -> dict[str, Any]:
    """Return what the page shows for a file of candidates or of questions."""
    known = candidates_layout.FIELDS if row.kind == CANDIDATES else items_layout.FIELDS
    chosen = mapping.get("columns", {})
    page: dict[str, Any] = {
        "mapping": mapping,
        "columns": table.columns,
        "fields": [(one.name, FIELDS[one.name], one.required, chosen.get(one.name, "")) for one in known],
        "examples": [
            (name, _column_row(table, at, name, None).examples) for at, name in enumerate(table.columns)
        ],
    }
    return page | ({"rules": _rules(table, mapping)} if row.kind == ITEMS else {})


def _rules(table: Table, mapping: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each text of the rule column with the rule chosen or suggested for it."""
    try:
        suggested = suggested_rules(table, mapping)
    except Unreadable:
        return []
    rows = []
    for at, (text, probable) in enumerate(suggested.items()):
        rule = mapping.get("rules", {}).get(text) or probable or {}
        rows.append(
            {
                "at": at,
                "text": text,
                "rule": rule.get("rule", ""),
                "points": rule.get("points") or "",
                "steps": ", ".join(f"{right} = {marks}" for right, marks in rule.get("steps", ())),
                "choices": [(one.value, words) for one, words in RULES.items()],
            }
        )
    return rows


def fields_typed(row: Import, table: Table, typed: QueryDict) -> dict[str, Any]:
    """Return the mapping of a file of candidates or questions as it was chosen on the page.

    Raises:
        BadInput: steps that cannot be read.
    """
    known: Iterable[Field] = candidates_layout.FIELDS if row.kind == CANDIDATES else items_layout.FIELDS
    columns = {one.name: typed.get(f"field-{one.name}", "") for one in known}
    if row.kind == CANDIDATES:
        return {"columns": columns}
    mapping: dict[str, Any] = {
        "columns": columns,
        "decimal_sign": "," if typed.get("decimal_sign") == "," else ".",
    }
    rules = {}
    for at, text in enumerate(suggested_rules(table, mapping)):
        rule = typed.get(f"rule-{at}")
        if rule and typed.get(f"text-{at}") == text:
            steps = _steps(text, typed.get(f"steps-{at}", "")) if rule == NamedRule.COUNT_CORRECT else []
            points = typed.get(f"points-{at}", "").strip() if rule == NamedRule.SUM else ""
            rules[text] = {"rule": rule, "steps": steps, "points": points.replace(",", ".") or None}
    return mapping | {"rules": rules}


def _steps(text: str, typed: str) -> list[list[Any]]:
    found = []
    for piece in filter(str.strip, typed.split(",")):
        step = STEP.fullmatch(piece)
        if step is None:
            raise BadInput(
                _(
                    "“%(steps)s” cannot be read. Write how many marks each number of right parts earns: 4 = 2, 3 = 1."
                )
                % {"steps": typed}
            )
        found.append([int(step[1]), step[2]])
    return found
