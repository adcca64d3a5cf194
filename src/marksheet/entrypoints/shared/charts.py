"""Small charts as SVG, drawn here: no script and no style attribute in the page."""

from collections.abc import Iterable
from typing import Any, Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

HEIGHT = 84
"""Pixels that the highest bar takes; above it stands the pass mark's label, below it the axis."""
TOP = 16
_FOOT = TOP + HEIGHT


class Binned(Protocol):
    """A bar: from (inclusive) to until, with how many."""

    from_: float
    until: float
    n: int


def histogram(
    bins: Iterable[Binned], *, pass_mark: Any = None, label: str = "", unit: str = "%"
) -> SafeString:
    """Return bars over ``bins``, those that pass in the colour of what counts, and a line at the pass mark.

    A bar that the pass mark divides is drawn in both colours, divided there: how its results lie inside it
    the chart does not know and does not claim.
    """
    bars = list(bins)
    if not bars:
        return SafeString("")
    low, high = float(bars[0].from_), float(bars[-1].until)
    total, most = sum(bar.n for bar in bars), max(max(bar.n for bar in bars), 1)
    mark = None if pass_mark is None or pass_mark == "" else float(pass_mark)

    def x(value: float) -> float:
        return (value - low) / (high - low) * 100

    pieces = [
        _bar(x(start), x(end), bar.n / most, passes)
        for bar in bars
        if bar.n
        for start, end, passes in _pieces(float(bar.from_), float(bar.until), mark)
    ]
    title = label or ngettext("Distribution of %(n)d result", "Distribution of %(n)d results", total) % {
        "n": total
    }
    return format_html(
        '<svg class="histogram" role="img" height="{}" aria-label="{}" focusable="false">'
        "<title>{}</title><desc>{}</desc>{}{}{}</svg>",
        _FOOT + 16,
        f"{title}. {_in_words(bars, mark, unit)}",
        title,
        _in_words(bars, mark, unit),
        format_html_join("", "{}", ((piece,) for piece in pieces)),
        _axis(low, high, unit),
        _mark(x(mark), mark, unit) if mark is not None and low <= mark <= high else "",
    )


def _pieces(start: float, end: float, mark: float | None) -> list[tuple[float, float, bool]]:
    if mark is None or start >= mark:
        return [(start, end, True)]
    if end <= mark:
        return [(start, end, False)]
    return [(start, mark, False), (mark, end, True)]


def _bar(start: float, end: float, share: float, passes: bool) -> SafeString:
    height = max(share * HEIGHT, 1.5)
    gap = min(0.3, (end - start) / 4)
    return format_html(
        '<rect class="histogram__{}" x="{}%" y="{}" width="{}%" height="{}" rx="1"/>',
        "pass" if passes else "below",
        f"{start + gap:.2f}",
        f"{_FOOT - height:.1f}",
        f"{max(end - start - 2 * gap, 0.1):.2f}",
        f"{height:.1f}",
    )


def _axis(low: float, high: float, unit: str) -> SafeString:
    return format_html(
        '<line class="histogram__axis" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
        '<text x="0" y="{t}" aria-hidden="true">{low}</text>'
        '<text x="100%" y="{t}" text-anchor="end" aria-hidden="true">{high}</text>',
        y=_FOOT + 0.5,
        t=_FOOT + 14,
        low=f"{low:g}",
        high=f"{high:g} {unit}".strip(),
    )


def _mark(x: float, mark: float, unit: str) -> SafeString:
    text = _("pass mark %(mark)s") % {"mark": f"{mark:g} {unit}".strip()}
    left = x > 80
    return format_html(
        '<line class="histogram__mark" x1="{x}%" x2="{x}%" y1="2" y2="{y}"/>'
        '<text class="histogram__label" x="{x}%" dx="{dx}" y="11" text-anchor="{anchor}">{text}</text>',
        x=f"{x:.2f}",
        y=_FOOT,
        dx=-5 if left else 5,
        anchor="end" if left else "start",
        text=text,
    )


def _in_words(bars: list[Binned], mark: float | None, unit: str) -> str:
    words = [
        _("%(low)s to %(high)s: %(n)d")
        % {"low": f"{bar.from_:g}", "high": f"{bar.until:g} {unit}".strip(), "n": bar.n}
        for bar in bars
        if bar.n
    ]
    if mark is not None:
        words.append(_("pass mark %(mark)s") % {"mark": f"{mark:g} {unit}".strip()})
    return "; ".join(words) + "."


def passbar(percent: Any, *, pass_percent: Any = None, label: str = "") -> SafeString:
    """Return a bar filled to ``percent`` (0-100) with a stroke where passing starts."""
    filled = min(max(float(percent), 0.0), 100.0)
    mark = None if pass_percent is None or pass_percent == "" else min(max(float(pass_percent), 0.0), 100.0)
    said = label or _("%(percent)s %% of the marks") % {"percent": f"{float(percent):g}"}
    if mark is not None:
        said += ", " + _("pass mark %(mark)s %%") % {"mark": f"{mark:g}"}
    return format_html(
        '<svg class="passbar" role="img" height="40" aria-label="{}" focusable="false"><title>{}</title>'
        '<rect class="passbar__track" x="0" y="6" width="100%" height="10" rx="5"/>'
        '<rect class="passbar__fill" x="0" y="6" width="{}%" height="10" rx="5"/>{}</svg>',
        said,
        said,
        f"{filled:.2f}",
        _pass_stroke(mark) if mark is not None else "",
    )


def _pass_stroke(mark: float) -> SafeString:
    return format_html(
        '<line class="passbar__mark" x1="{x}%" x2="{x}%" y1="2" y2="20"/>'
        '<text x="{x}%" y="34" text-anchor="{anchor}" aria-hidden="true">{text}</text>',
        x=f"{mark:.2f}",
        anchor="end" if mark > 85 else "start" if mark < 15 else "middle",
        text=_("pass %(mark)s %%") % {"mark": f"{mark:g}"},
    )
