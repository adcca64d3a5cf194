"""See as the candidate, before publishing: the very document that would be shown, and a line in the log."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from marksheet.apps.exams.queries.anonymity import through
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import NotAllowed, NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import Publication, PublicationRow
from marksheet.apps.release.queries.candidate import CandidateLine
from marksheet.apps.release.steps.disclosing import documents, exam_of
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.sight import by_who, results_published_by
from marksheet.rules.publication import ShowResults


@dataclass(frozen=True, slots=True)
class Seen:
    """One result of a selection as its candidate would see it.

    ``line`` is what the candidate's page is made from; ``following`` the ref of the next result, empty at the end.
    """

    row: Result
    line: CandidateLine
    following: str


def see_as_candidate(actor: Person, ref: str, *, result: str = "", at: datetime) -> Seen:
    """Return what the candidate of one result of a frozen selection would see, were it shown now.

    The document is built by the very step that publication uses. That somebody looked is logged.

    Args:
        result: ref of a result of the selection; empty for the first by name.

    Raises:
        NotFound: there is no such selection of the actor's, or no such result in it.
        NotAllowed: the actor may no longer publish it, or it is the actor's own.
    """
    publication = Publication.objects.filter(ref=ref, publisher=actor).first()
    if publication is None:
        raise NotFound(_("There is no such publication."))
    frozen = PublicationRow.objects.filter(publication=publication, revision=F("result__revision"))
    rows = Result.objects.filter(pk__in=frozen.values("result")).annotate(who=by_who(actor))
    rows = through(actor, rows.order_by("who", "pk"))
    row = (
        (rows.filter(ref=result) if result else rows)
        .select_related("schedule__version__assessment", "person")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such result."))
    if not results_published_by(actor).filter(pk=row.pk).exists():
        raise NotAllowed(_("You may no longer publish %(title)s.") % {"title": row.title})
    body = documents(exam_of(row.schedule, at), [row], {row.pk: row})[row.pk]
    with change(actor, "result.seen-as-candidate", at=at) as opened:
        opened.record("result", row.pk, schedule_id=row.schedule_id, publication=publication.ref)
    return Seen(row, _line(row, json.loads(body), at), _next(rows, row))


def _line(row: Result, document: dict[str, Any], at: datetime) -> CandidateLine:
    never = row.schedule.show_results == ShowResults.NEVER
    return CandidateLine(
        ref=row.ref,
        title=row.schedule.title,
        code=row.schedule.code,
        venue=row.schedule.venue,
        timezone=row.schedule.timezone,
        opens_at=row.schedule.opens_at,
        closes_at=row.schedule.closes_at,
        duration_minutes=row.schedule.version.duration_minutes,
        handed_in_at=row.handed_in_at,
        word="not-disclosed" if never else "no-result" if document["void"] else "shown",
        document=None if never else document,
        shown_at=None if never else at,
        contact=row.schedule.contact,
    )


def _next(rows: Any, row: Any) -> str:
    later = rows.filter(who__gte=row.who).exclude(pk=row.pk).exclude(who=row.who, pk__lt=row.pk)
    return later.values_list("ref", flat=True).first() or ""
