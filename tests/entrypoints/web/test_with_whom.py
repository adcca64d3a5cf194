"""With whom work is that is not submitted: those who have not, and nobody else."""

import re

import pytest

from marksheet.apps.marking.models import Script
from marksheet.apps.release.actions.publishing import freeze_selection
from marksheet.apps.results.queries.people import not_submitted_at
from tests.apps.marking.scene import result_of
from tests.apps.marking.two_markers import first, mark, plan, share, two_questions
from tests.factories import NOW, a_world, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_only_who_has_not_submitted_is_named(db: None) -> None:
    world = a_world()
    schedule = two_questions(world, 2)
    attempt = first(schedule)
    row = f"/marking/results/{result_of(attempt).ref}/"
    pia = signed_in(world.pia)

    def said() -> str:
        page = pia.get(row).content.decode()
        return re.findall(r'Not submitted</span><span class="quiet">([^<]*)<', page)[0]

    assert said() == "with Mo Idris and Mei Lin", "on a pile it is everybody's"
    plan(world, schedule)
    assert said() == "with nobody yet"
    share(world, schedule)
    assert said() == "with Mo Idris and Mei Lin"
    mark(world.mo, attempt, 4, 3)
    assert said() == "with Mei Lin"
    other = Script.objects.exclude(attempt=attempt).select_related("attempt__schedule")[0].attempt
    mark(world.mo, other, 4, 3)
    mark(world.mei, attempt, 4, 3)
    assert not_submitted_at(world.pia, [schedule.pk]) == {schedule.pk: [(world.mei.pk, "Mei Lin")]}
    selection = freeze_selection(world.pia, refs=[result_of(one).ref for one in (attempt, other)], at=NOW)
    page = pia.get(f"/publications/{selection.ref}/publish/").content.decode()
    assert "is not submitted yet, with Mei Lin." in page
