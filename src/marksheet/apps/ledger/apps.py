"""Name this app for Django, guard its tables after every migrate, and watch the guard."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
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


def _guard(app_config: AppConfig, **_: Any) -> None:
    from marksheet.apps.ledger.constraints import guard

    if app_config.label == "release":
        guard()


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
