"""An items file has one row per part: whose it is, how it is marked, its key and its maximum."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from marksheet.formats.columns import Field, positions
from marksheet.formats.content_hash import content_hash
from marksheet.formats.decimals import POINT, NotANumber, parse_number, parse_thousandths
from marksheet.formats.item_rules import DistinctRule, suggest
from marksheet.formats.problems import Problems
from marksheet.formats.tables import Table
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

FIELDS = (
    Field("item", ("question", "item number", "question number", "q", "no"), required=True),
    Field("part", ("subquestion", "sub-question", "item part", "part label")),
    Field("marked_by", ("marking", "scored by", "marked", "scoring")),
    Field("match", ("type", "question type", "answer type", "kind")),
    Field("options", ("choices", "alternatives", "answers")),
    Field("key", ("correct", "correct answer", "right answer", "answer", "solution")),
    Field(
        "max_marks", ("maximum", "max", "marks", "max points", "maximum marks", "max score"), required=True
    ),
    Field("rule", ("scoring rule", "partial credit", "item rule")),
    Field("section", ("section name",)),
    Field("title", ("item title", "question title", "name")),
    Field("weight", ("section weight",)),
    Field("points", ("part points", "points per part", "part marks")),
    Field("tolerance", ("margin",)),
    Field("wrong_points", ("negative points", "penalty", "points wrong")),
    Field("floor", ("lowest score", "lowest", "minimum score", "min score", "lowest marks")),
)
HUMAN = frozenset(
    {"human", "hand", "by hand", "marker", "markers", "manual", "manually", "person", "teacher"}
)
MACHINE = frozenset({"machine", "computer", "auto", "automatic", "automatically", "key"})
SEPARATED = re.compile(r"\s*[|;,]\s*")
LONGEST_LABEL = 40


class KeyMatch(StrEnum):
    """How an answer is compared with the key, under the names that rules/scoring.py gives them."""

    CHOICE = "choice"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    TEXT = "text"
    TEXT_FOLDED = "text_folded"
    NUMERIC = "numeric"


MATCHES = {
    "choice": KeyMatch.CHOICE, "single choice": KeyMatch.CHOICE, "multiple choice": KeyMatch.CHOICE,
    "multiple": KeyMatch.MULTIPLE, "multiple response": KeyMatch.MULTIPLE,
    "true/false": KeyMatch.TRUE_FALSE, "true_false": KeyMatch.TRUE_FALSE, "yes/no": KeyMatch.TRUE_FALSE,
    "text": KeyMatch.TEXT, "text_folded": KeyMatch.TEXT_FOLDED,
    "text ignoring capitals": KeyMatch.TEXT_FOLDED,
    "numeric": KeyMatch.NUMERIC, "number": KeyMatch.NUMERIC,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One part as the file has it.

    Args:
        item, part: labels; a part without a label of its own has its item's.
        machine: scored by a key; else marked by a person.
        match, options, key: of a machine-scored part; several key values mean any of them, or
            exactly this set for MULTIPLE.
        maximum_thousandths: of the whole item, repeated on each of its parts.
        rule: prose, to be mapped by a person.
        weight: of the section.
        points, wrong_points: of this part alone, None where the file is silent.
        floor: the lowest score of the whole item, 0 or below it, or None for none; only if ``floor_stated``.
    """

    row_number: int
    item: str
    part: str
    machine: bool
    match: KeyMatch | None
    options: tuple[str, ...]
    key: tuple[str, ...]
    maximum_thousandths: int
    rule: str
    section: str = ""
    title: str = ""
    weight: Fraction | None = None
    points: Fraction | None = None
    tolerance: Fraction | None = None
    wrong_points: Fraction | None = None
    floor: Fraction | None = None
    floor_stated: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """An items file: its rows, the columns that were not used, and a hash of what was read."""

    rows: tuple[ItemRow, ...]
    ignored: tuple[str, ...]
    content_hash: str


