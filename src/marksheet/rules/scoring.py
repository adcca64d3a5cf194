"""A machine-scored part is right or wrong by its key, and this says which and what it earns."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

ZERO = Fraction(0)
NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]{1,2})?")
RATIO = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})


class Match(StrEnum):
    """How an answer is compared with the key."""

    CHOICE = "choice"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    TEXT = "text"
    TEXT_FOLDED = "text_folded"
    NUMERIC = "numeric"


class BadAnswer(ValueError):
    """An answer that cannot be one: not among the options, or not a number."""


class BadKey(ValueError):
    """A key that nobody could be scored by."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is right for one machine-scored part, and what right and wrong earn.

    Args:
        match: how the answer is compared.
        correct: canonical values; any one of them is right, except for MULTIPLE, where the
            answer must be exactly this set.
        points: marks for a right answer; 0 or more.
        wrong_points: marks for a wrong answer; 0 or less; never given for no response.
        tolerance: NUMERIC only, 0 or more; a difference equal to it is right.

    Raises:
        BadKey: one of the above does not hold.

    Source: docs/rulebook/scoring.md#the-key.
    """

    match: Match
    correct: tuple[str, ...]
    points: Fraction
    wrong_points: Fraction = ZERO
    tolerance: Fraction | None = None

    def __post_init__(self) -> None:
        if not self.correct or any(not value.strip() for value in self.correct):
            raise BadKey("A key needs at least one right answer, and none of them blank.")
        if self.points < 0:
            raise BadKey(f"A right answer cannot earn {self.points} marks: give it 0 or more.")
        if self.wrong_points > 0:
            raise BadKey(f"A wrong answer cannot earn {self.wrong_points} marks: give it 0 or less.")
        if self.tolerance is not None and (self.match is not Match.NUMERIC or self.tolerance < 0):
            raise BadKey("A tolerance is 0 or more, and only for numeric answers.")
        if self.match in (Match.NUMERIC, Match.TRUE_FALSE):
            for value in self.correct:
                try:
                    canonical(self.match, value, ())
                except BadAnswer as error:
                    raise BadKey(str(error)) from None


@dataclass(frozen=True, slots=True)
class PartScore:
    """What one answer earned: marks, whether it was right, and why (a stable word)."""

    score: Fraction
    right: bool | None
    reason: str


def canonical(match: Match, raw: str, options: tuple[str, ...]) -> str:
    """Return the one spelling under which the answer ``raw`` is stored and compared.

    Args:
        raw: what was handed in; a blank is no response, which the caller decides before.
        options: what may be chosen (CHOICE, MULTIPLE); empty allows any text.

    Raises:
        BadAnswer: ``raw`` is blank, not among ``options``, or not a number.

    Example: ``canonical(Match.NUMERIC, " 3,50 ", ()) == "3.5"``.

    Source: docs/rulebook/scoring.md#one-spelling.
    """
    text = tidy(raw)
    if not text:
        raise BadAnswer("An answer cannot be blank; a blank is no response.")
    return READERS[match](text, options)


def score_answer(value: str | None, key: Key) -> PartScore:
    """Return what the canonical answer ``value`` earns under ``key``.

    None is no response: 0, not right, and never the points of a wrong answer.

    Source: docs/rulebook/scoring.md#right-wrong-no-response.
    """
    if value is None:
        return PartScore(ZERO, False, "no_response")
    if RIGHT[key.match](value, key):
        return PartScore(key.points, True, "right")
    return PartScore(key.wrong_points, False, "wrong_points" if key.wrong_points else "wrong")


def tidy(raw: str) -> str:
    """Return ``raw`` in Unicode's composed form with single spaces and none at its ends."""
    return " ".join(unicodedata.normalize("NFC", raw).split())


