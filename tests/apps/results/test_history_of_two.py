"""The history of a result that two markers mark: both allocations, each proposal, and that they agreed."""

import pytest

from marksheet.apps.marking.actions.people import remove_assessor
from marksheet.apps.people.models import Person
from marksheet.apps.release.queries.history import history_for, schedule_history
from marksheet.apps.release.queries.narrowing import Filter
from marksheet.apps.results.actions.marks import propose_mark
from marksheet.entrypoints.web.audit.words import Said, say
from tests.apps.marking.scene import hand_in, human_part, result_of
from tests.apps.marking.two_markers import first, mark, plan, script_of, share, two_questions
from tests.factories import NOW, a_schedule, a_world

pytestmark = pytest.mark.django_db


def test_both_allocations_each_proposal_and_the_agreement_are_told(db: None) -> None:
    world = a_world()
    schedule = two_questions(world, 1)
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    ref = result_of(attempt).ref

    def last(n: int = 1) -> Said:
        return say(history_for(world.ada, ref).entries[-n])

    assert last().text == "Gave the script to its markers"
    before = {what: before for what, before, _after in last().changes}
    assert before == {"First marker": "nobody", "Second marker": "nobody"}
    assert {after for _what, _before, after in last().changes} == {"Mo Idris", "Mei Lin"}

    mark(world.mo, attempt, 5, 3)
    mark(world.mei, attempt, 1, 3)
    part = human_part(schedule)

    def propose(person: Person, value: int) -> Said:
        propose_mark(
            person, script_of(person, attempt).ref, part.ref, value=value, note="So it seems", at=NOW
        )
        return last()

    assert propose(world.mo, 4000) == Said(
        "Proposed a mark to agree on", "", (), (("Question 1", "nothing proposed", "4"),)
    )
    assert propose(world.mo, 3500).changes == (("Question 1", "4", "3.5"),)
    agreed = propose(world.mei, 3500)
    assert (agreed.text, agreed.tone) == ("Agreed: both markers propose this mark, and it stands", "ok")
    assert agreed.changes == (("Question 1", "nothing proposed", "3.5"),)
    of_schedule = [say(entry).text for entry in schedule_history(world.ada, schedule, Filter()).entries][:3]
    assert of_schedule == [agreed.text, "Proposed a mark to agree on", "Proposed a mark to agree on"]


def test_a_script_that_one_of_two_leaves_says_with_whom_it_was(db: None) -> None:
    world = a_world()
    schedule = a_schedule(world, candidates=1)
    hand_in(schedule)
    plan(world, schedule)
    share(world, schedule)
    remove_assessor(world.ada, schedule.ref, world.mei.ref, to="nobody", at=NOW)
    entries = history_for(world.ada, result_of(first(schedule)).ref).entries
    assert say(entries[-1]).text == "Took the script back: it is with nobody for now"
    assert entries[-1].names[world.mei.pk] == "Mei Lin"
