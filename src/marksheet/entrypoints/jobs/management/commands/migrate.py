"""Bring the tables up to date, as the owner of the database where there is one."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate

from marksheet.apps.ledger.roles import as_owner, makes_tables

OWNER_NEEDED = (
    "Only the owner of the database makes tables: set DATABASE_OWNER_URL for this command and run"
    " “python -m marksheet migrate”. Servers and workers need not know it."
)


class Command(Migrate):
    """Django's own command; afterwards triggers, indexes and rights of the roles are there again."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate through ``DATABASE_OWNER_URL`` if it is set."""
        if not makes_tables():
            raise CommandError(OWNER_NEEDED)
        with as_owner():
            super().handle(*args, **options)
