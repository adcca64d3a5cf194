"""Which scripts somebody may have in hand: the one filter behind every list, count and door of marking."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import AttemptState
from marksheet.apps.marking.models import BESIDE, MARKERS, SEED, Flag, Plan, Script
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.people.queries.apart import Apart, apart_from
from marksheet.rules.access import Verb


def handed_in() -> QuerySet[Script]:
    """Return the markers' scripts of handed-in attempts, whosever they are: one or two of each attempt."""
    return Script.objects.filter(round__in=MARKERS, attempt__state=AttemptState.HANDED_IN)


def with_seeds() -> QuerySet[Script]:
    """Return the scripts of handed-in attempts, whosever they are, and beside them every marker's own of each seed."""
    return Script.objects.filter(in_rounds(SEED), attempt__state=AttemptState.HANDED_IN)


def with_trials() -> QuerySet[Script]:
    """Return those of ``with_seeds``, and beside them every marker's own of each practice or qualification script."""
    return Script.objects.filter(in_rounds(*BESIDE), attempt__state=AttemptState.HANDED_IN)


def in_rounds(*beside: str) -> Q:
    """Return what picks the markers' rounds, and those that begin as ``beside`` says, among scripts or marks."""
    rounds = Q(round__in=MARKERS)
    for begin in beside:
        rounds |= Q(round__startswith=begin)
    return rounds


def theirs(person: Person, apart: Apart | None = None) -> QuerySet[Script]:
    """Return the scripts that ``person`` marks, or looks at where they only moderate.

    Those on a pile are everybody's who marks there, allocated ones their marker's alone; never their own work, nor
    what a conflict of interest keeps from them. Seeds are among them, like any; who only moderates there sees those
    that were flagged.

    Args:
        apart: of this person, where it was read before.
    """
    marking = Q(schedule__node__in=nodes_where(person, Verb.MARK_GIVE))
    flags = Flag.objects.filter(attempt=OuterRef("attempt"), round=OuterRef("round"), settled_at=None)
    # Where marks are typed twice nobody sees what another typed on the pile.
    twice = Q(schedule__in=Plan.objects.filter(second_keying=True).values("schedule"))
    pile = Q(allocated=False) & (Q(marker=None) | ~twice)
    scripts = Q(round__in=MARKERS) & (pile | Q(marker=person) | ~marking)
    seeds = Q(round__startswith=SEED) & (Q(marker=person) | (~marking & Exists(flags)))
    rows = Script.objects.filter(scripts | seeds, attempt__state=AttemptState.HANDED_IN)
    return rows.exclude((apart or apart_from(person)).fits("attempt__enrolment"))


def overseen(person: Person, apart: Apart | None = None) -> QuerySet[Script]:
    """Return the scripts that a coordinator sees, whosever they are to mark; none that is not for their eyes."""
    return handed_in().exclude((apart or apart_from(person)).fits("attempt__enrolment"))
