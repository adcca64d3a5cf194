"""Bring up a throw-away PostgreSQL cluster for tests, benchmarks and faults.

``with cluster() as url:`` gives the address of its database ``postgres``; leaving stops and removes it. The
server also stops when the process that started it dies, however it dies.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

HOW_TO_GET_IT = "PostgreSQL is missing; install it with: apt-get install postgresql (or set POSTGRES_BIN)"

# Nothing here outlives the run, so nothing is synced to disk.
_FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=256MB",
    "work_mem=16MB",
    "max_wal_size=4GB",
    "max_connections=120",
    "autovacuum_naptime=10s",
    "jit=off",
)
# For benchmarks and crashes of the whole host: as an installation would run it.
_SAFE = ("shared_buffers=1GB", "work_mem=16MB", "max_wal_size=4GB", "max_connections=200")


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Run a cluster on a free port of 127.0.0.1 and give its address.

    Args:
        durable: with fsync and commits that wait, for benchmarks; else as fast as it goes, for tests.

    Raises:
        RuntimeError: PostgreSQL is not installed, or does not start; the message says what to do.
    """
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix="marksheet-postgres-"))
    password, port = secrets.token_hex(16), _free_port()
    (home / "password").write_text(password)
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        for path in (home, home / "password"):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    _make(binaries, home)
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    settings = [f"-c{setting}" for setting in (_SAFE if durable else _FAST)]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [
                *_as_postgres(dies_with_us=True),
                str(binaries / "postgres"),
                *("-D", str(home / "data"), "-p", str(port), "-h", "127.0.0.1", "-k", str(home)),
                *settings,
            ],
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )
    try:
        _wait_for(url, server, home / "log")
        yield url
    finally:
        server.send_signal(2)  # SIGINT: drop the sessions, then stop.
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        shutil.rmtree(home, ignore_errors=True)


def _binaries() -> Path:
    given = os.environ.get("POSTGRES_BIN")
    places = [Path(given)] if given else sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)[::-1]
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists():
            return place
    raise RuntimeError(HOW_TO_GET_IT)


def _version(binaries: Path) -> int:
    name = binaries.parent.name
    return int(name) if name.isdigit() else 0


def _as_postgres(*, dies_with_us: bool = False) -> Sequence[str]:
    """Return the words that run a command as an ordinary user: PostgreSQL refuses to run as root."""
    words: list[str] = []
    if sys.platform == "linux" and shutil.which("setpriv"):
        words = ["setpriv"]
        if os.geteuid() == 0:
            words += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
        if dies_with_us:
            words += ["--pdeathsig=INT"]
        return words if len(words) > 1 else []
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _make(binaries: Path, home: Path) -> None:
    made = subprocess.run(
        [
            *_as_postgres(),
            str(binaries / "initdb"),
            *("-D", str(home / "data"), "-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"),
            *("--locale=C.UTF-8", f"--pwfile={home / 'password'}"),
        ],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"PostgreSQL could not make a cluster in {home}: {made.stderr or made.stdout}")


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
