"""Load and lock the results that somebody wants to act on, and check the right at each of their schedules."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from marksheet.apps.exams.queries.anonymity import through
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers, nodes_where
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.sight import published_seen_by, results_seen_by

MOST_AT_ONCE = 20_000


def chosen(actor: Person, refs: Sequence[str], *verbs: str, helper_verb: str = "") -> list[Result]:
    """Return the results named ``refs``, locked, in order of keys, if ``actor`` holds one of ``verbs`` at each.

    Raises:
        BadInput: nothing was chosen, or more than 20,000.
        NotFound: one of them is not there for this person.
        NotAllowed: one of them stands where the person holds none of ``verbs``.
    """
    wanted = set(refs)
    if not wanted:
        raise BadInput(_("Nothing was chosen. Tick one row or more, then try again."))
    if len(wanted) > MOST_AT_ONCE:
        raise BadInput(_("That is more than %(n)d rows at once. Choose fewer.") % {"n": MOST_AT_ONCE})
    # Two plain filters: PostgreSQL refuses to lock through a DISTINCT or a UNION.
    keys = {row.pk for row in results_seen_by(actor).filter(ref__in=wanted)}
    keys |= {row.pk for row in published_seen_by(actor).filter(ref__in=wanted)}
    rows = list(
        through(
            actor,
            Result.objects.filter(pk__in=keys)
            .select_for_update(of=("self",), no_key=True)
            .select_related("schedule")
            .order_by("pk"),
        )
    )
    if len(rows) < len(wanted):
        raise NotFound(_("Some of the chosen results are not there any more. Load the page anew."))
    _demand(actor, rows, verbs, helper_verb or verbs[0])
    return rows


def _demand(actor: Person, rows: Iterable[Result], verbs: Sequence[str], helper_verb: str) -> None:
    nodes = {row.schedule.node_id: row.schedule for row in rows}
    held = set(nodes_where(actor, *verbs).filter(descendant_id__in=nodes))
    for node_id, schedule in nodes.items():
        if node_id not in held:
            raise NotAllowed(
                _("You may see %(title)s but not do this there.") % {"title": schedule.title},
                helpers=helpers(helper_verb, node_id),
            )
