"""The Exams area: writing an exam by page, and every answer to bad input."""

from dataclasses import fields

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marksheet.apps.exams.models import Assessment, AssessmentVersion, Item, Key, Part, Section
from marksheet.entrypoints.web.exams.forms import LANGUAGES
from marksheet.rules.grading import scale_from_json
from marksheet.rules.visibility import Switches
from tests.factories import World, a_world, an_assessment, choice, grant, signed_in

# Pages: what they ask of the database is tested on both, in tests/apps.
pytestmark = pytest.mark.once


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def test_an_exam_of_three_questions_is_written_and_made_live_by_page(world: World) -> None:
    ada = signed_in(world.ada)
    answer = ada.post(
        reverse("exams:new"),
        {"title": "Algebra 1", "code": "ALG-1", "unit": world.department.ref, "language": "en"},
    )
    version = AssessmentVersion.objects.get()
    page = reverse("exams:version", args=[version.ref])
    assert answer["Location"] == page
    first = ada.get(page)
    assert first.context["problems"]
    for typed in (
        {"label": "1", "maximum": "1", "marked": "machine", "match": "choice", "options": "ABCD", "key": "B"},
        {"label": "2", "maximum": "2,5", "marked": "hand"},
        {"label": "3", "maximum": "4", "marked": "machine", "match": "numeric", "key": "3,5"},
    ):
        assert ada.post(page, typed).status_code == 302, typed
    shown = ada.get(page)
    assert shown.context["problems"] == []
    assert ada.get(reverse("exams:live", args=[version.ref])).status_code == 200
    assert ada.post(reverse("exams:live", args=[version.ref])).status_code == 302
    version.refresh_from_db()
    assert version.state == "live"
    assert ada.get(reverse("exams:assessment", args=[Assessment.objects.get().ref])).status_code == 200


def test_every_page_of_a_version_opens_as_draft_and_live(world: World) -> None:
    ada = signed_in(world.ada)
    for live in (False, True):
        version = an_assessment(world, code=f"P-{live}", live=live)
        for name in ("version", "settings", "scale", "live"):
            assert ada.get(reverse(f"exams:{name}", args=[version.ref])).status_code == 200, name
        for item in Item.objects.filter(version=version):
            assert ada.get(reverse("exams:item", args=[item.ref])).status_code == 200
    assert ada.get(reverse("exams:list")).status_code == 200
    assert ada.get(reverse("exams:new")).status_code == 200


def page(name: str, ref: str) -> str:
    return reverse(f"exams:{name}", args=[ref])


def errors(answer: object) -> str:
    form = answer.context["form"]  # type: ignore[attr-defined]
    return " ".join(str(error) for listed in form.errors.values() for error in listed)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"title": "", "code": "X"}, "required"),
        ({"title": "T", "code": ""}, "required"),
        ({"title": "T" * 201, "code": "X"}, "at most 200"),
        ({"title": "T", "code": "alg-1"}, "taken"),
        ({"title": "T", "code": "X", "unit": "0" * 32}, "valid choice"),
        ({"title": "T", "code": "X", "language": "tlh"}, "valid choice"),
    ],
)
def test_a_new_assessment_that_cannot_be_keeps_what_was_typed(
    world: World, typed: dict[str, str], says: str
) -> None:
    an_assessment(world, live=False)
    answer = signed_in(world.ada).post(
        reverse("exams:new"), {"unit": world.department.ref, "language": "en", **typed}
    )
    assert answer.status_code == 400 and says in errors(answer)
    assert answer.context["form"]["title"].value() == typed["title"]
    assert Assessment.objects.count() == 1


