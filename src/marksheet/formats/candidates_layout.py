"""A candidates file has one row per person: number, name, and what else is known."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from marksheet.formats.columns import Field, positions
from marksheet.formats.content_hash import content_hash
from marksheet.formats.problems import Problems
from marksheet.formats.tables import Table
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

FIELDS = (
    Field("number", ("candidate", "candidate number", "candidate no", "candidate nr", "candidate id", "cand number",
                     "cand no", "cand nr", "student number", "student no", "student nr", "student id", "id",
                     "matriculation number", "matriculation no", "matric no", "registration number",
                     "registration no", "exam number", "exam no", "student"), required=True),
    Field("name", ("full name", "candidate name", "student name", "display name")),
    Field("given_name", ("first name", "forename", "given names", "firstname")),
    Field("family_name", ("last name", "surname", "lastname")),
    Field("email", ("e-mail", "email address", "e-mail address", "mail")),
    Field("unit", ("home unit", "school", "centre", "center", "programme", "program", "department")),
    Field("language", ("lang", "locale")),
)  # fmt: skip
ADDRESS = re.compile(r"[^\s@<>\",;:()\[\]\\]{1,64}@[^\s@<>\",;:()\[\]\\.]+(?:\.[^\s@<>\",;:()\[\]\\.]+)+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
CONTROL = re.compile("[\x00-\x1f\x7f]")
LONGEST = {"number": 64, "name": 200, "email": 254, "unit": 200, "language": 35}


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate as the file has them; "" where the file says nothing."""

    row_number: int
    number: str
    name: str = ""
    email: str = ""
    unit: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """A candidates file: its rows, the columns that were not used, and a hash of what was read."""

    rows: tuple[CandidateRow, ...]
    ignored: tuple[str, ...]
    content_hash: str


def read_candidates(table: Table, mapping: Mapping[str, str] | None = None) -> Candidates:
    """Return the candidates of ``table``.

    Args:
        mapping: field to column where the names of the columns do not say it; "" for "not in this file".

    Raises:
        BadFile: no column with the number, or a wrong mapping.
        BadCells: blank or repeated numbers, no name, addresses that are none or stand twice.

    Source: docs/rulebook/imports.md#candidates.
    """
    at = positions(table, FIELDS, mapping)
    problems = Problems(table.faults)
    heading = {name: table.columns[place] for name, place in at.items()}
    rows = []
    for number, cells in zip(table.row_numbers, table.rows, strict=True):
        row = _row(number, {name: cells[place].strip() for name, place in at.items()})
        _check(row, heading, problems)
        rows.append(row)
    _check_different(rows, heading, problems)
    problems.refuse_if_any()
    ignored = tuple(name for name in table.columns if name not in heading.values())
    facts = sorted((row.number, row.name, row.email, row.unit, row.language) for row in rows)
    return Candidates(tuple(rows), ignored, content_hash("candidates", facts))


def _row(number: int, value: dict[str, str]) -> CandidateRow:
    name = value.get("name") or " ".join(
        part for part in (value.get("given_name", ""), value.get("family_name", "")) if part
    )
    return CandidateRow(
        number,
        value.get("number", ""),
        " ".join(name.split()),
        value.get("email", ""),
        value.get("unit", ""),
        value.get("language", "").replace("_", "-"),
    )


def _check(row: CandidateRow, heading: Mapping[str, str], problems: Problems) -> None:
    named = {
        "number": row.number,
        "name": row.name,
        "email": row.email,
        "unit": row.unit,
        "language": row.language,
    }
    for field, value in named.items():
        reason = _wrong(field, value, has_names="name" in heading or "family_name" in heading)
        if reason:
            problems.add(row.row_number, heading.get(field, field), value, reason)


def _wrong(field: str, value: str, *, has_names: bool) -> Text | None:
    if not value:
        if field == "number":
            return _("every candidate needs a number.")
        return _("every candidate in this file needs a name.") if field == "name" and has_names else None
    if len(value) > LONGEST[field]:
        return _("this is longer than %(most)s characters.", most=LONGEST[field])
    if CONTROL.search(value):
        return _("this contains characters that cannot be printed, such as a line break.")
    if field == "email" and not ADDRESS.fullmatch(value):
        return _("this is not one e-mail address.")
    if field == "language" and not LANGUAGE.fullmatch(value):
        return _("this is not a language tag such as en, nl or pt-BR.")
    return None


def _check_different(rows: list[CandidateRow], heading: Mapping[str, str], problems: Problems) -> None:
    numbers: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for row in rows:
        first = numbers.setdefault(row.number, row.row_number)
        if row.number and first != row.row_number:
            reason = _("this number already stands in row %(row)s. Keep one of the two rows.", row=first)
            problems.add(row.row_number, heading["number"], row.number, reason)
        first = addresses.setdefault(row.email.casefold(), row.row_number)
        if row.email and first != row.row_number:
            reason = _(
                "this address already stands in row %(row)s; mail would reach one for the other.", row=first
            )
            problems.add(row.row_number, heading["email"], row.email, reason)
