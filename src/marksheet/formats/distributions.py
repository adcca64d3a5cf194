"""Before anything is written, each column is shown as counts, so that a wrong one is noticed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from marksheet.formats.decimals import NotANumber, parse_thousandths
from marksheet.formats.tables import Table
from marksheet.formats.work_layout import ColumnUse, Kind, PartFacts, WorkMapping

MOST_VALUES = 30


@dataclass(frozen=True, slots=True)
class Distribution:
    """What stands in one column.

    Args:
        counts: (text, how often), the most frequent first, at most 30.
        others: cells with a text that is not among ``counts``.
        minimum, mean, maximum: of the readable numbers of a column of marks, in marks, exact.
        unreadable: cells of a column of marks that are no numbers.
    """

    column: str
    use: ColumnUse
    rows: int
    blanks: int
    distinct: int
    counts: tuple[tuple[str, int], ...]
    others: int
    minimum: Fraction | None = None
    mean: Fraction | None = None
    maximum: Fraction | None = None
    unreadable: int = 0


def distributions(table: Table, mapping: WorkMapping) -> tuple[Distribution, ...]:
    """Return the distribution of every column that ``mapping`` uses, in the file's order."""
    used = [name for name in table.columns if name in mapping.columns]
    return tuple(
        distribution(table, name, mapping.columns[name], mapping.decimal_sign)
        for name in used
        if mapping.columns[name].kind is not Kind.IGNORE
    )


def unlisted_answers(
    table: Table, mapping: WorkMapping, parts: Sequence[PartFacts]
) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return, per column of answers, the texts outside the options and how often they stand there."""
    known = {part.label: part for part in parts}
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for name, use in mapping.columns.items():
        part = known.get(use.part)
        if use.kind is Kind.ANSWER and part and part.canonical:
            texts = Counter(cell.strip() for cell in table.column(name))
            strange = [(text, n) for text, n in sorted(texts.items()) if text and not _taken(text, part)]
            if strange:
                found[name] = tuple(strange)
    return found


def _taken(text: str, part: PartFacts) -> bool:
    try:
        return part.canonical is None or bool(part.canonical(text))
    except ValueError:
        return False


def distribution(table: Table, column: str, use: ColumnUse, decimal_sign: str) -> Distribution:
    """Return what stands under ``column``, read as ``use`` says."""
    texts = Counter(cell.strip() for cell in table.column(column))
    blanks = texts.pop("", 0)
    ordered = sorted(texts.items(), key=lambda entry: (-entry[1], entry[0]))
    shown = tuple(ordered[:MOST_VALUES])
    others = sum(n for _text, n in ordered[MOST_VALUES:])
    facts = (column, use, len(table.rows), blanks, len(texts), shown, others)
    if use.kind is not Kind.MARK:
        return Distribution(*facts)
    numbers, unreadable = _numbers(ordered, decimal_sign, typed=table.typed)
    if not numbers:
        return Distribution(*facts, unreadable=unreadable)
    return Distribution(
        *facts,
        minimum=Fraction(min(number for number, _n in numbers), 1000),
        mean=_mean(numbers),
        maximum=Fraction(max(number for number, _n in numbers), 1000),
        unreadable=unreadable,
    )


def _numbers(
    texts: Iterable[tuple[str, int]], decimal_sign: str, *, typed: bool
) -> tuple[list[tuple[int, int]], int]:
    numbers: list[tuple[int, int]] = []
    unreadable = 0
    for text, n in texts:
        try:
            numbers.append((parse_thousandths(text, decimal_sign, typed=typed), n))
        except NotANumber:
            unreadable += n
    return numbers, unreadable


def _mean(numbers: Sequence[tuple[int, int]]) -> Fraction:
    total = sum(number * n for number, n in numbers)
    return Fraction(total, 1000 * sum(n for _number, n in numbers))
