"""Attempts can be taken back: a state more, no column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Words only; the table stays as it is."""

    dependencies = [("exams", "0005_section_ref")]

    operations = [
        migrations.AlterField(
            model_name="attempt",
            name="state",
            field=models.CharField(
                choices=[
                    ("in_progress", "In Progress"),
                    ("handed_in", "Handed In"),
                    ("void", "Void"),
                    ("taken_back", "Taken Back"),
                ],
                max_length=12,
            ),
        ),
    ]
