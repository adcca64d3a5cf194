"""Practice and qualification: shown as what they are, first of all; who is not near enough waits for a lead marker."""

from datetime import timedelta

import pytest

from marksheet.apps.ledger.errors import BadInput, NotFound, WrongState
from marksheet.apps.marking.models import Mark, Script, Unqualified
from marksheet.apps.marking.queries.assess import counts_of
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.qualifying import before_of, qualifying_of, trials_of
from marksheet.apps.people.models import InboxNote
from marksheet.apps.release.queries.verifying import verify
from marksheet.apps.release.queries.verifying.found import Verified
from marksheet.apps.results.actions.marks import (
    Stopped,
    begin_trials,
    give_no_response,
    make_seed,
    set_qualifying,
    settle_unqualified,
    submit_scripts,
)
from tests.apps.marking.scene import result_of
from tests.apps.marking.seeded import mark_script, order_of, settled
from tests.apps.marking.two_markers import share, two_questions
from tests.factories import NOW, a_world, grant, signed_in

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(db):
    return a_world()


@pytest.fixture
def schedule(world):
    """Mo and Mei share the scripts; one is to practise, two are to qualify by, a mark off is near enough."""
    made = two_questions(world, 8)
    for one in (world.mo, world.mei):
        grant(one, "marker", made.node)
    share(world, made)
    for script, kind in zip(
        Script.objects.filter(schedule=made).order_by("attempt")[:3],
        ("practice", "qualification", "qualification"),
        strict=True,
    ):
        make_seed(world.ada, made.ref, script.ref, settled(made), reason="A clear case", kind=kind, at=NOW)
    return made


def tried(person, schedule, *values) -> None:
    """Get, mark and submit the practice script, then the qualification scripts, each with two marks."""
    begin_trials(person, schedule.ref, at=NOW)
    (practice,) = trials_of(person, schedule)
    mark_script(person, practice, 4, 3)
    submit_scripts(person, schedule.ref, [practice.ref], at=NOW)
    begin_trials(person, schedule.ref, at=NOW)
    for script, two in zip(list(trials_of(person, schedule))[1:], values, strict=True):
        mark_script(person, script, *two)
        submit_scripts(person, schedule.ref, [script.ref], at=NOW)


def test_until_qualified_nothing_else_opens_and_then_it_does(world, schedule) -> None:
    own = order_of(world.mo, schedule)[0]
    assert not own.round.startswith("try-")
    before = counts_of(world.mo, [schedule.pk])
    for refused in (
        lambda: mark_script(world.mo, own, 1, 1),
        lambda: submit_scripts(world.mo, schedule.ref, at=NOW),
        lambda: give_no_response(world.mo, schedule.ref, [own.ref], at=NOW),
    ):
        with pytest.raises(Stopped, match="2 qualification scripts first"):
            refused()
    tried(world.mo, schedule, (4, 3), (4, 4))
    assert before_of(world.mo, schedule).standing.state == "qualified"
    assert counts_of(world.mo, [schedule.pk]) == before
    mark_script(world.mo, own, 1, 1)
    assert before_of(world.ada, schedule) is None
    with pytest.raises(Stopped):
        mark_script(world.mei, order_of(world.mei, schedule)[0], 1, 1)
    assert result_of(trials_of(world.mo, schedule)[0].attempt).score_numerator == 7
    assert not list(verify(Verified()))


def test_who_does_not_qualify_waits_and_tries_again_or_marks_anyway(world, schedule) -> None:
    tried(world.mo, schedule, (4, 3), (0, 0))
    assert [one.person for one in InboxNote.objects.filter(kind="marker-unqualified")] == [world.ada]
    own, case = order_of(world.mo, schedule)[0], Unqualified.objects.get()
    with pytest.raises(Stopped, match="lead marker looks"):
        mark_script(world.mo, own, 1, 1)
    with pytest.raises(BadInput):
        settle_unqualified(world.ada, schedule.ref, case.ref, "again", reason=" ", at=LATER)
    with pytest.raises(NotFound):
        settle_unqualified(world.mei, schedule.ref, case.ref, "again", reason="Mine", at=LATER)
    settle_unqualified(world.ada, schedule.ref, case.ref, "again", reason="Read it again", at=LATER)
    with pytest.raises(WrongState, match="meanwhile"):
        settle_unqualified(world.ada, schedule.ref, case.ref, "again", reason="Twice", at=LATER)
    assert before_of(world.mo, schedule).standing.qualification_left == 2
    assert Mark.objects.filter(round__startswith="try-", value_thousandths=0).exists()
    for script in list(trials_of(world.mo, schedule))[1:]:
        give_no_response(world.mo, schedule.ref, [script.ref], at=LATER)
        submit_scripts(world.mo, schedule.ref, [script.ref], at=LATER)
    case = Unqualified.objects.get(settled_at=None)
    settle_unqualified(world.ada, schedule.ref, case.ref, "anyway", reason="Enough", at=LATER)
    mark_script(world.mo, own, 1, 1)
    assert not list(verify(Verified()))


