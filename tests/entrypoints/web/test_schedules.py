"""The Schedules area: planning, candidates and windows by page, and every answer to bad input."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.ledger.change import change
from marksheet.apps.marking.models import Script
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.results.actions.enrolment import enrol_candidates
from marksheet.apps.results.steps.recompute import recompute
from marksheet.entrypoints.web.schedules import views
from marksheet.entrypoints.web.schedules.forms import PasteForm
from tests.apps.release.scenes import hand_in, mark_all, refs
from tests.factories import (
    NOW,
    TESTER,
    World,
    a_schedule,
    a_world,
    an_assessment,
    enrolments,
    grant,
    signed_in,
    some_candidates,
)

# Pages: what they ask of the database is tested on both, in tests/apps.
pytestmark = pytest.mark.once


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def plan(world: World, version_ref: str, **changes: str) -> dict[str, str]:
    return {
        "version": version_ref,
        "unit": world.department.ref,
        "title": "Algebra 1, June",
        "code": "ALG-1-JUN",
        "opens": "2026-06-08T09:00",
        "closes": "2026-06-08T12:00",
        "timezone": "Europe/Amsterdam",
        **changes,
    }


def test_a_schedule_with_five_candidates_is_planned_and_activated_by_page(world: World) -> None:
    version = an_assessment(world)
    ada = signed_in(world.ada)
    answer = ada.post(reverse("schedules:new"), plan(world, version.ref))
    schedule = Schedule.objects.get()
    assert answer["Location"] == reverse("schedules:schedule", args=[schedule.ref])
    one = {"number": "1001", "name": "Anna Berg", "email": "anna@example.org"}
    assert ada.post(reverse("schedules:candidate-add", args=[schedule.ref]), one).status_code == 302
    lines = "1002, Bilal Aziz, bilal@example.org\n1003; Chen Wei\n1004\tDora Novak\n1005 Emil Larsen\n"
    pasted = ada.post(reverse("schedules:candidates-paste", args=[schedule.ref]), {"lines": lines})
    assert pasted.status_code == 302
    assert list(Enrolment.objects.order_by("number").values_list("name", flat=True)) == [
        "Anna Berg", "Bilal Aziz", "Chen Wei", "Dora Novak", "Emil Larsen",
    ]  # fmt: skip
    assert ada.post(reverse("schedules:activate", args=[schedule.ref])).status_code == 302
    schedule.refresh_from_db()
    assert schedule.state == "active" and schedule.key_version_id
    page = ada.get(reverse("schedules:schedule", args=[schedule.ref]))
    assert page.status_code == 200 and "Emil Larsen" in page.content.decode()


def test_no_unit_is_chosen_before_somebody_chose_one_of_several(world: World) -> None:
    version = an_assessment(world)
    ada, pages = signed_in(world.ada), (reverse("schedules:new"), reverse("exams:new"))
    for url in pages:
        field = ada.get(url).context["form"].fields["unit"]
        assert [ref for ref, _name in field.choices] == [world.department.ref]
    for role in ("scheduler", "author"):
        grant(world.ada, role, world.faculty)
    for url in pages:
        form = ada.get(url).context["form"]
        assert form.fields["unit"].choices[0] == ("", "choose") and not form["unit"].value()
    answer = ada.post(reverse("schedules:new"), plan(world, version.ref, unit=""))
    assert answer.status_code == 400 and "required" in errors(answer)
    home = ada.get(reverse("schedules:new"), {"version": version.ref}).context["form"]
    assert home["unit"].value() == world.department.ref


def test_a_schedule_without_candidates_is_activated_only_after_a_question(world: World) -> None:
    ada = signed_in(world.ada)
    ada.post(reverse("schedules:new"), plan(world, an_assessment(world).ref))
    schedule = Schedule.objects.get()
    here = page("activate", schedule.ref)
    assert f'href="{here}"' in ada.get(page("schedule", schedule.ref)).text
    for asked in (ada.get(here), ada.post(here)):
        assert "Nobody is enrolled yet." in asked.text and "counts as added late" in asked.text
        schedule.refresh_from_db()
        assert schedule.state == "draft"
    assert ada.post(here, {"anyway": "1"}).status_code == 302
    schedule.refresh_from_db()
    assert schedule.state == "active"
    assert "active already" in ada.get(here).text and ada.post(here, {"anyway": "1"}).status_code == 409


def test_what_is_done_on_the_way_to_results_is_said_so(world: World) -> None:
    def done(schedule: Schedule) -> list[bool]:
        steps = signed_in(world.ada).get(page("schedule", schedule.ref)).context["next_steps"]
        return [step.done for step in steps]

    schedule = a_schedule(world)
    empty = a_schedule(world, version=schedule.version, code="EMPTY", candidates=0, staffed=False)
    assert done(empty) == [False, True, False, False, False, False]
    assert done(schedule) == [True, True, True, False, False, False]
    hand_in(schedule, ["AA", "AB"])
    assert done(schedule) == [True, True, True, True, False, False]
    mark_all(world, schedule, 2500)
    assert done(schedule) == [True, True, True, True, True, False]
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    carry_on(selection.ref, at=NOW)
    assert done(schedule) == [True] * 6


def test_every_page_of_a_schedule_opens(world: World) -> None:
    schedule = a_schedule(world)
    ada = signed_in(world.ada)
    for name in ("schedule", "edit"):
        assert ada.get(reverse(f"schedules:{name}", args=[schedule.ref])).status_code == 200
    chosen = Enrolment.objects.filter(schedule=schedule)[0]
    window = reverse("schedules:candidates-window", args=[schedule.ref])
    assert ada.get(window, {"selected": chosen.ref}).status_code == 200
    for query in ("", "?phase=ended", "?q=alg", "?q=nothing-like-it"):
        assert ada.get(reverse("schedules:list") + query).status_code == 200


def page(name: str, ref: str) -> str:
    return reverse(f"schedules:{name}", args=[ref])


def errors(answer: object, name: str = "form") -> str:
    form = answer.context[name]  # type: ignore[attr-defined]
    return " ".join(str(error) for listed in form.errors.values() for error in listed)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"title": ""}, "required"),
        ({"code": ""}, "required"),
        ({"code": "TAKEN"}, "taken"),
        ({"unit": "0" * 32}, "valid choice"),
        ({"version": "0" * 32}, "valid choice"),
        ({"opens": ""}, "required"),
        ({"opens": "next Monday"}, "not a date and time"),
        ({"opens": "2026-02-30T09:00"}, "not a date and time"),
        ({"opens": "0001-01-01T00:00"}, "not a date and time"),
        ({"closes": "2026-06-08T08:00"}, "close after"),
        ({"closes": "2099-06-08T08:00"}, "three years"),
        ({"timezone": "Amsterdam"}, "not a time zone"),
        ({"timezone": "../../etc/passwd"}, "not a time zone"),
        ({"timezone": ""}, "required"),
        ({"venue": "V" * 201}, "at most 200"),
    ],
)
def test_a_plan_that_cannot_be_keeps_what_was_typed(world: World, changed: dict[str, str], says: str) -> None:
    there = a_schedule(world, code="TAKEN", candidates=0, staffed=False)
    answer = signed_in(world.ada).post(reverse("schedules:new"), plan(world, there.version.ref, **changed))
    assert answer.status_code == 400 and says in errors(answer), errors(answer)
    assert answer.context["form"]["title"].value() == changed.get("title", "Algebra 1, June")
    assert Schedule.objects.count() == 1


def test_a_time_that_exists_twice_is_asked_about_and_the_answer_is_taken(world: World) -> None:
    version = an_assessment(world)
    ada = signed_in(world.ada)
    typed = plan(world, version.ref, opens="2026-10-25T02:30", closes="2026-10-25T05:00")
    asked = ada.post(reverse("schedules:new"), typed)
    assert "exists twice" in errors(asked)
    (question,) = asked.context["form"].choices_of_readings()
    assert [text for _, text in question["readings"]] == [
        "2026-10-25 02:30 CEST (UTC+02:00)",
        "2026-10-25 02:30 CET (UTC+01:00)",
    ]
    assert "2026-10-25 02:30 CET" in asked.content.decode()
    second = question["readings"][1][0]
    assert ada.post(reverse("schedules:new"), {**typed, question["name"]: second}).status_code == 302
    assert Schedule.objects.get().opens_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_time_that_does_not_exist_is_asked_about_and_no_other_moment_is_taken(world: World) -> None:
    version = an_assessment(world)
    ada = signed_in(world.ada)
    typed = plan(world, version.ref, opens="2026-03-29T02:30", closes="2026-03-29T05:00")
    asked = ada.post(reverse("schedules:new"), {**typed, "opens_reading": "2026-01-01T00:00:00+00:00"})
    assert "does not exist" in errors(asked)
    asked = ada.post(reverse("schedules:new"), {**typed, "opens_reading": "half past"})
    (question,) = asked.context["form"].choices_of_readings()
    ada.post(reverse("schedules:new"), {**typed, question["name"]: question["readings"][0][0]})
    assert Schedule.objects.get().opens_at == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def test_changing_an_active_schedule_asks_why(world: World) -> None:
    schedule = a_schedule(world, candidates=1, staffed=False)
    ada = signed_in(world.ada)
    typed = plan(world, "", code=schedule.code, revision=str(schedule.revision))
    refused = ada.post(page("edit", schedule.ref), typed)
    assert "say why" in errors(refused)
    assert ada.post(page("edit", schedule.ref), {**typed, "reason": "A typing error"}).status_code == 302
    again = ada.post(page("edit", schedule.ref), {**typed, "title": "Other", "reason": "Again"})
    assert "Somebody changed" in errors(again)
    schedule.refresh_from_db()
    assert schedule.title == "Algebra 1, June"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"number": "", "name": "Anna"}, "required"),
        ({"number": "1", "name": ""}, "required"),
        ({"number": "1", "name": "Anna", "email": "nowhere"}, "valid email"),
        ({"number": "C-1", "name": "Somebody Else"}, "already the number of Cas de Wit"),
    ],
)
def test_a_candidate_who_cannot_be_added_is_refused_beside_what_was_typed(
    world: World, typed: dict[str, str], says: str
) -> None:
    schedule = a_schedule(world, candidates=0, staffed=False, active=False)
    answer = signed_in(world.ada).post(page("candidate-add", schedule.ref), typed)
    assert answer.status_code == 400 and says in errors(answer, "one")
    assert answer.context["one"]["name"].value() == typed["name"]
    assert not Enrolment.objects.exists()


def test_pasted_lines_are_all_added_or_none_and_every_error_names_its_line(world: World) -> None:
    schedule = a_schedule(world, candidates=0, staffed=False, active=False)
    lines = "1,Anna Berg\n\n2\n3,Chen Wei,not-an-address\n1,Dora Novak\n4,Emil Larsen,e@example.org,extra"
    answer = signed_in(world.ada).post(page("candidates-paste", schedule.ref), {"lines": lines})
    told = errors(answer, "many")
    assert answer.status_code == 400 and not Enrolment.objects.exists()
    for line in (
        "Line 2: the name",
        "Line 3: “not-an-address”",
        "Line 4: the number 1",
        "Line 5: “e@example.org",
    ):
        assert line in told, told
    assert answer.context["many"]["lines"].value() == lines


def test_after_the_window_the_page_asks_why_somebody_is_added(world: World) -> None:
    schedule = a_schedule(
        world,
        candidates=1,
        staffed=False,
        opens_at=NOW - timedelta(days=900),
        closes_at=NOW - timedelta(days=899),
    )
    ada = signed_in(world.ada)
    assert ada.get(page("schedule", schedule.ref)).context["late"]
    typed = {"number": "9", "name": "Late One"}
    assert "window is over" in errors(ada.post(page("candidate-add", schedule.ref), typed), "one")
    assert ada.post(page("candidate-add", schedule.ref), {**typed, "reason": "Ill"}).status_code == 302
    assert Enrolment.objects.get(number="9").late


def test_ticked_candidates_are_marked_absent_given_a_window_and_removed(world: World) -> None:
    schedule = a_schedule(world, candidates=3, staffed=False)
    first, second, third = Enrolment.objects.order_by("number")
    ada = signed_in(world.ada)
    change = page("candidates-change", schedule.ref)
    assert ada.post(change, {"selected": first.ref, "do": "absent", "reason": "Ill"}).status_code == 302
    window = {
        "selected": second.ref,
        "opens": "2030-06-08T09:00",
        "closes": "2030-06-08T12:00",
        "reason": "Ill",
    }
    assert ada.post(page("candidates-window", schedule.ref), window).status_code == 302
    assert ada.post(change, {"selected": third.ref, "do": "remove"}).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    schedule.refresh_from_db()
    assert first.standing == "absent" and schedule.ends_at == second.closes_at
    assert not Enrolment.objects.filter(pk=third.pk).exists()
    assert (
        ada.post(change, {"selected": second.ref, "do": "no-window", "reason": "Mistake"}).status_code == 302
    )


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"do": "absent"}, 400),
        ({"do": "remove", "selected": "0" * 32}, 404),
        ({"do": "publish", "selected": "there"}, 400),
        ({"selected": "there"}, 400),
        ({"do": "no-window", "selected": "there"}, 400),
    ],
)
def test_what_cannot_be_done_to_ticked_candidates_is_answered_clearly(
    world: World, typed: dict[str, str], status: int
) -> None:
    schedule = a_schedule(world, candidates=1, staffed=False)
    there = Enrolment.objects.get()
    typed = {name: there.ref if value == "there" else value for name, value in typed.items()}
    answer = signed_in(world.ada).post(page("candidates-change", schedule.ref), typed)
    assert answer.status_code == status
    assert Enrolment.objects.get().standing == "expected"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"reason": ""}, "required"),
        ({"opens": ""}, "required"),
        ({"closes": "2030-06-08T08:00"}, "close after"),
        ({"opens": "2026-10-25T02:30", "closes": "2026-10-25T12:00"}, "exists twice"),
    ],
)
def test_a_window_of_ones_own_that_cannot_be_is_refused(
    world: World, changed: dict[str, str], says: str
) -> None:
    schedule = a_schedule(world, candidates=1, staffed=False)
    typed = {
        "selected": Enrolment.objects.get().ref,
        "opens": "2030-06-08T09:00",
        "closes": "2030-06-08T12:00",
        "reason": "Ill",
    }
    answer = signed_in(world.ada).post(page("candidates-window", schedule.ref), {**typed, **changed})
    assert answer.status_code == 400 and says in errors(answer)
    assert signed_in(world.ada).get(page("candidates-window", schedule.ref)).status_code == 400


def test_an_invigilator_sees_the_schedule_and_only_what_they_may_do(world: World) -> None:
    schedule = a_schedule(world, candidates=1, staffed=False)
    grant(world.sid, "invigilator", schedule.node)
    sid = signed_in(world.sid)
    shown = sid.get(page("schedule", schedule.ref))
    assert shown.status_code == 200
    assert shown.context["records"] and not shown.context["manages"]
    assert "Add candidate" not in shown.content.decode()
    for name in ("activate", "archive", "restore"):
        assert sid.post(page(name, schedule.ref)).status_code == 403
    refused = sid.post(page("candidate-add", schedule.ref), {"number": "1", "name": "N"})
    assert "Ada Vermeer" in errors(refused, "one")


def test_archiving_says_what_is_left_behind_and_asks_why(world: World) -> None:
    schedule = a_schedule(world, candidates=4)
    hand_in(schedule, ["AA", "AB", "BB"])
    mark_all(world, schedule, 3000)
    with change(TESTER, "mark.give", at=NOW) as opened:
        Script.objects.filter(attempt__enrolment__number="1001").update(submitted_at=None)
        recompute(opened, schedule)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk)
    ada, here = signed_in(world.ada), page("archive", schedule.ref)
    shown = ada.get(here).content.decode()
    assert "1 candidate can still hand in" in shown
    assert "1 script is not submitted" in shown and "2 results are not published" in shown
    assert "This field is required" in ada.post(here, {"reason": ""}).content.decode()
    schedule.refresh_from_db()
    assert schedule.state == "active"
    assert ada.post(here, {"reason": "The inquiry is over"}).status_code == 302
    schedule.refresh_from_db()
    assert schedule.state == "archived"
    assert "can be archived" in ada.get(here).content.decode()


def test_an_archived_schedule_is_brought_back_by_page(world: World) -> None:
    schedule = a_schedule(world, candidates=2, active=False)
    ada, back = signed_in(world.ada), page("restore", schedule.ref)
    assert "not archived" in ada.get(back).content.decode()
    assert "2 candidates are enrolled" in ada.get(page("archive", schedule.ref)).content.decode()
    ada.post(page("archive", schedule.ref), {"reason": "Not held"})
    assert back in ada.get(page("schedule", schedule.ref)).content.decode()
    assert ada.get(back).context["possible"]
    assert ada.post(back, {"reason": "Held after all"})["Location"] == page("schedule", schedule.ref)
    schedule.refresh_from_db()
    assert schedule.state == "draft"


def test_for_strangers_and_candidates_there_are_no_schedules(world: World) -> None:
    schedule = a_schedule(world, with_cas=True, staffed=False)
    for person in (world.sid, world.cas, world.eva, world.ari):
        client = signed_in(person)
        assert client.get(reverse("schedules:list")).status_code == 200
        for name in ("schedule", "edit", "candidates-window"):
            assert client.get(page(name, schedule.ref), {"selected": "x"}).status_code == 404
        for name in (
            "activate",
            "archive",
            "restore",
            "candidate-add",
            "candidates-paste",
            "candidates-change",
        ):
            assert client.post(page(name, schedule.ref), {"do": "remove"}).status_code == 404
        assert client.get(page("schedule", "0" * 32)).status_code == 404


def test_candidates_are_paged_by_name_and_found_by_name_or_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "CANDIDATES", 4)
    schedule = a_schedule(world, candidates=10, staffed=False)
    ada = signed_in(world.ada)
    here, seen = page("schedule", schedule.ref), []
    query: dict[str, str] | None = {}
    while query is not None:
        place = ada.get(here, query).context["place"]
        seen += [row.pk for row in place.rows]
        query = place.following
    assert seen == list(Enrolment.objects.order_by("sort_name", "id").values_list("pk", flat=True))
    back = ada.get(here, place.previous).context["place"]
    assert [row.pk for row in back.rows] == seen[4:8] and back.following
    assert [row.number for row in ada.get(here, {"q": "1003"}).context["place"].rows] == ["1003"]
    assert ada.get(here, {"q": "wei"}).context["place"].total == 1
    assert ada.get(here, {"after": "nobody"}).context["place"].total == 10


def test_pages_take_the_same_number_of_statements_however_many_there_are(world: World) -> None:
    version = an_assessment(world)
    first = a_schedule(world, version=version, candidates=2, staffed=False)
    ada = signed_in(world.ada)
    counts = []
    for n in (0, 12):
        if n:
            enrol_candidates(world.ada, first.ref, some_candidates(n, first=50), reason="late", at=NOW)
            for k in range(3):
                a_schedule(world, version=version, code=f"K{k}", candidates=1, staffed=False)
        for address in (reverse("schedules:list"), page("schedule", first.ref)):
            with CaptureQueriesContext(connection) as queries:
                assert ada.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:] and max(counts) <= 30, counts


def test_what_asks_for_more_carries_who_was_ticked_in_its_address_and_nothing_else(world: World) -> None:
    schedule = a_schedule(world, candidates=2)
    ticked = [one.ref for one in enrolments(schedule)]
    ada, change = signed_in(world.ada), f"/schedules/{schedule.ref}/candidates/change/"
    page = ada.get(f"/schedules/{schedule.ref}/").content.decode()
    for do in ("take-back", "window"):
        assert f'name="do" value="{do}"' in page
        answer = ada.post(
            change, {"do": do, "selected": ticked, "reason": "typed", "csrfmiddlewaretoken": "x"}
        )
        asked = "&".join(f"selected={ref}" for ref in ticked)
        assert answer["Location"] == f"/schedules/{schedule.ref}/candidates/{do}/?{asked}"
        assert signed_in(world.sid).post(change, {"do": do, "selected": ticked}).status_code == 404
    assert "A window of their own" in ada.get(answer["Location"]).content.decode()


def test_a_plan_that_is_not_active_leads_to_no_page_of_its_marking(world: World) -> None:
    words, ada = "Marking: people and progress", signed_in(world.ada)
    plan = a_schedule(world, active=False)
    assert words not in ada.get(f"/schedules/{plan.ref}/").content.decode()
    active = a_schedule(world, version=plan.version, code="ALG-2")
    page = ada.get(f"/schedules/{active.ref}/").content.decode()
    assert words in page
    assert ada.get(f"/marking/coordinator/{active.ref}/").status_code == 200


@pytest.mark.parametrize(
    ("line", "candidate"),
    [
        ('7003, "Ode, Xu"', ("7003", "Ode, Xu", "")),
        ('7003;"Ode; Xu";xu@example.org', ("7003", "Ode; Xu", "xu@example.org")),
        ('7003\t"Ode ""Bo"" Xu"', ("7003", 'Ode "Bo" Xu', "")),
        ('7003, Ode "Bo" Xu', ("7003", 'Ode "Bo" Xu', "")),
        ('7003, "Ode, xu@example.org', ("7003", '"Ode', "xu@example.org")),
        ("7003 Ode Xu", ("7003", "Ode Xu", "")),
    ],
)
def test_a_pasted_name_in_quotes_is_one_piece(line: str, candidate: tuple[str, str, str]) -> None:
    form = PasteForm({"lines": line})
    assert form.is_valid()
    assert [(one.number, one.name, one.email) for one in form.candidates()] == [candidate]


def test_without_candidates_nothing_is_said_to_have_arrived(world: World) -> None:
    ada, version = signed_in(world.ada), an_assessment(world)
    for n, words in ((0, "there are no candidates yet"), (1, "Nothing arrived of 1 candidate")):
        schedule = a_schedule(world, version=version, code=f"S-{n}", candidates=n)
        page = ada.get(f"/schedules/{schedule.ref}/reconciliation/").content.decode()
        assert words in page and "work has arrived." not in page
