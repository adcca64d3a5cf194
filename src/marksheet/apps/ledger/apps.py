"""Name this app for Django, guard its tables after every migrate, and watch the guard."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """Changes, the audit log and its chain, work, and the clock."""

    name = "marksheet.apps.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the append-only triggers made again after each migrate: a table rebuild drops them silently."""
        post_migrate.connect(_guard, dispatch_uid="ledger.guard")
        register(check_guard, Tags.database)
        register(check_roles, Tags.database)
        from marksheet.apps.ledger.roles import hold_to_columns

        connection_created.connect(hold_to_columns, dispatch_uid="ledger.roles")


def _guard(app_config: AppConfig, **_: Any) -> None:
    from marksheet.apps.ledger.constraints import guard
    from marksheet.apps.ledger.roles import grant_as_configured

    # Of our apps the last that keeps something; the tables of all are there before the first of these signals.
    if app_config.label == "release":
        guard()
        grant_as_configured()


def check_guard(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Report append-only tables that have lost their triggers."""
    if not databases:
        return []
    from marksheet.apps.ledger.constraints import missing

    return [
        Error(
            f"{table} has lost its append-only triggers.",
            hint="Run: python -m marksheet migrate",
            id="ledger.E001",
        )
        for table in missing()
    ]


def check_roles(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Warn where one role does everything on PostgreSQL: then only triggers stand before the append-only tables."""
    if not databases or not settings.IN_EARNEST:
        return []
    from marksheet.apps.ledger.roles import CANDIDATE, owns_its_tables

    found: list[CheckMessage] = []
    if owns_its_tables():
        found.append(
            Warning(
                "DATABASE_URL names the owner of the tables, who could take the guards of the audit log off.",
                hint="Set DATABASE_OWNER_URL, and run: python -m marksheet database_roles",
                id="ledger.W001",
            )
        )
    if CANDIDATE not in settings.DATABASES:
        found.append(
            Warning(
                "The pages of candidates are read with the rights of the application.",
                hint="Set DATABASE_CANDIDATE_URL, which python -m marksheet database_roles prints.",
                id="ledger.W002",
            )
        )
    return found
