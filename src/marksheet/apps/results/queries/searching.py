"""Search results by the start of a word: of name, number, title or code; of the script code where that is read."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from marksheet.apps.exams.models import Schedule
from marksheet.apps.results.models import Word
from marksheet.formats.names import words

AFTER_EVERY_WORD = "\U0010ffff"
# A word that more results have is common.
COMMON = 2_000


def called_so(start: str, codes: Collection[int], named: Q | Exists) -> Q | Exists:
    """Return the condition that a result has a word with this start, for a reader who reads codes at some schedules.

    There it is a word of title or code, or the start of the script code: a name or a number finds nothing.

    Args:
        codes: those schedules.
        named: the condition everywhere else.
    """
    if not codes:
        return named
    titled = [
        one.pk
        for one in Schedule.objects.filter(pk__in=codes)
        if any(word.startswith(start) for word in (*words(one.title), *words(one.code)))
    ]
    there = Q(schedule__in=codes, script_code__istartswith=start) | Q(schedule__in=titled)
    return there | (Q(named) & ~Q(schedule__in=codes))


def named(start: str, institutions: set[int]) -> Q | Exists:
    """Return the condition that a result has a word with this start.

    PostgreSQL knows how common a word is, and chooses its way. SQLite does not: of a common one, results are read in
    the order of the page and each is asked for its words until the page is full; of a rare one, the words come first.
    """
    fitting = Word.objects.filter(word__gte=start, word__lt=start + AFTER_EVERY_WORD)
    found = fitting.filter(institution__in=institutions)
    if connection.vendor == "sqlite" and found[: COMMON + 1].count() > COMMON:
        # The institution is the result's own; said again, it would have SQLite look through all its words each time.
        return Exists(fitting.filter(result=OuterRef("pk")))
    return Q(pk__in=found.values("result"))
