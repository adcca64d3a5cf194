"""What a publication did, or how far it is: a receipt that can be found again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.queries import Person
from marksheet.apps.release.queries import publications as queries
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.web.publications.place import under_results
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
    after = request.GET.get("after", "0")
    if not after.isdigit():
        raise BadInput(_("This page of the list is not known. Start at the first page."))
    parts = queries.parts_of(publication)
    rows = queries.receipt_rows(person, publication, after=int(after), size=SIZE + 1)
    return {
        "rows": rows[:SIZE],
        "following": rows[SIZE - 1].pk if len(rows) > SIZE else None,
        "beginning": after != "0",
        "skipped": queries.skipped_rows(publication) if publication.publisher_id == person.pk else [],
        "parts": parts,
        "zone": parts[0].timezone if parts else "UTC",
        "opened": queries.opened_by(publication),
        "mails": queries.mails_of(publication) if publication.inform else None,
    }


@under_results
@require_GET
def publications(request: HttpRequest) -> HttpResponse:
    """List what this person published, newest first."""
    return render(
        request, "publications/list.html", {"publications": queries.publications_of(person_of(request))}
    )
