"""Working results are sorted and searched by name without accents, as new ones are."""

from typing import Any

from django.db import migrations

from marksheet.apps.ledger.bulk import refill
from marksheet.formats.names import sort_name


def fold(apps: Any, editor: Any) -> None:
    """Make the key anew from the name that stands beside it."""
    refill(apps.get_model("results", "Result"), "sort_name", "name", lambda name: sort_name(name)[:200])


class Migration(migrations.Migration):
    """Data only, in batches."""

    atomic = False

    dependencies = [("results", "0007_room_for_updates")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