MACHINE = {
    "label": "9",
    "maximum": "1",
    "marked": "machine",
    "match": "choice",
    "options": "ABCD",
    "key": "A",
}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"label": ""}, "required"),
        ({"label": "1"}, "already"),
        ({"maximum": ""}, "required"),
        ({"maximum": "many"}, "not a number of marks"),
        ({"maximum": "1.2345"}, "three decimals"),
        ({"maximum": "-1"}, "below 0"),
        ({"maximum": "0"}, "more than 0"),
        ({"maximum": "99999999"}, "1,000,000"),
        ({"marked": "by a cat"}, "valid choice"),
        ({"match": "guess"}, "valid choice"),
        ({"key": ""}, "required"),
        ({"key": "E"}, "not one of A, B, C, D"),
        ({"options": ""}, "required"),
        ({"match": "numeric", "key": "three"}, "not a number"),
        ({"match": "true_false", "key": "perhaps"}, "neither true nor false"),
    ],
)
def test_a_question_that_cannot_be_keeps_what_was_typed(
    world: World, changed: dict[str, str], says: str
) -> None:
    draft = an_assessment(world, live=False)
    answer = signed_in(world.ada).post(page("version", draft.ref), {**MACHINE, **changed})
    assert answer.status_code == 400 and says in errors(answer)
    assert Item.objects.filter(version=draft).count() == 3
    assert answer.context["form"]["label"].value() == changed.get("label", "9")


def part(number: int, **typed: str) -> dict[str, str]:
    begins = {"label": "", "marked": "hand", "match": "choice", "maximum": ""}
    return {f"parts-{number}-{name}": value for name, value in {**begins, **typed}.items()}


def item_form(*parts: dict[str, str], initial: int = 1, **typed: str) -> dict[str, str]:
    values = {"label": "3", "maximum": "4", "section": "Questions", "rule": "sum", **typed}
    values |= {"parts-TOTAL_FORMS": str(len(parts)), "parts-INITIAL_FORMS": str(initial)}
    for one in parts:
        values |= one
    return values


def test_partial_credit_and_negative_points_are_typed_on_the_page_of_a_question(world: World) -> None:
    draft = an_assessment(world, live=False)
    item = Item.objects.get(version=draft, label="3")
    typed = item_form(
        part(
            0,
            label="3a",
            marked="machine",
            match="numeric",
            key="3,5 | 7/2",
            maximum="1",
            wrong="0,5",
            tolerance="0,1",
        ),
        part(1, label="3b", marked="machine", match="multiple", options="ABCD", key="CA", maximum="1"),
        part(2, label="3c", maximum="2"),
        part(3),
        maximum="4",
        rule="count_correct",
        steps="2 = 2, 1 = 0,5",
        floor="-1,5",
    )
    answer = signed_in(world.ada).post(page("item", item.ref), typed)
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["parts"].errors)
    item.refresh_from_db()
    assert (item.rule, item.steps, item.floor_thousandths) == ("count_correct", [[2, 2000], [1, 500]], -1500)
    first, second = Key.objects.filter(part__item=item).order_by("part__position")
    assert (first.correct, first.wrong_thousandths, first.tolerance) == (["3.5", "3.5"], -500, "1/10")
    assert second.correct == ["A", "C"]
    again = signed_in(world.ada).get(page("item", item.ref)).context
    assert again["form"].initial["steps"] == "2 = 2, 1 = 0.5"
    assert again["parts"].forms[0].initial["wrong"] == "0.5"


@pytest.mark.parametrize(
    ("typed", "stored"), [("", 0), ("0", 0), ("-2", -2000), ("-0,5", -500), ("none", None), ("NONE", None)]
)
def test_the_lowest_score_of_a_question_a_section_and_a_paper_is_a_number_or_none(
    world: World, typed: str, stored: int | None
) -> None:
    draft = an_assessment(world, live=False)
    ada = signed_in(world.ada)
    item = Item.objects.get(version=draft, label="3")
    assert (
        ada.post(page("item", item.ref), item_form(part(0, label="3", maximum="4"), floor=typed)).status_code
        == 302
    )
    section = Section.objects.get(version=draft)
    values = {"name": section.name, "weight": "1", "pick": "all", "floor": typed}
    assert ada.post(reverse("exams:section", args=[draft.ref, section.ref]), values).status_code == 302
    address = page("settings", draft.ref)
    form = ada.get(address).context["form"]
    values = {name: value for name, value in form.initial.items() if value not in (None, False)}
    assert ada.post(address, values | {"floor": typed}).status_code == 302
    for row, name in (
        (item, "floor_thousandths"),
        (section, "floor_thousandths"),
        (draft, "paper_floor_thousandths"),
    ):
        row.refresh_from_db()
        assert getattr(row, name) == stored
    shown = {None: "none", 0: "0", -2000: "-2", -500: "-0.5"}[stored]
    assert f'name="floor" value="{shown}"' in ada.get(address).content.decode()


