"""The cast and small factories, built on the verbs, so that every test stands on a state that can happen.

``a_world()`` makes an institution with a faculty and two departments, and the cast: Ada coordinates, Ari
administers, Mo and Mei mark, Max moderates, Pia publishes, Cas is a candidate, Sid is a stranger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.test import Client

from marksheet.apps.exams.actions import authoring, items, settings
from marksheet.apps.exams.actions.schedules import Plan, create_schedule
from marksheet.apps.exams.models import Assessment, AssessmentVersion, Enrolment, Schedule
from marksheet.apps.ledger.change import System, change
from marksheet.apps.people.models import NodeKind, Person, Unit
from marksheet.apps.people.queries import shipped_role
from marksheet.apps.people.steps import (
    add_node,
    add_person,
    ensure_shipped_roles,
    give,
    set_membership,
)
from marksheet.apps.results.actions.enrolment import Candidate, enrol_candidates
from marksheet.apps.results.actions.schedules import activate
from marksheet.rules.authoring import ItemDraft, PartDraft
from marksheet.rules.grading import Boundary, Scale, pass_at
from marksheet.rules.publication import Workflow
from marksheet.rules.schemes import Scheme
from marksheet.rules.scoring import Match
from tests.scenery import kept

# A Monday morning in the term; exams are held the week before unless a test says otherwise.
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
OPENS = NOW - timedelta(days=7)
CLOSES = OPENS + timedelta(hours=3)
TESTER = System("tests")
PASSWORD = "a long and quiet password"

NAMES = (
    "Anna Berg", "Bilal Aziz", "Chen Wei", "Dora Novak", "Emil Larsen", "Fatima Haddad", "Goran Petrov",
    "Hana Sato", "Ines Costa", "Jonas Weber", "Kofi Mensah", "Lina Rossi",
)  # fmt: skip


@dataclass(slots=True)
class World:
    """An institution with its people; things happen in ``department``, not ``elsewhere``."""

    institution: Unit
    faculty: Unit
    department: Unit
    elsewhere: Unit
    ada: Person
    ari: Person
    mo: Person
    mei: Person
    max: Person
    pia: Person
    cas: Person
    sid: Person
    eva: Person

    @property
    def staff(self) -> tuple[Person, ...]:
        """Everybody who works here; not Cas, not Eva from the other department."""
        return (self.ada, self.ari, self.mo, self.mei, self.max, self.pia)


@kept
def a_world(*, at: datetime = NOW - timedelta(days=60)) -> World:
    """Make an institution, a faculty, two departments, and the cast with their grants.

    Ada is author, scheduler, coordinator and reports viewer of the department; Ari administrator of the
    institution; Pia reports viewer of the department (the Publish right is given at schedules); Mo, Mei and
    Max have accounts and are assigned at schedules; Eva does in the other department what Ada does here;
    Sid belongs to nothing; Cas has number C-1 and a home in the department.
    """
    with change(TESTER, "demo.begin", at=at) as opened:
        ensure_shipped_roles(opened)
        institution = add_node(
            opened, parent=None, kind=NodeKind.INSTITUTION, name="Oude Rijn University", code="ORU"
        )
        faculty = add_node(opened, parent=institution, kind=NodeKind.UNIT, name="Science", code="SCI")
        department = add_node(opened, parent=faculty, kind=NodeKind.UNIT, name="Mathematics", code="MAT")
        elsewhere = add_node(opened, parent=faculty, kind=NodeKind.UNIT, name="Physics", code="PHY")
        people = {
            name: add_person(
                opened,
                name=full,
                email=f"{name}@example.org",
                username=name,
                is_staff_member=name != "cas",
            )
            for name, full in (
                ("ada", "Ada Vermeer"), ("ari", "Ari Blom"), ("mo", "Mo Idris"), ("mei", "Mei Lin"),
                ("max", "Max Stern"), ("pia", "Pia Holm"), ("cas", "Cas de Wit"), ("sid", "Sid Noone"),
                ("eva", "Eva Brandt"),
            )
        }  # fmt: skip
        for name in ("ada", "ari", "mo", "mei", "max", "pia", "eva"):
            set_membership(opened, people[name], institution)
        set_membership(opened, people["cas"], institution, number="C-1", home=department)
        for name, unit in (("ada", department), ("eva", elsewhere)):
            for role in ("author", "scheduler", "coordinator", "reports_viewer"):
                give(opened, person=people[name], role=shipped_role(role), unit=unit)
        give(opened, person=people["ari"], role=shipped_role("administrator"), unit=institution)
        give(opened, person=people["pia"], role=shipped_role("reports_viewer"), unit=department)
        opened.record("unit", institution.pk)
    return World(institution, faculty, department, elsewhere, **people)


@kept
def grant(person: Person, role: str, unit: Unit, *, at: datetime = NOW) -> None:
    """Give a shipped role at a node (a schedule's is ``schedule.node``)."""
    with change(TESTER, "role.manage", at=at) as opened:
        given = give(opened, person=person, role=shipped_role(role), unit=unit)
        opened.record("grant", given.pk)


def choice(label: str, key: str = "A", *, marks: int = 1, options: str = "ABCD", wrong: int = 0) -> ItemDraft:
    """Return a question of one machine-scored part; ``marks`` and ``wrong`` in whole marks."""
    part = PartDraft(
        label=label,
        machine=True,
        maximum_thousandths=marks * 1000,
        match=Match.CHOICE,
        options=tuple(options),
        correct=(key,),
        wrong_thousandths=wrong * 1000,
    )
    return ItemDraft(label=label, maximum_thousandths=marks * 1000, parts=(part,))


def by_hand(label: str, *, marks: int = 5, guidance: str = "") -> ItemDraft:
    """Return a question of one part that people mark; ``marks`` in whole marks."""
    part = PartDraft(
        label=label, machine=False, maximum_thousandths=marks * 1000, scheme=Scheme(guidance=guidance)
    )
    return ItemDraft(label=label, maximum_thousandths=marks * 1000, parts=(part,))


def a_scale(pass_percent: int = 55) -> Scale:
    """Return a scale with grades A, B, C and F; B starts at 70 %, A at 85 %."""
    return Scale(
        pass_at(pass_percent),
        bands=(
            Boundary("F", pass_at(0).at),
            Boundary("C", pass_at(pass_percent).at),
            Boundary("B", pass_at(70).at),
            Boundary("A", pass_at(85).at),
        ),
    )


@kept
def an_assessment(
    world: World,
    *,
    code: str = "ALG-1",
    title: str = "Algebra 1",
    wanted: Sequence[ItemDraft] | None = None,
    options: settings.Settings | None = None,
    scale: Scale | None = None,
    live: bool = True,
    at: datetime = NOW - timedelta(days=30),
) -> AssessmentVersion:
    """Make an assessment of the department; return its version, live unless said otherwise.

    Without ``wanted``: two choices (1 mark each, key A) and one question of 5 marks by hand, so 7 in all.
    """
    assessment: Assessment = authoring.create_assessment(
        world.ada, world.department.ref, code=code, title=title, at=at
    )
    version = AssessmentVersion.objects.get(assessment=assessment)
    items.add_items(world.ada, version.ref, list(wanted or (choice("1"), choice("2"), by_hand("3"))), at=at)
    if options:
        settings.edit_settings(world.ada, version.ref, options, at=at)
    settings.edit_scale(world.ada, version.ref, scale or a_scale(), at=at)
    if live:
        authoring.make_live(world.ada, version.ref, at=at)
    version.refresh_from_db()
    return version


@kept
def a_machine_assessment(
    world: World, *, n: int = 3, code: str = "QUIZ-1", workflow: str = ""
) -> AssessmentVersion:
    """Make a live assessment of ``n`` choices with key A; machine only unless said otherwise."""
    return an_assessment(
        world,
        code=code,
        title=f"Quiz {code}",
        wanted=[choice(str(number)) for number in range(1, n + 1)],
        options=settings.Settings(workflow=workflow or Workflow.MACHINE_ONLY),
    )


def some_candidates(n: int, *, first: int = 1) -> list[Candidate]:
    """Return ``n`` candidates with numbers 1001, 1002, ... and addresses at example.org."""
    return [
        Candidate(
            number=str(1000 + k),
            name=NAMES[k % len(NAMES)] + ("" if k < len(NAMES) else f" {k // len(NAMES) + 1}"),
            email=f"c{1000 + k}@example.org",
        )
        for k in range(first, first + n)
    ]


@kept
def a_schedule(
    world: World,
    *,
    version: AssessmentVersion | None = None,
    code: str = "ALG-1-JUN",
    title: str = "",
    candidates: int | Sequence[Candidate] = 5,
    with_cas: bool = False,
    opens_at: datetime = OPENS,
    closes_at: datetime = CLOSES,
    active: bool = True,
    staffed: bool = True,
    at: datetime = OPENS - timedelta(days=14),
) -> Schedule:
    """Plan a schedule in the department, enrol candidates and activate it; return it.

    With ``staffed``, Mo and Mei are markers there, Max is moderator, and Pia holds the Publish right.
    """
    version = version or an_assessment(world)
    plan = Plan(
        title=title or version.assessment.title,
        code=code,
        opens_at=opens_at,
        closes_at=closes_at,
        timezone="Europe/Amsterdam",
        venue="Hall 1",
    )
    schedule = create_schedule(world.ada, world.department.ref, version.ref, plan, at=at)
    wanted = some_candidates(candidates) if isinstance(candidates, int) else list(candidates)
    if with_cas:
        wanted.append(Candidate(number="C-1", name=world.cas.name))
    if wanted:
        enrol_candidates(world.ada, schedule.ref, wanted, at=at)
    if active:
        activate(world.ada, schedule.ref, at=at)
    if staffed:
        for person, role in (
            (world.mo, "marker"),
            (world.mei, "marker"),
            (world.max, "moderator"),
            (world.pia, "publisher"),
        ):
            grant(person, role, schedule.node, at=at)
    schedule.refresh_from_db()
    return schedule


def enrolments(schedule: Schedule) -> list[Enrolment]:
    """Return the enrolments of a schedule in the order they were made."""
    return list(Enrolment.objects.filter(schedule=schedule).order_by("pk"))


def signed_in(person: Person) -> Client:
    """Return a client in which ``person`` is signed in."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
