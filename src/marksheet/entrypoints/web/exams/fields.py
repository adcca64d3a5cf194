"""Form fields in the words of an exam: marks, options, keys, steps."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.formats.decimals import NotANumber, parse_number, parse_thousandths, spelled
from marksheet.rules.authoring import is_floor
from marksheet.rules.scoring import Match

STEP = re.compile(r"\s*([0-9]{1,3})\s*(?:=|:|->|→)\s*([0-9]+(?:[.,][0-9]+)?)\s*")


def with_point(text: str) -> str:
    """Return a number typed with a decimal comma as one with a point; a form has one number per field."""
    return text.strip().replace(",", ".", 1)


class MarksField(forms.CharField):
    """Marks as people write them, in thousandths; empty is None."""

    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "class": "number", "size": "7", "maxlength": "14"}
    )

    def __init__(self, *, negative: bool = False, **options: Any) -> None:
        options.setdefault("max_length", 20)
        super().__init__(**options)
        self.negative = negative

    def prepare_value(self, value: Any) -> Any:
        """Show thousandths as marks; leave what was typed as it is."""
        return spelled(value) if isinstance(value, int) and not isinstance(value, bool) else value

    def clean(self, value: Any) -> Any:
        """Return thousandths, or None for an empty field that may be."""
        text = super().clean(value)
        if not text:
            return None
        try:
            thousandths = parse_thousandths(with_point(text))
        except NotANumber:
            raise forms.ValidationError(
                _("“%(text)s” is not a number of marks; write it like 2 or 2.5, with three decimals at most.")
                % {"text": text}
            ) from None
        if thousandths < 0 and not self.negative:
            raise forms.ValidationError(_("This cannot be below 0."))
        return thousandths


class FloorField(MarksField):
    """The lowest score, in thousandths: 0 or a negative number; "none" is None, empty is 0."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("initial", 0)
        super().__init__(negative=True, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show None as the word that is typed for it."""
        return _("none") if value is None else super().prepare_value(value)

    def clean(self, value: Any) -> Any:
        """Return thousandths of 0 or less, or None."""
        if str(value or "").strip().casefold() in ("none", _("none").casefold()):
            return None
        floor = super().clean(value)
        if floor is None:
            return 0
        if not is_floor(floor):
            raise forms.ValidationError(
                _("The lowest score is 0 or below it, like -2; write none if nothing stops it.")
            )
        return floor


class FractionField(forms.CharField):
    """An exact number, such as a boundary or a grade; empty is None."""

    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "class": "number", "size": "7", "maxlength": "20"}
    )

    def clean(self, value: Any) -> Any:
        """Return an exact fraction, or None for an empty field that may be."""
        text = super().clean(value)
        if not text:
            return None
        return exact(text)


def exact(text: str) -> Fraction:
    """Return the exact value of a typed number.

    Raises:
        ValidationError: it is none.
    """
    try:
        return parse_number(with_point(text))
    except NotANumber:
        raise forms.ValidationError(
            _("“%(text)s” is not a number; write it like 55 or 5.5.") % {"text": text}
        ) from None


def number_shown(value: Fraction) -> str:
    """Return an exact number as it is typed: decimals where they are finite, else a ratio."""
    for places in range(7):
        scaled = value * 10**places
        if scaled.denominator == 1:
            text = f"{abs(scaled.numerator):0{places + 1}d}"
            whole = f"{text[:-places]}.{text[-places:]}" if places else text
            return f"-{whole}" if value < 0 else whole
    return str(value)


def options_typed(text: str) -> tuple[str, ...]:
    """Return the options in a text: one a line, or with commas, or letters in a row ("ABCD")."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        return tuple(lines)
    if re.search("[,;]", text):
        return tuple(piece.strip() for piece in re.split("[,;]", text) if piece.strip())
    words = text.split()
    if len(words) == 1 and words[0].isalpha() and words[0].isupper() and len(words[0]) <= 26:
        return tuple(words[0])
    return tuple(words)


def options_shown(options: Sequence[str]) -> str:
    """Return options as they are typed."""
    if options and all(len(option) == 1 and option.isalpha() and option.isupper() for option in options):
        return "".join(options)
    plain = not any(re.search("[,;]", option) for option in options)
    return ", ".join(options) if plain else "\n".join(options)


SEVERAL = {
    Match.CHOICE: "[|;,\n]",
    Match.TEXT: "[|\n]",
    Match.TEXT_FOLDED: "[|\n]",
    Match.NUMERIC: "[|;\n]",
}


def key_typed(match: str, text: str) -> tuple[str, ...]:
    """Return the right answers in a text; several that all count are separated by "|"."""
    if match not in SEVERAL:
        return (text.strip(),) if text.strip() else ()
    return tuple(piece.strip() for piece in re.split(SEVERAL[Match(match)], text) if piece.strip())


def key_shown(match: str, correct: Sequence[str]) -> str:
    """Return a key as it is typed."""
    return (", " if match == Match.MULTIPLE else " | ").join(correct)


def steps_typed(text: str) -> tuple[tuple[int, int], ...]:
    """Return the table of a rule that counts right parts, typed as "4 = 2, 3 = 1"; marks in thousandths.

    Raises:
        ValidationError: a piece is not "number of right parts = marks".
    """
    found = []
    for piece in re.split(r"[;\n]|,(?=\s*[0-9]+\s*(?:=|:|->|→))", text):
        if not piece.strip():
            continue
        match = STEP.fullmatch(piece)
        if match is None:
            raise forms.ValidationError(
                _("“%(piece)s” is not understood; write it like 4 = 2, 3 = 1.") % {"piece": piece.strip()}
            )
        found.append((int(match[1]), parse_thousandths(with_point(match[2]))))
    return tuple(found)


def steps_shown(steps: Sequence[Sequence[int]]) -> str:
    """Return the table of a rule that counts right parts as it is typed."""
    return ", ".join(f"{count} = {spelled(marks)}" for count, marks in steps)


MATCHES = [
    (Match.CHOICE, gettext_lazy("one option")),
    (Match.MULTIPLE, gettext_lazy("several options, exactly these")),
    (Match.TRUE_FALSE, gettext_lazy("true or false")),
    (Match.TEXT_FOLDED, gettext_lazy("text, capitals do not matter")),
    (Match.TEXT, gettext_lazy("text, exactly so")),
    (Match.NUMERIC, gettext_lazy("a number")),
]
BY_HAND, BY_MACHINE = "hand", "machine"
MARKED = [(BY_HAND, gettext_lazy("by hand")), (BY_MACHINE, gettext_lazy("by machine"))]
