"""Whatever dies, whenever: nothing is lost, nothing doubled, nothing half visible, and work goes on by itself."""

import os
import random
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from marksheet.apps.ledger.models import Work
from marksheet.apps.release.actions.publishing import freeze_selection, prepare_some, publish
from marksheet.apps.release.models import Opening, Publication, PublicationState
from marksheet.apps.release.queries.candidate import dashboard_of
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.release.queries.verifying.log import chained
from marksheet.apps.release.queries.verifying.results import as_published
from marksheet.apps.release.queries.verifying.versions import frozen
from marksheet.apps.results.models import BucketCount, Result, ResultVersion
from marksheet.entrypoints.jobs import release as jobs
from marksheet.entrypoints.jobs.worker import work_once
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.databases import Databases
from tests.factories import NOW, World, a_world
from tests.faults.killing import killed_at

# Two, prepared one by one: with one of anything, half of it could not be seen.
CANDIDATES = 2
ANSWERS = ("AAA", "AAB")
BATCH = 1
LEASE = 0.005
# The boundaries are shared out, so that several processes can test at once.
SHARES = 4
LONG = os.environ.get("MARKSHEET_FAULTS") == "long"


@pytest.fixture
def sink(tmp_path: Path, settings, monkeypatch) -> Path:
    """A file for each message that leaves; leases that run out at once; batches of one result."""
    monkeypatch.setattr(jobs, "prepare_some", partial(prepare_some, size=BATCH))
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.MARKSHEET_LEASE_SECONDS = LEASE
    settings.MARKSHEET_MAIL_PAUSE = 0
    return tmp_path / "mail"


@pytest.fixture
def ready(databases: Databases, django_db_blocker, sink: Path) -> Iterator[tuple[World, str]]:
    """A database of its own, in use, with a selection of results to publish; the world and the selection's name."""
    with django_db_blocker.unblock(), databases.fresh():
        world = a_world()
        schedule = a_ready_quiz(world, answers=ANSWERS)
        selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
        yield world, selection.ref


@pytest.fixture
def anew(ready: tuple[World, str], databases: Databases, sink: Path) -> Callable[[], None]:
    """Put everything back to where their publication, shown and told by mail, was asked for."""
    world, selection = ready
    publish(world.pia, selection, show=True, inform=True, at=NOW)
    return _anew(databases, sink)


def _anew(databases: Databases, sink: Path) -> Callable[[], None]:
    put_back = databases.putting_back()

    def anew() -> None:
        put_back()
        for file in sink.glob("*"):
            file.unlink()

    return anew


def work_to_the_end() -> None:
    """Be a worker until nothing waits."""
    while work_once("worker"):
        pass


def nothing_half_visible() -> None:
    """Before anybody goes on: all of it is in force or none of it, and candidates see the same."""
    publication = Publication.objects.get()
    in_force = Result.objects.filter(in_force__isnull=False).count()
    committed = publication.state == PublicationState.COMMITTED
    assert in_force == (CANDIDATES if committed else 0)
    words = {dashboard_of(row.person, NOW)[0].word for row in Result.objects.select_related("person")}
    assert words == ({"shown"} if committed else {"being-marked"})
    # What was given and scored does not change any more; the whole is verified afterwards.
    assert [*chained(Verified(), None), *frozen(Verified()), *as_published()] == []


def all_done_once(sink: Path) -> None:
    """Afterwards: each result published once, each message at most once, parked where its fate is open."""
    assert Publication.objects.get().state == PublicationState.COMMITTED
    assert Result.objects.filter(in_force__isnull=False, claim=None).count() == CANDIDATES
    assert ResultVersion.objects.count() == CANDIDATES
    assert Opening.objects.count() == CANDIDATES
    assert dict(BucketCount.objects.filter(count__gt=0).values_list("bucket", "count")) == {
        "published": CANDIDATES
    }
    mails = list(Work.objects.filter(kind="mail"))
    assert len(mails) == CANDIDATES
    sent = [file.read_text() for file in sink.glob("*")] if sink.exists() else []
    for mail in mails:
        copies = sum(text.count(f"Message-ID: <{mail.ref}@") for text in sent)
        assert copies <= 1
        assert mail.state in ("done", "parked")
        assert mail.state == "parked" or copies == 1
        assert mail.state == "done" or "may have been delivered" in mail.last_error
    assert list(verify(Verified())) == []
    assert not Work.objects.exclude(state__in=("done", "parked")).exists()


