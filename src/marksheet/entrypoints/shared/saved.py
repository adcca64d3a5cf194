"""Saved views of a list: a person's filters under a name."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.actions.preferences import forget, keep
from marksheet.apps.people.queries import Person, preferences
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.shared.acting import done

MOST = 30


@dataclass(frozen=True, slots=True)
class SavedView:
    """A name and the query it stands for."""

    name: str
    query: str


def saved_views(person: Person, key: str) -> list[SavedView]:
    """Return the views of a list that ``person`` has saved, by name."""
    return [SavedView(one.name, str(one.value)) for one in preferences(person, key)[:MOST]]  # type: ignore[index]


def save_view(request: HttpRequest, key: str, query: str) -> None:
    """Keep the filters of a list under the name that was sent; the same name again replaces it.

    Raises:
        BadInput: no name, or one more than a list has room for.
    """
    name = request.POST.get("name", "").strip()[:80]
    if not name:
        raise BadInput(_("A saved view needs a name. Write one and save again."))
    kept = {one.name for one in preferences(person_of(request), key)}
    if name not in kept and len(kept) >= MOST:
        raise BadInput(
            _(
                "You have saved %(n)s views of this list, which is as many as it has room for. Forget one first."
            )
            % {"n": MOST}
        )
    keep(person_of(request), key, query, name=name)
    done(request, _("The view “%(name)s” is saved.") % {"name": name})


def forget_view(request: HttpRequest, key: str) -> None:
    """Forget the view of the name that was sent."""
    name = request.POST.get("name", "")
    forget(person_of(request), key, name=name)
    done(request, _("The view “%(name)s” is forgotten.") % {"name": name})
