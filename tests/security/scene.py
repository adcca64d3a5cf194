"""The one scene that the tests of this folder walk through: three schedules, every kind of result, the whole cast."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marksheet.apps.exams.actions import authoring
from marksheet.apps.exams.actions.schedules import archive_schedule
from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Enrolment, Import, Item, Part, Schedule, Section
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.models import Work
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.marking.models import Script
from marksheet.apps.people.actions import invitations, roles
from marksheet.apps.people.models import Grant, InboxNote, Invitation, Person, Role
from marksheet.apps.people.queries import shipped_role
from marksheet.apps.people.steps import add_person, give, set_membership
from marksheet.apps.release.actions.exports import Order, request_export
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.withholding import withhold
from marksheet.apps.release.models import Publication
from marksheet.apps.release.queries.exports.selection import Selection, Source
from marksheet.apps.results.actions.enrolment import enrol_candidates
from marksheet.apps.results.models import Result
from marksheet.rules.schemes import Criterion, Level, Scheme
from tests import factories
from tests.apps.marking.handed import brought_in, uploaded
from tests.apps.release.scenes import hand_in, mark_all, refs
from tests.factories import NOW, TESTER, World
from tests.formats.zips import PDF, PNG
from tests.guard import writes_allowed
from tests.security.unfinished import half_marked, in_moderation, on_paper, prepared, with_seeds

# The columns of the matrix, in their order.
CAST = ("anon", "cas", "other", "sid", "mo", "max", "pia", "ada", "ari", "eva", "ext", "vie")


@dataclass(slots=True)
class Scene:
    """Who is there, the names of what is there, and the sessions in which the cast is signed in."""

    world: World
    cast: dict[str, Person]
    schedule: Schedule
    waiting: Schedule
    draft: Schedule
    refs: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """Return a client of its own in which ``who`` is signed in."""
        client = Client()
        if who != "anon":
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        return client


def a_scene() -> Scene:
    """Make it all by the verbs that people use.

    At ALG-1-JUN are results ready, published and shown, published and hidden, withheld, and retracted; Cas
    has one that is shown. At QUIZ-1-JUN everything is ready and nothing published; Cas has one there too.
    ALG-1-PAP is on paper, without an answer yet.
    DIF-1-JUN is half marked, and of QUIZ-1-SEP a publication is prepared that nobody may see yet; Cas sat both.
    MOD-1-JUN is in moderation, and Cas's script waits there.
    ALG-1-AUT is a draft. Mo and Mei mark, Max moderates, Pia publishes; an external examiner reads the
    department, a viewer the published results of ALG-1-JUN. Conflicts of interest keep Mei from one candidate
    and from those of the department.
    """
    world = factories.a_world()
    cast = _cast(world)
    version = factories.an_assessment(world)
    schedule = factories.a_schedule(world, version=version, with_cas=True)
    with change(TESTER, "role.manage", at=NOW) as opened:
        given = give(opened, person=cast["vie"], role=shipped_role("published_viewer"), unit=schedule.node)
        opened.record("grant", given.pk)
    hand_in(schedule, ["AA", "AB", "BB", "AA", "AB", "AA"])
    mark_all(world, schedule, 3500)
    write_scheme(
        world.ada, Part.objects.get(version=version, machine=False).ref, _scheme(), against=0, at=NOW
    )
    enrol_candidates(world.ada, schedule.ref, factories.some_candidates(1, first=9), reason="Late", at=NOW)
    waiting = factories.a_schedule(
        world,
        version=factories.a_machine_assessment(world, workflow="coordinated"),
        code="QUIZ-1-JUN",
        candidates=2,
        with_cas=True,
    )
    hand_in(waiting, ["AAA", "AAB", "ABB"])
    draft = factories.a_schedule(
        world, version=version, code="ALG-1-AUT", candidates=1, active=False, staffed=False
    )
    scene = Scene(world, cast, schedule, waiting, draft)
    _publish(scene)
    _finished(scene)
    half_marked(world)
    scene.refs["prepared"] = prepared(world, waiting)
    scene.refs |= on_paper(world, version)
    scene.refs |= in_moderation(world)
    scene.refs |= with_seeds(world)
    kept = declare_conflict(
        world.ada, schedule.ref, world.mei.ref, number="1004", reason="Her nephew", at=NOW
    )
    scene.refs["conflict"] = kept.ref
    declare_conflict(
        world.ada,
        schedule.ref,
        world.mei.ref,
        unit_ref=world.department.ref,
        reason="She taught there",
        at=NOW,
    )
    _names(scene)
    _files(scene)
    _work(scene)
    for who, person in cast.items():
        if who != "anon":
            signed_in = factories.signed_in(person)
            scene.sessions[who] = signed_in.cookies[settings.SESSION_COOKIE_NAME].value
    return scene


def _scheme() -> Scheme:
    """How the part that people mark is to be marked, written after it was."""
    levels = (Level(0, "nothing"), Level(2500, "half of it"), Level(5000, "all of it", "in whatever order"))
    return Scheme("Read to the end.", "Forty-two.", 500, (Criterion("Completeness", levels),))


def _cast(world: World) -> dict[str, Person]:
    with change(TESTER, "person.manage", at=NOW - timedelta(days=59)) as opened:
        ext = add_person(opened, name="Eli Extern", username="ext", is_staff_member=True)
        vie = add_person(
            opened, name="Vic View", username="vie", email="vie@example.org", is_staff_member=True
        )
        for person in (ext, vie):
            set_membership(opened, person, world.institution)
        give(opened, person=ext, role=shipped_role("external_examiner"), unit=world.department)
        opened.record("person", ext.pk)
    named = {who: getattr(world, who) for who in CAST if hasattr(world, who)}
    return named | {"ext": ext, "vie": vie}


def _publish(scene: Scene) -> None:
    rows = refs(scene.schedule)
    for chosen, show in (([rows[0], rows[5]], True), ([rows[3], rows[4]], False)):
        selection = freeze_selection(scene.world.pia, refs=chosen, at=NOW)
        publish(scene.world.pia, selection.ref, show=show, inform=show, at=NOW)
        carry_on(selection.ref, at=NOW)
        scene.refs["publication"] = selection.ref
    withhold(scene.world.ada, [rows[2]], reason="Under inquiry", at=NOW)
    retract(scene.world.pia, [rows[4]], reason="A sum was wrong", at=NOW)
    scene.refs["selection"] = freeze_selection(scene.world.pia, refs=[rows[1]], at=NOW).ref
    scene.refs |= {
        "ready": rows[1], "published": rows[0], "withheld": rows[2], "hidden": rows[3], "retracted": rows[4],
    }  # fmt: skip
    own = Result.objects.get(schedule=scene.schedule, person=scene.world.cas)
    early = Result.objects.get(schedule=scene.waiting, person=scene.world.cas)
    scene.refs |= {
        "cas-result": own.ref,
        "cas-shown": own.enrolment.ref,
        "cas-early": early.enrolment.ref,
        "cas-early-result": early.ref,
    }
    other = Result.objects.get(ref=rows[0]).person
    scene.cast["other"] = other
    assert Publication.objects.filter(ref=scene.refs["publication"], state="committed").exists()


def _finished(scene: Scene) -> None:
    """A small schedule that is wholly published and over: it stands on Audit."""
    version = factories.a_machine_assessment(scene.world, n=1, code="TINY", workflow="coordinated")
    tiny = factories.a_schedule(scene.world, version=version, code="TINY-JUN", candidates=1)
    hand_in(tiny, ["A"])
    chosen = freeze_selection(scene.world.pia, refs=refs(tiny), at=NOW)
    publish(scene.world.pia, chosen.ref, at=NOW)
    carry_on(chosen.ref, at=NOW)
    scene.refs |= {"finished": tiny.ref, "finished-result": refs(tiny)[0]}


def _work(scene: Scene) -> None:
    """One export of Pia's, and a message and a piece of work for the administrator to look at."""
    asked = Selection(Source.RESULTS, refs=(scene.refs["ready"],))
    scene.refs["export"] = request_export(scene.world.pia, asked, Order("scores"), at=NOW).ref
    scene.refs["mail"] = Work.objects.filter(kind="mail", person_id=scene.cast["vie"].pk).first().ref
    scene.refs["work"] = Work.objects.exclude(kind="mail").order_by("pk").last().ref


