"""Results day at four times the expected peak: 200 candidates' pages a second, and a staff page beside them.

Run: ``python -m bench.results_peak postgres [candidates] [pages a second]``. Aim: p99 below 250 ms; the Results tab
as fast as without them. Against a server of two processes on 127.0.0.1, as docs/operate/install.md starts it. Requests
leave when they are due, whether the ones before were answered or not, and their time counts from then; who asks for
them runs on the same machine.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.results_day import published
from bench.scene import database, ready_schedule

SECONDS = 20
STAFF_PAGES = 20
WORKERS = 2
Request = tuple[str, str]
"""(path, cookies)."""


@contextmanager
def server() -> Iterator[int]:
    """Run the server of an installation on a free port of 127.0.0.1; give the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    running = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--no-ws", "--workers", str(WORKERS), "--blocking-threads", "4", "--log-level", "warning"),
            "marksheet.config.wsgi:application",
        ],
        env=os.environ | {"BEHIND_PROXY": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _attempt in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        running.terminate()
        running.wait(20)


async def ask(port: int, request: Request, due: float) -> float:
    """Get a page; return milliseconds since it was due. Anything but 200 is an error."""
    path, cookies = request
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n"
        writer.write(f"{head}Cookie: {cookies}\r\n\r\n".encode())
        answer = await reader.read()
    finally:
        writer.close()
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
    return 1000 * (time.perf_counter() - due)


async def at_rate(port: int, requests: Sequence[Request], rate: float, seconds: float) -> list[float]:
    """Ask for ``requests`` in turn, so many a second; return milliseconds of each, the fastest first."""
    began = time.perf_counter()
    asked = []
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asked.append(asyncio.create_task(ask(port, requests[number % len(requests)], due)))
    return sorted(await asyncio.gather(*asked))


async def measure(
    port: int, candidates: Sequence[Request], staff: Request, rate: float
) -> dict[str, list[float]]:
    """Return milliseconds of the staff page alone, of candidates' pages at ``rate``, and of the staff page beside."""
    await at_rate(port, [*candidates, *[staff] * 10], 40, 4)
    alone = await at_rate(port, [staff], 1, STAFF_PAGES)
    pages, beside = await asyncio.gather(
        at_rate(port, candidates, rate, SECONDS), at_rate(port, [staff], 1, SECONDS)
    )
    return {
        "the Results tab alone": alone,
        f"candidates at {rate:.0f}/s": pages,
        "the Results tab beside": beside,
    }


def report(kind: str, candidates: int = 2_000, rate: int = 200) -> str:
    """Measure on ``kind`` and return a table."""
    with database(kind):
        from tests import factories

        def cookies(person: Any) -> str:
            kept = factories.signed_in(person).cookies.items()
            return "; ".join(f"{name}={morsel.value}" for name, morsel in kept)

        world, publisher, enrolments = published(candidates)
        ready_schedule(world, candidates=candidates, code="WAITS")
        sent = [(one, cookies(one.person)) for one in enrolments]
        pages = [page for one, kept in sent for page in (("/my/", kept), (f"/my/{one.ref}/", kept))]
        with server() as port:
            found = asyncio.run(measure(port, pages, ("/marking/results/", cookies(publisher)), rate))
    lines = [
        f"Results day on {kind}, {WORKERS} processes, milliseconds (aim: p99 of candidates' pages below 250)"
    ]
    for name, times in found.items():
        half, most = times[len(times) // 2], times[min(len(times) * 99 // 100, len(times) - 1)]
        lines.append(f"  {name:26}{len(times):6} pages, p50 {half:7.1f}, p99 {most:7.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(sys.argv[1] if len(sys.argv) > 1 else "postgres", *(int(text) for text in sys.argv[2:])))
