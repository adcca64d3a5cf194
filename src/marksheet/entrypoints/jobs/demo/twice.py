"""The demo's exam that two people mark: what they gave, where they differ, who drifts, what came late."""

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.marking.actions.allocation import allocate, preview_allocation
from marksheet.apps.marking.queries.allocation import Method, Wanted
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.submissions import Submission, submissions_of
from marksheet.apps.marking.queries.workshop import workshop_of
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.marks import (
    AnnotationSave,
    CellSave,
    PanelSave,
    Settled,
    annotate,
    flag_script,
    make_seed,
    propose_mark,
    save_marks,
    save_panel,
    set_moderation,
    set_plan,
    set_seeding,
    submit_scripts,
)
from marksheet.entrypoints.jobs.demo.people import Cast
from marksheet.rules import annotations
from marksheet.rules.marks import TypedMark
from marksheet.rules.moderation import Kind, Round, Trigger

SENTENCE = re.compile(r"\S[^.!?]*[.!?]")
HALF = 500
TOLERANCE = 2_000
# Of the scripts of a marker, in the order of candidate numbers: so many are marked, so many of them submitted.
MO_MARKED, MEI_MARKED = (20, 18), (14, 12)
# Whose marks lie far apart, and by how much: the first two agree on one, of the third a proposal waits.
APART = {2: 4_500, 5: -4_000, 9: 5_000}
FLAGGED = 6
# On how many scripts each writes feedback and annotates the first answer, and what they say.
ANNOTATED = 3
SAID = {
    "mo": ("The steps are there; apply them to the facts.", "This is the test.", "Where does it say so?"),
    "mei": ("Well put. Say what follows from it.", "Named and applied.", "Not for a private employer."),
}
# Scripts that are seeds, by their place, and what each is worth of the maximum, in per cent; what is far off them.
SEEDS, FAR = ((20, 55), (21, 40)), 6_000


def share_out(cast: Cast, schedule: Schedule, *, at: datetime) -> None:
    """Have two people mark each script alone; differences over the whole script, and flags, go to moderation."""
    wanted = plan_of(schedule)
    wanted.markers, wanted.tolerance_thousandths = 2, TOLERANCE
    set_plan(cast.ada, schedule.ref, wanted, against=wanted.revision, at=at)
    triggers = (Trigger(Kind.DIFFERENCE, Fraction(3)), Trigger(Kind.FLAGGED))
    against = plan_of(schedule).revision
    set_moderation(cast.ada, schedule.ref, [Round(triggers)], seed="demo", against=against, at=at)
    evenly = Wanted(Method.EVENLY, {cast.mo.pk: 1, cast.mei.pk: 1})
    found = preview_allocation(cast.ada, schedule.ref, evenly, "demo")
    allocate(cast.ada, schedule.ref, evenly, seed="demo", against=found.fingerprint, at=at)


def mark_twice(cast: Cast, schedule: Schedule, *, at: datetime) -> None:
    """Mo and Mei mark, each alone; Mei gives a little more the longer she marks, and flags one."""
    for person, (marked, submitted) in ((cast.mo, MO_MARKED), (cast.mei, MEI_MARKED)):
        own = _own(person, schedule)
        cells = [cell for n, one in enumerate(own[:marked]) for cell in _cells(schedule, person, one, n)]
        save_marks(person, schedule.ref, cells, at=at)
        for one in own[:ANNOTATED]:
            _annotate(person, schedule, one.ref, at=at)
        if person == cast.mei:
            reason = "The second answer is in another hand."
            flag_script(person, schedule.ref, own[FLAGGED].ref, reason, at=at)
        submit_scripts(person, schedule.ref, [one.ref for one in own[:submitted]], at=at + timedelta(hours=2))