def trial(anew: Callable[[], None], sink: Path, boundary: int) -> bool:
    """Kill a worker at ``boundary``, look, let another one finish, look again; False when none is so far."""
    anew()
    killed = killed_at(boundary, work_to_the_end)
    nothing_half_visible()
    time.sleep(LEASE)
    work_to_the_end()
    all_done_once(sink)
    return killed


def boundaries_of(anew: Callable[[], None]) -> int:
    """How many boundaries a worker passes that nobody kills."""

    def ends_before(boundary: int) -> bool:
        anew()
        return not killed_at(boundary, work_to_the_end)

    return bisect_left(range(1, 10_000), True, key=ends_before)


@pytest.mark.first
@pytest.mark.parametrize("share", range(1, SHARES + 1))
def test_a_worker_killed_at_every_boundary_loses_nothing(anew, sink, share):
    boundary = share
    while trial(anew, sink, boundary):
        boundary += SHARES
    assert boundary > 60


@pytest.mark.skipif(not LONG, reason="make faults: 1,000 kills at random boundaries")
def test_a_thousand_random_kills_lose_nothing(anew, sink):
    chance = random.Random(1)
    last = boundaries_of(anew)
    kills = 0
    while kills < 1000:
        kills += trial(anew, sink, chance.randint(1, last))


@pytest.mark.first
def test_asking_to_publish_is_all_or_nothing_at_every_boundary(ready, databases, sink):
    world, selection = ready
    anew = _anew(databases, sink)
    boundary, killed = 1, True
    while killed:
        anew()
        killed = killed_at(boundary, lambda: publish(world.pia, selection, show=True, inform=True, at=NOW))
        nothing_half_visible()
        publish(world.pia, selection, show=True, inform=True, at=NOW)
        work_to_the_end()
        all_done_once(sink)
        boundary += 1
    assert boundary > 10


def test_eight_publishers_at_once_publish_each_result_once(databases, django_db_blocker, sink):
    """Each result once; the others are told by whom."""
    from django.db import connections

    from marksheet.apps.release.actions.publishing import carry_on
    from marksheet.apps.release.models import PublicationRow
    from tests.factories import grant

    rows = 2000 if LONG else 60
    with django_db_blocker.unblock(), databases.fresh():
        world = a_world()
        schedule = a_ready_quiz(world, answers=["AAA"] * rows)
        actors = [world.pia, world.ada, world.mo, world.mei, world.max]
        for actor in actors[1:]:
            grant(actor, "publisher", schedule.node)
        eight = [actors[k % 5] for k in range(8)]
        selections = [freeze_selection(actor, refs=refs(schedule), at=NOW) for actor in eight]
        failures: list[BaseException] = []
        start = threading.Barrier(8)

        def go(actor, ref):
            try:
                start.wait()
                publish(actor, ref, at=NOW)
                carry_on(ref, at=NOW)
            except BaseException as error:
                failures.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=go, args=pair) for pair in zip(eight, [s.ref for s in selections])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert ResultVersion.objects.count() == rows
        assert Result.objects.filter(in_force__isnull=False).count() == rows
        done = Publication.objects.filter(state=PublicationState.COMMITTED)
        assert sum(one.published for one in done) == rows
        named = PublicationRow.objects.exclude(skipped="")
        assert named.count() == 7 * rows
        # Each is named with the one of the five whose publication its version in force came from.
        publishers = dict(Publication.objects.values_list("pk", "publisher_name"))
        really = {
            result: publishers[publication]
            for result, publication in ResultVersion.objects.values_list("result_id", "publication_id")
        }
        assert set(really.values()) <= {actor.name for actor in actors}
        assert all(by == really[result] for result, by in named.values_list("result_id", "skipped_by"))
        assert list(verify(Verified())) == []
    assert settings.MARKSHEET_LEASE_SECONDS
