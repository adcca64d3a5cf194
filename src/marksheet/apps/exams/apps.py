"""Name this app for Django, freeze live exams after every migrate, and watch that."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db.models.signals import post_migrate


class ExamsConfig(AppConfig):
    """Assessments, schedules, enrolments, attempts and responses."""

    name = "marksheet.apps.exams"
    label = "exams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the freezing triggers made again after each migrate: a table rebuild drops them silently."""
        post_migrate.connect(_guard, sender=self, dispatch_uid="exams.guard")
        register(check_guard, Tags.database)


def _guard(**_: Any) -> None:
    from marksheet.apps.exams.constraints import guard

    guard()


def check_guard(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Report tables of live exams that have lost their triggers."""
    if not databases:
        return []
    from marksheet.apps.exams.constraints import missing

    return [
        Error(
            f"{table} has lost its freezing triggers.",
            hint="Run: python -m marksheet migrate",
            id="exams.E001",
        )
        for table in missing()
    ]
