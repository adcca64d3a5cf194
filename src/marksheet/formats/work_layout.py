"""A file of responses or marks is understood column by column, and a person confirms each."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from marksheet.formats.candidates_layout import FIELDS as CANDIDATE_FIELDS
from marksheet.formats.columns import Field, key_of, recognise
from marksheet.formats.decimals import COMMA, POINT
from marksheet.formats.tables import Table


class Kind(StrEnum):
    """What a column holds."""

    ANSWER = "answer"
    MARK = "mark"
    IGNORE = "ignore"


class Blank(StrEnum):
    """What a blank cell of a column means; nobody but a person can know."""

    NO_RESPONSE = "no_response"
    NOT_YET_MARKED = "not_yet_marked"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What is known here about a part.

    Args:
        maximum_thousandths: of this part.
        canonical: returns the stored spelling of an answer, or raises ValueError with the reason;
            None stores answers as they are (texts for human markers).
        unlisted: returns the stored spelling of an answer that ``canonical`` refuses, for columns
            where a person takes those too; None always refuses them.
        takes_marks: marks may be imported although the part is machine-scored (checked by hand).
    """

    label: str
    machine: bool
    maximum_thousandths: int
    canonical: Callable[[str], str] | None = None
    unlisted: Callable[[str], str] | None = None
    takes_marks: bool = False


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What one column is for.

    Args:
        blank: what a blank means; no default: a column with blanks needs a choice.
        unlisted: answers outside the options are taken too and earn what a wrong answer earns;
            by default they are refused, since they often show a wrong column or a wrong key.
    """

    kind: Kind
    part: str = ""
    blank: Blank | None = None
    unlisted: bool = False


@dataclass(frozen=True, slots=True)
class WorkMapping:
    """How a person read a wide file: who, which columns, and how numbers are written.

    Args:
        candidate: the column with the candidate's number.
        columns: column to use; a column that is not named is ignored.
        no_response_words: texts such as "-" that mean no response in every column.
    """

    candidate: str
    columns: Mapping[str, ColumnUse]
    decimal_sign: str = POINT
    no_response_words: frozenset[str] = frozenset()

    def as_json(self) -> dict[str, object]:
        """Return the mapping as JSON values, to be kept with an import."""
        columns = {
            name: [use.kind.value, use.part, use.blank, use.unlisted] for name, use in self.columns.items()
        }
        return {
            "candidate": self.candidate,
            "columns": columns,
            "decimal_sign": self.decimal_sign,
            "no_response_words": sorted(self.no_response_words),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> "WorkMapping":
        """Return what ``as_json`` kept.

        Raises:
            ValueError, KeyError, TypeError: ``kept`` is not that.
        """
        columns, words = kept["columns"], kept["no_response_words"]
        if not isinstance(columns, Mapping) or not isinstance(words, list):
            raise TypeError("columns are an object and the words a list")
        return cls(
            str(kept["candidate"]),
            {
                name: ColumnUse(Kind(kind), part, Blank(blank) if blank else None, bool(unlisted))
                for name, (kind, part, blank, unlisted) in columns.items()
            },
            str(kept["decimal_sign"]),
            frozenset(words),
        )


@dataclass(frozen=True, slots=True)
class LongMapping:
    """How a person read a long file, one row per candidate and part.

    ``texts``: what it says of parts that people mark are candidates' texts, not marks.
    """

    candidate: str
    part: str
    value: str
    blank_answer: Blank | None = None
    blank_mark: Blank | None = None
    unlisted: bool = False
    decimal_sign: str = POINT
    no_response_words: frozenset[str] = frozenset()
    texts: bool = False


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One candidate's work; a part that is left as it is stands in neither.

    Args:
        answers: part to canonical answer, None for no response.
        marks: part to thousandths, or Blank.NO_RESPONSE or Blank.NOT_YET_MARKED.
    """

    candidate: str
    row_number: int
    answers: dict[str, str | None]
    marks: dict[str, int | Blank]


