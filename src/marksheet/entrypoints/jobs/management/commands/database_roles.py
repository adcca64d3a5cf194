"""Make the roles of a PostgreSQL database, and print with which addresses they come in."""

import secrets
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection, transaction
from psycopg import sql

from marksheet.apps.ledger.roles import as_owner, grant

_HOW = (
    "Set DATABASE_OWNER_URL to the role that owns the database and may make roles (CREATEROLE), such as"
    " postgresql://owner:password@host/name. SQLite has no roles and needs none made."
)


class Command(BaseCommand):
    """Make, or make good, what ``apps/ledger/roles.py`` describes."""

    help = "Make the roles of the application and of candidates' pages on PostgreSQL; prints their addresses once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how the roles are called, for several installations in one cluster."""
        parser.add_argument(
            "--prefix", default="marksheet", help="the roles are PREFIX_app and PREFIX_candidate"
        )
        parser.add_argument(
            "--new-passwords", action="store_true", help="give roles that are there new passwords"
        )

    def handle(self, *, prefix: str, new_passwords: bool, **_: Any) -> None:
        """Make roles that are missing, give all of them their rights, and print addresses with new passwords."""
        owner = settings.DATABASE_OWNER
        if owner is None or "postgresql" not in owner["ENGINE"]:
            raise CommandError(_HOW)
        roles = {"DATABASE_URL": f"{prefix}_app", "DATABASE_CANDIDATE_URL": f"{prefix}_candidate"}
        with as_owner():
            try:
                with transaction.atomic():
                    made = {role: self._make(role, new_passwords) for role in roles.values()}
                    grant(*roles.values())
                    with connection.cursor() as cursor:
                        cursor.execute(
                            f'ALTER ROLE "{prefix}_candidate" SET default_transaction_read_only = on'
                        )
            except ProgrammingError as error:
                raise CommandError(f"{str(error).strip()}. {_HOW}") from error
        for setting, role in roles.items():
            if password := made[role]:
                self.stdout.write(f"{setting}={_address(owner, role, password)}")
            else:
                self.stdout.write(
                    f"{role} was there and keeps its password; its rights are as they should be."
                )

    def _make(self, role: str, new_password: bool) -> str:
        """Return the password that was given, empty if the role was there and keeps its own."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            there = cursor.fetchone() is not None
            if there and not new_password:
                return ""
            password = secrets.token_urlsafe(24)
            statement = sql.SQL(
                "{how} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {password}"
            )
            cursor.execute(
                statement.format(
                    how=sql.SQL("ALTER" if there else "CREATE"),
                    role=sql.Identifier(role),
                    password=sql.Literal(password),
                ).as_string(connection.connection)
            )
            return password


def _address(owner: dict[str, Any], role: str, password: str) -> str:
    place = f"{owner['HOST']}:{owner['PORT']}" if owner.get("PORT") else owner["HOST"]
    return f"postgresql://{quote(role, safe='')}:{password}@{place}/{quote(str(owner['NAME']), safe='')}"
