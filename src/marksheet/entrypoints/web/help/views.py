"""One how-to, as a page in the reader's own frame."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marksheet.apps.ledger.errors import NotFound
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.help import pages


@signed_in
@require_safe
def how_to(request: HttpRequest, page: str) -> HttpResponse:
    """Show a how-to.

    Raises:
        NotFound: there is none of that name.
    """
    found = pages.page(page)
    if found is None:
        raise NotFound(_("There is no how-to of that name."))
    others = [(name, other.title) for name in pages.names() if name != page and (other := pages.page(name))]
    frame = "base.html" if person_of(request).is_staff_member else "base_candidate.html"
    return render(request, "help/page.html", {"page": found, "others": others, "frame": frame})
