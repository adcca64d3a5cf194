"""The components of our pages, as tags: ``{% load ui %}``; docs/tour-of-components.md shows each in use."""

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from marksheet.entrypoints.shared import charts, states

register = template.Library()

NONE = "–"


# --- words and numbers ---


@register.simple_tag
def state(code: Any, label: Any = "", tone: str = "") -> SafeString:
    """Show a state as a dot and a word: ``{% state "ready" %}``, ``{% state "ready" label tone="warn" %}``."""
    known = states.STATES.get(str(code), states.Shown("quiet", str(code)))
    return format_html(
        '<span class="state state--{}">{}</span>', tone or known.tone, label if label != "" else known.label
    )


@register.simple_tag
def number(value: Any, places: int | None = None) -> SafeString:
    """Show a number with the reader's separators; nothing (None, "") is a dash that is read out as *none*."""
    if value is None or value == "":
        return format_html(
            '<span aria-hidden="true">{}</span><span class="hidden-text">{}</span>', NONE, _("none")
        )
    return format_html("{}", _grouped(value, places))


@register.filter
def marks(thousandths: int | None) -> str:
    """Show marks that are stored in thousandths: 3500 is 3.5, None is a dash."""
    return NONE if thousandths is None else exact(Fraction(thousandths, 1000))


@register.filter
def millionths(value: int | None) -> str:
    """Show a projection in millionths with at most two decimals: 36500000 is 36.5, None is a dash."""
    if value is None:
        return NONE
    return _trimmed(
        formats.number_format(Fraction(value, 1_000_000).__round__(2).__float__(), 2, use_l10n=True)
    )


@register.filter
def percent(value: int | None) -> str:
    """Show a mean of percentages in millionths with at most one decimal: 63180000 is 63.2, None is a dash."""
    return NONE if value is None else one_decimal(Fraction(value, 1_000_000))


def one_decimal(value: float | Fraction) -> str:
    """Return a mean of percentages, or their spread, as every page rounds it: 63.2, and 63 instead of 63.0."""
    return _trimmed(formats.number_format(round(float(value), 1), 1, use_l10n=True))


def exact(value: Fraction) -> str:
    """Return a number of marks as people write it, with no more decimals than it has (at most three)."""
    places = next((n for n in range(4) if (value * 10**n).denominator == 1), 3)
    return formats.number_format(f"{float(value):.{places}f}", use_l10n=True, force_grouping=True)


def _grouped(value: Any, places: int | None) -> str:
    if isinstance(value, Fraction):
        value = exact(value) if places is None else float(value)
    if isinstance(value, str) and places is None:
        return value
    if isinstance(value, float) and places is not None:
        # Django cuts what is too long; a share of 66.67 is 67 and not 66.
        value = round(value, places)
    return formats.number_format(value, places, use_l10n=True, force_grouping=True)


def _trimmed(text: str) -> str:
    mark = formats.get_format("DECIMAL_SEPARATOR")
    return text.rstrip("0").rstrip(str(mark)) if str(mark) in text else text


@register.simple_tag
def when(
    moment: datetime | None, tz: str | ZoneInfo = "UTC", form: str = "long", named: bool = False
) -> SafeString:
    """Show a moment in a named zone: *9 June 2026, 09:00 (Amsterdam)*.

    ``form``: ``long``; ``short`` (9 Jun 2026, 09:00); ``date``; ``time``. Long and time name the zone, the others
    where they are told to: ``named=several_zones``.
    """
    if moment is None:
        return number(None)
    zone = tz if isinstance(tz, ZoneInfo) else ZoneInfo(str(tz))
    local = timezone.localtime(moment, zone)
    shape = {"long": "j F Y, H:i", "short": "j M Y, H:i", "date": "j F Y", "time": "H:i"}[form]
    text = formats.date_format(local, shape)
    title = f"{formats.date_format(local, 'j F Y, H:i')} ({place_of(zone)})"
    if named or form in {"long", "time"}:
        text = f"{text} ({place_of(zone)})"
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), title, text)


@register.simple_tag(takes_context=True)
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


@register.simple_tag
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


@register.simple_tag
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


# --- charts ---


