"""Who reads script codes instead of candidates' names, numbers instead of markers' names, and whose marks of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Sharing(StrEnum):
    """Whose marks, judgements and feedback a marker sees before submitting their own."""

    NEVER = "never"
    CO_MARKER = "co-marker"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Anonymity:
    """What a schedule hides, and whether it still does.

    Args:
        candidates, markers: what was set.
        lifted: a person with the right lifted it, with a reason.
        published: all of the schedule is published, as ``all_published`` says.
    """

    candidates: bool = False
    markers: bool = False
    lifted: bool = False
    published: bool = False

    @property
    def holds(self) -> bool:
        """Something is hidden now."""
        return (self.candidates or self.markers) and not (self.lifted or self.published)


def reads_codes(what: Anonymity, *, hands: bool) -> bool:
    """Return whether a reader sees script codes instead of candidates.

    Args:
        hands: the reader marks or moderates at the schedule. No other right changes anything.

    Example: a marker who may also view reports there reads codes; who only views reports reads names.

    Source: docs/rulebook/anonymity.md#candidates.
    """
    return what.holds and what.candidates and hands


def reads_numbers(what: Anonymity, *, hands: bool, coordinates: bool) -> bool:
    """Return whether a reader sees "Marker 1" and "Moderator 1" instead of the names of colleagues.

    Args:
        hands: as for ``reads_codes``.
        coordinates: the reader coordinates the schedule, and so knows whom they added.

    Source: docs/rulebook/anonymity.md#markers.
    """
    return what.holds and what.markers and hands and not coordinates


@dataclass(frozen=True, slots=True)
class Stands:
    """How many results of a schedule stand where.

    Args:
        published: in force, with no correction waiting.
        waiting: handed in and not published, whatever is missing, or with a correction waiting.
        expected: nothing was handed in, and they are not absent, excused or deferred.
        late: of those, added after the window without one of their own: their work is still to be brought in.
        after_the_end: the last publication was made when every window was closed.
    """

    published: int = 0
    waiting: int = 0
    expected: int = 0
    late: int = 0
    after_the_end: bool = True


def all_published(now: Stands) -> bool:
    """Return whether all of a schedule is published, so that names are shown.

    Who never handed in counts only while they still may: a late candidate, or a publication before the end.

    Source: docs/rulebook/anonymity.md#until-when.
    """
    awaited = now.late if now.after_the_end else now.expected
    return now.published > 0 and not now.waiting and not awaited


def refusal(before: Anonymity, candidates: bool, markers: bool, *, begun: bool) -> str:
    """Return why what a schedule hides cannot become this; "" where it can.

    Codes: ``lifted`` (names were shown: that cannot be undone), ``begun_on`` (somebody has marked, with names before
    their eyes), ``begun_off`` (somebody has marked: from then on it is lifted, with a reason).

    Args:
        begun: somebody gave a mark at the schedule, ever.

    Source: docs/rulebook/anonymity.md#when-it-can-be-set.
    """
    if (before.candidates, before.markers) == (candidates, markers):
        return ""
    if before.lifted:
        return "lifted"
    if not begun:
        return ""
    return "begun_on" if candidates > before.candidates or markers > before.markers else "begun_off"


def sees_others(
    sharing: Sharing, *, on_script: bool, submitted: bool, moderator_alone: bool = False, gave: str = "marker"
) -> bool:
    """Return whether somebody who marks may see what another gave the same script.

    Args:
        on_script: the reader is one of the script's markers.
        submitted: the reader has submitted all that is theirs of it.
        moderator_alone: the reader moderates at the schedule and does not mark there.
        gave: ``marker`` or ``moderator``: who the other is.

    Example: with ``never``, the second marker sees the first one's mark only after submitting; with ``co-marker`` at
    once, and a moderator's mark not before submitting; with ``all`` that at once, too.

    Source: docs/rulebook/anonymity.md#sharing.
    """
    if moderator_alone or sharing is Sharing.ALL:
        return True
    if not on_script:
        return False
    return submitted or (sharing is Sharing.CO_MARKER and gave == "marker")


def numbered(people: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """Return person -> their number, from 1, in which nothing of the person shows.

    Who came later has a higher number, so that a number once read stays whose it was. Of those who were added together
    chance decides, and not the alphabet.

    Args:
        people: (when they were first given the right, as a count; chance, the same for a person at each call; key).
    """
    return {key: n for n, (_when, _chance, key) in enumerate(sorted(set(people)), 1)}
