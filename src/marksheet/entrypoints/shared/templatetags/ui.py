"""The components of our pages, as tags: ``{% load ui %}``; docs/tour-of-components.md shows each in use."""

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from django import template
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.forms import BoundField, CheckboxInput
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import formats
from django.utils.html import conditional_escape, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marksheet.entrypoints.shared import charts, moments, states

register = template.Library()

NONE = moments.NONE


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
        return moments.dash()
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


register.simple_tag(moments.when)
register.simple_tag(moments.window)
register.simple_tag(moments.days)
register.simple_tag(moments.times_note, takes_context=True)


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


# What stands in the menu of one page and of no other; no name, path or token holds such a character.
_NAME, _TOKEN, _PATH = "\x01", "\x02", "\x03"


@register.simple_tag(takes_context=True)
def candidate_menu(context: Context) -> SafeString:
    """Show the menu of a candidate; outside debug it is rendered once for each language and theme.

    It was a quarter of what the pages took on which thousands look at once.
    """
    request, theme, language = context["request"], str(context["theme"]), get_language() or ""
    pieces = (_menu.__wrapped__ if settings.DEBUG else _menu)(theme, language)
    own = {
        _NAME: conditional_escape(context["user"]),
        _TOKEN: str(context["csrf_token"]),
        _PATH: conditional_escape(request.get_full_path()),
    }
    return SafeString("".join(own.get(piece, piece) for piece in pieces))


@functools.cache
def _menu(theme: str, _language: str) -> tuple[str, ...]:
    """Return the menu cut where something of one page alone stands."""
    alike = {"user": _NAME, "csrf_token": _TOKEN, "theme": theme, "request": {"get_full_path": _PATH}}
    return tuple(
        re.split(f"([{_NAME}{_TOKEN}{_PATH}])", render_to_string("components/person_candidate.html", alike))
    )


@register.simple_tag
def lines(rows: Iterable[tuple[str, Sequence[str], str]]) -> SafeString:
    """Show long lists in lines: tuples of (name, notes below it, what stands at the right); all of it is escaped."""
    shown = "".join(
        f"<li><span>{conditional_escape(name)}{''.join(f'<small>{conditional_escape(note)}</small>' for note in notes)}"
        f"</span><span>{conditional_escape(right)}</span></li>"
        for name, notes, right in rows
    )
    return SafeString(f'<ul class="lines">{shown}</ul>')


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
def fields(form: Any, *, saves: bool = True) -> dict[str, Any]:
    """Show all visible fields of a form, one below the other, with the errors of the whole form on top."""
    return {"form": form, "saves": saves}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Any, *, saves: bool = True) -> dict[str, Any]:
    """Say what is wrong with the form as a whole; of a form that saves something also that it did not."""
    return {"form": form, "saves": saves}


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
    try:
        ours = request is not None and url_has_allowed_host_and_scheme(
            came_from, {request.get_host()}, request.is_secure()
        )
    except DisallowedHost:
        # The page that says so is shown under a name that is not ours.
        return ""
    return str(came_from) if ours else ""


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
