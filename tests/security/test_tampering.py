"""Append-only tables refuse the application; what a superuser changes behind it is found, and where."""

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from marksheet.apps.exams.models import AnswerScore, Response
from marksheet.apps.ledger import chain
from marksheet.apps.ledger.constraints import APPEND_ONLY, missing
from marksheet.apps.ledger.models import Event, Head, Line, Side
from marksheet.apps.marking.models import Mark, Script
from marksheet.apps.people.actions.organisation import add_unit
from marksheet.apps.people.models import Person, Unit
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.showing import show
from marksheet.apps.release.actions.viewing import note_seen
from marksheet.apps.release.models import Disclosure, Opening
from marksheet.apps.release.queries.candidate import dashboard_of
from marksheet.apps.release.queries.verifying import Fault, Verified, last_link, verify
from marksheet.apps.results.actions.adjusting import adjust, take_back
from marksheet.apps.results.actions.marks import PanelSave, save_panel
from marksheet.apps.results.models import Result, ResultVersion, Withdrawal
from marksheet.apps.results.steps.versions import FIELDS, content_hash
from marksheet.rules.marks import TypedMark
from tests.apps.marking.scene import human_part
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.databases import Databases
from tests.factories import NOW, World, a_schedule, a_world, enrolments
from tests.guard import writes_allowed
from tests.roles import as_owner
from tests.security.unfinished import put_beside


