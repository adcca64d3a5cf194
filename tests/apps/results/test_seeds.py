"""Seeds: given to markers as any other script, counted nowhere but by their definitive marks; who is off is stopped."""

from datetime import timedelta
from itertools import pairwise

import pytest

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking.actions.allocation import back_to_the_pile
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.marking.models import Mark, MarkDraft, Round, Script, Seed, SeedStop
from marksheet.apps.marking.queries.assess import counts_of
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.people.models import InboxNote
from marksheet.apps.release.queries.verifying import verify
from marksheet.apps.release.queries.verifying.found import Verified
from marksheet.apps.results.actions.marks import (
    AnnotationSave,
    Decision,
    Settled,
    Stopped,
    annotate,
    change_seed,
    flag_script,
    make_seed,
    reopen_results,
    retire_seed,
    set_seeding,
    settle_flag,
    settle_stop,
    submit_scripts,
)
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.sight import results_seen_by
from marksheet.rules.annotations import Kind
from marksheet.rules.publication import Workflow
from tests.apps.marking.scene import human_part, result_of
from tests.apps.marking.seeded import drift, mark_script, of_seed, order_of, seeded, settled
from tests.apps.marking.two_markers import share, two_questions
from tests.apps.results.test_hand_check import checked
from tests.factories import NOW, World, a_world, grant

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return seeded(world)


def test_each_marker_has_each_seed_once_and_never_two_side_by_side(world, schedule) -> None:
    seeds = set(Seed.objects.values_list("attempt", flat=True))
    for person in (world.mo, world.mei):
        scripts = order_of(person, schedule)
        assert {one.attempt_id for one in scripts if of_seed(one)} == seeds
        assert len(scripts) == 7
        assert len({one.attempt_id for one in scripts}) == len({one.ref for one in scripts}) == 7
        assert not any(of_seed(one) and of_seed(other) for one, other in pairwise(scripts))
        assert counts_of(person, [schedule.pk])[schedule.pk].total == 7
    assert not Script.objects.filter(attempt__in=seeds, round__in=("marker-1", "marker-2")).exists()


def test_a_seed_counts_by_its_definitive_marks_whatever_markers_give_it(world, schedule) -> None:
    seed = Seed.objects.select_related("attempt").first()
    assert (result_of(seed.attempt).state, result_of(seed.attempt).score_numerator) == ("ready", 7)
    script = next(one for one in order_of(world.mo, schedule) if one.attempt_id == seed.attempt_id)
    mark_script(world.mo, script, 3, 3)
    submit_scripts(world.mo, schedule.ref, [script.ref], at=NOW)
    assert result_of(seed.attempt).score_numerator == 7
    wanted = settled(schedule, 5, 3)
    change_seed(
        world.ada, schedule.ref, seed.ref, wanted, reason="The sign is right", against=seed.revision, at=LATER
    )
    assert result_of(seed.attempt).score_numerator == 8
    assert Mark.objects.filter(round=Round.DEFINITIVE, attempt=seed.attempt).count() == 3
    with pytest.raises(Stale):
        retire_seed(world.ada, schedule.ref, seed.ref, reason="Enough", against=seed.revision, at=LATER)
    with pytest.raises(WrongState, match="seed"):
        reopen_results(world.ada, [result_of(_submitted(schedule)).ref], reason="Look again", at=LATER)
    assert not list(verify(Verified()))


def _submitted(schedule):
    """A seed that had been marked and submitted before it became one."""
    script = next(one for one in order_of(*_mei(schedule)) if not of_seed(one))
    person = _mei(schedule)[0]
    mark_script(person, script, 2, 2)
    submit_scripts(person, schedule.ref, [script.ref], at=NOW)
    ada = Seed.objects.first().person
    make_seed(ada, schedule.ref, script.ref, settled(schedule), reason="A clear case", at=NOW)
    return script.attempt


def _mei(schedule):
    return Script.objects.filter(schedule=schedule, marker__username="mei").first().marker, schedule


def test_one_who_marks_there_sees_no_results_while_work_is_left(world, schedule) -> None:
    grant(world.mo, "reports_viewer", world.department)
    assert not results_seen_by(world.mo).exists()
    assert results_seen_by(world.pia).count() == results_seen_by(world.ada).count() == 12
    for person in (world.mo, world.mei):
        for script in order_of(person, schedule):
            mark_script(person, script, *((4, 3) if of_seed(script) else (2, 2)))
        submit_scripts(person, schedule.ref, at=NOW)
    assert results_seen_by(world.mo).count() == 12


