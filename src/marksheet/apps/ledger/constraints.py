"""Triggers that keep append-only tables append-only, on both databases."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """A table whose rows stay; ``but_empty`` is the one column that an erasure may empty."""

    table: str
    but_empty: str = ""


APPEND_ONLY = (
    AppendOnly("ledger_event"),
    AppendOnly("ledger_line"),
    AppendOnly("ledger_side", but_empty="value"),
    AppendOnly("marking_mark"),
    AppendOnly("marking_judgement"),
    AppendOnly("marking_annotation"),
    AppendOnly("marking_keying"),
    AppendOnly("results_resultversion"),
    AppendOnly("results_withdrawal"),
    AppendOnly("results_adjustment"),
    AppendOnly("results_adjustmentend"),
    AppendOnly("release_disclosure"),
    AppendOnly("release_opening"),
    AppendOnly("release_viewing"),
)


def statements(vendor: str, guarded: AppendOnly, columns: list[str]) -> list[str]:
    """Return what creates the triggers of one table anew."""
    table = guarded.table
    allowed = _only_emptied(vendor, guarded, columns) if guarded.but_empty else ""
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
            f"DROP TRIGGER IF EXISTS {table}_append_only_truncate ON {table}",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            + f" EXECUTE FUNCTION ledger_append_only('{guarded.but_empty}')",
            f"CREATE TRIGGER {table}_append_only_truncate BEFORE TRUNCATE ON {table}"
            + " EXECUTE FUNCTION ledger_append_only('')",
        ]
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_update",
        f"DROP TRIGGER IF EXISTS {table}_no_delete",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {allowed} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
    ]


def _only_emptied(vendor: str, guarded: AppendOnly, columns: list[str]) -> str:
    if vendor == "postgresql":
        return ""
    same = " AND ".join(f"OLD.{c} IS NEW.{c}" for c in columns if c != guarded.but_empty)
    return f"WHEN NOT ({same} AND NEW.{guarded.but_empty} = '')"


FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE emptied text := TG_ARGV[0];
BEGIN
    IF TG_OP = 'UPDATE' AND emptied <> '' THEN
        IF to_jsonb(NEW) - emptied = to_jsonb(OLD) - emptied AND to_jsonb(NEW) ->> emptied = '' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def guard() -> None:
    """Create every trigger anew on the tables that exist; runs after each migrate."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for guarded in APPEND_ONLY:
            if guarded.table not in existing:
                continue
            columns = [c.name for c in connection.introspection.get_table_description(cursor, guarded.table)]
            for statement in statements(connection.vendor, guarded, columns):
                cursor.execute(statement)


def missing() -> list[str]:
    """Return the append-only tables whose triggers are not there."""
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
            endings = ("_append_only", "_append_only_truncate")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            endings = ("_no_update", "_no_delete")
        names = {row[0] for row in cursor.fetchall()}
    return [
        g.table
        for g in APPEND_ONLY
        if g.table in existing and any(g.table + ending not in names for ending in endings)
    ]
