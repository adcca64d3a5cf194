"""Tell every page its theme and its navigation."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from marksheet.apps.people.queries import Person, remembering_rights, zone_of
from marksheet.entrypoints.shared import menu
from marksheet.entrypoints.shared.theme import theme_of


@dataclass(frozen=True, slots=True)
class Link:
    """One place to go: a tab, or an area by way of its first tab."""

    label: menu.Label
    url: str
    count: int | None
    active: bool


@dataclass(frozen=True, slots=True)
class Navigation:
    """What the top of a page shows to this reader."""

    areas: tuple[Link, ...]
    tabs: tuple[Link, ...]
    inbox: Link | None
    place: str
    links: tuple[Link, ...]


# Whoever has not signed in sees a page without navigation.
NOBODY = Navigation(areas=(), tabs=(), inbox=None, place="", links=())


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return ``theme``, ``navigation`` and ``reader_zone``, the last two worked out only by pages that show them."""
    return {
        "theme": theme_of(request),
        "navigation": SimpleLazyObject(lambda: navigation_of(request)),
        "reader_zone": SimpleLazyObject(lambda: reader_zone_of(request)),
    }


def reader_zone_of(request: HttpRequest) -> str:
    """Return the time zone of the reader's institution, for moments that belong to no schedule; else UTC."""
    user = getattr(request, "user", None)
    return zone_of(user) if isinstance(user, Person) else "UTC"


# Also where the page answers a POST: by now the change is made or refused.
@remembering_rights()
def navigation_of(request: HttpRequest) -> Navigation:
    """Return the areas and tabs that this reader may open; the longest address that fits is where he is."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return NOBODY
    visible = [
        (area, [(tab, url) for tab in area.tabs if (url := _address(tab.url_name)) and tab.visible(request)])
        for area in menu.AREAS
    ]
    urls = [url for _area, tabs in visible for _tab, url in tabs]
    # A page elsewhere that belongs to a tab (a receipt, to Results) says so by ``request.menu_path``.
    path = getattr(request, "menu_path", request.path)
    here = max((url for url in urls if path.startswith(url)), key=len, default=None)
    areas, shown = [], []
    for area, tabs in visible:
        if not tabs:
            continue
        active = any(url == here for _tab, url in tabs)
        areas.append(Link(area.label, tabs[0][1], None, active))
        if active:
            shown = [Link(tab.label, url, _counted(tab, request), url == here) for tab, url in tabs]
    person = menu.PERSON
    return Navigation(
        areas=tuple(areas),
        tabs=tuple(shown),
        inbox=_inbox(request),
        place=person.place(request) if person.place else "",
        links=tuple(
            Link(tab.label, url, _counted(tab, request), request.path == url)
            for tab in person.links
            if (url := _address(tab.url_name)) and tab.visible(request)
        ),
    )


@remembering_rights()
def waiting_for(request: HttpRequest) -> list[Link]:
    """Return the tabs, of every area, on which something waits for this reader, with how much."""
    found = []
    for tab in (tab for area in menu.AREAS for tab in area.tabs):
        url = _address(tab.url_name)
        if url and tab.count and tab.visible(request) and (count := _counted(tab, request)):
            found.append(Link(tab.label, url, count, False))
    return found


def _inbox(request: HttpRequest) -> Link | None:
    url = _address(menu.PERSON.inbox_url_name)
    if not url:
        return None
    count = menu.PERSON.inbox_count(request) if menu.PERSON.inbox_count else None
    return Link("", url, count, request.path == url)


def _counted(tab: menu.Tab, request: HttpRequest) -> int | None:
    count = tab.count(request) if tab.count else None
    return count if count is not None and count >= 0 else None


def _address(url_name: str) -> str | None:
    try:
        return reverse(url_name) if url_name else None
    except NoReverseMatch:
        return None
