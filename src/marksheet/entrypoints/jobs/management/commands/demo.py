"""Make the demo institution, or make it anew."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import person_by_username
from marksheet.entrypoints.jobs.demo.build import build
from marksheet.entrypoints.jobs.demo.cast import let_cast_in
from marksheet.entrypoints.jobs.demo.reset import empty_database


class Command(BaseCommand):
    """Fill an empty database with the demo institution; only in demo mode."""

    help = "Make the demo institution (MARKSHEET_DEMO=1). --reset makes it anew and forgets what was tried."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the wish to begin anew."""
        parser.add_argument("--reset", action="store_true")

    def handle(self, *, reset: bool, verbosity: int, **_: Any) -> None:
        """Empty the database if asked, then build."""
        if not settings.DEMO:
            raise CommandError("The demo is made in demo mode only: set MARKSHEET_DEMO=1.")
        if reset:
            empty_database()
            mail = Path(settings.EMAIL_FILE_PATH) if getattr(settings, "EMAIL_FILE_PATH", "") else None
            if mail and mail.is_dir():
                shutil.rmtree(mail)
            call_command("migrate", verbosity=0, interactive=False)
        elif person_by_username("ari") is not None:
            raise CommandError("The demo is there already. Use --reset to make it anew.")
        build(clock.read(), self.stdout.write if verbosity > 1 else lambda text: None)
        let_cast_in(clock.read())
        self.stdout.write("The demo institution is ready.")
