"""The sequence that numbers events on PostgreSQL, and the first link of the chain."""

from django.db import migrations

GENESIS = "0" * 64


def begin(apps, schema_editor):
    """Put the one head row in place and, on PostgreSQL, the number sequence."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE ledger_event_number AS bigint")
    apps.get_model("ledger", "Head").objects.create(id=1, seq=0, hash=GENESIS)


def undo(apps, schema_editor):
    """Take both away again."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE ledger_event_number")
    apps.get_model("ledger", "Head").objects.all().delete()


class Migration(migrations.Migration):
    """The chain begins."""

    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(begin, undo)]