def agree(cast: Cast, schedule: Schedule, *, at: datetime) -> None:
    """Mo and Mei agree on the first difference; on the last, Mo has proposed a mark."""
    part = paper_of(schedule.version_id, schedule.key_version_id).human_parts[0].ref
    mo, mei = (_own(person, schedule) for person in (cast.mo, cast.mei))
    first, *_others, last = APART
    for person, own, note in (
        (cast.mo, mo, "The case is named, and not applied."),
        (cast.mei, mei, "Agreed: half of the step."),
    ):
        propose_mark(person, own[first].ref, part, value=11_000, note=note, at=at)
    propose_mark(
        cast.mo, mo[last].ref, part, value=10_500, note="Liability of the state counts as well.", at=at
    )


def _annotate(person: Person, schedule: Schedule, script: str, *, at: datetime) -> None:
    """Write feedback beside the first mark of a script; mark the first sentence of the answer and the last."""
    seen = workshop_of(
        person, schedule, script, paper_of(schedule.version_id, schedule.key_version_id).human_parts[0].ref
    )
    feedback, good, doubtful = SAID[person.username or ""]
    panel = PanelSave(
        script,
        seen.part.ref,
        scheme=seen.number,
        mark_against=seen.mark.version,
        said_against=seen.said.version,
        typed=TypedMark(seen.mark.value, seen.mark.no_response),
        feedback=feedback,
    )
    save_panel(person, schedule.ref, panel, at=at)
    text = seen.written.text
    sentences = [one.span() for one in SENTENCE.finditer(text)]
    if not sentences:
        return
    puts = [(annotations.Kind.HIGHLIGHT, sentences[0], good)]
    if len(sentences) > 1:
        puts.append((annotations.Kind.STRIKE, sentences[-1], doubtful))
    for kind, where, words in puts:
        annotate(
            person,
            schedule.ref,
            AnnotationSave(script, seen.part.ref, kind=kind, at=where, words=words),
            at=at,
        )


def drift(cast: Cast, schedule: Schedule, *, at: datetime) -> None:
    """Ada settles two scripts that nobody has begun as seeds; Mei, who has come to give too much, is stopped by one."""
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    for n, share in SEEDS:
        given = {part.ref: (part.maximum_thousandths * share // 100 // HALF * HALF, False) for part in parts}
        script = _own(cast.mo, schedule)[n]
        reason = "Marked by the whole team at the standardisation meeting."
        make_seed(cast.ada, schedule.ref, script.ref, Settled(given, TOLERANCE, FAR), reason=reason, at=at)
    set_seeding(
        cast.ada, schedule.ref, every=3, misses=2, of_last=4, against=plan_of(schedule).revision, at=at
    )
    left = [one for one in submissions_of(cast.mei, schedule, size=100)[0] if one.unmarked]
    # At one go all but the last: with the last she goes on, and what she gave the seeds is looked at.
    for minute, some in ((0, left[:-1]), (20, left[-1:])):
        cells = [
            CellSave(one.ref, part.ref, part.maximum_thousandths - HALF, False, 0)
            for one in some
            for part in parts
        ]
        save_marks(cast.mei, schedule.ref, cells, at=at + timedelta(minutes=minute))


def _own(person: Person, schedule: Schedule) -> Sequence[Submission]:
    """Return a marker's scripts by candidate number: both have the same work at the same place."""
    return sorted(submissions_of(person, schedule, size=100)[0], key=lambda one: one.number)


def _cells(schedule: Schedule, person: Person, one: Submission, n: int) -> Sequence[CellSave]:
    """Return marks of one script: alike for both but for half a mark here and there, and what stands in ``APART``."""
    chance = random.Random(one.number)  # noqa: S311 - a demo, the same every time
    found = []
    for k, part in enumerate(paper_of(schedule.version_id, schedule.key_version_id).human_parts):
        value = round(min(0.85, max(0.3, chance.gauss(0.6, 0.12))) * part.maximum_thousandths / HALF) * HALF
        if person.username == "mei":
            value += HALF * (n // 4 % 4) + (APART.get(n, 0) if k == 0 else 0)
        found.append(CellSave(one.ref, part.ref, min(value, part.maximum_thousandths), False, 0))
    return found
