"""Show every component in every state, with invented data; served in demo and debug mode only."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from marksheet.apps.ledger import clock
from marksheet.entrypoints.shared.context import Link, Navigation

SITTING = datetime(2026, 6, 9, 7, 0, tzinfo=UTC)
PEOPLE = (
    ("Amara Okafor", 32_000, 64, "6.4"),
    ("Bram de Wit", 36_000, 72, "7.2"),
    ("Chiara Conti", 23_000, 46, "4.8"),
    ("Dilan Yıldız", 42_000, 84, "8.4"),
    ("Elif Demir", None, None, ""),
    ("Femke Jansen", 26_000, 52, "5.3"),
    ("Grace Mbeki", 22_000, 44, "4.6"),
    ("Hugo Lefèvre", None, None, ""),
    ("Ines Duarte", 18_000, 36, "3.9"),
    ("Jonas Weber", 39_500, 79, "7.9"),
    ("Kaito Mori", 41_000, 82, "8.2"),
    ("Lena Novák", 27_500, 55, "5.5"),
    ("Marta Silva", 33_000, 66, "6.6"),
    ("Noor Haddad", 45_500, 91, "9.1"),
    ("Omar Farouk", 29_000, 58, "5.8"),
    ("Petra Kovács", 36_500, 73, "7.3"),
)
HEIGHTS = (1, 2, 3, 4, 6, 8, 11, 13, 18, 22, 26, 32, 36, 34, 31, 24, 18, 11, 6, 3)


@dataclass(frozen=True, slots=True)
class Bar:
    """One invented bar of the distribution."""

    from_: float
    until: float
    n: int


class Sample(forms.Form):
    """Every kind of field."""

    title = forms.CharField(help_text="As it stands on the statement.")
    code = forms.CharField(required=False, max_length=12)
    zone = forms.ChoiceField(choices=[("Europe/Amsterdam", "Amsterdam"), ("Europe/London", "London")])
    starts = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    workflow = forms.ChoiceField(
        choices=[("machine", "Machine only"), ("coordinated", "Coordinated")], widget=forms.RadioSelect
    )
    anonymous = forms.BooleanField(required=False, help_text="Markers see script codes, never names.")
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))
    roster = forms.FileField(required=False, help_text="CSV or XLSX, at most 10 MB.")


def index(request: HttpRequest) -> HttpResponse:
    """Show the components one by one."""
    context = {
        "form": Sample(),
        "wrong": Sample({"title": "", "zone": "Mars", "starts": "yesterday", "reason": "x"}),
        "numbers": FACTS,
        "bins": bars(),
        "at": SITTING,
        "states": (
            "ready",
            "moderation",
            "waiting",
            "withheld",
            "correction_ready",
            "passed",
            "failed",
            "void",
        ),
        "finished": 120,
    }
    if "toast" in request.GET:
        messages.success(request, "312 results are published.")
        messages.error(request, "Nothing was published: 3 of 40 results changed since you opened this page.")
    return render(request, "styleguide/index.html", around(request, "index") | context)


def results(request: HttpRequest) -> HttpResponse:
    """Show the list that the house is built around."""
    page = 2 if request.GET.get("page") == "2" else 1
    rows = [row(n, *person) for n, person in enumerate(PEOPLE)]
    context = {
        "columns": ("Attempt", "Handed in", "Publisher", "Flags"),
        "rows": rows[:9] if page == 1 else rows[9:],
        "page": page,
        "q": request.GET.get("q", ""),
    }
    return render(request, "styleguide/results.html", around(request, "results") | context)


def publish(request: HttpRequest) -> HttpResponse:
    """Show the panel that says what publishing will do."""
    if request.method == "POST" and "commit" in request.POST:
        messages.success(request, "312 results are published.")
        return redirect("styleguide-results")
    chosen = request.POST.getlist("selected")
    count = 312 if request.method == "GET" or "all_matching" in request.POST else len(chosen)
    context = {
        "count": count,
        "numbers": ((str(count), "will be published"), *FACTS[1:]),
        "bins": bars(),
        "back": reverse("styleguide-results"),
    }
    return render(request, "styleguide/publish.html", around(request, "results") | context)


def candidate(request: HttpRequest) -> HttpResponse:
    """Show one result as its candidate sees it."""
    return render(
        request, "styleguide/candidate.html", {"at": SITTING + timedelta(days=17), "sitting": SITTING}
    )


def dashboard(request: HttpRequest) -> HttpResponse:
    """Show a candidate's list of exams."""
    return render(request, "styleguide/dashboard.html", {"at": SITTING})


