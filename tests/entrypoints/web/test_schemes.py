"""Marking schemes on the page: written in rows that need no script, read by markers, checked after a change."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Attempt, Part, Schedule, Scheme
from marksheet.apps.exams.queries.schemes import written
from marksheet.apps.marking.actions.people import add_assessors
from marksheet.apps.marking.models import Mark
from marksheet.apps.marking.queries.people import Kind, Rights
from marksheet.apps.people.models import InboxNote
from marksheet.apps.results.actions.marks import save_mark, submit_scripts
from marksheet.rules import schemes as rules
from marksheet.rules.schemes import Criterion, Level, MethodMark
from tests.apps.marking.scene import hand_in, human_part, script_of
from tests.factories import NOW, World, a_schedule, a_world, grant, signed_in

# Pages: what they ask of the database is tested on both, in tests/apps.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=3)


@pytest.fixture
def attempts(schedule: Schedule) -> list[Attempt]:
    return hand_in(schedule)


def part_of(schedule: Schedule) -> Part:
    return Part.objects.get(version=schedule.version, machine=False)


def edit(schedule: Schedule) -> str:
    return reverse("exams:scheme-edit", args=[part_of(schedule).ref])


def typed(**more: str) -> dict[str, str]:
    """Two criteria, the second without marks, and an empty row of each kind."""
    return {
        "guidance": "Look.\r\n\r\nLook again.", "model_answer": "", "step": "500", "other_step": "", "against": "0",
        "do": "save",
        "c0-name": "Argument", "c0-description": "",
        "c0-l0-points": "0", "c0-l0-label": "none", "c0-l0-description": "",
        "c0-l1-points": "2,5", "c0-l1-label": "", "c0-l1-description": "whole",
        "c0-l2-points": "", "c0-l2-label": "", "c0-l2-description": "",
        "c1-name": "Language", "c1-description": "of any kind",
        "c1-l0-points": "0", "c1-l0-label": "poor", "c1-l0-description": "",
        "c1-l1-points": "2.5", "c1-l1-label": "good", "c1-l1-description": "",
        "c2-name": "", "c2-description": "", "c2-l0-points": "", "c2-l0-label": "", "c2-l0-description": "",
        "m0-text": "", "m0-points": "",
    } | more  # fmt: skip


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_scheme_is_written_and_read(world: World, schedule: Schedule) -> None:
    ada = signed_in(world.ada)
    item = part_of(schedule).item
    assert "Marking scheme of part 3" in ada.get(reverse("exams:item", args=[item.ref])).text
    page = reverse("exams:scheme", args=[part_of(schedule).ref])
    assert "No marking scheme yet" in ada.get(page).text
    answer = ada.post(edit(schedule), typed())
    assert answer.status_code == 302 and answer["Location"] == page
    assert written(Scheme.objects.get()) == rules.Scheme(
        "Look.\n\nLook again.",
        "",
        500,
        (
            Criterion("Argument", (Level(0, "none"), Level(2500, "", "whole"))),
            Criterion("Language", (Level(0, "poor"), Level(2500, "good")), "of any kind"),
        ),
    )
    text = ada.get(page).text
    for words in ("Version 1", "Ada Vermeer", "half marks", "<p>Look again.</p>", "ALG-1-JUN"):
        assert words in text, words
    assert "the first version" in text
    ada.post(edit(schedule), typed(against="1"))
    assert Scheme.objects.count() == 1, "nothing had changed"
    ada.post(edit(schedule), typed(against="1", guidance="Look twice.", **{"c1-name": "Style"}))
    text = ada.get(page).text
    assert "guidance; criteria (added “Style”, removed “Language”)" in text
    older = text_of(ada.get(page, {"version": "1"}))
    assert "no longer the newest" in older and "Look again." in older
    assert ada.get(page, {"version": "9"}).status_code == 404


def test_rows_are_added_and_removed_by_buttons_and_nothing_typed_is_lost(
    world: World, schedule: Schedule
) -> None:
    ada = signed_in(world.ada)
    answer = ada.post(edit(schedule), typed(do="add-criterion"))
    form = answer.context["form"]
    assert answer.status_code == 200 and not Scheme.objects.exists()
    assert [row.title for row in form.criteria] == ["Argument", "Language", "", ""]
    assert form.focus == "c3-name" and 'id="c3-name" name="c3-name" value="" autofocus' in answer.text
    form = ada.post(edit(schedule), typed(do="add-level-1")).context["form"]
    assert [level.label for level in form.criteria[1].levels] == ["poor", "good", ""]
    form = ada.post(edit(schedule), typed(do="remove-level-0-1")).context["form"]
    assert [level.points for level in form.criteria[0].levels] == ["0", ""]
    form = ada.post(edit(schedule), typed(do="remove-criterion-0")).context["form"]
    assert [row.title for row in form.criteria] == ["Language", ""]
    assert (form.guidance, form.criteria[0].name) == ("Look.\r\n\r\nLook again.", "c0")
    form = ada.post(edit(schedule), typed(do="add-method")).context["form"]
    assert len(form.method) == 2 and form.focus == "m1-text"
    form = ada.post(edit(schedule), typed(do="remove-method-0")).context["form"]
    assert form.method == []
    for nonsense in ("remove-criterion-99", "remove-level-99-1", "remove-level-0-99", "remove-method-99"):
        assert ada.post(edit(schedule), typed(do=nonsense)).status_code == 200


def test_levels_without_marks_are_worth_0_1_2(world: World, schedule: Schedule) -> None:
    levels = {f"c0-l{n}-{name}": "" for n in range(6) for name in ("points", "label", "description")}
    levels |= {f"c0-l{n}-label": f"level {n}" for n in range(6)}
    sent = {
        "guidance": "",
        "model_answer": "",
        "step": "1000",
        "c0-name": "All",
        "against": "0",
        "do": "save",
    }
    assert signed_in(world.ada).post(edit(schedule), sent | levels).status_code == 302
    (criterion,) = written(Scheme.objects.get()).criteria
    assert [level.points for level in criterion.levels] == [0, 1000, 2000, 3000, 4000, 5000]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"c0-l1-points": "two"}, "“two” is not a number of marks"),
        ({"c0-l1-points": ""}, "Say how many marks."),
        ({"c0-l1-points": "2.0001"}, "three decimals at most"),
        ({"c0-l1-points": "2"}, "The best levels add up to 4.5, but the part is worth 5."),
        ({"c0-l1-points": "-2.5"}, "is not between 0 and the 5 of the part"),
        ({"c0-name": ""}, "Give criterion 1 a name."),
        ({"c1-name": "argument"}, "Two criteria are called “argument”"),
        ({"m0-text": "a step", "m0-points": "1"}, "Use criteria or method marks, not both"),
        ({"step": "other", "other_step": ""}, "Say how many marks."),
        ({"step": "other", "other_step": "0.7"}, "no multiple of 0.7"),
        ({"step": "other", "other_step": "0"}, "Marks go in steps of more than 0."),
        ({"step": "1000"}, "2.5 is no multiple of 1"),
        ({"step": "7"}, "Choose one of the steps."),
        ({"guidance": "x" * 20_001}, "at most 20000 can be kept"),
    ],
)
def test_what_cannot_be_is_refused_beside_what_was_typed(
    world: World, schedule: Schedule, more: dict[str, str], says: str
) -> None:
    sent = typed(**more)
    answer = signed_in(world.ada).post(edit(schedule), sent)
    assert answer.status_code == 400 and not Scheme.objects.exists()
    assert says in text_of(answer)
    form = answer.context["form"]
    assert (form.guidance, form.criteria[1].description) == (sent["guidance"], "of any kind")


def test_the_second_of_two_keeps_what_was_typed_and_saves_after_the_first(
    world: World, schedule: Schedule
) -> None:
    grant(world.mo, "scheme_editor", schedule.node)
    signed_in(world.mo).post(edit(schedule), typed())
    ada = signed_in(world.ada)
    answer = ada.post(edit(schedule), typed(guidance="Mine"))
    assert answer.status_code == 409
    assert "Mo Idris saved version 1" in answer.text and ">Mine</textarea>" in answer.text
    assert 'name="against" value="1"' in answer.text and "?version=1" in answer.text
    assert ada.post(edit(schedule), typed(guidance="Mine", against="1")).status_code == 302
    assert Scheme.objects.get(number=2).guidance == "Mine"


def test_who_may_not_change_it_is_told_who_can_and_reads_it(world: World, schedule: Schedule) -> None:
    mo = signed_in(world.mo)
    answer = mo.get(edit(schedule))
    assert answer.status_code == 403 and "Ada Vermeer" in answer.text
    assert mo.post(edit(schedule), typed()).status_code == 403
    write_scheme(world.ada, part_of(schedule).ref, rules.Scheme("Look."), against=0, at=NOW)
    text = mo.get(reverse("exams:scheme", args=[part_of(schedule).ref])).text
    assert "Look." in text and "scheme/edit/" not in text and f'href="{reverse("exams:list")}"' not in text


def test_markers_find_schemes_beside_the_mark_sheet(
    world: World, schedule: Schedule, attempts: list[Attempt]
) -> None:
    mo = signed_in(world.mo)
    page = reverse("schemes:list", args=[schedule.ref])
    sheet = reverse("assess:grid", args=[schedule.ref])
    assert page in mo.get(sheet).text and "exams/parts" not in mo.get(sheet).text
    assert "None" in mo.get(page).text
    scheme = rules.Scheme("Look.", "", 500, (), (MethodMark("a step", 1500),))
    first = signed_in(world.ada).get(edit(schedule)).text
    assert "<title>Write a marking scheme" in first and "Change the marking scheme" not in first
    write_scheme(world.ada, part_of(schedule).ref, scheme, against=0, at=NOW)
    assert "<title>Change the marking scheme" in signed_in(world.ada).get(edit(schedule)).text
    text = text_of(mo.get(page))
    assert "Look." in text and "a step" in text and "Your marks" in text and ">Change<" not in text
    text = mo.get(sheet).text
    assert reverse("exams:scheme", args=[part_of(schedule).ref]) in text
    assert "half marks" in text and 'data-step="0.5"' in text


def test_a_cell_between_the_steps_is_refused_with_and_without_script(
    world: World, schedule: Schedule, attempts: list[Attempt]
) -> None:
    write_scheme(world.ada, part_of(schedule).ref, rules.Scheme("", "", 500), against=0, at=NOW)
    mo, part = signed_in(world.mo), part_of(schedule)
    sheet = reverse("assess:grid", args=[schedule.ref])
    answer = mo.post(sheet, {f"m-{script_of(attempts[0]).ref}-{part.ref}": "2.3"})
    assert answer.status_code == 400
    assert (
        "2.3 is not possible: marks here go in steps of 0.5." in answer.text and 'value="2.3"' in answer.text
    )
    cell = {"attempt": script_of(attempts[0]).ref, "part": part.ref, "version": "0"}
    answer = mo.post(f"{sheet}cell/", cell | {"value": "2.3"})
    assert answer.status_code == 400 and "steps of 0.5" in answer.json()["message"]
    assert mo.post(f"{sheet}cell/", cell | {"value": "2.5"}).json()["shown"] == "2.5"
    assert Mark.objects.get().scheme == Scheme.objects.get()


@pytest.fixture
def changed(world: World, schedule: Schedule, attempts: list[Attempt]) -> Schedule:
    """Two marks of Mo's and one of Mei's before there was a scheme."""
    part = human_part(schedule)
    for who, attempt in ((world.mo, attempts[0]), (world.mo, attempts[1]), (world.mei, attempts[2])):
        save_mark(who, script_of(attempt).ref, part.ref, value=2500, against_version=0, at=NOW)
    write_scheme(world.ada, part.ref, rules.Scheme("Look."), against=0, at=NOW)
    return schedule


def older(schedule: Schedule) -> str:
    return reverse("schemes:older", args=[schedule.ref, part_of(schedule).ref])


def boxes(client: Client, schedule: Schedule) -> list[str]:
    rows = client.get(older(schedule)).context["found"].rows
    return [f"{row.script_ref}-{row.version}" for row in rows]


def test_a_marker_confirms_their_own_and_a_coordinator_all(
    world: World, changed: Schedule, attempts: list[Attempt]
) -> None:
    mo, ada = signed_in(world.mo), signed_in(world.ada)
    page = reverse("schemes:list", args=[changed.ref])
    assert "2 marks were given under older versions" in text_of(mo.get(page))
    assert "3 marks were given under older versions" in text_of(ada.get(page))
    assert ">Change<" in ada.get(page).text
    assert "data-selection-fleeting" in mo.get(older(changed)).text, "ticks are forgotten with the page"
    text = text_of(mo.get(older(changed)))
    assert "no scheme yet" in text and "(you)" in text and "Mei Lin" not in text
    assert reverse("assess:grid", args=[changed.ref]) + "?q=" in text
    answer = mo.post(older(changed), {"selected": boxes(mo, changed), "against": "1"}, follow=True)
    assert "2 marks are confirmed as still right." in answer.text and "Nothing to check" in answer.text
    (box,) = boxes(ada, changed)
    answer = mo.post(older(changed), {"selected": box, "against": "1"})
    assert answer.status_code == 403 and "Ada Vermeer" in text_of(answer)
    ada.post(older(changed), {"selected": box, "against": "1"})
    assert Mark.objects.filter(version=2).count() == 3 and not boxes(ada, changed)


def test_what_cannot_be_confirmed_says_why_and_keeps_the_ticks(
    world: World, changed: Schedule, attempts: list[Attempt]
) -> None:
    mo = signed_in(world.mo)
    found = boxes(mo, changed)
    answer = mo.post(older(changed), {"selected": found[:1], "against": "0"})
    assert answer.status_code == 409 and "changed again meanwhile" in answer.text
    named = f"{attempts[0].enrolment.name}, {attempts[0].enrolment.number}: part 3, marked by Mo Idris"
    assert f'value="{found[0]}" aria-label="{named}" checked' in answer.text
    assert mo.post(older(changed), {"against": "1"}).status_code == 400
    assert mo.post(older(changed), {"selected": "nobody-1", "against": "1"}).status_code == 404
    write_scheme(world.ada, part_of(changed).ref, rules.Scheme("Look.", "", 1000), against=1, at=NOW)
    text = mo.get(older(changed)).text
    assert "not possible any more" in text and text.count("disabled") >= 2
    answer = mo.post(older(changed), {"selected": found, "against": "2"})
    assert answer.status_code == 400 and "2.5 is no multiple of 1" in answer.text
    assert not Mark.objects.filter(version=2).exists()


def test_a_submitted_script_offers_a_coordinator_to_reopen_it(
    world: World, changed: Schedule, attempts: list[Attempt]
) -> None:
    submit_scripts(world.mo, changed.ref, None, at=NOW)
    assert "submitted: a coordinator reopens it" in signed_in(world.mo).get(older(changed)).text
    text = signed_in(world.ada).get(older(changed)).text
    assert reverse("coordinator:reopen", args=[changed.ref]) in text


def test_who_looks_after_schemes_alone_sees_counts_and_no_names(
    world: World, changed: Schedule, attempts: list[Attempt]
) -> None:
    grant(world.sid, "scheme_editor", changed.node)
    sid = signed_in(world.sid)
    assert "Marking schemes that you may change" in sid.get(reverse("coordinator:list")).text
    text = sid.get(reverse("schemes:list", args=[changed.ref])).text
    assert ">3<" in text and attempts[0].enrolment.name not in text and "older/" not in text
    assert sid.get(older(changed)).status_code == 404
    assert sid.get(edit(changed)).status_code == 200


def test_somebody_added_for_schemes_alone_is_led_to_them(world: World, schedule: Schedule) -> None:
    add_assessors(world.ada, schedule.ref, [world.ari.ref], Rights(Kind.OTHER, edit_scheme=True), at=NOW)
    note = InboxNote.objects.get(person=world.ari, kind="assessor-added")
    assert note.path == reverse("schemes:list", args=[schedule.ref])
    assert signed_in(world.ari).get(note.path).status_code == 200


def test_the_pages_take_the_same_number_of_statements_however_many_marks(
    world: World, schedule: Schedule
) -> None:
    big = a_schedule(world, version=schedule.version, code="BIG", candidates=30)
    counts = []
    for one, against in ((schedule, 0), (big, 1)):
        for attempt in hand_in(one):
            save_mark(
                world.mo, script_of(attempt).ref, human_part(one).ref, value=1000, against_version=0, at=NOW
            )
        write_scheme(world.ada, part_of(one).ref, rules.Scheme(f"{against}"), against=against, at=NOW)
        client = signed_in(world.ada)
        for page in (reverse("schemes:list", args=[one.ref]), older(one)):
            client.get(page)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(page).status_code == 200
            counts.append(len(asked))
    assert counts[2] <= counts[0] and counts[3] <= counts[1], counts