@register.simple_tag
def histogram(bins: Any, pass_mark: Any = None, label: str = "", unit: str = "%") -> SafeString:
    """Draw how many results lie in each bin; ``bins`` have from_, until and n, ``pass_mark`` is in their unit."""
    return charts.histogram(bins, pass_mark=pass_mark, label=label, unit=unit)


@register.simple_tag
def passbar(percent: Any, pass_percent: Any = None, label: str = "") -> SafeString:
    """Draw where a result lies between 0 and 100 per cent, and where passing starts."""
    return charts.passbar(percent, pass_percent=pass_percent, label=label)


# --- parts of a page ---


@register.simple_tag
def fixed(name: str) -> SafeString:
    """Show a template that is the same for every reader in every language; outside debug it is rendered once."""
    return render_to_string(name) if settings.DEBUG else _rendered_once(name)


@functools.cache
def _rendered_once(name: str) -> SafeString:
    return render_to_string(name)


@register.simple_tag
def lines(rows: Iterable[tuple[str, Sequence[str], str]]) -> SafeString:
    """Show long lists in lines: tuples of (name, notes below it, what stands at the right)."""
    shown = [
        (name, format_html_join("", "<small>{}</small>", ((note,) for note in notes)), right)
        for name, notes, right in rows
    ]
    return format_html(
        '<ul class="lines">{}</ul>',
        format_html_join("", "<li><span>{}{}</span><span>{}</span></li>", shown),
    )


@register.inclusion_tag("components/facts.html")
def facts(items: Any) -> dict[str, Any]:
    """Show a few numbers in a row: pairs of (number, label) or (number, label, tone)."""
    return {"facts": [(*item, "")[:3] for item in items]}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int | None, label: str = "", url: str = "", state: str = "") -> dict[str, Any]:
    """Show how far long work is; with ``url`` the page asks there for this fragment until it is done.

    ``state``: empty while it runs, ``done`` or ``bad`` at the end.
    """
    return {"done": done, "total": total, "label": label, "url": url, "state": state}


@register.simple_block_tag
def tip(content: str, tone: str = "warn") -> SafeString:
    """Say what is in the way: ``{% tip %}17 are not submitted. <a href=...>Show those 17</a>{% endtip %}``."""
    return format_html('<div class="tip tip--{}" role="note">{}</div>', tone, content)


@register.simple_block_tag
def empty(content: str, title: str = "") -> SafeString:
    """Say that there is nothing here, and what to do next."""
    return format_html('<div class="empty"><h2>{}</h2>{}</div>', title, content)


@register.simple_tag
def help_link(page: str, label: str = "") -> SafeString:
    """Link to a how-to by its name; nothing where no such page is served."""
    try:
        url = reverse("help", args=[page])
    except NoReverseMatch:
        return SafeString("")
    return format_html('<a href="{}">{}</a>', url, label or _("How this works"))


# --- lists ---


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, key: str, label: str, align: str = "", default: str = "") -> dict[str, Any]:
    """Head a column that sorts by ``?sort=key``, and backwards by ``?sort=-key``; paging starts anew."""
    current = context["request"].GET.get("sort", default)
    direction = {"": "", key: "ascending", f"-{key}": "descending"}.get(current, "")
    following = f"-{key}" if direction == "ascending" else key
    return {
        "label": label,
        "align": align,
        "direction": direction,
        "url": _query(context, {"sort": following, "page": None, "after": None, "before": None}),
    }


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """Return this page's query string with some values changed; None or "" leaves one out; paging starts anew."""
    return _query(context, {"page": None, "after": None, "before": None, **changes})


@register.inclusion_tag("components/chip.html", takes_context=True)
def chip(context: Context, label: str, value: Any, param: str) -> dict[str, Any]:
    """Show a filter that is on, as a link that takes it off: ``{% chip "Schedule" "LAW-2104" "schedule" %}``."""
    url = _query(context, {param: None, "page": None, "after": None, "before": None})
    return {"label": label, "value": value, "url": url}


