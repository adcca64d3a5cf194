"""Bring the tables up to date, as the owner of the database where there is one."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate

from marksheet.apps.ledger.roles import as_owner


class Command(Migrate):
    """Django's own command; afterwards triggers, indexes and rights of the roles are there again."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate through ``DATABASE_OWNER_URL`` if it is set."""
        with as_owner():
            super().handle(*args, **options)