@pytest.mark.parametrize("typed", ["1", "low", "-0,0001", "-9999999999"])
def test_a_lowest_score_above_0_is_refused(world: World, typed: str) -> None:
    draft = an_assessment(world, live=False)
    item = Item.objects.get(version=draft, label="3")
    answer = signed_in(world.ada).post(
        page("item", item.ref), item_form(part(0, label="3", maximum="4"), floor=typed)
    )
    assert answer.status_code == 400 and "floor" in answer.context["form"].errors
    item.refresh_from_db()
    assert item.floor_thousandths == 0


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (item_form(part(0, label="3", maximum="")), "required"),
        (item_form(part(0, label="", maximum="4")), "required"),
        (item_form(part(0, label="3", maximum="2")), "full marks"),
        (item_form(part(0, label="3", maximum="4"), part(1, label="3", maximum="4")), "two parts"),
        (item_form(part(0, label="3", maximum="4"), rule="average"), "valid choice"),
        (
            item_form(part(0, label="3", maximum="4"), rule="count_correct", steps="four = 2"),
            "not understood",
        ),
        (item_form(part(0, label="3", maximum="4"), rule="count_correct", steps=""), "how many marks"),
        (item_form(part(0, label="1", maximum="4")), "already"),
        (
            item_form(part(0, label="3", maximum="4", marked="machine", match="numeric", key="x")),
            "not a number",
        ),
        (
            item_form(
                part(0, label="3", maximum="4", marked="machine", match="numeric", key="1", tolerance="x")
            ),
            "not a number",
        ),
        (item_form(part(0, label="3", maximum="4"), section="Nowhere"), "valid choice"),
        (item_form(), "no part"),
        ({**item_form(part(0, label="3", maximum="4")), "parts-TOTAL_FORMS": "zero"}, ""),
        ({**item_form(part(0, label="3", maximum="4")), "parts-TOTAL_FORMS": "100000"}, ""),
    ],
)
def test_a_question_that_would_not_add_up_is_refused_beside_what_was_typed(
    world: World, typed: dict[str, str], says: str
) -> None:
    draft = an_assessment(world, live=False)
    item = Item.objects.get(version=draft, label="3")
    answer = signed_in(world.ada).post(page("item", item.ref), typed)
    assert answer.status_code == 400
    assert says in errors(answer) + str(answer.context["parts"].errors)
    assert Item.objects.get(pk=item.pk).maximum_thousandths == 5000


SETTINGS = {
    "workflow": "coordinated", "show_results": "publisher_decides", "attempts_allowed": "1", "attempt_counts": "last",
    "switches": ["grade", "detail"],
}  # fmt: skip


def test_settings_say_in_plain_words_what_will_happen(world: World) -> None:
    draft = an_assessment(world, live=False)
    ada = signed_in(world.ada)
    told = " ".join(ada.get(page("settings", draft.ref)).context["what"])
    assert "published by hand" in told and "dialog asks" in told
    assert ada.post(page("settings", draft.ref), {**SETTINGS, "show_results": "never"}).status_code == 302
    told = " ".join(ada.get(page("settings", draft.ref)).context["what"])
    assert "not disclosed" in told
    draft.refresh_from_db()
    assert draft.switches["detail"] and draft.switches["grade"] and not draft.switches["score"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"workflow": "machine_only"}, "work to mark by hand"),
        ({"workflow": "nobody_marks"}, "valid choice"),
        ({"show_results": "sometimes"}, "valid choice"),
        ({"attempts_allowed": "0"}, "greater than or equal to 1"),
        ({"attempts_allowed": ""}, "required"),
        ({"attempt_counts": "middle"}, "valid choice"),
        ({"duration_minutes": "-5"}, "greater than or equal to 1"),
        ({"switches": ["everything"]}, "valid choice"),
        ({"revision": "0"}, "Somebody changed"),
    ],
)
def test_settings_that_cannot_be_are_refused(world: World, changed: dict[str, str], says: str) -> None:
    draft = an_assessment(world, live=False)
    answer = signed_in(world.ada).post(page("settings", draft.ref), {**SETTINGS, **changed})
    assert answer.status_code == 400 and says in errors(answer)