@register.inclusion_tag("components/choice_chip.html", takes_context=True)
def choice_chip(context: Context, param: str, value: str, label: str, default: str = "") -> dict[str, Any]:
    """Show one of several views of a list, on or off: ``{% choice_chip "show" "mine" "You can publish" %}``."""
    on = context["request"].GET.get(param, default) == value
    changes = {param: None if value == default else value, "page": None, "after": None, "before": None}
    return {"label": label, "on": on, "url": _query(context, changes)}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context,
    label: str = "",
    previous: Any = None,
    following: Any = None,
    target: str = "",
    param: str = "page",
) -> dict[str, Any]:
    """Show where one is in a list, with steps back and on.

    Args:
        label: *1–50 of 1,204*.
        previous, following: the value of ``param`` there, or a dict of query values; None where there is no more.
        target: the id of what htmx replaces; without it the links load the page.
    """

    def address(place: Any) -> str | None:
        if place is None or place == "":
            return None
        changes = dict(place) if isinstance(place, Mapping) else {param: place}
        return _query(context, {"page": None, "after": None, "before": None, **changes})

    return {"label": label, "previous": address(previous), "following": address(following), "target": target}


def _query(context: Context, changes: Mapping[str, Any]) -> str:
    values = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            values.pop(name, None)
        else:
            values[name] = str(value)
    return f"?{values.urlencode()}"


# --- forms ---


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, label: str = "", help: str = "", short: bool = False, plain: bool = False
) -> dict[str, Any]:
    """Show a form's field with label, help and errors, tied to each other for those who cannot see them.

    ``plain`` leaves the form's own help and placeholder out, where they are said elsewhere on the page.
    """
    help = help or ("" if plain else str(bound.help_text))
    described = [f"{bound.auto_id}_help"] if help else []
    described += [f"{bound.auto_id}_errors"] if bound.errors else []
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if short:
        attrs["class"] = "short"
    if plain:
        attrs["placeholder"] = ""
    return {
        "field": bound,
        "label": label or bound.label,
        "control": bound.as_widget(attrs=attrs),
        "help": help,
        "fieldset": bound.use_fieldset,
        "checkbox": isinstance(bound.field.widget, CheckboxInput),
        "described": " ".join(described),
    }


@register.inclusion_tag("components/fields.html")
def fields(form: Any) -> dict[str, Any]:
    """Show all visible fields of a form, one below the other, with the errors of the whole form on top."""
    return {"form": form}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """Say what is wrong with the form as a whole."""
    return {"form": form}


@register.simple_block_tag
def selection_bar(
    content: str, matching: int = 0, all_label: str = "", all_selected: str = "", filtered: bool = False
) -> SafeString:
    """Count what is ticked in the form around it, offer all that match, and hold what can be done with them.

    Args:
        content: the buttons; those with ``data-needs-selection`` wait until something is ticked.
        matching: how many rows can be ticked in all that match, on every page; 0 offers nothing.
        all_label: *Select all 312 ready that match*.
        all_selected: *All 312 ready that match are selected*.
        filtered: the list is narrowed. Ticks are kept for each list with its filters, and the count says so.
    """
    return SafeString(
        render_to_string(
            "components/selection_bar.html",
            {
                "actions": content,
                "matching": matching,
                "all_label": all_label,
                "all_selected": all_selected,
                "filtered": filtered,
            },
        )
    )


@register.simple_tag(takes_context=True)
def back_link(context: Context) -> str:
    """Return where the reader came from, if that was a page of ours."""
    request = context.get("request")
    came_from = request.META.get("HTTP_REFERER", "") if request else ""
    if request and url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        return str(came_from)
    return ""


@register.inclusion_tag("components/grid_status.html")
def grid_status(key: str) -> dict[str, Any]:
    """Say how a mark entry grid stands: saved, not saved, how many to go; and which keys it knows."""
    words = {
        "saved": _("All saved"),
        "saving": _("Saving"),
        "unsaved": _("{n} not saved yet"),
        "left": _("{n} to go"),
        "complete": _("Nothing to go"),
        "blank": _("blank"),
        "lost": _("Not saved: no connection. It is kept here and sent again by itself."),
        "refused": _("This was not saved."),
        "stale": _("{by} saved {theirs} meanwhile. Enter keeps yours, Escape takes theirs."),
        "staleUnknown": _("Meanwhile {theirs} was saved. Enter keeps yours, Escape takes theirs."),
        "notNumber": _("{value} is not a number. Type marks, or N for no response."),
        "tooMuch": _("{value} is more than the maximum of {max}."),
        "notStep": _("{value} is not a multiple of {step}."),
    }
    return {"key": key, "words": json.dumps(words)}
