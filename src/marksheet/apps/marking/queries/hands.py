"""Which scripts somebody may have in hand: the one filter behind every list, count and door of marking."""

from django.db.models import Q, QuerySet

from marksheet.apps.exams.models import AttemptState
from marksheet.apps.marking.models import MARKERS, Plan, Script
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.people.queries.apart import Apart, apart_from
from marksheet.rules.access import Verb


def handed_in() -> QuerySet[Script]:
    """Return the markers' scripts of handed-in attempts, whosever they are: one or two of each attempt."""
    return Script.objects.filter(round__in=MARKERS, attempt__state=AttemptState.HANDED_IN)


def theirs(person: Person, apart: Apart | None = None) -> QuerySet[Script]:
    """Return the scripts that ``person`` marks, or looks at where they only moderate.

    Those on a pile are everybody's who marks there, allocated ones their marker's alone; never their own work, nor
    what a conflict of interest keeps from them.

    Args:
        apart: of this person, where it was read before.
    """
    marking = Q(schedule__node__in=nodes_where(person, Verb.MARK_GIVE))
    # Where marks are typed twice nobody sees what another typed on the pile.
    twice = Q(schedule__in=Plan.objects.filter(second_keying=True).values("schedule"))
    pile = Q(allocated=False) & (Q(marker=None) | ~twice)
    rows = handed_in().filter(pile | Q(marker=person) | ~marking)
    return rows.exclude((apart or apart_from(person)).fits("attempt__enrolment"))


def overseen(person: Person, apart: Apart | None = None) -> QuerySet[Script]:
    """Return the scripts that a coordinator sees, whosever they are to mark; none that is not for their eyes."""
    return handed_in().exclude((apart or apart_from(person)).fits("attempt__enrolment"))