def number(text: str) -> Fraction:
    """Return the exact value of a number written with a point or a comma, or as a ratio.

    Raises:
        BadAnswer: it is no number; thousands separators are refused, not guessed.
    """
    plain = text.replace("\u2212", "-").replace(" ", "")
    ratio = RATIO.fullmatch(plain)
    if ratio and int(ratio[2]):
        return Fraction(int(ratio[1]), int(ratio[2]))
    if len(plain) <= 40 and NUMBER.fullmatch(plain):
        return Fraction(plain.replace(",", "."))
    raise BadAnswer(f"“{text}” is not a number; write it like 3.5, 3,5, -2 or 1/3.")


def _one_option(text: str, options: tuple[str, ...]) -> str:
    if not options or text in options:
        return text
    folded = [option for option in options if option.casefold() == text.casefold()]
    if len(folded) == 1:
        return folded[0]
    raise BadAnswer(f"“{text}” is not one of {', '.join(options)}.")


def _several_options(text: str, options: tuple[str, ...]) -> str:
    chosen = {_one_option(piece, options) for piece in _pieces(text, options)}
    order = {option: position for position, option in enumerate(options)}
    return ",".join(sorted(chosen, key=lambda option: (order.get(option, 0), option)))


def _pieces(text: str, options: tuple[str, ...]) -> list[str]:
    separators = r"[,;|]" if any(" " in option for option in options) else r"[,;|\s]"
    pieces = [piece.strip() for piece in re.split(separators, text) if piece.strip()]
    if len(pieces) == 1 and options and all(len(option) == 1 for option in options):
        return list(pieces[0])
    if not pieces:
        raise BadAnswer(f"“{text}” names no option.")
    return pieces


def _true_or_false(text: str, options: tuple[str, ...]) -> str:
    word = text.casefold()
    if word in TRUE_WORDS:
        return "true"
    if word in FALSE_WORDS:
        return "false"
    raise BadAnswer(f"“{text}” is neither true nor false (true, yes, 1; false, no, 0).")


def _text(text: str, options: tuple[str, ...]) -> str:
    return text


def _numeral(text: str, options: tuple[str, ...]) -> str:
    value = number(text)
    rest, digits = value.denominator, 0
    while rest % 10 == 0 or rest % 5 == 0 or rest % 2 == 0:
        rest = rest // 10 if rest % 10 == 0 else rest // 5 if rest % 5 == 0 else rest // 2
        digits += 1
    if rest != 1:
        return str(value)
    sign, scaled = "-" if value < 0 else "", abs(value) * 10**digits
    whole, part = divmod(int(scaled), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}".rstrip("0").rstrip(".") if digits else f"{sign}{whole}"


READERS: dict[Match, Callable[[str, tuple[str, ...]], str]] = {
    Match.CHOICE: _one_option,
    Match.MULTIPLE: _several_options,
    Match.TRUE_FALSE: _true_or_false,
    Match.TEXT: _text,
    Match.TEXT_FOLDED: _text,
    Match.NUMERIC: _numeral,
}


@lru_cache(maxsize=4096)
def _folded(correct: tuple[str, ...]) -> frozenset[str]:
    return frozenset(tidy(value).casefold() for value in correct)


@lru_cache(maxsize=4096)
def _words(correct: tuple[str, ...]) -> frozenset[str]:
    return frozenset(canonical(Match.TRUE_FALSE, value, ()) for value in correct)


def _same_set(value: str, key: Key) -> bool:
    return frozenset(value.split(",")) == frozenset(key.correct)


def _near(value: str, key: Key) -> bool:
    tolerance = ZERO if key.tolerance is None else key.tolerance
    given = number(value)
    return any(abs(given - number(tidy(correct))) <= tolerance for correct in key.correct)


RIGHT: dict[Match, Callable[[str, Key], bool]] = {
    Match.CHOICE: lambda value, key: value in key.correct,
    Match.MULTIPLE: _same_set,
    Match.TRUE_FALSE: lambda value, key: value in _words(key.correct),
    Match.TEXT: lambda value, key: value in map(tidy, key.correct),
    Match.TEXT_FOLDED: lambda value, key: value.casefold() in _folded(key.correct),
    Match.NUMERIC: _near,
}
