"""The Coordinator list: what is asked of it, its columns, and a person's saved views of it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from marksheet.apps.people.actions.preferences import keep
from marksheet.apps.people.queries import Person, preference
from marksheet.entrypoints.shared import asking, saved
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.coordinator.words import STATUS
from marksheet.entrypoints.web.results.columns import Column

KEY, VIEWS = "coordinator", "coordinator.views"
COLUMNS = (
    Column("schedule", _("Schedule"), fixed=True),
    Column("code", _("Code"), shown=False),
    Column("unit", _("Unit"), shown=False),
    Column("window", _("Window")),
    Column("candidates", _("Candidates"), align="number"),
    Column("by_hand", _("Items by hand"), align="number"),
    Column("status", _("Status"), fixed=True),
    Column("progress", _("Progress")),
    Column("activity", _("Last activity")),
)


def shown_to(person: Person) -> tuple[Column, ...]:
    """Return the columns that ``person`` chose, in the order of the table; anything not ours is left out."""
    stored = preference(person, KEY)
    chosen = stored.get("columns") if isinstance(stored, dict) else None
    if not isinstance(chosen, list):
        return tuple(column for column in COLUMNS if column.shown)
    return tuple(column for column in COLUMNS if column.fixed or column.key in chosen)


def asked(given: QueryDict) -> tuple[str, str]:
    """Return the words and the status that an address asks for.

    Raises:
        BadInput: there is no such status.
    """
    return given.get("q", "").strip()[:200], asking.word(given, "status", STATUS)


def query_of(search: str, status: str) -> str:
    """Return the address's words for a search and a status; empty where nothing is asked."""
    return urlencode([(name, value) for name, value in (("q", search), ("status", status)) if value])


def _back(query: str) -> HttpResponse:
    return redirect(reverse("coordinator:list") + (f"?{query}" if query else ""))


def _sent(request: HttpRequest) -> str:
    return query_of(*asked(QueryDict(request.POST.get("query", ""))))


@signed_in
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember which columns this person wants to see, and go back to the list."""
    ticked = request.POST.getlist("column")
    chosen = [column.key for column in COLUMNS if column.key in ticked]
    keep(person_of(request), KEY, {"columns": chosen})
    return _back(_sent(request))


@signed_in
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep search and filter of the list under a name; the same name again replaces it."""
    query = _sent(request)
    saved.save_view(request, VIEWS, query)
    return _back(query)


@signed_in
@require_POST
def forget_view(request: HttpRequest) -> HttpResponse:
    """Forget a saved view."""
    saved.forget_view(request, VIEWS)
    return _back("")
