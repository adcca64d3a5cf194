"""One scene for this folder, made once and copied for each module; every request in it is rolled back."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from django.http import HttpRequest
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from marksheet.entrypoints.shared import context
from tests.databases import Databases
from tests.security.scene import Scene, a_scene


@pytest.fixture(scope="session")
def made(
    django_db_setup: None, databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[str, Scene, Path]]:
    """The scene, the name of the database that holds it, and the folder of its files."""
    name = databases.copy()
    # Overridden and not just set: the storage of files hears of it.
    with TemporaryDirectory() as folder, django_db_blocker.unblock():
        with override_settings(MEDIA_ROOT=Path(folder)), databases.using(name):
            found = a_scene()
        yield name, found, Path(folder)
        databases.drop(name)


@pytest.fixture(scope="module")
def scene(
    made: tuple[str, Scene, Path], databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Iterator[Scene]:
    """The scene, committed in a copy of this module's own."""
    name, found, folder = made
    with (
        override_settings(MEDIA_ROOT=folder),
        django_db_blocker.unblock(),
        databases.fresh(of=name),
    ):
        yield found


@pytest.fixture(scope="module")
def same_navigation() -> Iterator[None]:
    """Work the top of a page out once for each reader, where only the answer below it is of interest.

    It is half the work of a page that refuses. Nothing stays changed between two requests, so it would be the
    same each time; test_headers.py and test_non_interference.py have every page work it out.
    """
    known: dict[int | None, context.Navigation] = {}
    honest = context.navigation_of

    def of(request: HttpRequest) -> context.Navigation:
        person = getattr(getattr(request, "user", None), "pk", None)
        if person not in known:
            known[person] = honest(request)
        return known[person]

    with mock.patch.object(context, "navigation_of", of):
        yield
