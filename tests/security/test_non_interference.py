"""No byte that a candidate can obtain depends on what was not released to them.

Two worlds are one database, before and after one column of unreleased rows was changed behind everything: the same
refs, secrets and moments stand in both. Every column of every table that says something of work is changed alone, to
each kind of other value it can take (worlds.py), and what candidates and strangers are answered at every address, and
every message, is compared: status, headers with Content-Length, and bytes, but for the places that masks.py names.

An answer is asked for again only where it can be another. That loses nothing: the walk notes every statement that an
answer asks of the database (walk.py). An answer is made from what those get, from the moment, which is fixed, and from
the session, whose table is not varied. If the database answers all its statements in the second world as in the first,
then the program, asking the first, goes on to ask the second, and so on to the last byte. Statements that do not name
the column, nor all columns of its table, are answered alike; the others are put again. An answer for which something
was written is asked for again in any case.

Columns are changed one at a time, since two changed together may hide each other (a flag that hides the row that
leaks); once all together as well, against what only shows in company.
"""

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import transaction

from marksheet.apps.exams.models import Key, Scheme
from marksheet.apps.marking.models import Mark
from marksheet.apps.release.models import Disclosure
from marksheet.apps.release.queries import candidate
from marksheet.apps.results.models import Adjustment, Result, ResultVersion
from tests.guard import writes_allowed
from tests.security import worlds
from tests.security.masks import masked, masked_headers
from tests.security.scene import Scene
from tests.security.walk import Address, Walk, everywhere, own, said
from tests.security.worlds import FIXED, MAY_BE_SEEN, OPEN, SECRET, Model, columns, label


@pytest.fixture(scope="module")
def open_scene(scene: Scene, quiet: None) -> Scene:
    """The scene without its guards."""
    worlds.unguard()
    return scene


@pytest.fixture(scope="module")
def first(open_scene: Scene) -> Walk:
    """What everybody of interest is answered everywhere in the first world."""
    return Walk(said(open_scene, everywhere(open_scene)))


def differing(scene: Scene, first: Walk, model: Model, name: str) -> tuple[int, set[Address]]:
    """Return in how many worlds the column took another value, and the addresses that told so."""
    taken, found = 0, set()
    for given in list(worlds.ways(model, name)):
        with transaction.atomic(), writes_allowed():
            if not first.reads(model, name):
                # Nobody reads it: that it can be changed at all is what is left to see.
                taken += any(worlds.change(model, name, [one]) for one in given)
            elif worlds.change(model, name, given):
                taken += 1
                second = said(scene, first.resting_on(model, name))
                found |= {one for one in second if first[one].said != second[one].said}
            transaction.set_rollback(True)
        if taken and not first.reads(model, name):
            break
    return taken, found


@pytest.mark.once
@pytest.mark.parametrize("model", SECRET, ids=lambda model: model.__name__)
def test_no_byte_depends_on(open_scene: Scene, first: Walk, model: Model) -> None:
    telling: dict[str, list[Address]] = {}
    still: set[str] = set()
    for name in columns(model):
        taken, found = differing(open_scene, first, model, name)
        allowed = MAY_BE_SEEN.get(label(model, name), ((), ""))[0]
        telling |= {name: shown} if (shown := sorted(one for one in found if one[0] not in allowed)) else {}
        still |= set() if taken else {label(model, name)}
    assert telling == {}, f"columns of {model.__name__} show"
    assert still == {one for one in FIXED if one.startswith(f"{model._meta.label}.")}, "never really changed"


def test_no_address_depends_on_all_of_it_together(open_scene: Scene, first: Walk) -> None:
    with transaction.atomic(), writes_allowed():
        given = {(m, n): next(worlds.ways(m, n)) for m in SECRET for n in columns(m)}
        for (model, name), values in given.items():
            if label(model, name) not in MAY_BE_SEEN:
                worlds.change(model, name, values)
        second = said(open_scene, first)
        transaction.set_rollback(True)
    assert sorted(key for key in first if first[key].said != second[key].said) == []
    assert [key for key, answer in first.items() if answer.status >= 500] == []


def test_every_table_is_varied_or_said_to_be_open() -> None:
    assert worlds.uncovered() == [], "add it to SECRET (tests/security/worlds.py), or say in OPEN why not"
    assert not OPEN.keys() & {model._meta.label for model in SECRET}


def test_every_column_that_may_be_seen_is_there() -> None:
    known = {label(model, name) for model in SECRET for name in columns(model)}
    assert MAY_BE_SEEN.keys() <= known and known >= FIXED


def _leak_score(line: Any) -> str:
    return str(Result.objects.get(enrolment__ref=line.ref).shown_score)


def _leak_marks(line: Any) -> str:
    marks = Mark.objects.filter(attempt__enrolment__ref=line.ref)
    return str(marks.values_list("value_thousandths", flat=True))


def _leak_key(line: Any) -> str:
    return str(list(Key.objects.order_by("pk").values_list("correct", flat=True)))


def _leak_scheme(line: Any) -> str:
    return str(list(Scheme.objects.order_by("pk").values_list("guidance", flat=True)))


def _leak_version(line: Any) -> str:
    return str(list(ResultVersion.objects.order_by("pk").values_list("grade", flat=True)))


def _leak_draft(line: Any) -> str:
    return str(list(Disclosure.objects.order_by("pk").values_list("body", flat=True)))


def _leak_adjustment(line: Any) -> str:
    return str(Adjustment.objects.filter(amount_thousandths__lte=500).count())


def _leak_in_force(line: Any) -> str:
    return str(Result.objects.filter(enrolment__ref=line.ref, in_force=None).exists())


@pytest.mark.parametrize(
    ("leak", "model", "name"),
    [
        (_leak_score, Result, "shown_score"),
        (_leak_marks, Mark, "value_thousandths"),
        (_leak_key, Key, "correct"),
        (_leak_scheme, Scheme, "guidance"),
        (_leak_version, ResultVersion, "grade"),
        (_leak_draft, Disclosure, "body"),
        (_leak_adjustment, Adjustment, "amount_thousandths"),
        (_leak_in_force, Result, "in_force"),
    ],
    ids=["score", "mark", "key", "scheme", "version", "disclosure", "adjustment", "published"],
)
def test_a_planted_leak_is_found(
    open_scene: Scene, leak: Callable[[Any], str], model: Model, name: str
) -> None:
    """A page that tells no more than whether it is so is told apart."""
    honest = candidate._line

    def planted(*args: Any) -> Any:
        line = honest(*args)
        kept = {slot: getattr(line, slot) for slot in line.__slots__}
        return type(line)(**kept | {"contact": leak(line), "venue": leak(line)})

    with mock.patch.object(candidate, "_line", planted):
        _taken, found = differing(open_scene, Walk(said(open_scene, own(open_scene))), model, name)
    assert found


def test_masks_hide_only_what_they_name() -> None:
    token = b"a" * 64
    page = b'<input name="csrfmiddlewaretoken" value="' + token + b'"> 7.5'
    assert masked(page) == page.replace(token, b"m" * 64)
    assert masked(b"score 7.5") == b"score 7.5"


def test_an_expiry_is_masked_only_where_it_is_now() -> None:
    answer = mock.Mock(headers={"Expires": "Mon, 02 Nov 2026 09:00:00 GMT", "Date": "today", "Age": "1"})
    assert masked_headers(answer) == b"age: 1\nexpires: Mon, 02 Nov 2026 09:00:00 GMT"