def read_items(table: Table, mapping: Mapping[str, str] | None = None, *, decimal_sign: str = POINT) -> Items:
    """Return the parts that ``table`` describes, in its order.

    Args:
        mapping: field to column where the names of the columns do not say it; "" for "not in this file".

    Raises:
        BadFile: no column for item or maximum, or a wrong mapping.
        BadCells: row, column, value and reason of each cell that cannot be taken.

    Source: docs/rulebook/imports.md#items.
    """
    at = positions(table, FIELDS, mapping)
    problems = Problems(table.faults)
    heading = {name: table.columns[place] for name, place in at.items()}
    rows = []
    for number, cells in zip(table.row_numbers, table.rows, strict=True):
        value = {name: cells[place].strip() for name, place in at.items()}
        rows.append(_Reader(number, value, heading, problems, decimal_sign, table.typed).row())
    _check_labels(rows, heading, problems)
    problems.refuse_if_any()
    ignored = tuple(name for name in table.columns if name not in heading.values())
    return Items(tuple(rows), ignored, content_hash("items", map(_fact, rows)))


def _fact(row: ItemRow) -> list[object]:
    numbers = (row.weight, row.points, row.tolerance, row.wrong_points)
    # A file without the column has the content that it had before there was one.
    stated = [f"lowest {row.floor}"] if row.floor_stated else []
    return [
        row.item, row.part, row.machine, row.match, row.options, row.key, row.maximum_thousandths, row.rule,
        row.section, row.title, *(None if number is None else str(number) for number in numbers),
        *stated,
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one row; a cell that cannot be taken is noted and read as absent."""

    number: int
    value: Mapping[str, str]
    heading: Mapping[str, str]
    problems: Problems
    decimal_sign: str
    typed: bool

    def row(self) -> ItemRow:
        item = self._label("item")
        machine = self._machine()
        match = self._match() if machine else None
        options = split_options(self.value.get("options", "")) if machine else ()
        return ItemRow(
            self.number,
            item,
            self._label("part") or item,
            machine,
            match,
            options,
            self._key(match, options) if match else (),
            self._maximum(),
            " ".join(self.value.get("rule", "").split()),
            self.value.get("section", ""),
            self.value.get("title", ""),
            self._number("weight", least=Fraction(0)),
            self._number("points", least=Fraction(0)),
            self._number("tolerance", least=Fraction(0)),
            self._number("wrong_points", most=Fraction(0)),
            self._floor(),
            bool(self.value.get("floor")),
        )

    def wrong(self, field: str, reason: Text) -> None:
        self.problems.add(self.number, self.heading.get(field, field), self.value.get(field, ""), reason)

    def _label(self, field: str) -> str:
        label = " ".join(self.value.get(field, "").split())
        if field == "item" and not label:
            self.wrong(field, _("every part names its item."))
        if len(label) > LONGEST_LABEL:
            self.wrong(field, _("this is longer than %(most)s characters.", most=LONGEST_LABEL))
        return label

    def _machine(self) -> bool:
        word = self.value.get("marked_by", "").lower()
        if word in HUMAN:
            if self.value.get("key"):
                self.wrong("key", _("a part marked by a person has no key. Clear it, or write “machine”."))
            return False
        if word and word not in MACHINE:
            self.wrong("marked_by", _("write “machine” or “human”."))
        if word and not self.value.get("key"):
            self.wrong("key", _("a machine-scored part needs a key."))
        return bool(self.value.get("key"))

    def _match(self) -> KeyMatch:
        word = self.value.get("match", "").lower()
        if word and word not in MATCHES:
            self.wrong("match", _("write one of: %(names)s.", names=", ".join(KeyMatch)))
        if word in MATCHES:
            return MATCHES[word]
        if self.value.get("options"):
            return KeyMatch.CHOICE
        return KeyMatch.NUMERIC if self.value.get("tolerance") else KeyMatch.TEXT

    def _key(self, match: KeyMatch, options: tuple[str, ...]) -> tuple[str, ...]:
        raw = self.value["key"]
        if raw in options:
            return (raw,)
        separator = (
            r"\s*\|\s*" if match in (KeyMatch.TEXT, KeyMatch.TEXT_FOLDED, KeyMatch.NUMERIC) else SEPARATED
        )
        key = tuple(part for part in re.split(separator, raw) if part)
        if match is KeyMatch.MULTIPLE and len(key) == 1 and _all_letters(options):
            key = tuple(raw)
        strange = [part for part in key if options and part not in options]
        if strange or not key:
            self.wrong("key", self._not_an_option(match, options, raw))
        return key

    def _not_an_option(self, match: KeyMatch, options: tuple[str, ...], raw: str) -> Text:
        if match is KeyMatch.CHOICE and len(raw) > 1 and set(raw) <= set(options):
            return _(
                "these are several options. Put “|” between them if any one is right, or write “multiple” "
                "as the type if all are needed together."
            )
        return _("the key is not among the options %(options)s.", options=", ".join(options))

    def _maximum(self) -> int:
        try:
            marks = parse_thousandths(self.value.get("max_marks", ""), self.decimal_sign, typed=self.typed)
        except NotANumber as error:
            self.wrong("max_marks", error.reason)
            return 0
        if not 0 <= marks <= 10**9:
            self.wrong("max_marks", _("a maximum is 0 or more, and at most a million."))
        return marks

    def _floor(self) -> Fraction | None:
        if self.value.get("floor", "").lower() == "none":
            return None
        floor = self._number("floor", most=Fraction(0))
        if floor is not None and (floor * 1000).denominator != 1:
            self.wrong("floor", _("marks have at most three decimals."))
        return floor

    def _number(
        self, field: str, *, least: Fraction | None = None, most: Fraction | None = None
    ) -> Fraction | None:
        text = self.value.get(field, "")
        if not text:
            return None
        try:
            number = parse_number(text, self.decimal_sign, typed=self.typed)
        except NotANumber as error:
            self.wrong(field, error.reason)
            return None
        if (least is not None and number < least) or (most is not None and number > most):
            self.wrong(field, _("this is 0 or more.") if most is None else _("this is 0 or less."))
        return number


def split_options(text: str) -> tuple[str, ...]:
    """Return the options that a cell names: split at "|", ";" or ",", else one per character.

    Example: ``split_options("ABCD") == split_options("A, B, C, D") == ("A", "B", "C", "D")``.
    """
    parts = [part for part in SEPARATED.split(text) if part]
    if len(parts) == 1:
        parts = [character for character in parts[0] if not character.isspace()]
    return tuple(dict.fromkeys(parts))


def _all_letters(options: Sequence[str]) -> bool:
    return bool(options) and all(len(option) == 1 for option in options)


def _check_labels(rows: Sequence[ItemRow], heading: Mapping[str, str], problems: Problems) -> None:
    """Note parts named twice, and parts of one item that disagree about it."""
    parts: dict[str, ItemRow] = {}
    items: dict[str, ItemRow] = {}
    for row in rows:
        first = parts.setdefault(row.part, row)
        if first is not row:
            reason = _("this part already stands in row %(row)s.", row=first.row_number)
            problems.add(row.row_number, heading.get("part", heading["item"]), row.part, reason)
        first = items.setdefault(row.item, row)
        for field in ("maximum_thousandths", "rule", "section", "title", "floor_stated", "floor"):
            if getattr(row, field) != getattr(first, field):
                column = heading.get(field.removesuffix("_stated"), heading["max_marks"])
                reason = _(
                    "row %(row)s says otherwise about item %(item)s; all its parts must agree.",
                    row=first.row_number, item=row.item,
                )  # fmt: skip
                problems.add(row.row_number, column, _as_shown(row, field), reason)


def _as_shown(row: ItemRow, field: str) -> str:
    """Return the cell behind a fact of a row."""
    if not field.startswith("floor"):
        return str(getattr(row, field))
    if not row.floor_stated:
        return ""
    return "none" if row.floor is None else str(row.floor)


def distinct_rules(rows: Sequence[ItemRow]) -> tuple[DistinctRule, ...]:
    """Return each different text of the rule column with its parts and what it probably means."""
    per_item: dict[str, int] = {}
    for row in rows:
        per_item[row.item] = per_item.get(row.item, 0) + 1
    found: dict[str, list[ItemRow]] = {}
    for row in rows:
        found.setdefault(row.rule, []).append(row)
    return tuple(
        DistinctRule(
            text,
            tuple(row.part for row in under),
            tuple(dict.fromkeys(row.item for row in under)),
            suggest(text, several_parts=any(per_item[row.item] > 1 for row in under)),
        )
        for text, under in found.items()
    )