def _names(scene: Scene) -> None:
    world, version = scene.world, scene.schedule.version
    fresh = authoring.new_draft_from(world.ada, version.ref, at=NOW)
    role = roles.make_role(
        world.ari, world.institution.ref, name="Watcher", description="", verbs=["report.view"], at=NOW
    )
    invitations.invite(world.ari, scene.cast["vie"].ref, at=NOW)
    put_away = factories.a_schedule(
        world, version=version, code="OLD-JUN", candidates=0, active=False, staffed=False
    )
    archive_schedule(world.ada, put_away.ref, reason="Nobody enrolled", at=NOW)
    with writes_allowed():
        note = InboxNote.objects.create(person=world.cas, kind="published", created_at=NOW)
    script = Script.objects.get(attempt__enrolment__number="1002", schedule=scene.schedule).ref
    scene.refs |= {
        "schedule": scene.schedule.ref,
        "draft-schedule": scene.draft.ref,
        "archived-schedule": put_away.ref,
        "assessment": version.assessment.ref,
        "version": version.ref,
        "draft-version": fresh.ref,
        "section": Section.objects.filter(version=fresh).first().ref,
        "item": Item.objects.filter(version=fresh).first().ref,
        "part": Part.objects.filter(version=fresh, machine=False).first().ref,
        "unit": world.department.ref,
        "person": scene.cast["vie"].ref,
        "mo": world.mo.ref,
        "elsewhere": world.elsewhere.ref,
        "institution": world.institution.ref,
        "auditor": Role.objects.get(key="reports_viewer").ref,
        "enrolment": Enrolment.objects.filter(schedule=scene.draft).first().ref,
        "expected": Enrolment.objects.filter(schedule=scene.schedule, number="1009").first().ref,
        "script": script,
        "older-mark": f"{script}-1",
        "marked-part": Part.objects.get(version=version, machine=False).ref,
        "grant": Grant.objects.get(person=world.pia, unit=world.department).ref,
        "role": role.ref,
        "invitation": Invitation.objects.get(person=scene.cast["vie"]).ref,
        "note": note.ref,
    }


def _files(scene: Scene) -> None:
    ada = factories.signed_in(scene.world.ada)
    marks = SimpleUploadedFile("marks.csv", b"candidate,answer_1\n1001,A\n")
    ada.post(f"/schedules/{scene.refs['schedule']}/import/", {"kind": "work", "file": marks})
    # A PDF of the candidate whose script the matrix opens, and a zip that waits at its question.
    brought_in(scene.world.ada, scene.schedule, {"1002.pdf": PDF}, part="3", reason="late")
    scene.refs["zip"] = uploaded(scene.world.ada, scene.schedule, {"1003.png": PNG}, part="3").ref
    questions = SimpleUploadedFile("items.csv", b"item,marked_by,max_marks\nQ9,human,3\n")
    ada.post(f"/exams/{scene.refs['assessment']}/import/", {"kind": "items", "file": questions})
    scene.refs["file"] = Import.objects.get(schedule=scene.schedule, kind="work").ref
    scene.refs["exam-file"] = Import.objects.get(version__isnull=False).ref
