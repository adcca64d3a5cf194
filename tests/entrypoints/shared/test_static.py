"""Static files of a real installation: each name carries its content's digest, modules import by that name."""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings


def test_modules_import_each_other_by_names_with_a_digest(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "marksheet.config.static.HashedStatic"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    found = [*tmp_path.glob("marksheet/js/marksheet.*.js")]
    if not found:
        pytest.fail("marksheet.js was not collected under a name with a digest")
    text = found[0].read_text()
    assert 'from "./grid.js"' not in text
    assert 'from "./grid.' in text