def grid(request: HttpRequest) -> HttpResponse:
    """Show the mark entry grid."""
    scripts = [
        {"code": f"{417 + 31 * n:04}", "number": f"s21{n:05}", "cells": [_cell(n, part) for part in range(6)]}
        for n in range(14)
    ]
    items = [(f"{part + 1}", (5, 5, 10, 10, 4, 6)[part]) for part in range(6)]
    return render(
        request, "styleguide/grid.html", around(request, "assess") | {"scripts": scripts, "items": items}
    )


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Answer the grid: 9 is refused, 7 is stale, everything else is saved."""
    value, version = request.POST.get("value", ""), int(request.POST.get("version", "0"))
    if value == "9":
        return JsonResponse(
            {"state": "refused", "message": "This script is submitted. Reopen it first."}, status=400
        )
    if value == "7" and version < 9:
        return JsonResponse(
            {"state": "stale", "theirs": "4.5", "by": "Mei Lindqvist", "version": 9}, status=409
        )
    return JsonResponse({"state": "saved", "version": version + 1, "shown": value})


def script(request: HttpRequest) -> HttpResponse:
    """Show the workshop in which one answer is marked."""
    return render(request, "styleguide/script.html", around(request, "assess"))


def progress(request: HttpRequest) -> HttpResponse:
    """Answer the fragment of long work, a little further each second."""
    done = min(int(clock.read().timestamp() * 20) % 400, 312)
    return render(request, "styleguide/progress.html", {"done": done, "finished": done == 312})


def error(request: HttpRequest, status: int) -> HttpResponse:
    """Show a refusal."""
    context = {
        "status": status,
        "title": {403: "Not allowed", 404: "Not here", 409: "Not now"}.get(status, ""),
        "message": "You may see this schedule but not publish it.",
        "helpers": ["Ada Brandt", "Max Fischer"],
        "typed": [("reason", "The scan of page 3 is missing.")] if status == 409 else [],
    }
    return render(request, f"{status}.html", around(request, "results") | context, status=status)


FACTS = (
    ("312", "will be published"),
    ("28", "will not (below)", "warn"),
    ("71 %", "pass (74 % in 2025)"),
    ("6.4", "mean (6.5 in 2025)"),
)


def bars() -> tuple[Bar, ...]:
    """Return an invented distribution over 0-100 per cent."""
    return tuple(Bar(n * 5, n * 5 + 5, height) for n, height in enumerate(HEIGHTS))


def row(n: int, name: str, score: int | None, percent: int | None, grade: str) -> dict[str, Any]:
    """Return one invented row of the Results tab."""
    outcome = "" if percent is None else "passed" if percent >= 55 else "failed"
    state = "ready" if score is not None else "moderation" if n == 4 else "withheld"
    number = f"s{2_100_000 + 7919 * n}"
    return {
        "ref": f"r{n}",
        "name": name,
        "number": number,
        "score": score,
        "percent": percent,
        "grade": grade,
    } | {
        "outcome": outcome,
        "state": state,
    }


def around(request: HttpRequest, here: str) -> dict[str, Any]:
    """Return the invented navigation and reader."""

    def tab(label: str, name: str, count: int | None = None) -> Link:
        return Link(label, reverse(f"styleguide-{name}"), count, name == here)

    tabs = (
        Link("Coordinator", "#coordinator", 4, False),
        tab("Assess", "assess", 0),
        tab("Results", "results", 1204),
        Link("Rescoring", "#rescoring", None, False),
        Link("Remarking", "#remarking", 7, False),
        tab("Components", "index"),
        Link("Audit", "#audit", None, False),
    )
    names = ("Exams", "Schedules", "Marking", "Reports", "Organisation")
    areas = tuple(Link(name, f"#{name.lower()}", None, name == "Marking") for name in names)
    inbox = Link("", "#inbox", 3, False)
    reader = SimpleNamespace(is_authenticated=True)
    return {
        "navigation": Navigation(areas, tabs, inbox, "Faculty of Law", ()),
        "user": _Reader(**vars(reader)),
    }


class _Reader(SimpleNamespace):
    def __str__(self) -> str:
        return "Pia Adeyemi"


def _cell(n: int, part: int) -> dict[str, Any]:
    value = "" if (n * 5 + part) % 4 == 0 or n > 9 else "nr" if (n + part) % 11 == 0 else str((n + part) % 5)
    return {"part": part, "max": (5, 5, 10, 10, 4, 6)[part], "value": value}


PAGES: list[URLPattern] = [
    path("styleguide/", index, name="styleguide-index"),
    path("styleguide/results/", results, name="styleguide-results"),
    path("styleguide/publish/", publish, name="styleguide-publish"),
    path("styleguide/candidate/", candidate, name="styleguide-candidate"),
    path("styleguide/dashboard/", dashboard, name="styleguide-dashboard"),
    path("styleguide/grid/", grid, name="styleguide-assess"),
    path("styleguide/grid/save/", save, name="styleguide-save"),
    path("styleguide/script/", script, name="styleguide-script"),
    path("styleguide/progress/", progress, name="styleguide-progress"),
    path("styleguide/error/<int:status>/", error, name="styleguide-error"),
]
urlpatterns = PAGES if settings.DEBUG or settings.DEMO else []
