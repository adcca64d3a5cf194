"""Carry out what waits: mail, imports, exports, publications."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from marksheet.entrypoints.jobs.worker import run_all, work_until, worker_name


class Command(BaseCommand):
    """Work until stopped; start as many of these as there is work for, on as many hosts."""

    help = "Carry out the work that waits, until SIGTERM or Ctrl-C; what is in hand is finished first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to work on and for how long."""
        parser.add_argument("--once", action="store_true", help="do what waits now, then stop")
        parser.add_argument("--kind", action="append", default=[], help="only this kind; may be repeated")

    def handle(self, *, once: bool, kind: list[str], **_: Any) -> None:
        """Work."""
        if once:
            self.stdout.write(f"{run_all(kinds=kind)} done")
            return
        stop = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        work_until(stop, worker_name(), kind)
