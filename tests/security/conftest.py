"""One scene for a whole module, on a database of its own; every request in it is rolled back."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import Databases
from tests.security.scene import Scene, a_scene


@pytest.fixture(scope="module")
def scene(django_db_setup: None, databases: Databases, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """The scene, committed in a copy of the template."""
    kept = settings.MEDIA_ROOT
    with TemporaryDirectory() as folder, django_db_blocker.unblock(), databases.fresh():
        settings.MEDIA_ROOT = Path(folder)
        try:
            yield a_scene()
        finally:
            settings.MEDIA_ROOT = kept
