"""Which schedules' results a person sees, and which of them that person may publish."""

from datetime import datetime

from django.db.models import Case, F, Q, QuerySet

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import through, veil_over
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.queries.seeding import kept_blind
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.results.models import BucketCount, Result
from marksheet.rules.access import Verb
from marksheet.rules.publication import ShowResults

SIGHT = (Verb.REPORT_VIEW, Verb.MARK_GIVE, Verb.MARK_MODERATE)
FEW = 200


def schedules_with_results_seen_by(person: Person) -> QuerySet[Schedule]:
    """Return the schedules whose rows on Results ``person`` sees: "view reports" there or above, or assigned.

    Where seeds are given, whoever marks and does not coordinate sees none while work is left: they would tell which
    scripts are seeds.
    """
    rows = Schedule.objects.filter(node_id__in=nodes_where(person, *SIGHT)).exclude(activated_at=None)
    return rows.exclude(pk__in=kept_blind(person))


def schedules_published_by(person: Person) -> QuerySet[Schedule]:
    """Return the schedules whose results ``person`` may publish: the right there, and sight; else it sleeps."""
    return schedules_with_results_seen_by(person).filter(node_id__in=nodes_where(person, Verb.RESULT_PUBLISH))


def results_seen_by(person: Person) -> QuerySet[Result]:
    """Return the working results that ``person`` sees; what is on which tab is the bucket's matter.

    Never one's own, whatever one's rights: what a person may know of it stands on their own dashboard.
    """
    rows = Result.objects.filter(schedule__in=schedules_with_results_seen_by(person))
    return through(person, rows.exclude(person=person))


def results_published_by(person: Person) -> QuerySet[Result]:
    """Return the results that ``person`` may publish, show, hide or retract; never one's own."""
    rows = Result.objects.filter(schedule__in=schedules_published_by(person))
    return through(person, rows.exclude(person=person))


def before_the_last_attempt(at: datetime) -> Q:
    """Fit results that wait for a last attempt: their option publishes after it, one is left, the window is open.

    Source: docs/rulebook/publication.md#the-option-table.
    """
    left = Q(
        schedule__show_results=ShowResults.AFTER_LAST_ATTEMPT.value,
        schedule__attempts_allowed__gt=F("attempts_count"),
    )
    open_still = Q(enrolment__closes_at__gt=at) | Q(enrolment__closes_at=None, schedule__closes_at__gt=at)
    return left & open_still


def published_seen_by(person: Person) -> QuerySet[Result]:
    """Return the results in force that ``person`` may read in Reports and Audit.

    By "view reports" at or above the schedule, by "view published" there, or as the candidates of a unit whose
    candidates the person sees. Never one's own.
    """
    nodes = nodes_where(person, Verb.REPORT_VIEW, Verb.PUBLISHED_VIEW)
    blind = kept_blind(person)
    homes = nodes_where(person, Verb.CANDIDATE_SEE, reach="candidates")
    # Sight is resolved first: told of a few schedules, or of no homes, the database does not read every result.
    few = list(
        Schedule.objects.filter(node_id__in=nodes)
        .exclude(pk__in=blind)
        .values_list("pk", flat=True)[: FEW + 1]
    )
    here = Q(schedule__in=few) if len(few) <= FEW else Q(schedule__node_id__in=nodes) & ~Q(schedule__in=blind)
    if homes.exists():
        # Among codes, those of one unit would say where they come from.
        here |= Q(home_id__in=homes) & ~Q(schedule__in=veil_over(person).codes) & ~Q(schedule__in=blind)
    return through(person, Result.objects.filter(here, in_force__isnull=False).exclude(person=person))


def by_who(person: Person, path: str = "") -> F | Case:
    """Return what results are sorted by to stand by candidate: the name, or the code where ``person`` reads that.

    Args:
        path: how the result is reached, with ``__`` behind it.
    """
    return veil_over(person).in_order("sort_name", path=path)


def result_for(person: Person, ref: str) -> Result:
    """Return the result named ``ref`` if ``person`` sees it, working or published.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    # Sight is part of the question: a row that is hidden is not even read.
    for seen in (results_seen_by(person), published_seen_by(person)):
        row = seen.filter(ref=ref).select_related("schedule", "in_force", "attempt").first()
        if row is not None:
            return row
    raise NotFound("There is no such result.")


def waiting_to_be_published_by(person: Person, *, at: datetime) -> int:
    """Return how many results ``person`` can publish now; for the tab, from the counters.

    The counters hold one's own and what waits for a last attempt, too; only schedules that have such rows are asked.
    """
    mine = schedules_published_by(person)
    here = {"schedule__in": mine, "bucket__in": ("ready", "correction")}
    counted = sum(BucketCount.objects.filter(**here).values_list("count", flat=True))
    rows = Result.objects.filter(**here)
    own = rows.filter(person=person).count()
    waiting = mine.filter(
        show_results=ShowResults.AFTER_LAST_ATTEMPT.value, attempts_allowed__gt=1, ends_at__gt=at
    )
    later = rows.filter(before_the_last_attempt(at), schedule__in=waiting).exclude(person=person).count()
    return counted - own - later