SCALE = {
    "pass_mark": "55", "pass_unit": "percent", "kind": "bands", "bands": "A 85\nB: 70\nC = 55,5 %\nF 0",
    "bands_unit": "percent", "lowest": "1", "passing": "5,5", "top": "10", "below": "from_lowest",
    "policy": "half-up-1", "decide_on": "exact", "score_decimals": "2", "percent_decimals": "1", "grade_decimals": "1",
}  # fmt: skip


@pytest.mark.parametrize(
    "changed", [{}, {"kind": "line"}, {"kind": "line", "below": "from_zero"}, {"kind": "none"}]
)
def test_a_scale_is_typed_previewed_and_kept(world: World, changed: dict[str, str]) -> None:
    draft = an_assessment(world, live=False)
    ada = signed_in(world.ada)
    before = draft.scale
    shown = ada.post(page("scale", draft.ref), {**SCALE, **changed, "preview": "1"})
    assert shown.status_code == 200 and len(shown.context["examples"]) >= 11
    draft.refresh_from_db()
    assert draft.scale == before
    assert ada.post(page("scale", draft.ref), {**SCALE, **changed}).status_code == 302
    draft.refresh_from_db()
    scale = scale_from_json(draft.scale)
    assert bool(scale.bands) == (not changed) and bool(scale.piecewise) == (changed.get("kind") == "line")
    again = ada.get(page("scale", draft.ref)).context["form"].initial
    assert again["kind"] == changed.get("kind", "bands")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"pass_mark": ""}, "required"),
        ({"pass_mark": "half"}, "not a number"),
        ({"pass_mark": "101"}, "outside the scale"),
        ({"bands": ""}, "required"),
        ({"bands": "A"}, "Line 1"),
        ({"bands": "A 85\nB much\nF 0"}, "Line 2"),
        ({"bands": "A 85\nF 10"}, "start at 0"),
        ({"bands": "A 85\nA 70\nF 0"}, "same label"),
        ({"bands": "A 70\nB 70\nF 0"}, "same value"),
        ({"bands": "A 85\nB 90\nF 0"}, "“B” starts at 90, but stands behind “A”"),
        ({"bands": "F 0\nA 85\nB 60"}, "“B” starts at 60, but stands behind “A”"),
        ({"kind": "line", "top": ""}, "required"),
        ({"kind": "line", "top": "5"}, "rise or fall"),
        ({"kind": "circle"}, "valid choice"),
        ({"policy": "up"}, "valid choice"),
        ({"score_decimals": "9"}, "less than or equal to 6"),
        ({"revision": "0"}, "Somebody changed"),
    ],
)
def test_a_scale_that_would_leave_a_score_without_a_grade_is_refused(
    world: World, changed: dict[str, str], says: str
) -> None:
    draft = an_assessment(world, live=False)
    answer = signed_in(world.ada).post(page("scale", draft.ref), {**SCALE, **changed})
    assert answer.status_code == 400 and says in errors(answer)
    assert AssessmentVersion.objects.get(pk=draft.pk).scale == draft.scale


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "", "weight": "1", "pick": "all"}, "required"),
        ({"name": "questions", "weight": "1", "pick": "all"}, "already"),
        ({"name": "B", "weight": "heavy", "pick": "all"}, "not a number"),
        ({"name": "B", "weight": "1", "pick": "best"}, "how many"),
        ({"name": "B", "weight": "1", "pick": "best", "pick_n": "0"}, "greater than or equal to 1"),
        ({"name": "B", "weight": "1", "pick": "all", "minimum": "-3"}, "below 0"),
    ],
)
def test_a_section_that_cannot_be_is_refused(world: World, typed: dict[str, str], says: str) -> None:
    draft = an_assessment(world, live=False)
    answer = signed_in(world.ada).post(page("section-add", draft.ref), typed)
    assert answer.status_code == 400 and says in errors(answer)


