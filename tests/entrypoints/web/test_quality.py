"""The pages of marking quality: what a marker obtains of a seed, seeds and stops for the coordinator."""

import re

import pytest

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.marking.models import MarkDraft, Script, Seed, SeedStop
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.results.queries.coordination import coordination_of, schedules_to_set_up, to_do
from marksheet.entrypoints.web.coordinator.quality_forms import SeedForm
from marksheet.rules.publication import Workflow
from tests.apps.marking.scene import human_part
from tests.apps.marking.seeded import drift, of_seed, order_of, seeded
from tests.apps.results.test_hand_check import checked
from tests.factories import World, a_world, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return seeded(world)


def plain(text: str, scripts: list[Script]) -> str:
    """A page without what says whose script it is, and where it stands."""
    for one in scripts:
        enrolment = one.attempt.enrolment
        for word in (one.ref, enrolment.name, enrolment.number):
            text = text.replace(word, "_")
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|\s+', " ", text)


def test_what_a_marker_obtains_of_a_seed_is_what_he_obtains_of_any_script(world, schedule) -> None:
    client, scripts = signed_in(world.mo), order_of(world.mo, schedule)
    part = human_part(schedule)
    base = f"/marking/assess/{schedule.ref}"
    pages, saves, flags = set(), set(), set()
    for one in scripts[1:-1]:
        pages.add(plain(client.get(f"{base}/mark/{one.ref}/{part.ref}/").content.decode(), scripts))
    assert {of_seed(one) for one in scripts[1:-1]} == {True, False}
    assert len(pages) == 1
    for path in ("", "grid/"):
        text = client.get(f"{base}/{path}").content.decode()
        rows = [row for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if 'scope="col"' not in row]
        assert len(rows) == len(scripts)
        assert len({plain(row, scripts) for row in rows}) == 1
    for one in scripts:
        sent = {"attempt": one.ref, "part": part.ref, "value": "4", "version": "0"}
        saves.add(client.post(f"{base}/grid/cell/", sent).content)
        flag = client.post(f"{base}/mark/{one.ref}/{part.ref}/flag/", {"reason": "Another hand?"})
        flags.add((flag.status_code, plain(flag.get("Location", ""), scripts)))
    assert (len(saves), len(flags)) == (1, 1)


def test_a_stopped_marker_reads_why_calmly_and_finds_what_was_typed(world, schedule) -> None:
    done = drift(world.mo, schedule)
    client, base = signed_in(world.mo), f"/marking/assess/{schedule.ref}"
    following = next(one for one in order_of(world.mo, schedule) if one not in done)
    sent = {"attempt": following.ref, "part": human_part(schedule).ref, "value": "4", "version": "0"}
    answer = client.post(f"{base}/grid/cell/", sent)
    assert (answer.status_code, "paused" in answer.json()["message"]) == (400, True)
    assert MarkDraft.objects.get(person=world.mo).typed == "4"
    for path in ("grid/", "mark/", f"mark/{following.ref}/{human_part(schedule).ref}/"):
        answer = client.get(f"{base}/{path}")
        assert answer.status_code == 409
        assert "Your marking here is paused" in answer.content.decode()
    assert "paused" in client.get(f"{base}/").content.decode()


def test_a_coordinator_makes_a_seed_looks_and_decides(world, schedule) -> None:
    client, base = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}"
    script = (
        Script.objects.filter(schedule=schedule, round="marker-1", marker=world.mei).order_by("pk").first()
    )
    one, other = (human_part(schedule, n).ref for n in (0, 1))
    sent = {"selected": script.ref, f"m_{one}": "4", f"m_{other}": "9", "tolerance": "1",
            "hard": "", "measured": "item", "reason": "A clear case"}  # fmt: skip
    refused = client.post(f"{base}/quality/seeds/new/", sent)
    assert (refused.status_code, 'value="4"' in refused.content.decode()) == (400, True)
    assert client.post(f"{base}/quality/seeds/new/", sent | {f"m_{other}": "nr"}).status_code == 302
    assert Seed.objects.count() == 3
    drift(world.mo, schedule)
    assert schedules_to_set_up(world.ada) == 1
    row = coordination_of(schedule)
    assert (row.status, [step.code for step in to_do(row) if step.code == "stopped"]) == (
        "stopped",
        ["stopped"],
    )
    text = client.get(f"{base}/quality/").content.decode()
    assert "Mo Idris is stopped" in text
    stop = SeedStop.objects.get()
    text = client.get(f"{base}/quality/stops/{stop.ref}/").content.decode()
    assert all(word in text for word in ("+1", "+2", "+3"))
    path = f"{base}/quality/stops/{stop.ref}/"
    assert client.post(path, {"decision": "others", "reason": ""}).status_code == 400
    assert client.post(path, {"decision": "others", "reason": "Talked it over"}).status_code == 302
    assert "Talked it over" in client.get(path).content.decode()
    seed = Seed.objects.order_by("pk").first()
    path = f"{base}/quality/seeds/{seed.ref}/"
    assert 'value="4"' in client.get(path).content.decode()
    assert client.post(path, {"do": "retire", "against": "1", "reason": "Known by now"}).status_code == 302
    settings = {"every": "", "misses": "1", "of_last": "1", "against": str(plan_of(schedule).revision)}
    assert client.post(f"{base}/quality/", settings).status_code == 302
    assert plan_of(schedule).seeding == {}


def test_the_form_of_a_seed_takes_a_mark_below_0_where_the_part_allows_it(world) -> None:
    schedule = checked(world, Workflow.COORDINATED, wrong=-1)
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    typed = {f"m_{part.ref}": text for part, text in zip(parts, ("-1", "4"), strict=True)}
    form = SeedForm(
        typed | {"tolerance": "0", "measured": "script", "reason": "Clear"}, parts=parts, steps={}
    )
    assert form.is_valid(), form.errors
    assert form.settled().given[parts[0].ref] == (-1000, False)
