"""A result can be reserved without touching an index: none holds the claim, and its page has room for a copy."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def make_room(apps: Any, editor: Any) -> None:
    """PostgreSQL writes a changed row beside the old one, and leaves the indexes alone where the page has room."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE results_result SET (fillfactor = 50)")


class Migration(migrations.Migration):

    dependencies = [
        ('results', '0006_fewer_indexes'),
    ]

    operations = [
        migrations.RunPython(make_room, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name='result',
            name='results_claimed',
        ),
        migrations.AlterField(
            model_name='result',
            name='in_force',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='results.resultversion'),
        ),
    ]
