"""Make an institution and its first administrator, and print the link with which that person comes in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.change import System
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.actions.organisation import create_institution
from marksheet.apps.people.queries.directory import institutions

# For the office of one: the roles that carry an exam from writing to publication.
EVERYDAY = ("author", "scheduler", "coordinator", "reports_viewer")


class Command(BaseCommand):
    """Ask for what the options do not say; the password is chosen by the person, never by us."""

    help = "Make an institution and its first administrator; prints a single-use link instead of a password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take everything as an option too, for scripts."""
        parser.add_argument("--institution", help="name of the institution")
        parser.add_argument("--name", help="name of the administrator")
        parser.add_argument("--email", default="", help="what the administrator signs in with, or")
        parser.add_argument("--username", default="", help="a sign-in name")
        parser.add_argument("--timezone", default="Europe/Amsterdam", help="such as Europe/Amsterdam")
        parser.add_argument(
            "--everyday",
            action="store_true",
            help="also give the roles that exams need: author, scheduler, coordinator, reports viewer",
        )
        parser.add_argument("--another", action="store_true", help="make a second institution beside one")
        parser.add_argument(
            "--no-input", action="store_true", help="ask nothing; fail when something is missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and print the link."""
        if institutions().exists() and not options["another"]:
            raise CommandError("There is an institution already. Use --another to make one beside it.")
        ask = not options["no_input"]
        institution = self._text(options["institution"], "Name of the institution", "--institution", ask)
        name = self._text(options["name"], "Your name", "--name", ask)
        username = options["username"]
        if not username and not options["email"]:
            username = self._text("", "Sign-in name", "--username", ask)
        everyday = options["everyday"]
        if ask and not everyday and not options["name"]:
            everyday = input("Will you also make and coordinate exams yourself? [y/N] ").lower() == "y"
        try:
            founded = create_institution(
                System("first_administrator"),
                name=institution,
                administrator=name,
                email=options["email"],
                username=username,
                roles=EVERYDAY if everyday else (),
                timezone=options["timezone"],
                at=clock.read(),
            )
        except BadInput as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"{founded.institution.name} is there, and {founded.administrator.name} administers it."
        )
        self.stdout.write("Open this link once to choose a password:")
        self.stdout.write(f"{settings.SITE_URL}/invitation/{founded.token}/")

    def _text(self, given: str | None, question: str, option: str, ask: bool) -> str:
        if given:
            return given
        if not ask:
            raise CommandError(f"{option} is missing.")
        return input(f"{question}: ").strip()
