"""Markers at work on 50,000 scripts: opening the next response, and saving while many others save.

Run: ``python -m bench.marking_live sqlite|postgres [scripts] [markers]``. Aim: the next response within 50 ms of
time on the server; no save of 50 markers at once (SQLite: 10) refused or lost. Through the WSGI application in this
process, each marker in a thread of their own who saves every few seconds, as the marking screen does by itself.
"""

import statistics
import sys
import threading
import time
from typing import Any

from bench.marking import a_shared_schedule
from bench.scene import database

TIMES = 30
AT_ONCE = {"postgres": 50, "sqlite": 10}
# Of so many threads is a server here (README: ``up --threads``); whoever comes meanwhile waits, and that is counted.
THREADS = 4
EVERY_SECONDS = 4
SAVES = 5
HERE: dict[str, Any] = {"secure": True, "SERVER_NAME": "localhost"}
JSON: dict[str, Any] = {"HTTP_ACCEPT": "application/json"}

_server = threading.Semaphore(THREADS)


class Marker:
    """One marker with a session, who goes from script to script."""

    def __init__(self, person: Any, schedule: Any) -> None:
        from marksheet.apps.exams.queries.paper import paper_of
        from marksheet.apps.marking.models import Script
        from tests import factories

        self.person, self.schedule = person, schedule
        self.client = factories.signed_in(person)
        part = paper_of(schedule.version_id, schedule.key_version_id).human_parts[0]
        own = Script.objects.filter(marker=person).order_by("place").values_list("ref", flat=True)
        self.pages = [f"/marking/assess/{schedule.ref}/mark/{ref}/{part.ref}/" for ref in own]
        self.times: list[float] = []

    def open(self, n: int) -> float:
        """Open the n-th response; return milliseconds."""
        began = time.perf_counter()
        answer = self.client.get(self.pages[n], HTTP_X_PART="1", **HERE)
        assert answer.status_code == 200, answer.status_code
        return 1000 * (time.perf_counter() - began)

    def save(self, n: int, mark: int) -> float:
        """Give the n-th response a mark; return milliseconds."""
        sent = {"scheme": 0, "criteria": 0, "mark_against": 0, "said_against": 0, "mark": mark, "act": "save"}
        from django.db import connections

        began = time.perf_counter()
        with _server:
            answer = self.client.post(self.pages[n], sent, **HERE, **JSON)
            # As a server does at the end of each request; Django's client for tests does not.
            connections.close_all()
        assert answer.status_code == 200, (answer.status_code, answer.content[:200])
        return 1000 * (time.perf_counter() - began)


def measure(kind: str, scripts: int, markers: int) -> dict[str, float]:
    """Return milliseconds, and how many marks were saved and are there."""
    from marksheet.apps.marking.models import Mark

    schedule, people = a_shared_schedule(scripts, markers)
    some = [Marker(one, schedule) for one in people[: AT_ONCE[kind]]]
    found: dict[str, float] = {}
    some[0].open(0)
    opened = sorted(some[0].open(n % len(some[0].pages)) for n in range(TIMES))
    found["opening the next response, ms"] = statistics.median(opened)
    found["opening the next response, the slowest of 30, ms"] = opened[-1]
    found["saving, alone, ms"] = statistics.median(some[0].save(n, 2) for n in range(SAVES))
    problems: list[BaseException] = []

    def work(place: int, one: Marker) -> None:
        try:
            time.sleep(EVERY_SECONDS * place / len(some))
            for n in range(SAVES, 2 * SAVES):
                taken = one.save(n, 1 + n % 4)
                one.times.append(taken)
                time.sleep(max(0.0, EVERY_SECONDS - taken / 1000))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=each) for each in enumerate(some)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    times = sorted(taken for one in some for taken in one.times)
    saved = Mark.objects.filter(attempt__schedule=schedule).count()
    assert saved == SAVES + len(times), (saved, len(times))
    found[f"saving, {len(some)} at once, ms"] = statistics.median(times)
    found[f"saving, {len(some)} at once, the slowest of {len(times)}, ms"] = times[-1]
    return found


def main(kind: str, scripts: int = 50_000, markers: int = 200) -> None:
    """Print what was found."""
    with database(kind):
        found = measure(kind, scripts, markers)
    for what, value in found.items():
        print(f"{kind}, {scripts:,} scripts, {markers} markers: {what} {value:.1f}")


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
