"""A layout's fields are found among a file's columns by their usual names, or as a person says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marksheet.formats.names import folded
from marksheet.formats.problems import BadFile, listed
from marksheet.formats.tables import Table
from marksheet.formats.wording import say as _


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a layout knows, the names that columns give it, and whether it must be there."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False


def key_of(heading: str) -> str:
    """Return a heading without capitals, accents, spaces and signs.

    Example: ``key_of("Max. marks") == key_of("max_marks") == "maxmarks"``.
    """
    return "".join(character for character in folded(heading) if character.isalnum())


def recognise(columns: Sequence[str], fields: Sequence[Field]) -> dict[str, str]:
    """Return {field: column} for the columns whose names are usual; the first name of a field wins."""
    by_key = {key_of(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    for field in fields:
        for name in (field.name, *field.aliases):
            column = by_key.get(key_of(name))
            if column is not None and column not in found.values():
                found[field.name] = column
                break
    return found


def positions(
    table: Table, fields: Sequence[Field], mapping: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return where each field stands: as ``mapping`` says (field to column, "" for none), else by name.

    Raises:
        BadFile: an unknown field or column in ``mapping``, one column for two fields, or a required
            field that is nowhere.
    """
    chosen = dict(mapping or {})
    known = {field.name for field in fields}
    strange = [name for name in chosen if name not in known]
    strange += [column for column in chosen.values() if column and column not in table.columns]
    if strange:
        raise BadFile(_("There is no such field or column: %(names)s.", names=listed(strange)))
    taken = [column for column in chosen.values() if column]
    if len(set(taken)) < len(taken):
        raise BadFile(_("One column was chosen for two fields. Choose a column of its own for each."))
    free = [column for column in table.columns if column not in taken]
    found = recognise(free, [field for field in fields if field.name not in chosen])
    found |= {name: column for name, column in chosen.items() if column}
    missing = [field.name for field in fields if field.required and field.name not in found]
    if missing:
        raise BadFile(
            _(
                "No column was found for: %(fields)s. The columns are %(columns)s. Say which one it is.",
                fields=listed(missing), columns=listed(table.columns, 20),
            )
        )  # fmt: skip
    return {name: table.columns.index(column) for name, column in found.items()}
