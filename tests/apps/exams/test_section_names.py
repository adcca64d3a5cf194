"""Sections that were there before they had a name get one each, also in exams that are live."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from marksheet.apps.exams.actions import items
from marksheet.apps.exams.actions.authoring import make_live
from marksheet.apps.exams.constraints import missing
from marksheet.apps.exams.models import Section
from marksheet.rules.authoring import SectionDraft
from tests import factories as f
from tests.guard import writes_allowed
from tests.roles import as_owner, give


def test_sections_of_live_exams_are_named_and_frozen_again(committed_db: str) -> None:
    world = f.a_world()
    version = f.an_assessment(world, live=False)
    items.add_section(world.ada, version.ref, SectionDraft("Essays"), at=f.NOW)
    items.add_item(world.ada, version.ref, replace(f.by_hand("E1"), section="Essays"), at=f.NOW)
    make_live(world.ada, version.ref, at=f.NOW)
    f.an_assessment(world, code="ALG-2", live=False)
    before = set(Section.objects.values_list("pk", "name"))
    with as_owner(), writes_allowed():
        call_command("migrate", "exams", "0004", verbosity=0)
        call_command("migrate", verbosity=0)
        give()
    assert set(Section.objects.values_list("pk", "name")) == before and len(before) == 3
    refs = set(Section.objects.values_list("ref", flat=True))
    assert len(refs) == 3 and all(len(ref) == 32 for ref in refs)
    assert missing() == []
    with writes_allowed(), pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Section.objects.filter(version=version).update(ref="another")
