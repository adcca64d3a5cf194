"""Decide on a sample: all that its marker gave is confirmed, or marked again."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.bulk import update_rows
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import MARKERS, Round, SampleDecision, Script
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.queries.samples import Sample, sample_of
from marksheet.apps.marking.steps import moderation as writing
from marksheet.apps.marking.steps.moderation import hold_samples
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps import tell
from marksheet.apps.results.actions.marks.scene import marking_at
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb


def confirm_sample(
    actor: Person, schedule_ref: str, round_: str, marker_ref: str, *, note: str = "", at: datetime
) -> None:
    """Confirm all that a marker gave at a schedule: the sample of it is right. No mark changes.

    Raises:
        NotFound: the schedule is hidden, or nobody's work is sampled there by that name.
        NotAllowed: the actor does not moderate there, or it is their own marking.
        WrongState: scripts of the sample are still to be looked at or to be submitted, or it is confirmed already.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_MODERATE)
    with change(actor, Verb.MARK_MODERATE, at=at) as opened:
        hold_samples(opened, schedule)
        sample = _sample(actor, schedule, round_, marker_ref)
        if sample.confirmed:
            raise WrongState(_("This sample is confirmed already."))
        if sample.pile_left:
            raise WrongState(
                _("It is confirmed once the pile is empty: %(who)s may still take scripts from it.")
                % {"who": sample.called}
            )
        if not sample.may_confirm:
            raise WrongState(
                _(
                    "It is confirmed once %(who)s has submitted everything and each script of the sample was looked"
                    " at: %(open)s to submit, %(waiting)s to look at."
                )
                % {"who": sample.called, "open": sample.open, "waiting": sample.waiting}
            )
        _decide(opened, schedule, sample, actor, confirmed=True)
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, did="sample_confirmed", round=sample.round,
            people=[sample.marker.pk], private={"reason": note.strip()},
        )  # fmt: skip
        recompute(opened, schedule, _enrolments(schedule, sample))
        note_activity(opened, schedule)


def mark_again(
    actor: Person,
    schedule_ref: str,
    round_: str,
    marker_ref: str,
    *,
    parts: Sequence[str],
    reason: str,
    at: datetime,
) -> int:
    """Have all that a marker gave be marked again in these parts; return how many scripts were opened.

    The marks of those parts count no more and stay in the history; the others stay. Every script of the marker is
    opened, and comes back to moderation when it is submitted; a coordinator can give them to somebody else.

    Args:
        parts: refs of parts that people mark.

    Raises:
        As ``confirm_sample``; BadInput: no part or no reason; WrongState: nobody has looked at the sample yet.
    """
    if not reason.strip():
        raise BadInput(_("Say why: the marker reads it, and it stays in the history."))
    schedule = marking_at(actor, schedule_ref, Verb.MARK_MODERATE)
    known = {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts}
    if not parts or set(parts) - set(known):
        raise BadInput(_("Tick at least one question."))
    with change(actor, Verb.MARK_MODERATE, at=at) as opened:
        hold_samples(opened, schedule)
        sample = _sample(actor, schedule, round_, marker_ref)
        if not sample.looked_at:
            raise WrongState(_("Nobody has looked at a script of this sample yet. Look at one first."))
        _decide(opened, schedule, sample, actor, confirmed=False)
        n = _open(opened, schedule, sample, [known[ref].id for ref in parts])
        path = f"/marking/assess/{schedule.ref}/"
        tell(
            opened, [sample.marker], "moderation-again", path=path, title=schedule.title,
            by=called_to(sample.marker, schedule, actor), count=n, note=reason.strip(),
        )  # fmt: skip
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, did="marked_again", round=sample.round,
            people=[sample.marker.pk], reopened=n, parts=[known[ref].label for ref in parts],
            private={"reason": reason.strip()},
        )  # fmt: skip
        recompute(opened, schedule, _enrolments(schedule, sample))
        note_activity(opened, schedule)
        return n


def _sample(actor: Person, schedule: Schedule, round_: str, marker_ref: str) -> Sample:
    sample = sample_of(actor, schedule, round_, marker_ref)
    if sample is None:
        raise NotFound(_("Nobody's work is sampled here by that name."))
    if sample.marker == actor:
        raise NotAllowed(_("This is a sample of your own marking: another moderator decides on it."))
    return sample


def _decide(opened: Change, schedule: Schedule, sample: Sample, by: Person, *, confirmed: bool) -> None:
    SampleDecision.objects.create(
        schedule=schedule, round=sample.round, marker=sample.marker, confirmed=confirmed, moderator=by,
        event_id=opened.event_id, at=opened.at,
    )  # fmt: skip


def _scripts(schedule: Schedule, sample: Sample) -> list[Script]:
    rows = Script.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=handed_in().filter(schedule=schedule, marker=sample.marker).values("pk")
    )
    return list(rows.select_related("attempt__enrolment").order_by("pk"))


def _open(opened: Change, schedule: Schedule, sample: Sample, parts: Sequence[int]) -> int:
    """Open every script of the marker, with these parts unmarked again."""
    scripts = _scripts(schedule, sample)
    attempts = [script.attempt_id for script in scripts]
    for round_ in MARKERS:
        mine = [script for script in scripts if script.round == round_]
        steps.reopen_scripts(opened, schedule, [script.attempt_id for script in mine], round_)
        taken = writing.take_back(opened, [script.attempt_id for script in mine], round_, parts)
        update_rows(
            Script,
            ("unmarked",),
            ((one.pk, one.unmarked + taken[one.attempt_id]) for one in mine if taken[one.attempt_id]),
        )
    steps.leave_kept_apart(opened, scripts)
    writing.take_back(opened, attempts, Round.AGREED, parts)
    writing.reopened(opened, schedule, attempts)
    return len(scripts)


def _enrolments(schedule: Schedule, sample: Sample) -> list[int]:
    rows = handed_in().filter(schedule=schedule, marker=sample.marker)
    return sorted(set(rows.values_list("attempt__enrolment_id", flat=True)))
