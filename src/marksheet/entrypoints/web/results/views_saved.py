"""Saved views of the Results tab: a person's filters under a name."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.actions.preferences import forget, keep
from marksheet.apps.people.queries import Person, preferences
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.results.asked import asked

KEY = "results.views"
MOST = 30


@dataclass(frozen=True, slots=True)
class SavedView:
    """A name and the query it stands for."""

    name: str
    query: str


def saved_views(person: Person) -> list[SavedView]:
    """Return the views that ``person`` has saved, by name."""
    return [SavedView(one.name, str(one.value)) for one in preferences(person, KEY)[:MOST]]  # type: ignore[index]


@signed_in
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list under a name; the same name again replaces it."""
    person = person_of(request)
    name = request.POST.get("name", "").strip()[:80]
    if not name:
        raise BadInput(_("A saved view needs a name. Write one and save again."))
    query = asked(QueryDict(request.POST.get("query", ""))).query()
    keep(person, KEY, query, name=name)
    done(request, _("The view “%(name)s” is saved.") % {"name": name})
    return redirect(f"{reverse('results:list')}?{query}")


@signed_in
@require_POST
def forget_view(request: HttpRequest) -> HttpResponse:
    """Forget a saved view."""
    name = request.POST.get("name", "")
    forget(person_of(request), KEY, name=name)
    done(request, _("The view “%(name)s” is forgotten.") % {"name": name})
    return redirect("results:list")
