"""Words, pages, days and numbers of an address: read, or refused with what is wrong and what would be right."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput

MILLION = 1_000_000
LAST_PAGE = 10_000
YEARS = range(1900, 2200)
MOST = 100_000

Other = TypeVar("Other")


def word(given: QueryDict, name: str, known: Collection[str], otherwise: str = "") -> str:
    """Return the word that an address says for ``name``; ``otherwise`` where it says nothing.

    Raises:
        BadInput: it is none of ``known``.
    """
    found = given.get(name, "").strip()
    if not found:
        return otherwise
    return known_word(found, name, known)


def known_word(found: str, name: str, known: Collection[str]) -> str:
    """Return ``found`` if it is one of ``known``.

    Raises:
        BadInput: it is not.
    """
    if found not in known:
        raise BadInput(
            _("This list has no “%(name)s” called “%(value)s”.") % {"value": found[:40], "name": name}
        )
    return str(found)


def whole(text: str, *, digits: int, otherwise: Other) -> int | Other:
    """Return a whole number that a page sent, of at most so many digits; ``otherwise`` where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else otherwise


def page_number(given: QueryDict) -> int:
    """Return which page an address asks for, from 1.

    Raises:
        BadInput: it is no number from 1 to 10,000.
    """
    found = given.get("page", "").strip() or "1"
    if not (found.isascii() and found.isdigit() and 1 <= int(found[:6]) <= LAST_PAGE):
        raise BadInput(_("There is no page “%(page)s”. Start at the first page.") % {"page": found[:40]})
    return int(found[:6])


def key(given: QueryDict, name: str = "after") -> str:
    """Return the key after which a page of a list begins; "" for the first.

    Raises:
        BadInput: it is no key of ours.
    """
    found = given.get(name, "").strip()
    if found and not (found.isascii() and found.isdigit() and len(found) < 19):
        raise BadInput(_("This page of the list is not known. Start at the first page."))
    return found


def day(text: str) -> date | None:
    """Return the day that an address says, as 2026-06-09; None where it says none.

    Raises:
        BadInput: it is no day from 1900 to 2199.
    """
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = date.min
    if found.year not in YEARS:
        raise BadInput(_("“%(text)s” is not a date. Write it as 2026-06-09.") % {"text": text[:40]})
    return found


def millionths(text: str, *, most: int = MOST, least: int = -MOST, sign: str = "") -> int | None:
    """Return a number of an address in millionths, with point or comma; None where it says none.

    Args:
        sign: may stand behind the number, with or without a space: *80 %*.

    Raises:
        BadInput: it is no number from ``least`` to ``most``, or has more than six decimals.
    """
    if not text.strip():
        return None
    try:
        found = Decimal(text.strip().removesuffix(sign).strip().replace(",", ".", 1)) * MILLION
        good = found.is_finite() and found == int(found)
    except (InvalidOperation, OverflowError):
        good = False
    if not good:
        raise BadInput(_("“%(text)s” is not a number. Write it as 80 or 54.5.") % {"text": text[:40]})
    if not least * MILLION <= found <= most * MILLION:
        raise BadInput(
            _("“%(text)s” is out of range: it is from %(least)s to %(most)s.")
            % {"text": text[:40], "least": least, "most": most}
        )
    return int(found)
