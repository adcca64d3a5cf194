"""Copies of a migrated database: how tests get a clean one without ever flushing a table.

A *template* is migrated once per run and never used; every worker and every committing test works on a copy.
A copy can be a template itself: prepare a state once, copy it for each trial.
"""

import contextlib
import fcntl
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from itertools import count
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from tests import roles, scenery
from tests.settings import TEST_POSTGRES

TEMPLATE = "template"
# Another run may be copying from an older one.
_KEPT_SECONDS = 24 * 3600
_SOURCES = ("src/marksheet/apps", "src/marksheet/config", "requirements/test.txt")


class Databases:
    """The databases of one worker; ``name`` below is a short word, unique within the worker."""

    def __init__(self, worker: str, root: Path) -> None:
        self._worker = worker
        self._root = root
        self._numbers = count(1)
        self.current = ""

    def copy(self, of: str = TEMPLATE) -> str:
        """Copy the database ``of`` and return the name of the copy; nobody may be writing to it meanwhile."""
        name = f"{self._worker}_{next(self._numbers)}"
        self._copy(of, name)
        return name

    @contextmanager
    def using(self, name: str) -> Iterator[str]:
        """Have Django work on the database ``name``, in this thread and in new ones, and give its address."""
        before = self.current
        self._point_at(name)
        try:
            yield self.url(name)
        finally:
            self._point_at(before)

    @contextmanager
    def fresh(self, of: str = TEMPLATE) -> Iterator[str]:
        """Work on a new copy of ``of`` and drop it afterwards; give its address (a ``DATABASE_URL``)."""
        name = self.copy(of)
        try:
            with self.using(name) as url:
                yield url
        finally:
            self.drop(name)

    def putting_back(self) -> Callable[[], None]:
        """Return what brings the database in use back to what it holds now: for many trials of one state."""
        raise NotImplementedError

    def _point_at(self, name: str) -> None:
        connections.close_all()
        scenery.forget()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = self.place(name)
        self.current = name

    def make_template(self) -> None:
        """Migrate the template, unless another worker of this run did."""
        with (self._root / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._has_template():
                self._migrate_template()

    def _migrate(self, name: str) -> None:
        self._point_at(name)
        call_command("migrate", verbosity=0, interactive=False)
        roles.give()
        connections.close_all()

    def place(self, name: str) -> str:
        """Return what Django's ``NAME`` is for this database."""
        raise NotImplementedError

    def url(self, name: str) -> str:
        """Return the ``DATABASE_URL`` with which another process reaches this database."""
        raise NotImplementedError

    def drop(self, name: str) -> None:
        """Remove a copy, whoever is still connected to it."""
        raise NotImplementedError

    def _copy(self, of: str, name: str) -> None:
        raise NotImplementedError

    def _has_template(self) -> bool:
        raise NotImplementedError

    def _migrate_template(self) -> None:
        raise NotImplementedError


class SqliteDatabases(Databases):
    """Files; the template is kept between runs, under a digest of everything that shapes it."""

    def place(self, name: str) -> str:
        """Return the path of the file."""
        return str(self._kept() if name == TEMPLATE else self._root / f"{name}.sqlite3")

    def url(self, name: str) -> str:
        """Return the address of the file."""
        return f"sqlite:///{self.place(name)}"

    def drop(self, name: str) -> None:
        """Remove the file and its companions."""
        for ending in ("", "-wal", "-shm", "-journal"):
            Path(self.place(name) + ending).unlink(missing_ok=True)

    def putting_back(self) -> Callable[[], None]:
        """Copy the file aside, to be copied back."""
        kept = self.copy(self.current)

        def put_back() -> None:
            connections.close_all()
            self._copy(kept, self.current)
            scenery.forget()

        return put_back

    def _copy(self, of: str, name: str) -> None:
        with (
            contextlib.closing(sqlite3.connect(self.place(of))) as source,
            contextlib.closing(sqlite3.connect(self.place(name))) as target,
        ):
            target.execute("PRAGMA synchronous=OFF")
            source.backup(target)

    def _kept(self) -> Path:
        kept: Path = settings.ROOT / "var" / "test" / f"template-{digest()}.sqlite3"
        return kept

    def _has_template(self) -> bool:
        return self._kept().exists()

    def _migrate_template(self) -> None:
        kept = self._kept()
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob("template-*"):
            if old.stat().st_mtime < time.time() - _KEPT_SECONDS:
                old.unlink(missing_ok=True)
        self._migrate(f"making-{self._worker}")
        made = Path(self.place(f"making-{self._worker}"))
        with contextlib.closing(sqlite3.connect(made)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        made.replace(kept)


class PostgresDatabases(Databases):
    """Databases of the run's own cluster."""

    def place(self, name: str) -> str:
        """Return the name of the database."""
        return f"marksheet_{name}".replace("-", "_")

    def url(self, name: str) -> str:
        """Return the address of the database."""
        return TEST_POSTGRES.removesuffix("/postgres") + f"/{self.place(name)}"

    def drop(self, name: str) -> None:
        """Drop the database, with those who are still connected."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.place(name))

    def putting_back(self) -> Callable[[], None]:
        """Keep the rows, to be written back: a copy takes longer."""
        return scenery.putting_back()

    def _copy(self, of: str, name: str) -> None:
        self._execute("CREATE DATABASE {} TEMPLATE {}", self.place(name), self.place(of))

    def _has_template(self) -> bool:
        with psycopg.connect(TEST_POSTGRES, autocommit=True) as server:
            found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.place(TEMPLATE)])
            return found.fetchone() is not None

    def _migrate_template(self) -> None:
        draft = f"making_{self._worker}"
        self._execute("CREATE DATABASE {}", self.place(draft))
        self._migrate(draft)
        self._execute("ALTER DATABASE {} RENAME TO {}", self.place(draft), self.place(TEMPLATE))

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(TEST_POSTGRES, autocommit=True) as server:
            server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@cache
def digest() -> str:
    """Return a digest of the sources that decide what a migrated database looks like."""
    hashed = hashlib.sha256()
    for source in map(partial(Path, settings.ROOT), _SOURCES):
        for file in sorted(source.rglob("*.py")) if source.is_dir() else [source]:
            hashed.update(str(file).encode() + file.read_bytes())
    return hashed.hexdigest()[:16]