def test_sections_are_added_moved_edited_and_removed_by_page(world: World) -> None:
    draft = an_assessment(world, live=False)
    ada = signed_in(world.ada)
    ada.post(
        page("section-add", draft.ref), {"name": "Essays", "weight": "1.5", "pick": "best", "pick_n": "2"}
    )
    essays = Section.objects.get(version=draft, name="Essays")
    here = reverse("exams:section", args=[draft.ref, essays.ref])
    assert ada.get(here).context["form"].initial["weight"] == 1500
    assert ada.post(here, {"do": "up"}).status_code == 302
    assert (
        ada.post(
            here, {"do": "save", "name": "Long", "weight": "2", "pick": "all", "minimum": "0"}
        ).status_code
        == 302
    )
    essays.refresh_from_db()
    assert (essays.position, essays.name, essays.weight_thousandths) == (0, "Long", 2000)
    assert ada.post(here, {"do": "remove"}).status_code == 302
    assert ada.get(here).status_code == 404


def test_a_scheduler_reads_the_exam_without_its_keys_and_changes_nothing(world: World) -> None:
    draft = an_assessment(world, wanted=[choice("1", key="C", options="ABCX")], live=False)
    grant(world.mo, "scheduler", world.department)
    mo = signed_in(world.mo)
    item = Item.objects.get(version=draft)
    for address in (page("version", draft.ref), page("item", item.ref)):
        text = mo.get(address).content.decode()
        assert "ABCX" in text and "Right answer" not in text and ">C<" not in text
    answer = mo.post(page("version", draft.ref), MACHINE)
    assert "Ada Vermeer" in errors(answer)
    for name in ("live", "draft", "discard"):
        assert mo.post(page(name, draft.ref)).status_code == 403
    assert mo.post(page("item-remove", item.ref)).status_code == 403


def test_for_strangers_and_candidates_there_are_no_exams(world: World) -> None:
    live = an_assessment(world)
    item = Item.objects.filter(version=live).first()
    part_ref = Part.objects.filter(version=live).values_list("ref", flat=True)[0]
    assert item
    for person in (world.sid, world.cas, world.eva, world.pia):
        client = signed_in(person)
        assert client.get(reverse("exams:list")).status_code == 200
        for name in ("version", "settings", "scale", "live", "section-add"):
            assert client.get(page(name, live.ref)).status_code == 404
            assert client.get(page(name, "0" * 32)).status_code == 404
        assert client.get(page("assessment", live.assessment.ref)).status_code == 404
        assert client.get(page("item", item.ref)).status_code == 404
        assert client.get(page("scheme", part_ref)).status_code == 404
        assert client.post(page("scheme-edit", part_ref), {"guidance": "x"}).status_code == 404


def test_nobody_gets_in_without_signing_in(world: World) -> None:
    live = an_assessment(world)
    for address in (reverse("exams:list"), reverse("exams:new"), page("version", live.ref)):
        answer = Client().get(address)
        assert answer.status_code == 302 and "/accounts/login" in answer["Location"]


def test_the_page_of_a_version_takes_the_same_number_of_statements_however_long_the_paper(
    world: World,
) -> None:
    counts = []
    for n in (2, 40):
        draft = an_assessment(world, code=f"N{n}", wanted=[choice(str(k)) for k in range(n)], live=False)
        ada = signed_in(world.ada)
        with CaptureQueriesContext(connection) as queries:
            assert ada.get(page("version", draft.ref)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] and counts[0] <= 25, counts


def test_the_settings_offer_every_switch_that_works_and_none_that_does_not_yet(world: World) -> None:
    version = an_assessment(world, live=False)
    shown = signed_in(world.ada).get(reverse("exams:settings", args=[version.ref]))
    offered = {value for value, _label in shown.context["form"].fields["switches"].choices}
    later = {"score_report", "annotated_script"}
    assert offered == {one.name for one in fields(Switches)} - later
    assert "Practice exam" in shown.content.decode()


def test_an_exam_without_questions_is_not_said_to_be_marked_by_machine(world) -> None:
    ada = signed_in(world.ada)
    filled = {"title": "New", "code": "NEW", "unit": world.department.ref, "language": "en"}
    ada.post(reverse("exams:new"), filled)
    page = ada.get(reverse("exams:version", args=[AssessmentVersion.objects.get().ref])).content.decode()
    assert "nothing yet: there are no questions" in page and "wholly by machine" not in page


def test_languages_begin_with_a_capital_and_keep_the_others() -> None:
    names = dict(LANGUAGES)
    assert (names["nl"], names["fr"], names["en-gb"]) == ("Nederlands", "Français", "British English")
