"""Which areas and tabs there are; each web module registers its own.

A tab is registered once, when the module's addresses are loaded::

    menu.register("marking", Tab("results", _("Results"), "results", count=waiting, visible=sees_results))

``count`` and ``visible`` receive the request, on every page: they must be cheap (one counter, one cached right).
"""

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise


def everybody(request: HttpRequest) -> bool:
    """Show the tab to everybody who has signed in."""
    return request.user.is_authenticated


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of an area.

    Attributes:
        key: unique in its area.
        url_name: a name that ``reverse`` knows without arguments; pages below its address belong to the tab.
        count: what waits for this reader; None or a negative number shows nothing, 0 shows 0.
        visible: whether this reader holds the tab's right somewhere.
        order: tabs stand in this order; equal ones in the order of registration.
    """

    key: str
    label: Label
    url_name: str
    count: Callable[[HttpRequest], int | None] | None = None
    visible: Callable[[HttpRequest], bool] = everybody
    order: int = 100


@dataclass(frozen=True, slots=True)
class Area:
    """One area of the top row; it is shown to whoever sees one of its tabs."""

    key: str
    label: Label
    tabs: list[Tab] = field(default_factory=list)


@dataclass(slots=True)
class PersonMenu:
    """What stands under the person's name; filled by the web modules."""

    inbox_url_name: str = ""
    inbox_count: Callable[[HttpRequest], int | None] | None = None
    place: Callable[[HttpRequest], str] | None = None
    links: list[Tab] = field(default_factory=list)


AREAS: list[Area] = [
    Area("exams", _("Exams")),
    Area("schedules", _("Schedules")),
    Area("marking", _("Marking")),
    Area("reports", _("Reports")),
    Area("organisation", _("Organisation")),
]
PERSON = PersonMenu()


def register(area: str, tab: Tab) -> None:
    """Add ``tab`` to the area with this key; the same key again replaces the tab.

    Raises:
        LookupError: there is no such area.
    """
    for known in AREAS:
        if known.key == area:
            known.tabs[:] = [other for other in known.tabs if other.key != tab.key]
            insort(known.tabs, tab, key=lambda other: other.order)
            return
    raise LookupError(f"There is no area {area!r}; areas are {[known.key for known in AREAS]}.")


def register_inbox(url_name: str, count: Callable[[HttpRequest], int | None]) -> None:
    """Say where the inbox is and how to count what is unread."""
    PERSON.inbox_url_name, PERSON.inbox_count = url_name, count


def register_place(place: Callable[[HttpRequest], str]) -> None:
    """Say which unit stands beside the person's name."""
    PERSON.place = place


def register_person_link(tab: Tab) -> None:
    """Add a link to the person's own menu (profile, candidate dashboard); the same key replaces it."""
    PERSON.links[:] = [other for other in PERSON.links if other.key != tab.key]
    insort(PERSON.links, tab, key=lambda other: other.order)
