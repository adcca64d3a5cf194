"""What a publication did, or how far it is: a receipt that can be found again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from marksheet.apps.people.queries import Person
from marksheet.apps.release.queries import publications as queries
from marksheet.apps.release.queries import receipts
from marksheet.apps.release.queries.afterwards import refs_published_by
from marksheet.apps.results.queries.sight import schedules_published_by
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.shared.moments import zones_told
from marksheet.entrypoints.web.publications.place import under_results
from marksheet.entrypoints.web.publications.words import since_words
from marksheet.entrypoints.web.results.bar import ticks_done

SIZE = 100
TEMPLATES = {
    "preparing": "publications/preparing.html",
    "stopped": "publications/stopped.html",
    "failed": "publications/failed.html",
    "committed": "publications/receipt.html",
}


@under_results
@require_GET
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a publication as it stands: on its way, stopped, failed, or done with every candidate."""
    person = person_of(request)
    publication = queries.publication_for(person, ref)
    if publication.state == "draft":
        return redirect("publications:publish", ref)
    context: dict[str, Any] = {
        "publication": publication,
        "own": publication.publisher_id == person.pk,
        "done_key": ticks_done(request),
    }
    if publication.state == "failed":
        context["changed"] = queries.changed_rows(person, publication)
    if publication.state == "committed":
        context |= _done(request, person, publication)
    else:
        context["about"] = queries.named_in(publication)
    return render(request, TEMPLATES[publication.state], context)


def _done(request: HttpRequest, person: Person, publication: Any) -> dict[str, Any]:
    after = _after(request)
    own = publication.publisher_id == person.pk
    parts = receipts.parts_of(person, publication)
    rows = receipts.receipt_rows(person, publication, after=after, size=SIZE + 1)
    mine = set(
        schedules_published_by(person)
        .filter(pk__in={v.schedule_id for v in rows})
        .values_list("pk", flat=True)
    )
    seen = sum(part.n for part in parts)
    matching = len(refs_published_by(person, publication)) if mine else 0
    since = receipts.since_published(person, [publication])[publication.pk]
    return {
        "rows": [(version, version.schedule_id in mine) for version in rows[:SIZE]],
        # What is out of force can neither be shown, hidden nor retracted.
        "may_act": matching > 0,
        **zones_told(part.timezone for part in parts),
        "matching": matching,
        "since": since,
        "since_words": since_words(since),
        "following": rows[SIZE - 1].pk if len(rows) > SIZE else None,
        "beginning": after != 0,
        "skipped": receipts.skipped_rows(person, publication) if own else [],
        "parts": parts,
        "n": publication.published if own else seen,
        "part_only": seen < publication.published,
        "zone": parts[0].timezone if parts else "UTC",
        "opened": queries.opened_by(publication),
        "mails": queries.mails_of(publication) if publication.inform and own else None,
    }


def _after(request: HttpRequest) -> int:
    return int(asking.key(request.GET) or 0)


@under_results
@require_GET
def publications(request: HttpRequest) -> HttpResponse:
    """List the publications that this person finds, the last published first; of one schedule, if one is asked for."""
    person, ref = person_of(request), request.GET.get("schedule", "")[:40]
    page = receipts.publication_page(person, schedule=ref, after=_after(request))
    about = receipts.schedules_told_of(person).filter(ref=ref).first() if ref else None
    return render(
        request,
        "publications/list.html",
        {
            "publications": [(line, since_words(line.since)) for line in page.lines],
            "following": page.next or None,
            "schedule": about,
            "narrowed": bool(ref),
        },
    )