def test_a_slip_can_be_mended_until_another_script_is_marked(world, schedule) -> None:
    seed = next(one for one in order_of(world.mo, schedule) if of_seed(one))
    mark_script(world.mo, seed, 5, 5)
    assert not SeedStop.objects.exists()
    done = drift_on(world, schedule, seed)
    stop = SeedStop.objects.get()
    assert stop.marker == world.mo
    assert list(
        InboxNote.objects.filter(kind="marker-stopped").values_list("person__username", flat=True)
    ) == ["ada"]
    waiting = result_of(done.attempt)
    assert {"code": "seed_stop", "count": 1} in waiting.missing


def drift_on(world, schedule, seed):
    other = next(one for one in order_of(world.mo, schedule) if not of_seed(one))
    mark_script(world.mo, other, 3, 3, minute=5)
    assert other != seed
    return other


def test_who_is_stopped_saves_and_submits_nothing_and_loses_nothing(world, schedule) -> None:
    done = drift(world.mo, schedule)
    following = next(one for one in order_of(world.mo, schedule) if one not in done)
    with pytest.raises(Stopped):
        mark_script(world.mo, following, 1, 2, minute=30)
    kept = MarkDraft.objects.filter(person=world.mo, attempt=following.attempt_id).order_by("part")
    assert [one.typed for one in kept] == ["1", "2"]
    with pytest.raises(Stopped):
        submit_scripts(world.mo, schedule.ref, at=LATER)
    save = AnnotationSave(following.ref, human_part(schedule).ref, kind=Kind.HIGHLIGHT, at=(0, 3))
    with pytest.raises(Stopped):
        annotate(world.mo, schedule.ref, save, at=LATER)
    mark_script(world.mei, order_of(world.mei, schedule)[0], 4, 3, minute=30)


def test_submitting_with_a_seed_that_is_off_submits_nothing(world, schedule) -> None:
    seed = next(one for one in order_of(world.mo, schedule) if of_seed(one))
    mark_script(world.mo, seed, 0, 0)
    told = submit_scripts(world.mo, schedule.ref, [seed.ref], at=LATER)
    assert (told.submitted, told.paused) == (0, True)
    assert SeedStop.objects.filter(marker=world.mo, settled_at=None).exists()


def test_two_misses_of_five_are_borne_once(world) -> None:
    schedule = seeded(world, misses=2, of_last=5)
    for minute, script in enumerate(order_of(world.mo, schedule)):
        mark_script(world.mo, script, *((2, 3) if of_seed(script) else (3, 3)), minute=minute)
        met = sum(map(of_seed, order_of(world.mo, schedule)[:minute]))
        assert SeedStop.objects.exists() == (met == 2)
        if met == 2:
            return


@pytest.mark.parametrize("decision", Decision)
def test_a_coordinator_decides_how_it_goes_on(world, schedule, decision) -> None:
    done = drift(world.mo, schedule)
    stop = SeedStop.objects.get()
    with pytest.raises(BadInput, match="why"):
        settle_stop(world.ada, schedule.ref, stop.ref, decision, reason=" ", at=LATER)
    with pytest.raises(NotFound):
        settle_stop(world.mei, schedule.ref, stop.ref, decision, reason="Mine", at=LATER)
    n = settle_stop(world.ada, schedule.ref, stop.ref, decision, reason="Talked it over", at=LATER)
    plain = [one for one in done if not of_seed(one)]
    assert n == (0 if decision == Decision.GO_ON else len(plain))
    with_mo = {one.attempt_id for one in order_of(world.mo, schedule) if not of_seed(one)}
    marked = Script.objects.filter(pk__in=[one.pk for one in plain], unmarked=0).count()
    assert marked == (len(plain) if decision == Decision.GO_ON else 0)
    moved = decision in (Decision.OTHERS, Decision.OUT)
    assert ({one.attempt_id for one in plain} <= with_mo) != moved
    assert bool(with_mo) == (decision != Decision.OUT)
    assert not Result.objects.filter(schedule=schedule, missing__icontains="seed_stop").exists()
    assert Mark.objects.filter(marker=world.mo, value_thousandths=3000).count() == 2 * len(plain)
    with pytest.raises(WrongState, match="meanwhile"):
        settle_stop(world.ada, schedule.ref, stop.ref, decision, reason="Again", at=LATER)
    assert not list(verify(Verified()))


def test_nobody_gets_a_seed_that_is_not_for_them_or_that_they_had(world) -> None:
    schedule = two_questions(world, 6)
    for one in (world.mo, world.mei, world.ada):
        grant(one, "marker", schedule.node)
    share(world, schedule, world.mo, world.mei, world.ada)
    script = next(one for one in order_of(world.mo, schedule))
    declare_conflict(
        world.ada, schedule.ref, world.mei.ref, number=script.attempt.enrolment.number, reason="Kin",
        at=NOW,
    )  # fmt: skip
    mark_script(world.mo, script, 2, 2)
    submit_scripts(world.mo, schedule.ref, [script.ref], at=NOW)
    make_seed(world.ada, schedule.ref, script.ref, settled(schedule), reason="A clear case", at=NOW)
    set_seeding(world.ada, schedule.ref, every=2, against=plan_of(schedule).revision, at=NOW)
    assert not Script.objects.filter(round__startswith="seed-").exists()


