"""Triggers that freeze what was made live: versions, sections, items, parts, schemes and sealed keys."""

from dataclasses import dataclass

from django.db import connection

LIVE = "EXISTS (SELECT 1 FROM exams_assessmentversion v WHERE v.id = {row}.version_id AND v.state = 'live')"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A table whose rows stay as they are once ``when`` holds of them.

    Args:
        when: a condition in SQL; ``{row}`` stands for the row.
        closed: also refuse new rows, and rows moved, to where it holds.
    """

    table: str
    when: str
    closed: bool = True


FROZEN = (
    Frozen("exams_assessmentversion", "{row}.state = 'live'", closed=False),
    Frozen("exams_section", LIVE),
    Frozen("exams_item", LIVE),
    Frozen("exams_part", LIVE),
    Frozen("exams_keyversion", "{row}.sealed_at IS NOT NULL", closed=False),
    Frozen(
        "exams_key",
        "EXISTS (SELECT 1 FROM exams_keyversion v"
        " WHERE v.id = {row}.key_version_id AND v.sealed_at IS NOT NULL)",
    ),
    Frozen(
        "exams_scheme",
        "EXISTS (SELECT 1 FROM exams_part p JOIN exams_assessmentversion v ON v.id = p.version_id"
        " WHERE p.id = {row}.part_id AND v.state = 'live')",
        closed=False,
    ),
)


def statements(vendor: str, frozen: Frozen) -> list[str]:
    """Return what creates the triggers of one table anew."""
    old, new = (frozen.when.format(row=row) for row in ("OLD", "NEW"))
    return _postgres(frozen, old, new) if vendor == "postgresql" else _sqlite(frozen, old, new)


def _sqlite(frozen: Frozen, old: str, new: str) -> list[str]:
    table = frozen.table
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is frozen: it is in use'); END"
    conditions = {
        "UPDATE": f"({old} OR {new})" if frozen.closed else old,
        "DELETE": old,
        **({"INSERT": new} if frozen.closed else {}),
    }
    return [
        statement
        for event, condition in conditions.items()
        for statement in (
            f"DROP TRIGGER IF EXISTS {table}_frozen_{event.lower()}",
            f"CREATE TRIGGER {table}_frozen_{event.lower()} BEFORE {event} ON {table}"
            f" WHEN {condition} {refuse}",
        )
    ]


def _postgres(frozen: Frozen, old: str, new: str) -> list[str]:
    table = frozen.table
    refuse = f"RAISE EXCEPTION '{table} is frozen: it is in use' USING ERRCODE = 'restrict_violation';"
    joins = f"IF TG_OP <> 'DELETE' THEN IF {new} THEN {refuse} END IF; END IF;" if frozen.closed else ""
    events = "INSERT OR UPDATE OR DELETE" if frozen.closed else "UPDATE OR DELETE"
    return [
        f"CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' THEN IF {old} THEN {refuse} END IF; END IF; {joins}"
        " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
        f"DROP TRIGGER IF EXISTS {table}_frozen_update ON {table}",
        f"CREATE TRIGGER {table}_frozen_update BEFORE {events} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_frozen()",
    ]


def guard() -> None:
    """Create every trigger anew on the tables that exist; runs after each migrate."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for frozen in FROZEN:
            if frozen.table in existing:
                for statement in statements(connection.vendor, frozen):
                    cursor.execute(statement)


def missing() -> list[str]:
    """Return the tables that have lost a trigger."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        names = {row[0] for row in cursor.fetchall()}
    return [f.table for f in FROZEN if f.table in existing and f"{f.table}_frozen_update" not in names]