def test_one_of_two_is_enough_where_it_is_set_and_who_has_begun_is_not_asked(world, schedule) -> None:
    set_qualifying(world.ada, schedule.ref, 1, against=plan_of(schedule).revision, at=NOW)
    tried(world.mo, schedule, (0, 0), (4, 3))
    own = order_of(world.mo, schedule)
    mark_script(world.mo, own[0], 1, 1)
    make_seed(
        world.ada, schedule.ref, own[1].ref, settled(schedule), reason="One more", kind="qualification",
        at=LATER,
    )  # fmt: skip
    mark_script(world.mo, own[0], minute=5)
    found = {one.name: one for one in qualifying_of(world.ada, schedule, plan_of(schedule))}
    assert [one.before.binds for one in found.values()].count(False) == 1
    with pytest.raises(NotFound):
        set_qualifying(world.mo, schedule.ref, 1, against=0, at=NOW)


def test_who_does_not_qualify_any_more_waits_for_a_decision(world, schedule) -> None:
    set_qualifying(world.ada, schedule.ref, 1, against=plan_of(schedule).revision, at=NOW)
    tried(world.mo, schedule, (0, 0), (4, 3))
    assert not Unqualified.objects.exists()
    set_qualifying(world.ada, schedule.ref, 2, against=plan_of(schedule).revision, at=LATER)
    assert Unqualified.objects.get().marker == world.mo
    assert InboxNote.objects.filter(kind="marker-unqualified", person=world.ada).count() == 1


def test_the_pages_say_what_is_to_be_done_and_how_it_went(world, schedule) -> None:
    client, base = signed_in(world.mo), f"/marking/assess/{schedule.ref}"
    for path in ("grid/", "mark/"):
        answer = client.get(f"{base}/{path}")
        assert (answer.status_code, "2 qualification scripts first" in answer.content.decode()) == (409, True)
    assert "Before you begin" in client.get(f"{base}/").content.decode()
    assert client.post(f"{base}/before/", {"do": "begin"}).status_code == 302
    assert client.post(f"{base}/before/", {"do": "begin"}).status_code == 409
    script = trials_of(world.mo, schedule)[0]
    assert client.get(f"{base}/mark/{script.ref}/", follow=True).status_code == 200
    mark_script(world.mo, script, 3, 3)
    assert client.post(f"{base}/before/", {"do": "submit", "selected": script.ref}).status_code == 302
    text = client.get(f"{base}/before/").content.decode()
    assert "−1" in text and "A clear case" in text
    begin_trials(world.mo, schedule.ref, at=NOW)
    for one in list(trials_of(world.mo, schedule))[1:]:
        mark_script(world.mo, one, 0, 0)
        submit_scripts(world.mo, schedule.ref, [one.ref], at=NOW)
    ada, quality = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}/quality"
    assert "Decide on" in ada.get(f"{quality}/").content.decode()
    path = f"{quality}/unqualified/{Unqualified.objects.get().ref}/"
    assert (ada.get(path).status_code, client.get(path).status_code) == (200, 404)
    assert ada.post(path, {"decision": "again", "reason": ""}).status_code == 400
    assert ada.post(path, {"decision": "again", "reason": "Once more"}).status_code == 302
    assert ada.post(f"{quality}/needed/", {"needed": "x", "against": "0"}).status_code == 400
    sent = {"needed": "1", "against": str(plan_of(schedule).revision)}
    assert ada.post(f"{quality}/needed/", sent).status_code == 302
    assert plan_of(schedule).qualifying == 1