@pytest.fixture(scope="module")
def made(django_db_setup: None, databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Three published results, one of them shown, one retracted; marks; a row in every append-only table."""
    with django_db_blocker.unblock(), databases.fresh():
        yield _made()


@pytest.fixture
def world(made: World, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The same, and whatever is done to it is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield made
        transaction.set_rollback(True)


def _made() -> World:
    world = a_world()
    schedule = a_ready_quiz(world)
    marked = a_schedule(world, candidates=1)
    hand_in(marked, ["AA"])
    mark_all(world, marked, 2000)
    opened = a_schedule(world, version=marked.version, candidates=1, code="OPEN")
    hand_in(opened, ["AA"])
    script = Script.objects.get(schedule=opened)
    said = PanelSave(
        script.ref, human_part(opened).ref, 0, 0, 0, typed=TypedMark(None, True), feedback="Read on"
    )
    save_panel(world.mo, opened.ref, said, at=NOW)
    put_beside(world, opened, script.ref, human_part(opened).ref)
    adjust(world.ada, refs(marked), "late_penalty", Fraction(1), reason="A day late", at=NOW)
    take_back(world.ada, refs(marked), "late_penalty", reason="It was not", at=NOW)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    carry_on(selection.ref, at=NOW)
    show(world.pia, refs(schedule)[:1], at=NOW)
    note_seen(dashboard_of(enrolments(schedule)[0].person, NOW), at=NOW)
    retract(world.pia, refs(schedule)[1:2], reason="A sum was wrong", at=NOW)
    return world


@pytest.fixture
def _unguarded(world: World) -> Iterator[None]:
    """What only the owner of the database can do: the triggers are gone."""
    with as_owner(), connection.cursor() as cursor:
        for guarded in APPEND_ONLY:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {guarded.table} DISABLE TRIGGER USER")
            else:
                cursor.execute(f"DROP TRIGGER {guarded.table}_no_update")
                cursor.execute(f"DROP TRIGGER {guarded.table}_no_delete")
    with as_owner(), writes_allowed():
        yield


@pytest.mark.parametrize("table", [guarded.table for guarded in APPEND_ONLY])
@pytest.mark.parametrize("how", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_append_only_tables_refuse_even_their_owner(world: World, table: str, how: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        count = cursor.fetchone()[0]
        assert count, f"there is no row in {table} to try it on"
        with pytest.raises(DatabaseError, match="append-only"), writes_allowed(), transaction.atomic():
            cursor.execute(how.format(table=table, column="id"))
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        assert cursor.fetchone()[0] == count


def test_a_private_text_can_be_emptied_and_nothing_else(world: World) -> None:
    side = Side.objects.earliest("pk")
    with writes_allowed():
        for change in ({"value": "another"}, {"value": "", "salt": "another"}, {"name": "other"}):
            with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
                Side.objects.filter(pk=side.pk).update(**change)
        Side.objects.filter(pk=side.pk).update(value="")
    assert list(verify(Verified())) == []


def test_a_table_that_lost_its_guard_is_named(_unguarded: None) -> None:
    assert missing() == [guarded.table for guarded in APPEND_ONLY]


def _event(verb: str = "result.publish") -> Event:
    return Event.objects.filter(verb=verb).latest("seq")


def _body_of_an_event() -> str:
    event = _event()
    Event.objects.filter(pk=event.pk).update(body=event.body.replace('"shown":1', '"shown":2'))
    return f"event {event.seq}"


def _actor_of_an_event() -> str:
    event = _event()
    Event.objects.filter(pk=event.pk).update(actor_id=(event.actor_id or 0) + 1)
    return f"event {event.seq}"


def _event_made_to_fit_itself() -> str:
    event = _event("role.manage")
    body = json.loads(event.body) | {"facts": {"nothing": "happened"}}
    hashed = chain.link(event.previous, event.seq, body)
    Event.objects.filter(pk=event.pk).update(body=chain.canonical(body), hash=hashed)
    return f"event {event.seq + 1}"


def _delete_event() -> str:
    event = Event.objects.filter(line_count=0).exclude(pk__in=Side.objects.values("event")).latest("seq")
    Event.objects.filter(pk=event.pk).delete()
    return f"event {event.seq}"


def _insert_event() -> str:
    last = Event.objects.latest("seq")
    body = json.loads(last.body) | {"id": last.pk + 99}
    last.previous, last.seq, last.id = last.hash, last.seq + 1, last.pk + 99
    last.body, last.hash = chain.canonical(body), chain.link(last.previous, last.seq, body)
    last.save(force_insert=True)
    return "the end of the log"


def _swap_events() -> str:
    one, two = Event.objects.order_by("seq")[2:4]
    for seq, pk in ((-1, one.pk), (one.seq, two.pk), (two.seq, one.pk)):
        Event.objects.filter(pk=pk).update(seq=seq)
    return f"event {one.seq}"


def _line() -> str:
    line = Line.objects.filter(event__verb="result.prepare").earliest("pk")
    Line.objects.filter(pk=line.pk).update(body=line.body.replace('"version":"', '"version":"0'))
    return f"event {line.event.seq}"


def _one_line_less() -> str:
    line = Line.objects.filter(event__verb="result.prepare").latest("pk")
    line.delete()
    return f"event {line.event.seq}"


def _side_text() -> str:
    side = Side.objects.get(value="A sum was wrong")
    Side.objects.filter(pk=side.pk).update(value="No reason")
    return f"event {side.event.seq}"


def _side_taken_away() -> str:
    side = Side.objects.get(value="A sum was wrong")
    side.delete()
    return f"event {side.event.seq}"


def _version() -> str:
    version = ResultVersion.objects.earliest("pk")
    ResultVersion.objects.filter(pk=version.pk).update(shown_score="99")
    return f"version 1 of result {version.result_id}"


def _version_with_its_hash() -> str:
    version = ResultVersion.objects.earliest("pk")
    values = {name: getattr(version, name) for name in FIELDS} | {
        "items": bytes(version.items),
        "grade": "A+",
    }
    ResultVersion.objects.filter(pk=version.pk).update(grade="A+", hash=content_hash(values))
    return f"version 1 of result {version.result_id}"


def _disclosure() -> str:
    one = Disclosure.objects.earliest("pk")
    Disclosure.objects.filter(pk=one.pk).update(body=one.body.replace("passed", "failed"))
    return f"disclosure {one.pk}"


def _disclosure_with_its_hash() -> str:
    one = Disclosure.objects.earliest("pk")
    body = one.body.replace("passed", "failed")
    Disclosure.objects.filter(pk=one.pk).update(body=body, hash=chain.digest(body))
    return f"disclosure {one.pk}"


def _disclosure_made_up() -> str:
    one = Disclosure.objects.earliest("pk")
    one.pk, one.ref, one.event_id = None, "0" * 32, Event.objects.earliest("seq").pk
    one.save(force_insert=True)
    return f"disclosure {one.pk}"


def _mark() -> str:
    mark = Mark.objects.filter(value_thousandths=2000).earliest("pk")
    Mark.objects.filter(pk=mark.pk).update(value_thousandths=3000)
    return f"mark of part {mark.part_id} of attempt {mark.attempt_id}"


def _mark_deleted() -> str:
    mark = Mark.objects.earliest("pk")
    mark.delete()
    return f"mark of part {mark.part_id} of attempt {mark.attempt_id}"


def _mark_made_up() -> str:
    mark = Mark.objects.latest("pk")
    mark.pk, mark.version, mark.event_id = None, mark.version + 1, 1
    mark.value_thousandths, mark.no_response = 3000, False
    mark.save(force_insert=True)
    return f"mark of part {mark.part_id} of attempt {mark.attempt_id}"


def _score_of_an_answer() -> str:
    score = AnswerScore.objects.filter(numerator=0).select_related("answer").earliest("pk")
    AnswerScore.objects.filter(pk=score.pk).update(numerator=1)
    return f"score of answer {score.answer_id} to part {score.answer.part_id}"


def _response() -> str:
    right = AnswerScore.objects.filter(right=True).earliest("pk")
    response = (
        Response.objects.filter(part=right.answer.part_id).exclude(answer=right.answer_id).earliest("pk")
    )
    Response.objects.filter(pk=response.pk).update(answer=right.answer_id)
    return f"result {Result.objects.get(enrolment=response.attempt.enrolment_id).pk}"


def _ready_result() -> str:
    row = Result.objects.filter(state="ready", in_force=None).earliest("pk")
    Result.objects.filter(pk=row.pk).update(
        score_numerator=3, score_micro=3_000_000, shown_score="3", grade="10"
    )
    return f"result {row.pk}"


def _published_result() -> str:
    row = Result.objects.filter(in_force__isnull=False).earliest("pk")
    Result.objects.filter(pk=row.pk).update(shown_score="2.9")
    return f"result {row.pk}"


def _out_of_force() -> str:
    row = Result.objects.filter(in_force__isnull=False).earliest("pk")
    Result.objects.filter(pk=row.pk).update(in_force=None)
    return f"result {row.pk}"


def _withdrawal() -> str:
    one = Withdrawal.objects.earliest("pk")
    one.delete()
    return f"withdrawal of version {one.version_id}"


def _opening() -> str:
    row = Result.objects.filter(shown_to_candidate=True).earliest("pk")
    Opening.objects.filter(result=row).delete()
    return f"result {row.pk}"


TAMPERING: list[Callable[[], str]] = [
    _body_of_an_event, _actor_of_an_event, _event_made_to_fit_itself, _delete_event, _insert_event, _swap_events,
    _line, _one_line_less, _side_text, _side_taken_away, _version, _version_with_its_hash, _disclosure,
    _disclosure_with_its_hash, _disclosure_made_up, _mark, _mark_deleted, _mark_made_up, _score_of_an_answer,
    _response, _ready_result, _published_result, _out_of_force, _withdrawal, _opening,
]  # fmt: skip


@pytest.mark.usefixtures("_unguarded")
@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda one: one.__name__.strip("_"))
def test_what_was_tampered_with_is_found_and_located(tamper: Callable[[], str]) -> None:
    assert list(verify(Verified())) == []
    where = tamper()
    faults = list(verify(Verified()))
    assert faults and any(_at(fault, where) for fault in faults), (where, faults)


def _at(fault: Fault, where: str) -> bool:
    return fault.where == where or fault.where.startswith(where + " ")


def _constraints(when: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS ALL {when}")


@pytest.mark.usefixtures("_unguarded")
def test_a_log_cut_at_its_end_is_found_with_a_checkpoint_only() -> None:
    ari = Person.objects.get(username="ari")
    # An event is written after what belongs to it.
    _constraints("DEFERRED")
    add_unit(ari, Unit.objects.get(kind="institution").ref, name="Late", label="", code="L", at=NOW)
    _constraints("IMMEDIATE")
    noted = last_link()
    last = Event.objects.latest("seq")
    Line.objects.filter(event=last).delete()
    Side.objects.filter(event=last).delete()
    last.delete()
    before = Event.objects.latest("seq")
    assert [fault.where for fault in verify(Verified())] == ["the end of the log"]
    Head.objects.filter(pk=1).update(seq=before.seq, hash=before.hash)
    assert list(verify(Verified())) == []
    assert [fault.where for fault in verify(Verified(), checkpoint=noted)] == ["the end of the log"]


@pytest.mark.usefixtures("_unguarded")
def test_a_log_written_wholly_anew_is_found_with_a_checkpoint_only() -> None:
    noted = last_link()
    previous = chain.GENESIS
    for event in Event.objects.order_by("seq"):
        body: dict[str, Any] = json.loads(event.body) | ({"facts": {}} if event.seq == 3 else {})
        hashed = chain.link(previous, event.seq, body)
        changed = {"body": chain.canonical(body), "previous": previous, "hash": hashed}
        Event.objects.filter(pk=event.pk).update(**changed)
        previous = hashed
    Head.objects.filter(pk=1).update(hash=previous)
    assert list(verify(Verified())) == []
    assert list(verify(Verified(), checkpoint=noted))


def test_verifying_reads_in_batches(world: World) -> None:
    with CaptureQueriesContext(connection) as few:
        list(verify(Verified()))
    asked = [q["sql"] for q in few if "release_disclosure" in q["sql"] or "results_resultversion" in q["sql"]]
    assert len(asked) < 10