@dataclass(frozen=True, slots=True)
class Work:
    """A file of work as read: its rows, the unused columns, and a hash of what was read."""

    rows: tuple[WorkRow, ...]
    ignored: tuple[str, ...]
    content_hash: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a file probably is. ``candidate`` is "" where no column has a usual name.

    Args:
        long: the columns for part and value where the file has one row per candidate and part.
        columns: every column but the candidate's, with its probable use and number of blanks.
        decimal_sign: a comma where marks have one and none has a point.
    """

    candidate: str
    columns: dict[str, ColumnUse]
    blanks: dict[str, int]
    long: tuple[str, str] | None = field(default=None)
    decimal_sign: str = POINT


ANSWER_WORDS = "answers?|responses?|texts?|essays?|ans|resp"
MARK_WORDS = "marks?|scores?|points?|pts"
ANY_WORDS = "items?|questions?|parts?|q"
COLUMN = re.compile(
    rf"(?:(?P<answer>{ANSWER_WORDS})|(?P<mark>{MARK_WORDS})|(?:{ANY_WORDS}))?[\s_:.\-]*(?P<label>.*)",
    re.IGNORECASE | re.DOTALL,
)
COMMA_NUMBER = re.compile(r"-?[0-9]+,[0-9]{1,3}")
POINT_NUMBER = re.compile(r"-?[0-9]*\.[0-9]+")
LONG_FIELDS = (
    Field("part", ("item", "question", "part label")),
    Field("value", ("answer", "response", "mark", "marks", "score", "points")),
)


def suggest_columns(table: Table, parts: Sequence[PartFacts]) -> Suggestion:
    """Return what each column of ``table`` probably is; a person confirms or changes it.

    "answer_17", "mark 3.1", "Q3.1" and a plain part label are recognised. What a blank means is
    never suggested.
    """
    candidate = recognise(table.columns, [entry for entry in CANDIDATE_FIELDS if entry.name == "number"])
    number = candidate.get("number", "")
    labels = _labels(parts)
    rest = [column for column in table.columns if column != number]
    uses = {column: _use(column, labels) for column in rest}
    blanks = {column: sum(1 for cell in table.column(column) if not cell.strip()) for column in rest}
    usual = recognise(rest, LONG_FIELDS)
    long = None
    if len(usual) == 2 and all(use.kind is Kind.IGNORE for use in uses.values()):
        long = (usual["part"], usual["value"])
    marked = [column for column, use in uses.items() if use.kind is Kind.MARK]
    sign = probable_sign(table, [long[1]] if long else marked)
    return Suggestion(number, uses, blanks, long, sign)


def probable_sign(table: Table, columns: Sequence[str]) -> str:
    """Return the decimal sign that the numbers under ``columns`` probably have; a person confirms or changes it.

    Example: a comma for "4,5" beside "3", a point as soon as one has a point.
    """
    cells = [] if table.typed else [cell for column in columns for cell in table.column(column)]
    commas = any(COMMA_NUMBER.fullmatch(cell.strip()) for cell in cells)
    return COMMA if commas and not any(POINT_NUMBER.fullmatch(cell.strip()) for cell in cells) else POINT


def _labels(parts: Sequence[PartFacts]) -> dict[str, PartFacts]:
    """Return parts by label, and by the label without signs where that is still one part."""
    exact = {part.label.casefold(): part for part in parts}
    loose: dict[str, list[PartFacts]] = {}
    for part in parts:
        loose.setdefault(_loose(part.label), []).append(part)
    return {key: found[0] for key, found in loose.items() if len(found) == 1} | exact


def _loose(label: str) -> str:
    return "/" + re.sub(r"[\s._\-]+", "/", label.casefold()).strip("/")


def _use(column: str, labels: Mapping[str, PartFacts]) -> ColumnUse:
    whole = labels.get(column.casefold())
    if whole:
        return ColumnUse(_own_kind(whole), whole.label)
    found = COLUMN.fullmatch(column.strip())
    label = found["label"] if found else ""
    part = labels.get(label.casefold()) or labels.get(_loose(label))
    if not found or not part or not key_of(label):
        return ColumnUse(Kind.IGNORE)
    if found["answer"]:
        return ColumnUse(Kind.ANSWER, part.label)
    if found["mark"]:
        takes = not part.machine or part.takes_marks
        return ColumnUse(Kind.MARK, part.label) if takes else ColumnUse(Kind.IGNORE)
    return ColumnUse(_own_kind(part), part.label)


def _own_kind(part: PartFacts) -> Kind:
    return Kind.ANSWER if part.machine else Kind.MARK
