"""What every verb on marks begins and ends with: the schedule, its locked scripts, the record."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.models import Schedule, ScheduleState
from marksheet.apps.exams.queries.anonymity import through
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.errors import NotAllowed, NotFound, WrongState
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.queries.hands import with_seeds, with_trials
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers, verbs_at
from marksheet.apps.people.queries.apart import apart_from
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb

SEEING = frozenset({Verb.MARK_GIVE, Verb.MARK_MODERATE, Verb.SCHEDULE_COORDINATE, Verb.REPORT_VIEW})


def marking_at(actor: Person, schedule_ref: str, verb: str) -> Schedule:
    """Return the schedule if the actor holds ``verb`` there and it is open for marking.

    Raises:
        NotFound: it is not there, or hidden from the actor.
        NotAllowed: the actor may know of it, but not do this.
        WrongState: it is not active.
    """
    schedule = Schedule.objects.filter(ref=schedule_ref).select_related("version").first()
    held = verbs_at(actor, schedule.node_id) if schedule else frozenset()
    if schedule is None or not held & (SEEING | {verb}):
        raise NotFound(_("There is no such schedule."))
    if verb not in held:
        raise NotAllowed(str(REFUSALS[verb]), helpers=helpers(Verb.SCHEDULE_COORDINATE, schedule.node_id))
    if schedule.state != ScheduleState.ACTIVE:
        raise WrongState(_("This schedule is not active: its marks cannot be changed now."))
    return schedule


def active_for(actor: Person, schedule_ref: str) -> Schedule:
    """Return the schedule if the actor coordinates it and it is active.

    Raises:
        NotFound: it is hidden from the actor.
        WrongState: it is archived.
    """
    schedule = coordinated_for(actor, schedule_ref)
    if schedule.state != ScheduleState.ACTIVE:
        raise WrongState(_("This schedule is archived: how it is marked stays as it is."))
    return schedule


def refuse_published(schedule: Schedule) -> None:
    """Refuse to change how a schedule is marked while a result of it is published."""
    if Result.objects.filter(schedule=schedule, in_force__isnull=False).exists():
        raise WrongState(
            _(
                "Results of this schedule are published, by the settings as they are. They can change again once"
                " all of them are retracted."
            )
        )


REFUSALS: dict[str, object] = {
    Verb.MARK_GIVE: gettext_lazy(
        "You do not mark at this schedule. Its coordinators can add you as a marker."
    ),
    Verb.MARK_MODERATE: gettext_lazy(
        "You do not moderate at this schedule. Its coordinators can add you as a moderator."
    ),
    Verb.RESULT_REOPEN: gettext_lazy("You may not reopen submitted work at this schedule."),
}


def locked(actor: Person, schedule: Schedule, refs: set[str] | None = None) -> dict[str, Script]:
    """Lock the markers' scripts of handed-in attempts; by the script's ref, with candidates as ``actor`` sees them.

    Of seeds every marker's own is among them; those of practice and qualification only where they are named.
    """
    rows = (
        (with_seeds() if refs is None else with_trials())
        .select_for_update(of=("self",), no_key=True)
        .filter(schedule=schedule)
        .select_related("attempt__enrolment", "schedule")
        .order_by("pk")
    )
    rows = through(actor, rows)
    if refs is not None:
        rows = rows.filter(ref__in=refs)
    return {row.ref: row for row in rows}


def by_round(scripts: Iterable[Script]) -> dict[str, list[Script]]:
    """Return the scripts of each round; the verbs below do one round after the other."""
    found: dict[str, list[Script]] = {}
    for script in scripts:
        found.setdefault(script.round, []).append(script)
    return found


def refuse_kept_apart(actor: Person, scripts: Iterable[Script]) -> None:
    """Refuse the actor's own scripts, and those that a conflict of interest keeps the actor from."""
    apart = apart_from(actor)
    for script in scripts:
        enrolment = script.attempt.enrolment
        if enrolment.person_id == actor.pk:
            raise NotAllowed(_("This is your own work. Nobody marks, submits or reopens their own."))
        if apart.keeps_from(enrolment.person_id, enrolment.home_id):
            raise NotAllowed(
                _("A conflict of interest keeps you from this work: somebody else marks it."),
                helpers=helpers(Verb.SCHEDULE_COORDINATE, script.schedule.node_id),
            )


def is_anothers(actor: Person, script: Script) -> bool:
    """Say whether a script is allocated, and not to the actor."""
    return script.allocated and script.marker_id != actor.pk


def refuse_closed(actor: Person, scripts: Sequence[Script]) -> None:
    """Refuse scripts that were submitted, allocated to somebody else, or never in the actor's hands."""
    refuse_kept_apart(actor, scripts)
    for script in scripts:
        if is_anothers(actor, script):
            raise NotAllowed(
                _("This script is allocated to somebody else. A coordinator can give it to you."),
                helpers=helpers(Verb.SCHEDULE_COORDINATE, script.schedule.node_id),
            )
        if script.submitted_at is not None:
            raise WrongState(
                _("The script of %(name)s was submitted. Its marks can change once it is reopened.")
                % {"name": script.attempt.enrolment.name}
            )


def record(
    opened: Change, schedule: Schedule, scripts: Iterable[Script], *, reason: str = "", **facts: int
) -> None:
    """Say what was done, and bring the results of these scripts up to date."""
    rows = list(scripts)
    kind, key = ("attempt", rows[0].attempt_id) if len(rows) == 1 else ("schedule", schedule.pk)
    rounds = sorted({row.round for row in rows})
    opened.record(
        kind, key, schedule_id=schedule.pk, private={"reason": reason},
        round=rounds[0] if len(rounds) == 1 else "", **facts,
    )  # fmt: skip
    recompute(opened, schedule, list(dict.fromkeys(row.attempt.enrolment_id for row in rows)))
    note_activity(opened, schedule)
