"""What every test gets: a migrated database of its own kind, and a guard on how it is written.

- ``db`` or ``@pytest.mark.django_db``: the usual, rolled back at the end of the test.
- ``committed_db``: a copy of the template of its own; commits are real, other threads and processes see them.
  Its value is the ``DATABASE_URL`` for another process.
- ``databases``: make, use and drop copies by hand (see tests/databases.py).
- ``writes_allowed()`` from tests.guard: write directly, to set a scene.
- ``exam_data``: the folder with the real exams.
"""

import gc
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created
from django.test import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from tests import guard, roles, scenery
from tests.databases import Databases, PostgresDatabases, SqliteDatabases
from tests.security.scene import Scene, a_scene
from tests.settings import TEST_DB, TEST_VAR

# A slow machine is not a wrong answer.
hypothesis_settings.register_profile(
    "house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session")
def databases(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Databases]:
    """The databases of this worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    kind = PostgresDatabases if TEST_DB == "postgres" else SqliteDatabases
    made = kind(worker, TEST_VAR)
    with django_db_blocker.unblock():
        made.make_template()
        connection_created.connect(guard.watch, dispatch_uid="tests.guard")
        roles.take()
        yield made


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this worker its copy of the template, in place of pytest-django's own database."""
    with django_db_blocker.unblock(), databases.fresh():
        yield
        connections.close_all()


@pytest.fixture
def committed_db(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    databases: Databases,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    """A database of this test's own, where commits are real; the value is its ``DATABASE_URL``."""
    if "db" in request.fixturenames:
        raise pytest.UsageError("committed_db and db exclude each other: one commits, the other rolls back")
    with django_db_blocker.unblock(), databases.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def security_scene(
    django_db_setup: None, databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[str, Scene, Path]]:
    """The name of a database with the scene of tests/security, the scene, and its files; copied, never used."""
    name = databases.copy()
    # Overridden and not just set: the storage of files hears of it.
    with TemporaryDirectory() as folder, django_db_blocker.unblock():
        with override_settings(MEDIA_ROOT=Path(folder)), databases.using(name):
            found = a_scene()
        yield name, found, Path(folder)
        databases.drop(name)


@pytest.fixture
def transactional_db() -> None:
    """Refuse: it would flush append-only tables."""
    raise pytest.UsageError("transactional tests flush tables, which are append-only here: use committed_db")


@pytest.fixture(scope="session")
def exam_data() -> Path:
    """The folder of the real exams: MARKSHEET_EXAM_DATA, else ../shared/data; skips by name without it."""
    place = Path(os.environ.get("MARKSHEET_EXAM_DATA") or settings.ROOT.parent / "shared" / "data")
    if not place.is_dir():
        pytest.skip(f"real exam data: {place} is missing; set MARKSHEET_EXAM_DATA")
    return place


def pytest_collection_finish() -> None:
    """Leave what is loaded by now alone when garbage is looked for, and look less often: a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def pytest_runtest_setup() -> None:
    """Begin a test: what the last one wrote is rolled back, or stands in a database of its own."""
    scenery.forget()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark the browser tests for what they are, refuse the marker that would flush, and begin with what is long."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")
        marker = item.get_closest_marker("django_db")
        if marker and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: transaction=True flushes tables; use committed_db")
    yield
    # Shuffled by now.
    items[:] = long_first(items, workers=int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def long_first(items: Sequence[pytest.Item], *, workers: int) -> list[pytest.Item]:
    """Begin the stretch of each worker with its share of what takes long, so that nobody waits for it in the end.

    With ``--dist worksteal`` each worker gets a stretch of the list; the last ones are the larger by one.
    """
    long = [item for item in items if item.get_closest_marker("first")]
    others = [item for item in items if not item.get_closest_marker("first")]
    found: list[pytest.Item] = []
    for left in range(workers, 0, -1):
        size = (len(long) + len(others)) // left
        begin = min(-(-len(long) // left), size)
        found += [*long[:begin], *others[: size - begin]]
        del long[:begin], others[: size - begin]
    return found
