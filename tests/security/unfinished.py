"""What the scene holds of work under way: marks half given, schemes, adjustments, a publication nobody may see yet."""

from fractions import Fraction

import pytest

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import AssessmentVersion, Attempt, Part, Schedule
from marksheet.apps.ledger.change import change
from marksheet.apps.marking.actions.allocation import allocate, preview_allocation
from marksheet.apps.marking.actions.comments import keep_comment
from marksheet.apps.marking.models import (
    MarkDraft,
    Method,
    Moderation,
    Plan,
    Script,
    Seed,
    SeedStop,
    Unqualified,
)
from marksheet.apps.marking.queries.allocation import Wanted
from marksheet.apps.marking.queries.annotations import Placed
from marksheet.apps.marking.steps import store_annotation
from marksheet.apps.marking.steps.keying import store_keyed
from marksheet.apps.release.actions.publishing import freeze_selection, prepare_some, publish
from marksheet.apps.results.actions.adjusting import adjust, take_back
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.apps.results.actions.marks import (
    CellSave,
    Decision,
    PanelSave,
    Settled,
    StaleMarks,
    accept,
    confirm_sample,
    doubt,
    flag_script,
    make_seed,
    save_mark,
    save_marks,
    save_panel,
    set_moderation,
    set_plan,
    set_seeding,
    settle_flag,
    settle_stop,
    submit_scripts,
)
from marksheet.apps.results.models import AdjustmentKind
from marksheet.rules import annotations
from marksheet.rules.annotations import Spot, Stretch
from marksheet.rules.marks import TypedMark
from marksheet.rules.moderation import Kind, Round, Trigger
from marksheet.rules.schemes import Criterion, Level, Scheme
from tests import factories
from tests.apps.marking.two_markers import share
from tests.apps.release.scenes import hand_in, refs
from tests.factories import NOW, World
from tests.guard import writes_allowed


def half_marked(world: World) -> Schedule:
    """A schedule of Cas and one other, with wrong points and a scheme; Cas's script is marked, not submitted.

    One mark of it is "no response", one was adjusted, and Mei's came too late and is kept as a draft. The scripts are
    allocated to Mo.
    """
    items = [
        factories.choice("1", wrong=-1),
        factories.by_hand("2", guidance="Look at the sign"),
        factories.by_hand("3"),
    ]
    version = factories.an_assessment(world, code="DIF-1", title="Differences", wanted=items)
    schedule = factories.a_schedule(world, version=version, code="DIF-1-JUN", candidates=1, with_cas=True)
    hand_in(schedule, ["A", "B"])
    two, three = Part.objects.filter(version=version, machine=False).order_by("position")
    script = Attempt.objects.get(schedule=schedule, enrolment__person=world.cas).script_ref
    save_mark(world.mo, script, two.ref, value=3000, against_version=0, at=NOW)
    write_scheme(world.ada, two.ref, twice(), against=1, at=NOW)
    save_mark(world.mo, script, three.ref, value=None, no_response=True, against_version=0, at=NOW)
    with pytest.raises(StaleMarks):
        save_mark(world.mei, script, two.ref, value=1000, against_version=0, at=NOW)
    assert MarkDraft.objects.filter(person=world.mei).exists()
    set_plan(world.ada, schedule.ref, Plan(tolerance_thousandths=1000), against=0, at=NOW)
    wanted = Wanted(Method.EVENLY, {world.mo.pk: 1})
    found = preview_allocation(world.ada, schedule.ref, wanted, "spring")
    allocate(world.ada, schedule.ref, wanted, seed="spring", against=found.fingerprint, at=NOW)
    said_beside(world, schedule, script, three.ref)
    other, own = refs(schedule)
    for row in (other, own):
        adjust(
            world.ada, [row], AdjustmentKind.SPECIAL_CONSIDERATION, Fraction(1, 2), reason="Was ill", at=NOW
        )
    adjust(
        world.ada, [other], AdjustmentKind.LATE_PENALTY, Fraction(5), "percent", reason="An hour late", at=NOW
    )
    take_back(world.ada, [other], AdjustmentKind.SPECIAL_CONSIDERATION, reason="Was not ill", at=NOW)
    return schedule


def said_beside(world: World, schedule: Schedule, script: str, part: str) -> None:
    """What Mo said beside a mark of Cas's script: feedback, a note, a comment kept, one flag settled and one open."""
    save = PanelSave(script, part, 0, 1, 0, typed=TypedMark(None, True), feedback="Read on", note="Ill?")
    save_panel(world.mo, schedule.ref, save, at=NOW)
    keep_comment(world.mo, schedule.ref, part, "Read the question", at=NOW)
    flag_script(world.mo, schedule.ref, script, "Another hand?", part_ref=part, at=NOW)
    settle_flag(world.max, schedule.ref, script, "The same hand", at=NOW)
    flag_script(world.mo, schedule.ref, script, "Copied?", at=NOW)
    put_beside(world, schedule, script, part)


def put_beside(world: World, schedule: Schedule, script: str, part: str) -> None:
    """Two annotations of Mo's, on a stretch and on a place of a page, and what Mei typed again, twice.

    By their steps alone: the script is on paper, and its schedule does without second keying.
    """
    row = Script.objects.get(ref=script)
    key = Part.objects.get(ref=part).pk
    for value in (3000, None):
        with change(world.mei, "mark.give", at=NOW) as opened:
            store_keyed(opened, world.mei, [(row.attempt_id, key, value, value is None)])
            opened.record("attempt", row.attempt_id, schedule_id=schedule.pk, did="keyed")
    with change(world.mo, "mark.give", at=NOW) as opened:
        for n, where in enumerate(
            ({"stretch": Stretch(0, 4)}, {"position": 1, "page": 1, "spot": Spot(1, 2, 3, 4)})
        ):
            one = Placed(n + 1, 1, annotations.Kind.HIGHLIGHT, "Not so", "0" * 64, **where)
            store_annotation(opened, row, key, world.mo, one)
        opened.record("attempt", row.attempt_id, schedule_id=schedule.pk, did="annotated", annotations=2)


