"""Reports: published results for a named reader, never anything that is not published."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Attempt, Enrolment, Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotFound
from marksheet.apps.people.queries import shipped_role
from marksheet.apps.people.steps import give
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.showing import hide
from marksheet.apps.release.queries.detail import detail_of
from marksheet.apps.results.actions.enrolment import Candidate, Window, give_own_window
from marksheet.apps.results.actions.marks import CellSave, reopen_results, save_marks, submit_scripts
from marksheet.apps.results.actions.standing import mark_standing, void_attempts
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries import reports
from marksheet.apps.results.queries.cohorts import cohort_of
from marksheet.apps.results.queries.reports import Asked
from marksheet.outputs.reports import REPORTS, report
from marksheet.rules.publication import Stage
from tests.apps.marking.scene import human_part
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.factories import (
    NOW,
    TESTER,
    World,
    a_machine_assessment,
    a_schedule,
    a_world,
    an_assessment,
    grant,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def publish_all(world: World, some: list[str], *, show: bool = False) -> None:
    selection = freeze_selection(world.pia, refs=some, at=NOW)
    publish(world.pia, selection.ref, show=show, at=NOW)
    carry_on(selection.ref, at=NOW)


@pytest.fixture
def quiz(world: World) -> Schedule:
    """Three candidates, 3, 2 and 0 of 3 marks; the first two published."""
    schedule = a_ready_quiz(world)
    publish_all(world, refs(schedule)[:2], show=True)
    return schedule


def names(person, asked: Asked | None = None) -> list[str]:
    return [row.name for row in reports.page(person, asked or Asked()).rows]


def test_rows_are_there_as_soon_as_they_are_published_and_no_earlier(world: World) -> None:
    schedule = a_ready_quiz(world)
    assert names(world.ada) == []
    publish_all(world, refs(schedule)[:1])
    assert names(world.ada) == ["Bilal Aziz"]
    retract(world.pia, refs(schedule)[:1], reason="checking", at=NOW)
    assert names(world.ada) == []


def test_list_and_door_agree_for_every_person(world: World, quiz: Schedule) -> None:
    grant(world.sid, "published_viewer", quiz.node)
    for person in (world.ada, world.pia, world.mo, world.max, world.ari, world.cas, world.sid, world.eva):
        seen = {row.ref for row in reports.page(person, Asked()).rows}
        for ref in refs(quiz):
            if ref in seen:
                assert detail_of(person, ref).row.ref == ref
                assert signed_in(person).get(f"/reports/candidates/{ref}/").status_code == 200
            else:
                with pytest.raises(NotFound):
                    detail_of(person, ref)
                assert signed_in(person).get(f"/reports/candidates/{ref}/").status_code == 404
    assert len(names(world.ada)) == len(names(world.sid)) == 2
    assert names(world.mo) == names(world.ari) == names(world.eva) == []


def test_a_correction_on_its_way_does_not_show(world: World) -> None:
    schedule = a_schedule(world, candidates=1)
    hand_in(schedule, ["AA"])
    mark_all(world, schedule, 2000)
    ref = refs(schedule)[0]
    publish_all(world, [ref])
    reopen_results(world.ada, [ref], reason="one page was missed", at=NOW)
    cell = CellSave(
        Attempt.objects.get(schedule=schedule).script_ref, human_part(schedule).ref, 5000, False, 1
    )
    save_marks(world.mo, schedule.ref, [cell], at=NOW)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    assert Result.objects.get(ref=ref).shown_score == "7"
    detail = detail_of(world.ada, ref)
    assert (detail.version.shown_score, detail.correction) == ("4", True)
    assert [one.score for one in detail.items] == [1, 1, 2]
    assert cohort_of(world.ada, schedule).scores.mean == 4.0
    for path in (
        f"candidates/{ref}/",
        "candidates/",
        f"schedules/{schedule.ref}/",
        "schedules/",
        "assessments/",
    ):
        text = signed_in(world.ada).get(f"/reports/{path}").text
        assert "100.0" not in text


def test_the_detail_shows_answer_key_score_and_who_sees_it(world: World, quiz: Schedule) -> None:
    ref = refs(quiz)[1]
    detail = detail_of(world.ada, ref)
    assert [(one.parts[0].answer, one.parts[0].correct, one.score) for one in detail.items] == [
        ("A", "A", 1), ("A", "A", 1), ("B", "A", 0),
    ]  # fmt: skip
    assert (detail.disclosed.status, detail.mine) == ("shown", False)
    assert detail_of(world.pia, ref).mine
    hide(world.pia, [ref], reason="too early", at=NOW)
    assert detail_of(world.ada, ref).disclosed.status == "hidden"
    text = signed_in(world.pia).get(f"/reports/candidates/{ref}/").text
    assert "Retract" in text and "hidden since" in text
    assert "Retract" not in signed_in(world.ada).get(f"/reports/candidates/{ref}/").text


def test_search_filters_and_sort(world: World, quiz: Schedule) -> None:
    other = a_ready_quiz(world, ("AAA",), code="OTHER")
    void_attempts(world.ada, refs(other), reason="fraud", at=NOW)
    publish_all(world, refs(other))
    assert len(names(world.ada)) == 3
    assert names(world.ada, Asked(text="chen")) == ["Chen Wei"]
    assert names(world.ada, Asked(text="1002")) == ["Chen Wei"]
    assert names(world.ada, Asked(schedules=(other.ref,))) == ["Bilal Aziz"]
    assert names(world.ada, Asked(outcomes=("void",))) == ["Bilal Aziz"]
    assert len(names(world.ada, Asked(assessments=(quiz.version.assessment.ref,)))) == 2
    assert len(names(world.ada, Asked(units=(world.faculty.ref,)))) == 3
    assert names(world.ada, Asked(units=(world.elsewhere.ref,))) == []
    assert len(names(world.ada, Asked(shown="hidden"))) == 1
    assert names(world.ada, Asked(schedules=(quiz.ref,), sort="-score")) == ["Bilal Aziz", "Chen Wei"]
    assert names(world.ada, Asked(schedules=(quiz.ref,), sort="score")) == ["Chen Wei", "Bilal Aziz"]
    with pytest.raises(BadInput):
        reports.page(world.ada, Asked(sort="colour"))
    with pytest.raises(BadInput):
        reports.page(world.ada, Asked(), after="nonsense")


def test_pages_follow_each_other_whatever_they_are_sorted_by(world: World) -> None:
    version = a_machine_assessment(world, code="LONG", workflow="coordinated")
    schedule = a_schedule(world, version=version, code="LONG-JUN", candidates=7)
    hand_in(schedule, ["AAA", "AAB", "BBB", "AAA", "ABA", "...", "AAB"])
    void_attempts(world.ada, refs(schedule)[:1], reason="fraud", at=NOW)
    publish_all(world, refs(schedule))
    for sort in ("name", "-name", "number", "-number", "code", "-published", "score", "-score", "-percent"):
        wanted, found, after = Asked(schedules=(schedule.ref,), sort=sort), [], ""
        while True:
            page = reports.page(world.ada, wanted, after=after, size=2)
            found += [row.pk for row in page.rows]
            after = page.next
            if not after:
                break
        assert len(found) == len(set(found)) == 7, sort
        assert found == [row.pk for row in reports.page(world.ada, wanted).rows], sort


def test_lists_cost_the_same_however_long_they_are(world: World) -> None:
    for n in range(3):
        publish_all(world, refs(a_ready_quiz(world, code=f"Q-{n}")))
    for query in (reports.page, reports.schedule_page, reports.assessment_page):
        counts = []
        for size in (1, 3):
            with CaptureQueriesContext(connection) as asked:
                rows = query(world.ada, Asked(at=NOW), size=size).rows
            assert len(rows) == size
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 11, query


def test_a_page_of_reports_costs_a_fixed_number_of_statements(world: World, quiz: Schedule) -> None:
    client = signed_in(world.ada)
    for path, most in (
        ("candidates/", 18), ("schedules/", 18), ("assessments/", 18), (f"schedules/{quiz.ref}/", 20),
        (f"candidates/{refs(quiz)[0]}/", 20),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/reports/{path}").status_code == 200
        assert len(asked) <= most, (path, len(asked))


def test_x_of_y_published_and_the_complete_filter(world: World, quiz: Schedule) -> None:
    (line,) = reports.schedule_page(world.ada, Asked(at=NOW)).rows
    assert (line.tally.published, line.tally.handed_in, line.complete) == (2, 3, False)
    assert reports.schedule_page(world.ada, Asked(complete=True, at=NOW)).rows == []
    text = signed_in(world.ada).get(f"/reports/schedules/{quiz.ref}/").text
    assert "2 of 3 published" in text and "over what is published so far" in text
    publish_all(world, refs(quiz)[2:])
    (line,) = reports.schedule_page(world.ada, Asked(complete=True, at=NOW)).rows
    assert (line.tally.published, line.tally.n, line.tally.passed, line.complete) == (3, 3, 2, True)
    assert line.tally.mean_percent == 55_555_556
    assert "so far" not in signed_in(world.ada).get(f"/reports/schedules/{quiz.ref}/").text


def test_a_schedule_with_an_open_window_is_never_complete(world: World, quiz: Schedule) -> None:
    publish_all(world, refs(quiz)[2:])
    enrolment = Enrolment.objects.filter(schedule=quiz).latest("pk")
    own = Window(NOW, clock.read() + timedelta(days=2))
    give_own_window(world.ada, quiz.ref, [enrolment.ref], own, reason="ill that day", at=NOW)
    (line,) = reports.schedule_page(world.ada, Asked(at=NOW)).rows
    assert (line.tally.published, line.tally.handed_in, line.complete) == (3, 3, False)
    assert reports.schedule_page(world.ada, Asked(complete=True, at=NOW)).rows == []
    client = signed_in(world.ada)
    page = client.get("/reports/schedules/").text
    assert "All so far" in page and ">Complete</span>" not in page
    assert "Nothing fits" in client.get("/reports/schedules/?complete=1").text
    assert "more can come" in client.get(f"/reports/schedules/{quiz.ref}/").text
    later = Asked(complete=True, at=own.closes_at)
    assert [row.stage for row in reports.schedule_page(world.ada, later).rows] == [Stage.COMPLETE]


def test_void_absent_and_withheld_are_counted_apart(world: World) -> None:
    version = a_machine_assessment(world, code="APART", workflow="coordinated")
    schedule = a_schedule(world, version=version, code="APART-JUN", candidates=6)
    hand_in(schedule, ["AAA", "AAB", "BBB", "AAA"])
    void_attempts(world.ada, refs(schedule)[3:4], reason="fraud", at=NOW)
    mark_standing(world.ada, refs(schedule)[4:5], standing="absent", reason="", at=NOW)
    publish_all(world, [refs(schedule)[0], refs(schedule)[1], refs(schedule)[3]])
    cohort = cohort_of(world.ada, schedule)
    assert (cohort.published, cohort.handed_in, cohort.percents.n) == (3, 4, 2)
    assert (cohort.apart.void, cohort.apart.absent) == (1, 1)
    assert (cohort.apart.nothing_handed_in, cohort.apart.not_published) == (1, 1)
    assert cohort.scores.mean == 2.5 and cohort.percents.pass_rate == 1.0
    assert cohort.grades == (("A", 1), ("B", 0), ("C", 1), ("F", 0))
    assert sum(one.n for one in cohort.bins) == 2
    assert [item.statistics.facility for item in cohort.items] == [1.0, 1.0, 0.5]


def test_a_centre_sees_its_own_candidates_and_nothing_else(world: World) -> None:
    here = Candidate(number="H-1", name="Home Student", home=world.elsewhere.pk)
    there = Candidate(number="T-1", name="Other Student", home=world.department.pk)
    version = a_machine_assessment(world, code="CEN", workflow="coordinated")
    schedule = a_schedule(world, version=version, code="CEN-JUN", candidates=[here, there])
    hand_in(schedule, ["AAA", "BBB"])
    with change(TESTER, "role.manage", at=NOW) as opened:
        give(
            opened, person=world.sid, role=shipped_role("scheduler"), unit=world.elsewhere, reach="candidates"
        )
        opened.record("person", world.sid.pk)
    assert names(world.sid) == []
    publish_all(world, refs(schedule))
    assert names(world.sid) == ["Home Student"]
    cohort = cohort_of(world.sid, schedule)
    assert (cohort.published, cohort.handed_in, cohort.whole, cohort.scores.mean) == (1, 1, False, 3.0)
    (line,) = reports.schedule_page(world.sid, Asked(at=NOW)).rows
    assert (line.tally.published, line.tally.handed_in, line.tally.n) == (1, 1, 1)
    text = signed_in(world.sid).get(f"/reports/schedules/{schedule.ref}/").text
    assert "candidates of your units alone" in text and "Other Student" not in text


def test_what_is_ones_own_is_not_in_reports(world: World) -> None:
    schedule = a_schedule(world, candidates=1, with_cas=True)
    hand_in(schedule, ["AA", "AA"])
    mark_all(world, schedule, 3000)
    publish_all(world, refs(schedule))
    grant(world.cas, "reports_viewer", world.department)
    assert names(world.cas) == ["Bilal Aziz"]
    with pytest.raises(NotFound):
        detail_of(world.cas, refs(schedule)[1])
    assert cohort_of(world.cas, schedule).percents.n == 1


def test_assessments_add_up_their_sittings(world: World, quiz: Schedule) -> None:
    second = a_schedule(world, version=quiz.version, code="QUIZ-1-JUL", candidates=1)
    hand_in(second, ["AAA"])
    publish_all(world, refs(second))
    (line,) = reports.assessment_page(world.ada, Asked()).rows
    assert (line.sittings, line.tally.published, line.tally.handed_in, line.tally.n) == (2, 3, 4, 3)
    assert "2 sittings" in signed_in(world.ada).get(f"/reports/assessments/{line.assessment.ref}/").text
    assert signed_in(world.eva).get(f"/reports/assessments/{line.assessment.ref}/").status_code == 404


def test_every_report_declares_columns_that_give_values(world: World, quiz: Schedule) -> None:
    a_schedule(world, version=an_assessment(world), code="BY-HAND", candidates=1)
    for name in REPORTS:
        one = report(name)
        rows = list(one.rows(world.ada, Asked(schedules=(quiz.ref,) if name == "items" else (), at=NOW)))
        # Nothing is finished here; what Audit lists is taken out in test_exports.py.
        assert rows or name == "finished", name
        for column in one.columns:
            assert str(column.label)
            assert not rows or column.value(rows[0]) is not NotImplemented
        assert list(one.rows(world.eva, Asked(at=NOW))) == []


def test_strangers_see_no_reports(world: World, quiz: Schedule) -> None:
    client = signed_in(world.sid)
    assert "Reports" not in client.get("/reports/candidates/").text.split("<main")[0]
    assert client.get(f"/reports/schedules/{quiz.ref}/").status_code == 404
    assert "Bilal" not in client.get("/reports/candidates/").text


def test_show_hide_and_retract_are_reached_from_reports(world: World, quiz: Schedule) -> None:
    client, first = signed_in(world.pia), refs(quiz)[0]
    back = f"/reports/candidates/?schedule={quiz.ref}"
    asked = client.post("/publications/retract/", {"selected": first, "back": back, "source": "reports"})
    assert asked.status_code == 200 and "reason" in asked.text
    done = client.post("/publications/retract/", {"refs": first, "back": back, "reason": "a wrong key"})
    assert (done.status_code, done.headers["Location"]) == (302, back)
    assert names(world.pia) == ["Chen Wei"]
