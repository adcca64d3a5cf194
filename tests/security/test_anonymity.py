"""Nothing that a marker of anonymous schedules can obtain depends on who the candidates are.

Two worlds are one database, before and after every candidate was given another name, number, e-mail address and home
behind everything: the same refs, marks and moments stand in both, and the names come in another order. A reader who
marks at every schedule, and also may view reports, export and publish there, asks at every address, by GET and with a
body that would work, searches for names and numbers, sorts by them, and takes out every kind of file. Status, headers
and bytes are compared. None of it names anybody either: what was stored long ago would be the same in both worlds.
"""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from unittest import mock
from zipfile import ZipFile

import pytest
from django.db import transaction

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.people.models import Membership, Person, Unit
from marksheet.apps.people.steps import sort_name
from marksheet.apps.results.models import Result, Word
from marksheet.apps.results.steps.rows import add_words
from tests import factories
from tests.guard import writes_allowed
from tests.roles import as_owner
from tests.security.asking import ask, body, cases, link
from tests.security.masks import masked, masked_headers
from tests.security.matrix import MATRIX
from tests.security.scene import Scene
from tests.security.worlds import AT

Said = tuple[int, bytes, bytes]
# Who marks at an anonymous schedule, and what else they hold there.
READERS = {
    "mo": ("reports_viewer", "published_viewer", "publisher"),
    "max": ("reports_viewer", "published_viewer", "publisher"),
    # Coordinates and plans everywhere, and marks at anonymous schedules.
    "ada": ("marker", "publisher"),
}
# ``make faults`` walks as every reader; each walk takes most of a minute.
LONG = os.environ.get("MARKSHEET_FAULTS") == "long"
SEED = re.compile(rb'name="seed" value="[0-9a-f]*"')
MADE = re.compile(rb"[0-9a-f]{32}")
EXPORTS = [
    (source, format_, kind)
    for source in ("results", "reports", "audit")
    for format_ in ("scores", "answers", "visible")
    for kind in ("csv", "xlsx")
]

# Who coordinates takes out the marks so far.
PRELIMINARY = [("marking", "marks", kind) for kind in ("csv", "xlsx")]


@pytest.fixture(scope="module")
def anonymous(scene: Scene, quiet: None, same_navigation: None) -> Scene:
    """The scene with every schedule anonymous, and more rights for those who mark."""
    with as_owner(), writes_allowed():
        for schedule in Schedule.objects.exclude(activated_at=None).select_related("node"):
            for who, roles in READERS.items():
                for role in roles:
                    factories.grant(scene.cast[who], role, schedule.node)
        Schedule.objects.update(anonymous_candidates=True, all_published=False)
    return scene


def asked_for(scene: Scene) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every question: method, path, and what is sent."""
    for case in cases():
        path = link(scene, case)
        for method, sent in (("GET", {}), ("POST", body(scene, case))):
            # What is refused to whoever asks says nothing.
            if set(MATRIX[case, method].values()) != {"405"}:
                yield method, path, sent
    somebody = Enrolment.objects.filter(schedule=scene.schedule).order_by("pk").first()
    for path in searchable(scene):
        for typed in (somebody.name.split()[0], somebody.name, somebody.number, somebody.script_code):
            yield "GET", path, {"q": typed}
        for sort in ("name", "-name", "number", "-number", "score"):
            yield "GET", path, {"sort": sort, "by": "candidate"}
    for case in ("results:list", "results:search"):
        for state in ("not-submitted", "absent", "expected", "ready", "moderation"):
            yield "GET", link(scene, case), {"state": state, "by": "candidate"}


def searchable(scene: Scene) -> list[str]:
    """The lists that can be searched or sorted."""
    named = (
        "results:list", "reports:candidates", "reports:schedule", "reports:assessment", "audit:list",
        "audit:schedule@finished", "assess:submissions", "assess:grid", "assess:moderation", "mail:list",
    )  # fmt: skip
    return [link(scene, case) for case in named if case in cases()]


def answers(scene: Scene, who: str, questions: list[tuple[str, str, dict[str, Any]]]) -> dict[Any, Said]:
    """What ``who`` is answered to each question, at the one moment of both worlds; nothing stays written."""
    client = scene.client(who)
    client.raise_request_exception = False
    found: dict[Any, Said] = {}
    with mock.patch.object(clock, "read", lambda: AT):
        for method, path, sent in questions:
            # The directory of people names them all, and knows nobody's script.
            if "logout" in path or path.startswith(("/accounts/2fa", "/organisation/")):
                continue
            answer, _wrote = ask(client, method, path, sent)
            found[method, path, repr(sent)] = (
                answer.status_code,
                # What a request makes has a name by chance.
                MADE.sub(b"made", masked_headers(answer)) if method == "POST" else masked_headers(answer),
                SEED.sub(b"", unpacked(masked(answer.content))),
            )
        for source, format_, kind in EXPORTS + (PRELIMINARY if who == "ada" else []):
            found["file", source, format_, kind] = file_of(scene, who, source, format_, kind)
    return found


def file_of(scene: Scene, who: str, source: str, format_: str, kind: str) -> Said:
    """The file of an export as it is fetched: its headers with its name, its bytes, its page."""
    client = scene.client(who)
    with transaction.atomic():
        sent = {"source": source, "rows": "all", "format": format_, "file_type": kind, "decimal_sign": "."}
        if source == "audit":
            sent["schedule"] = scene.refs["finished"]
        if source == "marking":
            sent["schedule"] = scene.schedule.ref
        made = client.post("/exports/make/", sent | {"encoding": "utf-8"})
        assert made.status_code == 302, (source, format_, kind, made.content.decode()[-3000:])
        page = client.get(made["Location"])
        fetched = client.get(f"{made['Location']}file/")
        content = b"".join(fetched.streaming_content) if fetched.streaming else fetched.content
        ref = made["Location"].encode()
        transaction.set_rollback(True)
    assert fetched.status_code == 200
    said = masked(page.content).replace(ref, b"")
    return fetched.status_code, masked_headers(fetched), unpacked(content) + said


def unpacked(content: bytes) -> bytes:
    """A workbook as what it holds, without the moment at which it was packed."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as archive:
        return b"\n".join(name.encode() + archive.read(name) for name in sorted(archive.namelist()))


