"""The rows of a selection are written once: how far it is prepared, and what it shows, stands with the publication."""

from django.db import migrations, models
from django.db.models import Max


def carry_over(apps, schema_editor):
    """Say of each publication what its rows said one by one."""
    rows = apps.get_model("release", "PublicationRow").objects
    for publication in apps.get_model("release", "Publication").objects.iterator():
        mine = rows.filter(publication=publication)
        prepared_to = mine.exclude(version=None).aggregate(last=Max("id"))["last"] or 0
        shown = mine.filter(shows=True, skipped="").values_list("result__schedule_id", flat=True)
        if prepared_to or shown.exists():
            publication.prepared_to, publication.shows = prepared_to, sorted(set(shown.distinct()))
            publication.save(update_fields=["prepared_to", "shows"])


class Migration(migrations.Migration):
    dependencies = [
        ("release", "0003_fewer_indexes"),
        ("results", "0007_room_for_updates"),
    ]

    operations = [
        migrations.AddField("publication", "prepared_to", models.BigIntegerField(default=0)),
        migrations.AddField("publication", "shows", models.JSONField(default=list)),
        migrations.RunPython(carry_over),
        migrations.RemoveIndex("publicationrow", "rows_to_prepare"),
        migrations.RemoveField("publicationrow", "shows"),
        migrations.RemoveField("publicationrow", "version"),
        migrations.AddIndex(
            "publicationrow", models.Index(fields=["publication", "id"], name="rows_in_order")
        ),
    ]
