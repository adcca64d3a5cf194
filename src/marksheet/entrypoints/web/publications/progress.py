"""How far a publication is: a fragment that asks for itself, a way to stop, a way to go on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.release.actions import publishing
from marksheet.apps.release.queries.publications import publication_for
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.web.publications.place import under_results


@under_results
@require_GET
def fragment(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with the progress as it is now; when it is over, with where to go."""
    publication = publication_for(person_of(request), ref)
    return render(request, "publications/progress.html", {"publication": publication})


@under_results
@require_POST
def stop(request: HttpRequest, ref: str) -> HttpResponse:
    """Stop preparing; nothing becomes visible."""
    publishing.stop(person_of(request), ref, at=clock.read())
    return redirect("publications:receipt", ref)


@under_results
@require_POST
def resume(request: HttpRequest, ref: str) -> HttpResponse:
    """Go on where it stopped, with the boxes as they were."""
    person, at = person_of(request), clock.read()
    publication = publication_for(person, ref)
    publishing.publish(person, ref, show=publication.show, inform=publication.inform, at=at)
    publishing.carry_on(ref, at=at, most=publishing.AT_ONCE)
    return redirect("publications:receipt", ref)
