"""What was ticked, as a form of the list sends it: rows by name, or all that match."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries import finder
from marksheet.entrypoints.web.results.asked import Asked, asked
from marksheet.entrypoints.web.results.words import grouped

MOST = 20_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that were ticked, or the criteria that all of them match."""

    refs: tuple[str, ...]
    criteria: finder.Criteria | None
    asked: Asked


def chosen(request: HttpRequest) -> Chosen:
    """Read a selection; ``schedule`` alone means all that is ready there."""
    wanted = asked(QueryDict(request.POST.get("query", "")), at=clock.read())
    if only := request.POST.get("schedule"):
        return Chosen((), finder.Criteria(schedules=(only,), at=wanted.criteria.at), wanted)
    if request.POST.get("all_matching"):
        return Chosen((), wanted.criteria, wanted)
    return Chosen(tuple(dict.fromkeys(request.POST.getlist("selected"))), None, wanted)


def refs_of(person: Person, selection: Chosen) -> Sequence[str]:
    """Return the rows of a selection by name, for a verb that is done to rows.

    Raises:
        BadInput: nothing was chosen, or more than 20,000.
    """
    if selection.criteria is None:
        found: Sequence[str] = selection.refs
    else:
        rows = finder.tickable(person, selection.criteria).order_by("id")
        found = list(rows.values_list("ref", flat=True)[: MOST + 1])
    if not found:
        raise BadInput(_("Nothing was chosen. Tick one row or more, then try again."))
    if len(found) > MOST:
        raise BadInput(
            _("That is more than %(n)s rows at once. Choose fewer, schedule by schedule.")
            % {"n": grouped(MOST)}
        )
    return found