def rename_everybody(scene: Scene) -> None:
    """Give each candidate another name, number, address and home; the last in the alphabet is the first then."""
    people = Person.objects.filter(pk__in=Enrolment.objects.values("person")).order_by("-sort_name", "-pk")
    elsewhere = Unit.objects.get(ref=scene.refs["elsewhere"])
    for n, person in enumerate(people):
        name = f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n]}xel Quill{n}"
        known = {"name": name, "sort_name": sort_name(name)}
        Person.objects.filter(pk=person.pk).update(**known, email=f"quill{n}@example.net")
        Membership.objects.filter(person=person).update(number=f"Q{900 - n}", home=elsewhere)
        Enrolment.objects.filter(person=person).update(**known, number=f"Q{900 - n}", home=elsewhere)
        Result.objects.filter(person=person).update(**known, number=f"Q{900 - n}", home=elsewhere)
    Word.objects.all().delete()
    for schedule in Schedule.objects.all():
        add_words(schedule, list(Enrolment.objects.filter(schedule=schedule)))


@pytest.mark.once
@pytest.mark.parametrize("who", READERS if LONG else ["mo"])
def test_nothing_that_a_marker_obtains_tells_who_the_candidates_are(anonymous: Scene, who: str) -> None:
    questions = list(asked_for(anonymous))
    first = answers(anonymous, who, questions)
    assert named_in(first) == []
    assert [key for key, said in first.items() if said[0] >= 500] == []
    with as_owner(), writes_allowed(), transaction.atomic():
        rename_everybody(anonymous)
        second = answers(anonymous, who, questions)
        transaction.set_rollback(True)
    # A conflict of interest with a unit is told to coordinators by the unit, as long as a candidate comes from there.
    differing = [key for key in first if first[key] != second[key] and "/conflicts/" not in key[1]]
    assert [(key, *first_difference(first[key], second[key])) for key in differing] == []


def first_difference(one: Said, other: Said) -> tuple[str, str]:
    """Where two answers part, with what stands around it."""
    a, b = (b"%d %s %s" % said for said in (one, other))
    n = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[max(0, n - 120) : n + 60].decode("utf-8", "replace"), b[n : n + 60].decode("utf-8", "replace")


def named_in(said: dict[Any, Said]) -> list[tuple[Any, bytes]]:
    """Return where a candidate's name, address or number stands, but for what the reader had typed."""
    rows = Enrolment.objects.values_list("name", "number", "person__email")
    words = {
        word.encode()
        for name, number, email in rows
        for word in (name, email, f"({number})", f">{number}<")
        if len(word) > 2
    }
    return [
        (key, word)
        for key, (_status, headers, content) in said.items()
        for word in words
        if word in headers + content and word.decode() not in repr(key)
    ]


@pytest.mark.once
@pytest.mark.parametrize("who", ["mo", "max"] if LONG else ["max"])
def test_nothing_that_a_marker_obtains_tells_who_the_other_markers_are(anonymous: Scene, who: str) -> None:
    questions = [one for one in asked_for(anonymous) if "q" not in one[2]]
    others = [getattr(anonymous.world, name) for name in ("mo", "mei", "max") if name != who]
    with as_owner(), writes_allowed(), transaction.atomic():
        Schedule.objects.update(anonymous_markers=True)
        first = answers(anonymous, who, questions)
        for n, person in enumerate(others):
            name = f"{'ZA'[n]}oltan Quill{n}"
            Person.objects.filter(pk=person.pk).update(name=name, sort_name=sort_name(name))
        second = answers(anonymous, who, questions)
        transaction.set_rollback(True)
    words = {person.name.encode() for person in others}
    # Notes that came while markers were named still name them.
    now = {key: said for key, said in first.items() if key[1] != "/inbox/"}
    assert [(key, word) for key, said in now.items() for word in words if word in said[2]] == []
    differing = [key for key in first if first[key] != second[key]]
    assert [(key, *first_difference(first[key], second[key])) for key in differing] == []
