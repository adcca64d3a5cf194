"""The first page: leads people to what they came for, and says to others what this is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, Resolver404, resolve
from django.views.decorators.http import require_safe

from marksheet.apps.people.queries import Person, verbs_held_somewhere
from marksheet.entrypoints.web.front.demo import cast
from marksheet.rules.access import Verb

# Where somebody with one of these rights starts, the first that fits.
STARTS: tuple[tuple[frozenset[Verb], str], ...] = (
    (frozenset({Verb.RESULT_PUBLISH, Verb.REPORT_VIEW}), "/marking/results/"),
    (frozenset({Verb.SCHEDULE_COORDINATE}), "/marking/coordinator/"),
    (frozenset({Verb.MARK_GIVE, Verb.MARK_MODERATE}), "/marking/assess/"),
    (frozenset({Verb.SCHEDULE_MANAGE}), "/schedules/"),
    (frozenset({Verb.EXAM_AUTHOR}), "/exams/"),
    (frozenset({Verb.PUBLISHED_VIEW}), "/marking/audit/"),
    (frozenset({Verb.UNIT_MANAGE, Verb.PERSON_MANAGE, Verb.ROLE_MANAGE}), "/organisation/units/"),
    (frozenset({Verb.PERSON_INVITE}), "/organisation/people/"),
)
CANDIDATE = "/my/"


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Redirect to the most useful page, or welcome whoever is not signed in."""
    if request.user.is_authenticated:
        return redirect(start_of(request.user))
    return render(request, "front/welcome.html", {"demo": settings.DEMO, "cast": cast()})


def start_of(person: Person) -> str:
    """Return the page that is most useful to a person."""
    held = verbs_held_somewhere(person)
    for verbs, address in STARTS:
        if held & verbs and _answers(address):
            return address
    return CANDIDATE if _answers(CANDIDATE) and not person.is_staff_member else "/inbox/"


def _answers(address: str) -> bool:
    try:
        resolve(address)
    except (Resolver404, NoReverseMatch):
        return False
    return True
