"""Make the demo institution, or make it anew."""

import shutil
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.ledger.roles import as_owner
from marksheet.apps.people.queries import person_by_username
from marksheet.entrypoints.jobs.demo.build import build
from marksheet.entrypoints.jobs.demo.cast import let_cast_in
from marksheet.entrypoints.jobs.demo.reset import empty_database, empty_tables, is_migrated
from marksheet.entrypoints.shared.demo import demo_in_hand


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
        try:
            # To empty a table that only grows is for its owner.
            with demo_in_hand(alone=True), as_owner():
                self._make(reset, self.stdout.write if verbosity > 1 else lambda text: None)
        except WrongState as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The demo institution is ready.")

    def _make(self, reset: bool, say: Callable[[str], None]) -> None:
        """Build in one transaction: whoever looks meanwhile sees what was there before."""
        if not is_migrated():
            # Without --reset nothing is taken away: tables of an older version are brought up to this one.
            if reset:
                empty_database()
            call_command("migrate", verbosity=0, interactive=False)
        if not reset and person_by_username("ari") is not None:
            raise CommandError("The demo is there already. Use --reset to make it anew.")
        with transaction.atomic():
            if reset:
                empty_tables()
            build(clock.read(), say)
            let_cast_in(clock.read())
        if reset:
            _forget_mail()


def _forget_mail() -> None:
    mail = getattr(settings, "EMAIL_FILE_PATH", "")
    if mail and Path(mail).is_dir():
        shutil.rmtree(mail)
