"""Days and moments as pages say them: in a named zone, said once where all on a page are of one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

NONE = "–"


def dash() -> SafeString:
    """Return what stands where there is nothing: a dash that is read out as *none*."""
    return format_html(
        '<span aria-hidden="true">{}</span><span class="hidden-text">{}</span>', NONE, _("none")
    )


def when(
    moment: datetime | None, tz: str | ZoneInfo = "UTC", form: str = "long", named: bool = False
) -> SafeString:
    """Show a moment in a named zone: *9 June 2026, 09:00 (Amsterdam)*.

    ``form``: ``long``; ``short`` (9 Jun 2026, 09:00); ``date``; ``time``. Long and time name the zone, the others
    where they are told to: ``named=several_zones``.
    """
    if moment is None:
        return dash()
    zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(str(tz))
    local = timezone.localtime(moment, zone)
    shape = {"long": "j F Y, H:i", "short": "j M Y, H:i", "date": "j F Y", "time": "H:i"}[form]
    text = formats.date_format(local, shape)
    title = f"{formats.date_format(local, 'j F Y, H:i')} ({place_of(zone)})"
    if named or form in {"long", "time"}:
        text = f"{text} ({place_of(zone)})"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), title, text)


def times_note(context: Context) -> str:
    """Say once on a page in whose clock its short moments stand: *Times are those of Amsterdam.*"""
    return _in_the_clock_of(str(context["reader_zone"]))


def _in_the_clock_of(zone: str) -> str:
    return _("Times are those of %(place)s.") % {"place": place_of(ZoneInfo(zone))}


def zones_told(zones: Iterable[str]) -> dict[str, Any]:
    """Return how a list says in whose clock the days and moments of its rows stand, for its template.

    With one zone ``zones_note`` says it once; of several, ``several_zones`` has each moment name its own.
    """
    found = set(zones)
    return {
        "several_zones": len(found) > 1,
        "zones_note": _in_the_clock_of(found.pop()) if len(found) == 1 else "",
    }


def window(opens: datetime, closes: datetime, tz: str | ZoneInfo = "UTC") -> SafeString:
    """Show from when until when in a named zone: *9 June 2026, 09:00 – 12:00 (Amsterdam)*, the day said once.

    Where the clock changes in between, or over more than a day, both ends are said in full.
    """
    zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(str(tz))
    first, last = timezone.localtime(opens, zone), timezone.localtime(closes, zone)
    if first.date() != last.date() or first.utcoffset() != last.utcoffset():
        return format_html("{} – {}", when(opens, zone), when(closes, zone))
    day = formats.date_format(first, "j F Y, H:i")
    return format_html(
        '<time datetime="{}">{}</time> – {}', first.isoformat(), day, when(closes, zone, "time")
    )


def days(opens: datetime, closes: datetime, tz: str | ZoneInfo = "UTC", named: bool = False) -> SafeString:
    """Show on which days a window lies in a named zone: *9 June 2026*, *3–5 Nov 2026*, *30 Oct – 2 Nov 2026*.

    A window that closes at midnight does not reach into the day that begins then.
    """
    zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(str(tz))
    first = timezone.localtime(opens, zone)
    last = timezone.localtime(max(opens, closes - timedelta(microseconds=1)), zone)
    if first.date() == last.date():
        return when(opens, zone, "date", named)
    begins = "j" if (first.year, first.month) == (last.year, last.month) else "j M"
    begins = begins if first.year == last.year else "j M Y"
    text = formats.date_format(first, begins) + ("–" if begins == "j" else " – ")
    title = " – ".join(
        formats.date_format(one, "j F Y, H:i") for one in (first, timezone.localtime(closes, zone))
    )
    return format_html(
        '<time datetime="{}" title="{} ({})">{}</time>',
        first.isoformat(),
        title,
        place_of(zone),
        text + formats.date_format(last, "j M Y") + (f" ({place_of(zone)})" if named else ""),
    )


def place_of(zone: ZoneInfo) -> str:
    """Return the city of a zone, as people name it: Europe/Amsterdam is Amsterdam."""
    return zone.key.rsplit("/", 1)[-1].replace("_", " ")
