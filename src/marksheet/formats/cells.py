"""One cell of work is read as an answer or a mark, or refused with the reason."""

from collections.abc import Callable

from marksheet.formats.decimals import NotANumber, parse_thousandths, spelled
from marksheet.formats.texts import UnkeptCharacter, kept_text
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _
from marksheet.formats.work_layout import Blank, ColumnUse, Kind, PartFacts

Value = str | int | Blank
LONGEST_ANSWER = 100_000


class Refused(ValueError):
    """A cell that cannot be taken."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def reader_of(
    use: ColumnUse, part: PartFacts, *, decimal_sign: str, typed: bool, no_response_words: frozenset[str]
) -> Callable[[str], Value]:
    """Return a function from a cell's text to an answer, a mark in thousandths, or what a blank means.

    It raises Refused. A blank needs ``use.blank``; the caller checks that first.
    """

    def read(text: str) -> Value:
        plain = text.strip()
        if not plain:
            if use.blank is None:
                raise Refused(_("say what a blank in this column means."))
            return use.blank
        if plain in no_response_words:
            return Blank.NO_RESPONSE
        if use.kind is Kind.MARK:
            return _mark(plain, part, decimal_sign, typed=typed)
        return _answer(text, part, unlisted=use.unlisted)

    return read


def why_not(use: ColumnUse, part: PartFacts | None) -> Text | None:
    """Return why a column cannot be used so, None if it can."""
    if part is None:
        return _("there is no part “%(part)s” in this exam.", part=use.part)
    if use.kind is Kind.MARK and part.machine and not part.takes_marks:
        return _("part %(part)s is machine-scored: it takes answers, not marks.", part=part.label)
    if use.kind is Kind.ANSWER and use.blank is Blank.NOT_YET_MARKED:
        return _("a blank answer cannot mean “not yet marked”. Choose no response, or leave as it is.")
    return None


def _mark(text: str, part: PartFacts, decimal_sign: str, *, typed: bool) -> int:
    try:
        mark = parse_thousandths(text, decimal_sign, typed=typed)
    except NotANumber as error:
        raise Refused(error.reason) from None
    if mark < 0:
        raise Refused(_("a mark is 0 or more."))
    if mark > part.maximum_thousandths:
        most = spelled(part.maximum_thousandths)
        raise Refused(_("the maximum of part %(part)s is %(most)s.", part=part.label, most=most))
    return mark


def _answer(text: str, part: PartFacts, *, unlisted: bool) -> str:
    if len(text) > LONGEST_ANSWER:
        raise Refused(_("an answer has at most %(most)s characters.", most=LONGEST_ANSWER))
    if part.canonical is None:
        try:
            return kept_text(text)
        except UnkeptCharacter as error:
            raise Refused(_("%(why)s", why=error)) from None
    try:
        return part.canonical(text)
    except ValueError as error:
        if unlisted and part.unlisted:
            return part.unlisted(text)
        raise Refused(_("%(why)s", why=error)) from None
