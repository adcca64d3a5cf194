"""The inbox: what changed and what waits, newest first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.people.actions import inbox as actions
from marksheet.apps.people.queries import inbox_of, unread_count
from marksheet.apps.release.queries.candidate_changes import changes_for
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.shared.context import waiting_for
from marksheet.entrypoints.web.inbox.notes import words_for, words_of

PAGE = 30


@signed_in
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader on each tab, what changed with results of their own, and the notes."""
    person = person_of(request)
    page = Paginator(inbox_of(person), PAGE).get_page(asking.page_number(request.GET))
    notes = [{"note": note, "words": words_for(note.kind, note.params)} for note in page]
    changes = changes_for(person) if page.number == 1 else []
    context = {
        "changes": [{"changed": one, "words": words_of(one)} for one in changes],
        "notes": notes,
        "page": page,
        "unread": unread_count(person),
        "waiting": waiting_for(request) if page.number == 1 else [],
    }
    return render(request, "inbox/inbox.html", context)


@signed_in
@require_POST
def read(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark a note as read, and go to what it is about."""
    note = actions.mark_read(person_of(request), ref, at=clock.read())
    there = note.path
    if request.POST.get("go") and there and url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return redirect(there)
    return redirect("inbox:inbox")


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every note as read."""
    actions.mark_all_read(person_of(request), at=clock.read())
    done(request, _("Everything is marked as read."))
    return redirect("inbox:inbox")
