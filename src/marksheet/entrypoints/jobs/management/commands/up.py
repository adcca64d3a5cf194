"""Serve the pages and do the work, together, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from marksheet.apps.ledger.roles import makes_tables
from marksheet.entrypoints.jobs.demo.reset import is_migrated
from marksheet.entrypoints.jobs.management.commands.migrate import OWNER_NEEDED

_STOP_SECONDS = 15


class Command(BaseCommand):
    """Bring the database up to date, fill it if this is a new demo, then run the server and a worker."""

    help = (
        "Migrate, make the demo if the database is new (MARKSHEET_DEMO=1), then serve and work until Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address to listen on."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=4, help="requests served at the same time")

    def handle(self, *, host: str, port: int, threads: int, **_: Any) -> None:
        """Prepare, then keep both processes until one ends or somebody stops them."""
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, _interrupt)
        # What mails and codes lead to is what is served here, unless said otherwise.
        settings.SITE_URL = os.environ.setdefault("SITE_URL", f"http://{host}:{port}")
        self._prepare()
        python = [sys.executable, "-m"]
        server = [
            *(*python, "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"),
            *("--workers", "1", "--blocking-threads", str(threads), "--log-level", "warning"),
            "marksheet.config.wsgi:application",
        ]
        self.stdout.write(f"Marksheet: http://{host}:{port}/ (Ctrl-C stops it)")
        run_together(server, [*python, "marksheet", "work"])

    def _prepare(self) -> None:
        with connection.cursor() as cursor:
            new = "django_migrations" not in connection.introspection.table_names(cursor)
        if makes_tables():
            call_command("migrate", verbosity=0, interactive=False)
        elif not is_migrated():
            raise CommandError(f"The tables are not those of this version. {OWNER_NEEDED}")
        if new and settings.DEMO:
            self.stdout.write("Making the demo institution; this happens once.")
            try:
                call_command("demo")
            except BaseException:
                _forget_half_a_demo()
                raise
        connections.close_all()


def run_together(*commands: Sequence[str]) -> None:
    """Run the commands until one of them ends or this process is interrupted; then stop the others.

    Raises:
        SystemExit: one ended by itself; its exit code is ours.
    """
    running = [subprocess.Popen(command, start_new_session=True) for command in commands]
    try:
        while all(process.poll() is None for process in running):
            time.sleep(0.2)
        ended = next(process for process in running if process.poll() is not None)
        sys.exit(ended.returncode or 1)
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _stop(running)


def _stop(running: Sequence["subprocess.Popen[bytes]"]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _forget_half_a_demo() -> None:
    """Remove a demo database that was not finished, so that the next start makes a whole one."""
    connections.close_all()
    if connection.vendor == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{ending}").unlink(missing_ok=True)