def twice() -> Scheme:
    """A second version of a scheme: criteria, a model answer, whole marks."""
    levels = (Level(0, "wrong"), Level(2000, "slip"), Level(5000, "right"))
    return Scheme(
        "Look at the sign twice", "Minus four", 1000, (Criterion("Sign", levels, "Before and after"),)
    )


def in_moderation(world: World) -> dict[str, str]:
    """A schedule in moderation, where Cas's script waits; return what is named there.

    Of Mo's marking one script was accepted by Max and one doubted; Mei's is confirmed.
    """
    version = factories.an_assessment(
        world, code="MOD-1", title="Moderated", wanted=[factories.by_hand("1"), factories.by_hand("2")]
    )
    schedule = factories.a_schedule(world, version=version, code="MOD-1-JUN", candidates=3, with_cas=True)
    hand_in(schedule, ["", "", "", ""])
    parts = list(Part.objects.filter(version=version).order_by("position"))
    scripts = list(Attempt.objects.filter(schedule=schedule).order_by("pk"))
    near = Trigger(Kind.NEAR_BOUNDARY, Fraction(1, 2))
    rounds = [Round((near, Trigger(Kind.RANDOM_SHARE, Fraction(100))), notes=False)]
    set_moderation(world.ada, schedule.ref, rounds, seed="spring", against=0, at=NOW)
    for script in scripts:
        person = world.mei if script == scripts[0] else world.mo
        own = script.enrolment.person_id == world.cas.pk
        cells = [CellSave(script.script_ref, part.ref, 3000 if own else 5000, False, 0) for part in parts]
        save_marks(person, schedule.ref, cells, at=NOW)
        submit_scripts(person, schedule.ref, [script.script_ref], at=NOW)
    rows = {row.attempt_id: row for row in Moderation.objects.filter(schedule=schedule)}
    others = [rows[one.pk] for one in scripts if one.enrolment.person_id != world.cas.pk]
    accept(world.max, schedule.ref, [others[0].ref, others[1].ref], at=NOW)
    doubt(world.max, others[2].ref, note="Too generous", against=0, at=NOW)
    confirm_sample(world.max, schedule.ref, "moderation-1", world.mei.ref, at=NOW)
    waiting = next(one for one in scripts if one.enrolment.person_id == world.cas.pk)
    return {"moderated": schedule.ref, "moderation": rows[waiting.pk].ref, "moderated-part": parts[0].ref}


def with_seeds(world: World) -> dict[str, str]:
    """A schedule whose seed is Cas's script, where Mo is stopped and Mei was let go on; what is named there."""
    version = factories.an_assessment(world, code="SEED-1", title="Seeded", wanted=[factories.by_hand("1")])
    schedule = factories.a_schedule(world, version=version, code="SEED-1-JUN", candidates=4, with_cas=True)
    hand_in(schedule, ["", "", "", "", ""])
    share(world, schedule)
    part = Part.objects.get(version=version)
    own = Attempt.objects.get(schedule=schedule, enrolment__person=world.cas)
    settled = Settled({part.ref: (4000, False)}, 1000, 2000)
    make_seed(world.ada, schedule.ref, own.script_ref, settled, reason="A clear case", at=NOW)
    set_seeding(world.ada, schedule.ref, every=2, against=0, at=NOW)
    for person in (world.mo, world.mei):
        script = Script.objects.get(attempt=own, marker=person)
        save_mark(person, script.ref, part.ref, value=0, against_version=0, at=NOW)
        submit_scripts(person, schedule.ref, [script.ref], at=NOW)
    mo, mei = (SeedStop.objects.get(marker=person) for person in (world.mo, world.mei))
    settle_stop(world.ada, schedule.ref, mei.ref, Decision.GO_ON, reason="Talked it over", at=NOW)
    with writes_allowed():
        case = Unqualified.objects.create(schedule=schedule, marker=world.mo, raised_at=NOW, event_id=1)
    left = Script.objects.filter(schedule=schedule, round="marker-1").order_by("pk").first()
    return {
        "seeded": schedule.ref, "seed": Seed.objects.get(schedule=schedule).ref, "stop": mo.ref,
        "unseeded-script": left.ref, "unqualified": case.ref, "seeded-part": part.ref,
    }  # fmt: skip


def on_paper(world: World, version: AssessmentVersion) -> dict[str, str]:
    """A schedule whose one candidate handed in on paper, without an answer yet; return what is named there."""
    schedule = factories.a_schedule(world, version=version, code="ALG-1-PAP", candidates=1)
    record_hand_in(world.ada, schedule.ref, [factories.enrolments(schedule)[0].ref], at=NOW)
    return {
        "on-paper": schedule.ref,
        "paper-candidate": factories.enrolments(schedule)[0].ref,
        "paper-script": Attempt.objects.get(schedule=schedule).script_ref,
        "choice": Part.objects.filter(version=version, machine=True).order_by("position").first().ref,
    }


def prepared(world: World, waiting: Schedule) -> str:
    """A publication of Cas's and another's results, prepared and not committed; return its ref."""
    schedule = factories.a_schedule(
        world, version=waiting.version, code="QUIZ-1-SEP", candidates=1, with_cas=True
    )
    hand_in(schedule, ["AAB", "ABB"])
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, inform=True, at=NOW)
    prepare_some(selection.ref, at=NOW)
    return selection.ref
