"""A long file of work has one row per candidate and part."""

from collections.abc import Sequence, Set

from marksheet.formats.cells import Refused, Value, reader_of, why_not
from marksheet.formats.problems import BadFile, Problems, listed
from marksheet.formats.tables import Table
from marksheet.formats.wide import answers_of, hash_of, marks_of
from marksheet.formats.wording import say as _
from marksheet.formats.work_layout import ColumnUse, Kind, LongMapping, PartFacts, Work, WorkRow


def read_long_work(table: Table, mapping: LongMapping, parts: Sequence[PartFacts]) -> Work:
    """Return the answers and marks in ``table``, gathered by candidate in the order of their first row.

    A machine-scored part takes answers, any other part marks, or texts where the mapping says so.

    Raises:
        BadFile: a column that does not exist.
        BadCells: cells that cannot be taken, unknown parts, blanks that nobody explained, and a part
            that stands twice for one candidate, with both rows.

    Source: docs/rulebook/imports.md#work.
    """
    names = (mapping.candidate, mapping.part, mapping.value)
    strange = [name for name in names if name not in table.columns]
    if strange or len(set(names)) < len(names):
        raise BadFile(
            _("Choose three different columns; not found: %(names)s.", names=listed(strange) or "–")
        )
    problems = Problems(table.faults)
    known = {part.label: part for part in parts}
    gathered: dict[str, dict[str, tuple[int, Value]]] = {}
    cells = zip(table.row_numbers, *(table.column(name) for name in names), strict=True)
    for number, candidate, label, text in cells:
        part = known.get(label.strip())
        if part is None:
            problems.add(number, mapping.part, label, _("there is no such part in this exam."))
            continue
        if not candidate.strip():
            problems.add(number, mapping.candidate, "", _("every row names its candidate."))
            continue
        value = _value(number, text, part, mapping, table, problems)
        values = gathered.setdefault(candidate.strip(), {})
        if part.label in values:
            reason = _(
                "this part already stands in row %(row)s for this candidate.", row=values[part.label][0]
            )
            problems.add(number, mapping.part, label, reason)
        elif value is not None:
            values[part.label] = (number, value)
    problems.refuse_if_any()
    answered = {label for label, part in known.items() if part.machine or mapping.texts}
    rows = tuple(_row(candidate, values, answered) for candidate, values in gathered.items())
    return Work(rows, tuple(name for name in table.columns if name not in names), hash_of(rows))


def _value(
    number: int, text: str, part: PartFacts, mapping: LongMapping, table: Table, problems: Problems
) -> Value | None:
    use = (
        ColumnUse(Kind.ANSWER, part.label, mapping.blank_answer, mapping.unlisted)
        if part.machine or mapping.texts
        else ColumnUse(Kind.MARK, part.label, mapping.blank_mark)
    )
    wrong = why_not(use, part)
    if wrong is None:
        read = reader_of(
            use,
            part,
            decimal_sign=mapping.decimal_sign,
            typed=table.typed,
            no_response_words=mapping.no_response_words,
        )
        try:
            return read(text)
        except Refused as error:
            wrong = error.reason
    problems.add(number, mapping.value, text, wrong)
    return None


def _row(candidate: str, values: dict[str, tuple[int, Value]], answers: Set[str]) -> WorkRow:
    answered = [label for label in values if label in answers]
    marked = [label for label in values if label not in answers]
    return WorkRow(
        candidate,
        min(number for number, _value in values.values()),
        answers_of(answered, [values[label][1] for label in answered]),
        marks_of(marked, [values[label][1] for label in marked]),
    )
