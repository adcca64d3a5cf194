"""A wide file of work has one row per candidate and one column per part."""

from collections.abc import Sequence
from typing import cast

from marksheet.formats.cells import Refused, Value, reader_of, why_not
from marksheet.formats.content_hash import content_hash
from marksheet.formats.problems import BadFile, Problems, listed
from marksheet.formats.tables import Table
from marksheet.formats.wording import say as _
from marksheet.formats.work_layout import Blank, Kind, PartFacts, Work, WorkMapping, WorkRow

Columns = list[tuple[str, list[Value]]]


def read_work(table: Table, mapping: WorkMapping, parts: Sequence[PartFacts]) -> Work:
    """Return the answers and marks in ``table``, one row per candidate.

    Raises:
        BadFile: a column or part that does not exist, or two columns for one part.
        BadCells: row, column, value and reason of each cell that cannot be taken, columns with
            blanks that nobody explained, and candidates that stand twice, with both rows.

    Source: docs/rulebook/imports.md#work.
    """
    _check_mapping(table, mapping)
    problems = Problems(table.faults)
    known = {part.label: part for part in parts}
    columns: dict[Kind, Columns] = {Kind.ANSWER: [], Kind.MARK: []}
    for name, use in mapping.columns.items():
        if use.kind is not Kind.IGNORE:
            values = _column(table, name, mapping, known.get(use.part), problems)
            columns[use.kind].append((use.part, values))
    candidates = [cell.strip() for cell in table.column(mapping.candidate)]
    check_candidates(candidates, table.row_numbers, mapping.candidate, problems)
    problems.refuse_if_any()
    rows = _rows(table, candidates, columns[Kind.ANSWER], columns[Kind.MARK])
    used = {mapping.candidate} | {
        name for name, use in mapping.columns.items() if use.kind is not Kind.IGNORE
    }
    return Work(rows, tuple(name for name in table.columns if name not in used), hash_of(rows))


def _check_mapping(table: Table, mapping: WorkMapping) -> None:
    strange = [name for name in (mapping.candidate, *mapping.columns) if name not in table.columns]
    if strange:
        raise BadFile(_("There is no such column: %(names)s.", names=listed(strange)))
    used = [(use.kind, use.part) for use in mapping.columns.values() if use.kind is not Kind.IGNORE]
    twice = {f"{kind} {part}" for kind, part in used if used.count((kind, part)) > 1}
    if twice:
        raise BadFile(_("More than one column was chosen for: %(names)s.", names=listed(sorted(twice))))
    if not used:
        raise BadFile(_("No column was chosen for answers or marks. Choose at least one."))
    if mapping.columns.get(mapping.candidate):
        raise BadFile(_("The column of candidates cannot hold answers or marks as well."))


def _column(
    table: Table, name: str, mapping: WorkMapping, part: PartFacts | None, problems: Problems
) -> list[Value]:
    """Return the values under one column; each different text is read once, however often it stands."""
    use = mapping.columns[name]
    wrong = why_not(use, part)
    if wrong or part is None:
        problems.add(1, name, "", wrong or _("there is no such part."))
        return []
    read = reader_of(
        use,
        part,
        decimal_sign=mapping.decimal_sign,
        typed=table.typed,
        no_response_words=mapping.no_response_words,
    )
    cells = table.column(name)
    values: dict[str, Value] = {}
    refused: dict[str, Refused] = {}
    for text in set(cells):
        try:
            values[text] = read(text)
        except Refused as error:
            refused[text] = error
    if refused:
        _note(table, name, cells, refused, problems)
        return []
    return [values[text] for text in cells]


def _note(table: Table, name: str, cells: list[str], refused: dict[str, Refused], problems: Problems) -> None:
    unexplained = False
    for number, text in zip(table.row_numbers, cells, strict=True):
        if text not in refused:
            continue
        if text.strip():
            problems.add(number, name, text, refused[text].reason)
        elif not unexplained:
            unexplained = True  # one choice mends the whole column
            problems.add(number, name, "", refused[text].reason)


def check_candidates(
    candidates: Sequence[str], row_numbers: Sequence[int], column: str, problems: Problems
) -> None:
    """Note rows without a candidate and candidates that stand twice."""
    first: dict[str, int] = {}
    for candidate, number in zip(candidates, row_numbers, strict=True):
        if not candidate:
            problems.add(number, column, "", _("every row names its candidate."))
        elif first.setdefault(candidate, number) != number:
            reason = _("this candidate already stands in row %(row)s. Keep one.", row=first[candidate])
            problems.add(number, column, candidate, reason)


def _rows(table: Table, candidates: list[str], answers: Columns, marks: Columns) -> tuple[WorkRow, ...]:
    answer_parts = [part for part, _values in answers]
    mark_parts = [part for part, _values in marks]
    by_row = zip(
        candidates,
        table.row_numbers,
        _turned([values for _part, values in answers], len(candidates)),
        _turned([values for _part, values in marks], len(candidates)),
        strict=True,
    )
    return tuple(
        WorkRow(candidate, number, answers_of(answer_parts, given), marks_of(mark_parts, marked))
        for candidate, number, given, marked in by_row
    )


def _turned(columns: list[list[Value]], rows: int) -> list[tuple[Value, ...]]:
    return list(zip(*columns, strict=True)) if columns else [()] * rows


def answers_of(parts: Sequence[str], values: Sequence[Value]) -> dict[str, str | None]:
    """Return part to answer, None for no response, without the parts to be left as they are."""
    given = cast(Sequence[str | Blank], values)
    return {
        part: None if value is Blank.NO_RESPONSE else value
        for part, value in zip(parts, given, strict=True)
        if value is not Blank.LEAVE
    }


def marks_of(parts: Sequence[str], values: Sequence[Value]) -> dict[str, int | Blank]:
    """Return part to mark, without the parts to be left as they are."""
    given = cast(Sequence[int | Blank], values)
    return {part: value for part, value in zip(parts, given, strict=True) if value is not Blank.LEAVE}


def hash_of(rows: Sequence[WorkRow]) -> str:
    """Return the content hash of work; neither the order of rows nor that of columns matters."""
    facts = sorted(((row.candidate, row.answers, row.marks) for row in rows), key=lambda fact: fact[0])
    return content_hash("work", facts)
