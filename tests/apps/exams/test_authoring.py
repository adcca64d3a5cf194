"""Writing an exam by verbs: what can be changed while it is a draft, and that it stays as it is once live."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.actions import authoring, items, settings
from marksheet.apps.exams.actions.imports import import_items
from marksheet.apps.exams.constraints import FROZEN, missing
from marksheet.apps.exams.models import (
    Assessment,
    AssessmentVersion,
    Item,
    Key,
    KeyVersion,
    Part,
    Scheme,
    Section,
)
from marksheet.apps.exams.queries.assessments import (
    assessment_for,
    assessments_seen_by,
    content_of,
    item_for,
    version_for,
    versions_offered,
)
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.ledger.models import Event
from marksheet.rules import schemes as rules
from marksheet.rules.authoring import ItemDraft, PartDraft, SectionDraft
from marksheet.rules.grading import Below, Piecewise, Scale, pass_at, scale_from_json
from marksheet.rules.visibility import Switches
from tests.factories import NOW, World, a_scale, a_world, an_assessment, by_hand, choice, grant
from tests.guard import writes_allowed
from tests.roles import as_owner


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def labels(version: AssessmentVersion) -> list[str]:
    return [item.item.label for section in content_of(version) for item in section.items]


def test_a_new_assessment_begins_with_a_draft_and_one_section(world: World) -> None:
    made = authoring.create_assessment(world.ada, world.department.ref, code=" C1 ", title="One", at=NOW)
    version = AssessmentVersion.objects.get(assessment=made)
    assert (made.code, version.state, version.number) == ("C1", "draft", 1)
    assert Section.objects.filter(version=version).count() == 1
    assert Event.objects.filter(subject_kind="assessment", subject_id=made.pk).count() == 1


@pytest.mark.parametrize(
    ("code", "title", "says"),
    [("", "T", "code"), ("C", " ", "title"), ("C" * 61, "T", "60"), ("alg-1", "T", "taken")],
)
def test_an_assessment_needs_a_title_and_a_code_of_its_own(
    world: World, code: str, title: str, says: str
) -> None:
    an_assessment(world, live=False)
    with pytest.raises(BadInput, match=says):
        authoring.create_assessment(world.ada, world.department.ref, code=code, title=title, at=NOW)
    assert Assessment.objects.count() == 1


def test_who_does_not_author_is_told_who_can_help_or_sees_nothing(world: World) -> None:
    grant(world.mo, "scheduler", world.department)
    with pytest.raises(NotAllowed) as caught:
        authoring.create_assessment(world.mo, world.department.ref, code="C", title="T", at=NOW)
    assert caught.value.helpers == ("Ada Vermeer",)
    with pytest.raises(NotFound):
        authoring.create_assessment(world.sid, world.department.ref, code="C", title="T", at=NOW)
    draft = an_assessment(world, live=False)
    with pytest.raises(NotAllowed):
        items.add_item(world.mo, draft.ref, choice("9"), at=NOW)
    with pytest.raises(NotFound):
        items.add_item(world.eva, draft.ref, choice("9"), at=NOW)


def test_questions_keep_paper_order_through_adding_moving_and_removing(world: World) -> None:
    draft = an_assessment(world, wanted=[choice("1"), choice("2"), choice("3")], live=False)
    items.add_section(world.ada, draft.ref, SectionDraft("Essays"), at=NOW)
    essay = ItemDraft("E1", 5000, (PartDraft("E1", False, 5000),), section="Essays")
    items.add_item(world.ada, draft.ref, essay, at=NOW)
    items.add_item(world.ada, draft.ref, choice("4"), at=NOW)
    assert labels(draft) == ["1", "2", "3", "4", "E1"]
    by_label = {item.label: item for item in Item.objects.filter(version=draft)}
    items.move_item(world.ada, by_label["3"].ref, up=True, at=NOW)
    items.move_item(world.ada, by_label["4"].ref, up=False, at=NOW)
    assert labels(draft) == ["1", "3", "2", "4", "E1"]
    items.remove_item(world.ada, by_label["1"].ref, at=NOW)
    essays = Section.objects.get(version=draft, name="Essays")
    items.move_section(world.ada, draft.ref, essays.ref, up=True, at=NOW)
    assert labels(draft) == ["E1", "3", "2", "4"]
    for model in (Item, Part):
        places = list(
            model.objects.filter(version=draft).order_by("position").values_list("position", flat=True)
        )
        assert places == list(range(4))
    assert [item.label for item in paper_of(draft.pk, None).items] == labels(draft)


def test_editing_a_question_replaces_its_parts_keys_and_schemes(world: World) -> None:
    draft = an_assessment(world, wanted=[choice("1"), by_hand("2", guidance="Two for method")], live=False)
    item = Item.objects.get(version=draft, label="2")
    parts = (
        PartDraft("2a", True, 1000, "numeric", (), ("3,5",), wrong_thousandths=-500, tolerance="0,1"),
        PartDraft("2b", False, 3000, scheme=rules.Scheme(model_answer="Because.")),
    )
    items.edit_item(
        world.ada, item.ref, ItemDraft("2", 4000, parts, title="Both", floor_thousandths=None), at=NOW
    )
    item.refresh_from_db()
    assert (item.title, item.maximum_thousandths, item.floor_thousandths) == ("Both", 4000, None)
    key = Key.objects.get(part__label="2a")
    assert (key.correct, key.tolerance, key.wrong_thousandths) == (["3.5"], "1/10", -500)
    assert list(Scheme.objects.values_list("part__label", "model_answer")) == [("2b", "Because.")]
    assert not Part.objects.filter(version=draft, label="2").exists()


def test_a_bad_question_names_everything_that_is_wrong_and_changes_nothing(world: World) -> None:
    draft = an_assessment(world, live=False)
    revision = AssessmentVersion.objects.get(pk=draft.pk).revision
    bad = ItemDraft("1", 9000, (PartDraft("1", True, 1000, "choice", ("A", "B"), ("C",)),))
    with pytest.raises(BadInput) as caught:
        items.add_item(world.ada, draft.ref, bad, at=NOW)
    told = " ".join(caught.value.details)
    assert "not one of A, B" in told and "full marks" in told and "already" in told
    assert AssessmentVersion.objects.get(pk=draft.pk).revision == revision
    assert labels(draft) == ["1", "2", "3"]


def test_an_item_file_brings_its_own_sections(world: World) -> None:
    made = authoring.create_assessment(world.ada, world.department.ref, code="F", title="File", at=NOW)
    draft = AssessmentVersion.objects.get(assessment=made)
    wanted = [
        ItemDraft("1", 1000, choice("1").parts, section="Closed"),
        ItemDraft("2", 5000, by_hand("2").parts, section="Open"),
        ItemDraft("3", 1000, choice("3").parts, section="closed"),
    ]
    items.add_items(world.ada, draft.ref, wanted, at=NOW)
    assert [(s.section.name, len(s.items)) for s in content_of(draft)] == [("Closed", 2), ("Open", 1)]


def test_adding_many_questions_takes_as_many_statements_as_adding_few(world: World) -> None:
    counts = []
    for n in (3, 30):
        made = authoring.create_assessment(world.ada, world.department.ref, code=f"N{n}", title="N", at=NOW)
        draft = AssessmentVersion.objects.get(assessment=made)
        wanted = [choice(str(k)) for k in range(n)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            items.add_items(world.ada, draft.ref, wanted, at=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (SectionDraft(""), "needs a name"),
        (SectionDraft("Questions"), "already"),
        (SectionDraft("B", weight_thousandths=-1), "weight"),
        (SectionDraft("B", minimum_thousandths=-1), "minimum"),
        (SectionDraft("B", pick="best", pick_n=0), "how many"),
    ],
)
def test_a_section_that_cannot_be_is_refused(world: World, wanted: SectionDraft, says: str) -> None:
    draft = an_assessment(world, live=False)
    with pytest.raises(BadInput, match=says):
        items.add_section(world.ada, draft.ref, wanted, at=NOW)


def test_a_section_with_questions_and_the_last_section_stay(world: World) -> None:
    draft = an_assessment(world, live=False)
    only = Section.objects.get(version=draft)
    with pytest.raises(WrongState, match="still has questions"):
        items.remove_section(world.ada, draft.ref, only.ref, at=NOW)
    items.add_section(world.ada, draft.ref, SectionDraft("Empty"), at=NOW)
    items.remove_section(world.ada, draft.ref, Section.objects.get(name="Empty").ref, at=NOW)
    for item in Item.objects.filter(version=draft):
        items.remove_item(world.ada, item.ref, at=NOW)
    with pytest.raises(WrongState, match="at least one section"):
        items.remove_section(world.ada, draft.ref, only.ref, at=NOW)


def test_settings_are_kept_and_what_does_not_fit_is_refused(world: World) -> None:
    draft = an_assessment(world, live=False)
    wanted = settings.Settings(
        attempts_allowed=3,
        attempt_counts="best",
        show_results="after_last_attempt",
        duration_minutes=90,
        switches=Switches(score=False, summary=True),
        paper_floor_thousandths=None,
        scheduler_may_override=True,
        questions_lifted=True,
    )
    settings.edit_settings(world.ada, draft.ref, wanted, at=NOW)
    draft.refresh_from_db()
    assert settings.settings_of(draft) == wanted
    for bad, says in (
        (settings.Settings(workflow="machine_only"), "work to mark by hand"),
        (settings.Settings(workflow="nobody_marks"), "machine only"),
        (settings.Settings(attempts_allowed=0), "attempts"),
        (settings.Settings(attempt_counts="middle"), "which attempt"),
        (settings.Settings(duration_minutes=0), "duration"),
        (settings.Settings(show_results="sometimes"), "Choose when"),
    ):
        with pytest.raises(BadInput, match=says):
            settings.edit_settings(world.ada, draft.ref, bad, at=NOW)


def test_results_of_wholly_machine_scored_work_do_not_publish_by_themselves_yet(world: World) -> None:
    draft = an_assessment(world, wanted=[choice("1")], live=False)
    by_itself = settings.Settings(show_results="after_each_attempt")
    with pytest.raises(BadInput, match="cannot publish by themselves yet"):
        settings.edit_settings(world.ada, draft.ref, by_itself, at=NOW)
    checked = settings.Settings(show_results="after_each_attempt", hand_check=True)
    settings.edit_settings(world.ada, draft.ref, checked, at=NOW)


def test_the_second_of_two_who_save_the_settings_is_told(world: World) -> None:
    draft = an_assessment(world, live=False)
    seen = draft.revision
    settings.edit_scale(world.ada, draft.ref, a_scale(60), revision=seen, at=NOW)
    with pytest.raises(Stale):
        settings.edit_scale(world.ada, draft.ref, a_scale(65), revision=seen, at=NOW)
    draft.refresh_from_db()
    assert scale_from_json(draft.scale) == a_scale(60)


def test_both_forms_of_the_piecewise_scale_are_kept(world: World) -> None:
    draft = an_assessment(world, live=False)
    for below in Below:
        scale = Scale(pass_at(55), piecewise=Piecewise(Fraction(1), Fraction(11, 2), Fraction(10), below))
        settings.edit_scale(world.ada, draft.ref, scale, at=NOW)
        draft.refresh_from_db()
        assert scale_from_json(draft.scale) == scale


def test_what_stands_in_the_way_of_making_live_is_listed(world: World) -> None:
    made = authoring.create_assessment(world.ada, world.department.ref, code="E", title="Empty", at=NOW)
    draft = AssessmentVersion.objects.get(assessment=made)
    items.add_section(world.ada, draft.ref, SectionDraft("B", pick="best", pick_n=3), at=NOW)
    with pytest.raises(BadInput) as caught:
        authoring.make_live(world.ada, draft.ref, at=NOW)
    told = " ".join(caught.value.details)
    assert "no question yet" in told and "“B” has no question" in told
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_live_version_refuses_every_edit(world: World) -> None:
    live = an_assessment(world)
    item = Item.objects.filter(version=live).first()
    section = Section.objects.get(version=live)
    assert item is not None
    for verb in (
        lambda: items.add_item(world.ada, live.ref, choice("9"), at=NOW),
        lambda: items.edit_item(world.ada, item.ref, choice("9"), at=NOW),
        lambda: items.remove_item(world.ada, item.ref, at=NOW),
        lambda: items.move_item(world.ada, item.ref, up=False, at=NOW),
        lambda: items.add_section(world.ada, live.ref, SectionDraft("B"), at=NOW),
        lambda: items.edit_section(world.ada, live.ref, section.ref, SectionDraft("B"), at=NOW),
        lambda: items.remove_section(world.ada, live.ref, section.ref, at=NOW),
        lambda: settings.edit_settings(world.ada, live.ref, settings.Settings(), at=NOW),
        lambda: settings.edit_scale(world.ada, live.ref, a_scale(), at=NOW),
        lambda: authoring.make_live(world.ada, live.ref, at=NOW),
        lambda: authoring.discard_draft(world.ada, live.ref, at=NOW),
    ):
        with pytest.raises(WrongState, match="is live"):
            verb()


def test_a_new_draft_is_a_copy_and_leaves_the_live_version_alone(world: World) -> None:
    live = an_assessment(world, wanted=[choice("1"), by_hand("2", guidance="Method")])
    draft = authoring.new_draft_from(world.ada, live.ref, at=NOW)
    assert (draft.number, draft.state) == (2, "draft")
    assert [i.draft for s in content_of(draft) for i in s.items] == [
        i.draft for s in content_of(live) for i in s.items
    ]
    with pytest.raises(WrongState, match="draft already"):
        authoring.new_draft_from(world.ada, live.ref, at=NOW)
    items.add_item(world.ada, draft.ref, choice("3"), at=NOW)
    assert labels(live) == ["1", "2"]
    authoring.discard_draft(world.ada, draft.ref, at=NOW)
    assert AssessmentVersion.objects.filter(assessment=live.assessment).count() == 1


def test_the_database_itself_keeps_what_is_live(world: World) -> None:
    live = an_assessment(world, wanted=[choice("1"), by_hand("2", guidance="Method")])
    draft = authoring.new_draft_from(world.ada, live.ref, at=NOW)
    key = KeyVersion.objects.get(version=live)
    for statement in (
        lambda: AssessmentVersion.objects.filter(pk=live.pk).update(state="draft"),
        lambda: AssessmentVersion.objects.filter(pk=live.pk).update(attempts_allowed=2),
        lambda: Section.objects.filter(version=live).update(name="Other"),
        lambda: Item.objects.filter(version=live).update(maximum_thousandths=1),
        lambda: Item.objects.filter(version=live).update(version=draft),
        lambda: Item.objects.filter(version=draft, label="1").update(version=live, label="7", position=7),
        lambda: Part.objects.filter(version=live).update(machine=False),
        lambda: Key.objects.filter(key_version=key).update(correct=["B"]),
        lambda: Key.objects.filter(key_version=key).delete(),
        lambda: Key.objects.exclude(key_version=key).update(key_version=key),
        lambda: KeyVersion.objects.filter(pk=key.pk).update(sealed_at=None),
        lambda: Scheme.objects.filter(part__version=live).update(guidance="Other"),
        lambda: Section.objects.create(version=live, position=9, name="Late"),
    ):
        with writes_allowed(), pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            statement()
    assert missing() == []


def test_a_lost_trigger_is_noticed(world: World) -> None:
    frozen = FROZEN[0].table
    ending = f" ON {frozen}" if connection.vendor == "postgresql" else ""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {frozen}_frozen_update{ending}")
    assert missing() == [frozen]


def test_the_list_and_the_doors_agree_for_everybody(world: World) -> None:
    grant(world.mo, "scheduler", world.department)
    grant(world.max, "author", world.faculty)
    for unit, code in ((world.department, "D"), (world.elsewhere, "E"), (world.faculty, "F")):
        author = world.eva if unit == world.elsewhere else world.max
        authoring.create_assessment(author, unit.ref, code=code, title=code, at=NOW)
    for draft in AssessmentVersion.objects.all():
        items.add_item(world.max, draft.ref, choice("1"), at=NOW)
    everyone = (*world.staff, world.cas, world.sid, world.eva)
    seen = {}
    for person in everyone:
        listed = set(assessments_seen_by(person).values_list("pk", flat=True))
        seen[person.username] = sorted(Assessment.objects.get(pk=key).code for key in listed)
        for assessment in Assessment.objects.all():
            version = AssessmentVersion.objects.get(assessment=assessment)
            item = Item.objects.get(version=version)
            for door, ref in (
                (assessment_for, assessment.ref),
                (version_for, version.ref),
                (item_for, item.ref),
            ):
                if assessment.pk in listed:
                    assert door(person, ref)
                else:
                    with pytest.raises(NotFound):
                        door(person, ref)
    assert seen["ada"] == ["D", "F"] and seen["eva"] == ["E", "F"] and seen["max"] == ["D", "E", "F"]
    assert seen["mo"] == ["D", "F"]
    assert seen["sid"] == seen["cas"] == seen["ari"] == seen["pia"] == []


def test_an_exam_of_the_faculty_can_be_planned_in_its_departments_only_when_live(world: World) -> None:
    grant(world.max, "author", world.faculty)
    made = authoring.create_assessment(world.max, world.faculty.ref, code="F", title="F", at=NOW)
    version = AssessmentVersion.objects.get(assessment=made)
    items.add_item(world.max, version.ref, choice("1"), at=NOW)
    assert not versions_offered(world.ada, world.department).exists()
    authoring.make_live(world.max, version.ref, at=NOW)
    assert versions_offered(world.ada, world.department).get() == version
    authoring.archive_assessment(world.max, made.ref, at=NOW)
    assert not versions_offered(world.ada, world.department).exists()


def test_a_file_that_is_silent_on_the_lowest_score_leaves_what_is_stored(world) -> None:
    version = an_assessment(world, live=False, wanted=[replace(choice("1"), floor_thousandths=-1500)])

    def bring(spec: ItemDraft) -> dict[str, Any]:
        return import_items(world.ada, version.ref, [spec], reason="Checked again", at=NOW)

    def floor() -> int | None:
        return Item.objects.get(version=version).floor_thousandths

    silent = replace(choice("1"), floor_stated=False)
    assert bring(silent)["nothing_new"]
    assert bring(replace(silent, title="New"))["changed"] == 1
    assert floor() == -1500
    assert bring(replace(silent, title="New", floor_thousandths=None, floor_stated=True))["changed"] == 1
    assert floor() is None
    assert bring(replace(choice("2"), floor_stated=False))["added"] == 1
    assert Item.objects.get(version=version, label="2").floor_thousandths == 0
