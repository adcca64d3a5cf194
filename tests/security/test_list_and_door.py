"""What a list shows somebody is exactly what opens for them, for everybody and for any grants."""

import random
import re
from collections.abc import Callable, Iterable
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from marksheet.apps.exams.models import Assessment, Schedule
from marksheet.apps.exams.queries.assessments import assessment_for, assessments_seen_by
from marksheet.apps.exams.queries.schedules import schedule_for, schedules_seen_by
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Work
from marksheet.apps.marking.queries.assess import assessed_by, assessed_for
from marksheet.apps.people.models import Grant, Person, Reach, Role, Unit
from marksheet.apps.people.queries import holds, nodes_where, verbs_at
from marksheet.apps.people.steps import give
from marksheet.apps.release.models import Publication
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.finished import finished_schedule_for, finished_seen_by
from marksheet.apps.results.queries.opened import row_seen_by
from marksheet.apps.results.queries.reports import schedule_for_reports, schedules_reported_to
from marksheet.apps.results.queries.sight import published_seen_by, result_for, results_seen_by
from marksheet.rules.access import DIRECT_ONLY, GrantFact, Verb
from marksheet.rules.access import holds as rule_holds
from tests.factories import NOW, TESTER, grant
from tests.guard import writes_allowed
from tests.security.asking import ask
from tests.security.scene import CAST, Scene

pytestmark = pytest.mark.usefixtures("quiet", "same_navigation")

# The list, the name of the door, and what there is of its kind.
LISTS: list[tuple[str, str, Callable[[], Iterable[str]]]] = [
    ("schedules:list", "schedules:schedule", lambda: Schedule.objects.values_list("ref", flat=True)),
    ("exams:list", "exams:assessment", lambda: Assessment.objects.values_list("ref", flat=True)),
    ("coordinator:list", "coordinator:schedule", lambda: _active()),
    ("assess:list", "assess:submissions", lambda: _active()),
    ("audit:list", "audit:schedule", lambda: Schedule.objects.values_list("ref", flat=True)),
    ("reports:candidates", "reports:result", lambda: Result.objects.values_list("ref", flat=True)),
    ("reports:schedules", "reports:schedule", lambda: Schedule.objects.values_list("ref", flat=True)),
    ("reports:assessments", "reports:assessment", lambda: Assessment.objects.values_list("ref", flat=True)),
    ("publications:list", "publications:receipt", lambda: Publication.objects.values_list("ref", flat=True)),
    (
        "exports:list",
        "exports:show",
        lambda: Work.objects.filter(kind="export").values_list("ref", flat=True),
    ),
    ("mail:list", "mail:message", lambda: Work.objects.filter(kind="mail").values_list("ref", flat=True)),
    ("my:dashboard", "my:result", lambda: _enrolments()),
]
# What a list shows only when it is asked for.
APART = {"schedules:list": ("?phase=archived",)}


def _active() -> Iterable[str]:
    return Schedule.objects.exclude(activated_at=None).values_list("ref", flat=True)


def _enrolments() -> Iterable[str]:
    return Result.objects.exclude(schedule__activated_at=None).values_list("enrolment__ref", flat=True)


@pytest.mark.parametrize(
    ("listed", "door", "there"), LISTS, ids=lambda one: one if isinstance(one, str) else ""
)
def test_the_refs_on_the_page_are_those_that_open(
    scene: Scene, listed: str, door: str, there: Callable[[], Iterable[str]]
) -> None:
    refs = list(there())
    for who in CAST[1:]:
        client = scene.client(who)
        addresses = [reverse(listed) + query for query in ("", *APART.get(listed, ()))]
        page = "".join(ask(client, "GET", address)[0].content.decode() for address in addresses)
        # A line leads to its own page or to one below it.
        shown = {ref for ref in refs if re.search(rf'href="[^"]*{ref}[/?"]', page)}
        # What is behind a door is looked at elsewhere: here, whether it opens.
        with mock.patch.object(Template, "render", return_value=""):
            opened = {ref for ref in refs if _opens(client, reverse(door, args=[ref]))}
        assert shown == opened, (who, listed)


def _opens(client: Client, path: str) -> bool:
    return ask(client, "GET", path)[0].status_code == 200


def test_a_publisher_without_sight_reads_no_rows_on_the_receipt(scene: Scene) -> None:
    """Seeing what one published lasts no longer than the right to see."""
    path = reverse("publications:receipt", args=[scene.refs["publication"]])
    name = Result.objects.get(ref=scene.refs["hidden"]).name
    with transaction.atomic(), writes_allowed():
        assert name in ask(scene.client("pia"), "GET", path)[0].content.decode()
        Grant.objects.filter(person=scene.world.pia).update(ended_at=NOW.replace(year=2027))
        assert Publication.objects.filter(publisher=scene.world.pia).exists()
        assert name not in ask(scene.client("pia"), "GET", path)[0].content.decode()
        transaction.set_rollback(True)


