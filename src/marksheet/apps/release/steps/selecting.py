"""Freeze what somebody selected: which results, as they were when they were looked at."""

from datetime import datetime

from django.db.models import F, QuerySet

from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import Publication, PublicationRow
from marksheet.apps.results.models import Result


def freeze_rows(publication: Publication, rows: QuerySet[Result]) -> int:
    """Copy key and revision of every result of ``rows`` into the publication; return how many."""
    chosen = rows.order_by("schedule_id", "id").values_list("pk", "revision")
    return insert_rows(
        PublicationRow,
        ("publication_id", "result_id", "revision", "skipped", "skipped_by"),
        [(publication.pk, key, revision, "", "") for key, revision in chosen.iterator(chunk_size=5_000)],
    )


def new_publication(actor: Person, *, at: datetime, reason: str = "") -> Publication:
    """Make an empty draft of a publication."""
    return Publication.objects.create(
        publisher=actor, publisher_name=actor.name, created_at=at, reason=reason
    )


def unchanged(publication: Publication) -> QuerySet[PublicationRow]:
    """Return the rows of the selection whose results are still as they were when it was frozen."""
    return PublicationRow.objects.filter(publication=publication, revision=F("result__revision"))
