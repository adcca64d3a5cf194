"""Remember what a person chose for a page."""

from typing import Any

from marksheet.apps.ledger.change import draft
from marksheet.apps.people.models import Person, Preference


def keep(person: Person, key: str, value: Any, *, name: str = "") -> None:
    """Remember ``value`` for ``key``: columns, order, or a saved view if it has a ``name``."""
    with draft():
        Preference.objects.update_or_create(person=person, key=key, name=name[:80], defaults={"value": value})


def forget(person: Person, key: str, *, name: str = "") -> None:
    """Forget what was chosen for ``key``."""
    with draft():
        Preference.objects.filter(person=person, key=key, name=name).delete()