@pytest.mark.parametrize("seed", range(10 if connection.vendor == "postgresql" else 30))
def test_for_any_grants_list_door_and_rule_agree(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    person = scene.world.sid
    with transaction.atomic():
        given = _grants(person, chance)
        _lists_agree(person)
        _rule_agrees(person, given)
        transaction.set_rollback(True)


def _grants(person: Person, chance: random.Random) -> list[Grant]:
    units, roles = list(Unit.objects.order_by("pk")), list(Role.objects.order_by("pk"))
    found = []
    with change(TESTER, "role.manage", at=NOW) as opened:
        wanted = {(chance.choice(roles), chance.choice(units)) for _ in range(chance.randint(1, 4))}
        for role, unit in sorted(wanted, key=lambda pair: (pair[0].pk, pair[1].pk)):
            given = give(opened, person=person, role=role, unit=unit)
            if chance.random() < 0.2:
                Grant.objects.filter(pk=given.pk).update(ended_at=NOW)
            elif chance.random() < 0.2:
                Grant.objects.filter(pk=given.pk).update(reach=Reach.CANDIDATES)
            else:
                found.append(given)
        opened.record("person", person.pk)
    return found


def _lists_agree(person: Person) -> None:
    results = list(Result.objects.values_list("ref", flat=True))
    seen = set(results_seen_by(person).values_list("ref", flat=True))
    published = set(published_seen_by(person).values_list("ref", flat=True))
    assert _opening(lambda ref: row_seen_by(person, ref), results) == seen
    assert _opening(lambda ref: result_for(person, ref), results) == seen | published
    schedules = list(Schedule.objects.values_list("ref", flat=True))
    for listed, door in (
        (schedules_seen_by(person), lambda ref: schedule_for(person, ref)),
        (assessed_by(person), lambda ref: assessed_for(person, ref)),
        (finished_seen_by(person, NOW), lambda ref: finished_schedule_for(person, ref, NOW)),
        (schedules_reported_to(person), lambda ref: schedule_for_reports(person, ref)),
    ):
        assert _opening(door, schedules) == set(listed.values_list("ref", flat=True))
    exams = list(Assessment.objects.values_list("ref", flat=True))
    assert _opening(lambda ref: assessment_for(person, ref), exams) == set(
        assessments_seen_by(person).values_list("ref", flat=True)
    )


def _opening(door: Callable[[str], Any], refs: list[str]) -> set[str]:
    found = set()
    for ref in refs:
        try:
            door(ref)
        except NotFound:
            continue
        found.add(ref)
    return found


def _rule_agrees(person: Person, given: list[Grant]) -> None:
    """The database's answer is that of the pure rule, verb by verb and node by node."""
    facts = [(grant.unit_id, frozenset(grant.role.verbs.values_list("verb", flat=True))) for grant in given]
    for unit in Unit.objects.order_by("pk"):
        above = _distances(unit)
        reaching = [GrantFact(verbs, above[node]) for node, verbs in facts if node in above]
        held = verbs_at(person, unit.pk)
        for verb in Verb:
            if verb in DIRECT_ONLY and unit.kind != "schedule":
                continue
            wanted = rule_holds(verb, reaching)
            assert (verb in held) == wanted, (unit.name, verb)
        assert holds(person, Verb.REPORT_VIEW, unit.pk) == (
            unit.pk in set(nodes_where(person, Verb.REPORT_VIEW))
        )


def _distances(unit: Unit) -> dict[int, int]:
    found, here, depth = {}, unit, 0
    while here is not None:
        found[here.pk] = depth
        here, depth = here.parent, depth + 1  # type: ignore[assignment]
    return found


# The lists of staff on which a result, or its candidate, could stand.
OF_RESULTS = (
    "results:list", "reports:candidates", "reports:schedules", "audit:list", "publications:list", "exports:list",
)  # fmt: skip
DOORS = ("results:one", "audit:history", "reports:result")


@pytest.mark.parametrize("named", ["cas-result", "cas-early-result"])
def test_ones_own_result_is_not_there_for_staff(scene: Scene, named: str) -> None:
    """Whatever rights a candidate is given at the schedule; a colleague with the same rights reads it."""
    own, client = Result.objects.get(ref=scene.refs[named]), scene.client("cas")
    path = reverse("reports:schedule", args=[own.schedule.ref])
    with transaction.atomic():
        for person in (scene.world.cas, scene.world.sid):
            for role in ("reports_viewer", "coordinator", "publisher", "published_viewer"):
                grant(person, role, own.schedule.node)
        for listed in OF_RESULTS:
            assert own.ref not in ask(client, "GET", reverse(listed))[0].content.decode(), listed
        shown = [ask(one, "GET", path)[0].content.decode() for one in (client, scene.client("sid"))]
        assert own.ref not in shown[0]
        doors = [reverse(door, args=[own.ref]) for door in DOORS]
        assert {ask(client, "GET", door)[0].status_code for door in doors} == {404}
        opened = [ask(scene.client("sid"), "GET", door)[0].status_code == 200 for door in doors]
        assert opened == [True, True, own.in_force_id is not None]
        body = {"refs": own.ref, "reason": "my own"}
        answer, wrote = ask(client, "POST", reverse("results:act", args=["withhold"]), body)
        assert (answer.status_code, wrote) == (404, False)
        transaction.set_rollback(True)