def test_a_seed_is_settled_wholly_within_range_and_with_a_reason(world, schedule) -> None:
    script = next(one for one in order_of(world.mo, schedule) if not of_seed(one))

    def tried(wanted: Settled, reason: str = "A clear case", by=world.ada) -> None:
        make_seed(by, schedule.ref, script.ref, wanted, reason=reason, at=NOW)

    one, other = (human_part(schedule, n).ref for n in (0, 1))
    with pytest.raises(BadInput, match="why"):
        tried(settled(schedule), " ")
    with pytest.raises(BadInput, match="as well"):
        tried(Settled({one: (1000, False)}, 0))
    with pytest.raises(BadInput, match="1:"):
        tried(Settled({one: (9000, False), other: (0, False)}, 0))
    with pytest.raises(BadInput, match="at once"):
        tried(Settled({one: (1000, False), other: (None, True)}, 2000, 1000))
    with pytest.raises(NotFound):
        tried(settled(schedule), by=world.mo)
    mark_script(world.mo, script, 1)
    with pytest.raises(WrongState, match="marking this"):
        tried(settled(schedule))
    seed = next(one for one in order_of(world.mo, schedule) if of_seed(one))
    with pytest.raises(NotFound):
        make_seed(world.ada, schedule.ref, seed.ref, settled(schedule), reason="Twice", at=NOW)
    assert Seed.objects.count() == 2


def test_a_definitive_mark_may_be_below_0_where_the_key_takes_points_off(world) -> None:
    schedule = checked(world, Workflow.COORDINATED, wrong=-1)
    script = Script.objects.filter(schedule=schedule).order_by("pk")[0]
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts

    def worth(*values: int) -> Settled:
        marks = zip(parts, values, strict=True)
        return Settled({part.ref: (value, False) for part, value in marks}, 0)

    for wanted, why in ((worth(-1500, 0), "between -1 and 1"), (worth(0, -500), "between 0 and 5")):
        with pytest.raises(BadInput, match=why):
            make_seed(world.ada, schedule.ref, script.ref, wanted, reason="A clear case", at=NOW)
    make_seed(world.ada, schedule.ref, script.ref, worth(-1000, 4000), reason="A clear case", at=NOW)
    given = Mark.objects.filter(round=Round.DEFINITIVE, part=parts[0].id)
    assert given.get().value_thousandths == -1000 and result_of(script.attempt).state == "ready"


def test_on_a_pile_and_once_retired_seeds_are_with_nobody_who_has_not_begun(world, schedule) -> None:
    seed = next(one for one in order_of(world.mo, schedule) if of_seed(one))
    mark_script(world.mo, seed, 4, 3)
    for one in Seed.objects.all():
        retire_seed(world.ada, schedule.ref, one.ref, reason="Enough", against=one.revision, at=LATER)
    left = Script.objects.filter(round__startswith="seed-")
    assert [one.pk for one in left] == [seed.pk]
    back_to_the_pile(world.ada, schedule.ref, at=LATER)
    assert of_seed(Script.objects.get(pk=seed.pk))


def test_a_flag_on_a_seed_reaches_the_lead_marker_and_is_settled(world, schedule) -> None:
    grant(world.max, "moderator", schedule.node)
    seed = next(one for one in order_of(world.mo, schedule) if of_seed(one))
    flag_script(world.mo, schedule.ref, seed.ref, "A page is missing", at=NOW)
    assert seed.pk in [one.pk for one in order_of(world.max, schedule)]
    settle_flag(world.max, schedule.ref, seed.ref, "It is there", at=NOW)
    assert seed.pk not in [one.pk for one in order_of(world.max, schedule)]


def test_nobody_decides_on_their_own_stop(world, schedule) -> None:
    drift(world.mo, schedule)
    grant(world.mo, "coordinator", schedule.node)
    stop = SeedStop.objects.get()
    with pytest.raises(NotAllowed):
        settle_stop(world.mo, schedule.ref, stop.ref, Decision.GO_ON, reason="All is well", at=LATER)


def test_seeds_do_not_end_while_somebody_is_stopped_by_them(world, schedule) -> None:
    drift(world.mo, schedule)
    stop = SeedStop.objects.get()
    with pytest.raises(WrongState, match="Decide how it goes on"):
        set_seeding(world.ada, schedule.ref, every=None, against=plan_of(schedule).revision, at=LATER)
    settle_stop(world.ada, schedule.ref, stop.ref, Decision.GO_ON, reason="A slip", at=LATER)
    assert set_seeding(world.ada, schedule.ref, every=None, against=plan_of(schedule).revision, at=LATER)
