"""Give every section a name for use outside the server."""

import marksheet.apps.ledger.models
from django.db import migrations, models
from marksheet.apps.ledger.models import new_ref


def thaw(apps, schema_editor):
    """Take the triggers off that freeze live exams: they are made again when all migrations are done."""
    sqlite = schema_editor.connection.vendor == "sqlite"
    for event in ("insert", "update", "delete") if sqlite else ("update",):
        on = "" if sqlite else " ON exams_section"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS exams_section_frozen_{event}{on}")


def name_sections(apps, schema_editor):
    """Write a ref of its own into each row."""
    Section = apps.get_model("exams", "Section")
    rows = list(Section.objects.only("pk"))
    for row in rows:
        row.ref = new_ref()
    Section.objects.bulk_update(rows, ["ref"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('exams', '0004_names_without_accents'),
    ]

    operations = [
        migrations.RunPython(thaw, migrations.RunPython.noop),
        migrations.AddField(
            model_name='section',
            name='ref',
            field=models.CharField(max_length=32, null=True),
        ),
        migrations.RunPython(name_sections, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='section',
            name='ref',
            field=marksheet.apps.ledger.models.RefField(),
        ),
    ]
