"""Scripts that their markers flagged: for the lead marker, who moderates or coordinates there."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import through
from marksheet.apps.ledger.bulk import among
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import Flag, Script
from marksheet.apps.marking.queries.hands import theirs, with_seeds
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where, people_with, verbs_at
from marksheet.apps.people.queries.apart import apart_from
from marksheet.rules.access import Verb

LEADING = (Verb.MARK_MODERATE, Verb.SCHEDULE_COORDINATE)


def is_flagged() -> Q:
    """Fit scripts with an open flag."""
    return Q(
        Exists(Flag.objects.filter(attempt=OuterRef("attempt"), round=OuterRef("round"), settled_at=None))
    )


def open_flag(person: Person, script: Script) -> Flag | None:
    """Return the open flag of a script that ``person`` was let to."""
    rows = Flag.objects.filter(attempt=script.attempt_id, round=script.round, settled_at=None)
    return through(person, rows.select_related("person", "part", "attempt__schedule")).first()


def open_flags_of(attempts: Collection[int]) -> list[Flag]:
    """Return the open flags of scripts that the caller was let to, with who raised them."""
    return list(Flag.objects.filter(attempt__in=among(attempts), settled_at=None).select_related("person"))


def leads_at(person: Person, schedule: Schedule) -> bool:
    """Say whether ``person`` is a lead marker of the schedule: moderates or coordinates there."""
    return bool(verbs_at(person, schedule.node_id) & set(LEADING))


def lead_markers(schedule: Schedule) -> list[Person]:
    """Return who moderates or coordinates at a schedule, by name; to be told, not to be named."""
    found = {one.pk: one for verb in LEADING for one in people_with(verb, schedule.node_id)}
    return sorted(found.values(), key=lambda one: (one.sort_name, one.pk))


def led_for(person: Person, ref: str) -> Schedule:
    """Return the schedule named ``ref`` if ``person`` leads its marking.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    rows = Schedule.objects.filter(node__in=nodes_where(person, *LEADING), wholly_machine=False)
    schedule = rows.exclude(activated_at=None).select_related("unit").filter(ref=ref).first()
    if schedule is None:
        raise NotFound("There is no such schedule.")
    return schedule


def flagged_among(person: Person, schedule: Schedule) -> int:
    """Return how many flagged scripts are on the list of submissions that ``person`` reads."""
    return theirs(person).filter(is_flagged(), schedule=schedule).count()


def flagged_scripts(person: Person, schedule: Schedule) -> QuerySet[Script]:
    """Return the flagged scripts of a schedule that a lead marker may have in hand, in no order."""
    rows = with_seeds().exclude(apart_from(person).fits("attempt__enrolment"))
    return through(person, rows.filter(is_flagged(), schedule=schedule).select_related("schedule"))


def flags_of(person: Person, schedule: Schedule, *, most: int = 200) -> list[tuple[Flag, Script]]:
    """Return the open flags of a schedule with their scripts, the oldest first, for a lead marker."""
    scripts = {
        (one.attempt_id, one.round): one
        for one in flagged_scripts(person, schedule).select_related("attempt__enrolment", "marker")
    }
    rows = Flag.objects.filter(attempt__schedule=schedule, settled_at=None)
    flags = rows.select_related("person", "part", "attempt__schedule").order_by("raised_at", "id")
    flags = through(person, flags)
    return [
        (one, scripts[one.attempt_id, one.round]) for one in flags if (one.attempt_id, one.round) in scripts
    ][:most]


def open_flags(within: Mapping[str, Any]) -> list[int]:
    """Return the attempts that have open flags, once for each flag.

    Args:
        within: which attempts, as a filter by ``attempt``.
    """
    return list(Flag.objects.filter(settled_at=None, **within).values_list("attempt_id", flat=True))
