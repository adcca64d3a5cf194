"""Results day: a candidate's pages from disclosures against a view that checks the session and returns one page.

Run: ``python -m bench.results_day sqlite|postgres [candidates]``. Aim: at least half of its rate. Through the
WSGI application in this process, one request at a time, middleware and session included.
"""

import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from bench.scene import NOW, a_publisher, database, ready_schedule

REQUESTS = 100
ROUNDS = 6
STORED = b"<!doctype html><title>Results</title>" + b"<p>One line of a stored page.</p>" * 200


def stored_page(request: Any) -> Any:
    """Check the session, return one page that was rendered long ago."""
    from django.http import HttpResponse

    return HttpResponse(STORED if request.user.is_authenticated else b"", status=200)


def with_stored_page() -> None:
    """Add the reference view to the addresses of this process."""
    from django.urls import clear_url_caches, path

    from marksheet.config import urls

    urls.urlpatterns.insert(0, path("stored/", stored_page))
    clear_url_caches()


def rate(application: Any, paths: list[str], cookies: list[str]) -> float:
    """Return requests per second, each as the next candidate; anything but 200 is an error."""
    statuses: list[str] = []

    def once(number: int) -> None:
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": paths[number % len(paths)], "QUERY_STRING": "",
            "SERVER_NAME": "localhost", "SERVER_PORT": "443", "HTTP_HOST": "localhost",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "https", "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr, "HTTP_COOKIE": cookies[number % len(cookies)],
        }  # fmt: skip
        answer = application(environ, lambda status, headers, *_: statuses.append(status))
        b"".join(answer)
        answer.close()

    for number in range(10):
        once(number)
    started = time.perf_counter()
    for number in range(REQUESTS):
        once(number)
    taken = time.perf_counter() - started
    assert all(status.startswith("200") for status in statuses), statuses[:3]
    return REQUESTS / taken


def published(candidates: int) -> tuple[Any, Any, list[Any]]:
    """Publish so many results, shown; return world, publisher, and the enrolments of some candidates."""
    from marksheet.apps.exams.models import Enrolment
    from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
    from marksheet.apps.results.queries.finder import Criteria

    world, pia = a_publisher()
    schedule = ready_schedule(world, candidates=candidates)
    selection = freeze_selection(pia, criteria=Criteria(), at=NOW)  # type: ignore[arg-type]
    publish(pia, selection.ref, show=True, at=NOW)  # type: ignore[arg-type]
    carry_on(selection.ref, at=NOW)
    some = Enrolment.objects.filter(schedule=schedule).select_related("person").order_by("pk")  # type: ignore[misc]
    return world, pia, list(some[:50])


def measure(candidates: int) -> dict[str, float]:
    """Return requests per second by page."""
    from django.core.wsgi import get_wsgi_application

    from tests import factories

    _world, _pia, enrolments = published(candidates)
    with_stored_page()
    cookies = [
        "; ".join(f"{name}={morsel.value}" for name, morsel in factories.signed_in(e.person).cookies.items())
        for e in enrolments
    ]
    application = get_wsgi_application()
    walks: dict[str, Callable[[], float]] = {
        "the stored page": lambda: rate(application, ["/stored/"], cookies),
        "the dashboard": lambda: rate(application, ["/my/"], cookies),
        "one result": lambda: rate(application, [f"/my/{e.ref}/" for e in enrolments], cookies),
    }
    # Turn by turn, so that whatever else the machine does slows all of them down; the best of each counts.
    rounds = [{name: walk() for name, walk in walks.items()} for _ in range(ROUNDS)]
    return {name: max(one[name] for one in rounds) for name in walks}


def report(kind: str, candidates: int = 2_000) -> str:
    """Measure on ``kind`` and return a table."""
    with database(kind):
        rates = measure(candidates)
    reference = rates["the stored page"]
    lines = [f"Results day on {kind}, requests/s, one at a time (aim: half of the stored page)"]
    lines += [f"  {name:20}{each:8.0f}{each / reference:7.2f}" for name, each in rates.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(sys.argv[1] if len(sys.argv) > 1 else "sqlite", *(int(text) for text in sys.argv[2:])))
