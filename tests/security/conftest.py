"""The scene of this folder, copied for each module; every request in it is rolled back."""

import logging
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.http import HttpRequest
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from marksheet.entrypoints.shared import context
from tests.databases import Databases
from tests.security.scene import Scene


@pytest.fixture(scope="module")
def scene(
    security_scene: tuple[str, Scene, Path], databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Iterator[Scene]:
    """The scene, committed in a copy of this module's own."""
    name, found, folder = security_scene
    with (
        override_settings(MEDIA_ROOT=folder),
        django_db_blocker.unblock(),
        databases.fresh(of=name),
    ):
        yield found


@pytest.fixture(scope="module")
def quiet() -> Iterator[None]:
    """Say nothing of a thousand refusals."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


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
