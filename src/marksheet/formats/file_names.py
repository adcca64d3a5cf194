"""Whose file is it, and to which question: read off its name in the zip, against the numbers that are known."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from marksheet.formats.problems import listed
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

SEPARATORS = "_ "
MOST_OF_ONE = 40
_RUNS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Owned:
    """A file whose name says whose it is: the candidate's number, and the label of the question."""

    path: str
    number: str
    part: str


@dataclass(frozen=True, slots=True)
class Unowned:
    """A file whose name does not say whose it is, or in two ways, and why; ``number`` "" where there is none."""

    path: str
    number: str
    why: Text


@dataclass(frozen=True, slots=True)
class Matching:
    """The files of a zip: each is in one of the two; owned ones in the order of candidate, question, pages."""

    owned: tuple[Owned, ...]
    unowned: tuple[Unowned, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """What one name says; ``way`` is "" for the bare number, the folder, or "beside" for a number with more."""

    path: str
    number: str
    part: str
    way: str


def match_files(
    paths: Sequence[str], numbers: Collection[str], parts: Collection[str], part: str = ""
) -> Matching:
    """Return whose each file is.

    A folder or a file is a candidate's if its name is the number, or begins with it and goes on behind "_" or a
    blank; of several numbers that fit, the longest is meant. A name that fits two candidates belongs to nobody.

    Args:
        paths: within the zip, with "/" between folders; each once, or it comes twice.
        numbers: of everybody at the schedule.
        parts: labels of the questions that people mark.
        part: the question that all files answer; "" where each name says it behind the number, or in a folder.

    Example: ``1001.pdf``, ``1001_scan.pdf``, ``June/1001/page 1.jpg``; by question ``1001_3.pdf``, ``1001/3/a.jpg``.

    Source: docs/rulebook/imports.md#whose-file-it-is.
    """
    known, labels = frozenset(numbers), {label.casefold(): label for label in parts}
    read: list[_Read] = []
    unowned: list[Unowned] = []
    for path in paths:
        found = _read(path, known, labels, part)
        if isinstance(found, _Read):
            read.append(found)
        else:
            unowned.append(found)
    groups: dict[tuple[str, str], list[_Read]] = defaultdict(list)
    for one in read:
        groups[one.number, one.part].append(one)
    owned: list[Owned] = []
    for (number, label), group in sorted(groups.items(), key=lambda pair: tuple(map(_natural, pair[0]))):
        why = _twice(group)
        if why is None:
            pages = sorted(group, key=lambda one: _natural(one.path))
            owned.extend(Owned(one.path, number, label) for one in pages)
        else:
            unowned.extend(Unowned(one.path, number, why) for one in group)
    return Matching(tuple(owned), tuple(unowned))


def _read(path: str, numbers: frozenset[str], labels: dict[str, str], part: str) -> _Read | Unowned:
    *folders, file = path.split("/")
    pieces = [*folders, file.rpartition(".")[0] or file]
    found = [(at, *hit) for at, piece in enumerate(pieces) if (hit := _begins(piece, numbers)) is not None]
    named = list(dict.fromkeys(number for _at, number, _rest in found))
    if not named:
        return Unowned(path, "", _nearly(pieces, numbers))
    if len(named) > 1:
        return Unowned(
            path, "", _("its name fits two candidates: %(numbers)s. Name it otherwise", numbers=listed(named))
        )
    at, number, rest = found[0]
    if at < len(folders):
        way = "/".join(folders[: at + 1]) + "/"
    else:
        way = "beside" if rest.strip(SEPARATORS) else ""
    if part:
        return _Read(path, number, part, way)
    behind = [rest, *pieces[at + 1 :]]
    said = _labels(pieces[:at], behind, labels)
    if len(said) != 1:
        why = (
            _("its name fits two questions: %(parts)s. Name it otherwise", parts=listed(said))
            if said
            else _("its name says no question that people mark: write it behind the number, as in 1001_3.pdf")
        )
        return Unowned(path, number, why)
    alone = way == "beside" and _behind(rest, labels) == ""
    return _Read(path, number, said[0], "" if alone else way)


def _begins(piece: str, numbers: frozenset[str]) -> tuple[str, str] | None:
    """Return the longest number with which a piece of a path begins, and what comes behind it."""
    whole = piece.strip()
    if whole in numbers:
        return whole, ""
    for at in range(len(whole) - 1, 0, -1):
        if whole[at] in SEPARATORS and whole[:at].strip() in numbers:
            return whole[:at].strip(), whole[at + 1 :]
    return None


def _nearly(pieces: Sequence[str], numbers: frozenset[str]) -> Text:
    """Say why a name is nobody's: behind a number may stand another sign than those that part it from the rest."""
    for piece in map(str.strip, pieces):
        for at in range(len(piece) - 1, 0, -1):
            if not piece[at].isalnum() and piece[:at] in numbers:
                return _(
                    "it begins with %(number)s, but goes on with “%(sign)s”: write “_” or a blank behind the number",
                    number=piece[:at],
                    sign=piece[at],
                )
    return _("its name begins with no number of a candidate here")


def _labels(before: Iterable[str], behind: Iterable[str], labels: dict[str, str]) -> list[str]:
    """Return the questions that a path names: as a folder above the candidate, or first behind the number."""
    found = [labels[one.strip().casefold()] for one in before if one.strip().casefold() in labels]
    first = next((one for one in behind if one.strip(SEPARATORS)), "")
    hit = _begins(first.strip(SEPARATORS).casefold(), frozenset(labels))
    if hit is not None:
        found.append(labels[hit[0]])
    return list(dict.fromkeys(found))


def _behind(rest: str, labels: dict[str, str]) -> str | None:
    """Return what stands behind the question in a name; None where it names none."""
    hit = _begins(rest.strip(SEPARATORS).casefold(), frozenset(labels))
    return None if hit is None else hit[1].strip(SEPARATORS)


def _twice(group: Sequence[_Read]) -> Text | None:
    """Say why the files of one candidate to one question cannot be told apart; None where they are one, or pages."""
    ways = {one.way for one in group}
    if len(group) > MOST_OF_ONE:
        return _(
            "there are %(n)s files of this candidate; at most %(most)s are taken",
            n=len(group),
            most=MOST_OF_ONE,
        )
    if (
        len({one.path.casefold() for one in group}) == len(group)
        and len(ways) == 1
        and (ways != {""} or len(group) == 1)
    ):
        return None
    return _(
        "the candidate stands twice: %(paths)s. Keep one, or put all into one folder named by the number",
        paths=listed(sorted(one.path for one in group), 4),
    )


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Return a key by which "page 2" comes before "page 10"."""
    return list(_pieces(text.casefold()))


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    for run in _RUNS.split(text):
        # Digits that are not 0 to 9 have a value, too; a superscript has none.
        yield (0, int(run), run) if run.isdecimal() else (1, 0, run)
