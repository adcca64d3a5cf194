"""Make a paper of the Matura's shape with candidates who have names: any size, the same for the same seed.

``paper(size, seed)`` gives the texts of three CSV files and the scores that they must lead to. As a command it
writes them: ``python -m tests.generator FOLDER [SIZE] [SEED]``.
"""

import csv
import io
import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

HAND = {
    "1": 1, "2": 1, "3.1": 1, "3.2": 1, "4": 2, "5": 2, "6": 1, "7": 2, "8.1": 1, "8.2": 1, "8.3": 1, "9.1": 1,
    "9.2": 1, "10": 1, "11": 1, "12": 1, "13": 1, "14": 3, "15": 2,
}  # fmt: skip
TWO_POINTS = {"17": "D", "18": "B", "19": "D", "20": "A", "21": "D", "22": "A", "23": "E", "24": "C"}
YES_NO = {"16.1": "A", "16.2": "A", "16.3": "A", "16.4": "B"}
ONE_EACH = {"25.1": "C", "25.2": "F", "25.3": "A", "25.4": "B"}
MIXED = {"26.1": "E", "26.2": "C"}
COUNTED = "over the item: 4 correct = 2, 3 correct = 1, else 0"
GIVEN = (
    "Anna", "Jan", "Eva", "Petr", "Lucie", "Tomáš", "Zoë", "Søren", "Amélie", "Łukasz", "Fatma", "Nguyễn",
    "Chidi", "Ingrid", "José", "Maud", "Bram",
)  # fmt: skip
FAMILY = (
    "Nováková", "Dvořák", "de Vries", "Jansen", "Okafor", "O'Brien", "Müller", "García", "Yılmaz", "Ström",
    "Kowalska", "Bakker", "Visser",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """The three files as text, and the score per item and in total that each candidate must get."""

    items: str
    candidates: str
    handed_in: str
    expected: dict[str, dict[str, int]]
    totals: dict[str, int]


def paper(size: int, seed: int = 1) -> Paper:
    """Return a paper with ``size`` candidates."""
    chance = random.Random(seed)
    sheets = {f"C{n:06d}": _sheet(chance) for n in range(1, size + 1)}
    expected = {number: _scores(sheet) for number, sheet in sheets.items()}
    return Paper(
        items=_csv(["item", "part", "marked_by", "options", "key", "max_marks", "rule"], _items()),
        candidates=_csv(["number", "name", "email"], (_candidate(number, chance) for number in sheets)),
        handed_in=_csv(
            ["candidate", *_columns()],
            ([number, *(sheet[column] for column in _columns())] for number, sheet in sheets.items()),
        ),
        expected=expected,
        totals={number: sum(scores.values()) for number, scores in expected.items()},
    )


def _items() -> Iterable[Sequence[object]]:
    for label, most in HAND.items():
        yield label, label, "human", "", "", most, "marks as given"
    for label, key in TWO_POINTS.items():
        yield label, label, "machine", "ABCDE", key, 2, "correct = 2"
    for label, key in YES_NO.items():
        yield "16", label, "machine", "AB", key, 2, COUNTED
    for label, key in ONE_EACH.items():
        yield "25", label, "machine", "ABCDEF", key, 4, "over the item: 1 per correct part"
    for label, key in MIXED.items():
        yield (
            "26",
            label,
            "machine",
            "ABCDE",
            key,
            3,
            "over the item: 1 per correct part, plus the mark of 26.3",
        )
    yield "26", "26.3", "human", "", "", 3, "over the item: 1 per correct part, plus the mark of 26.3"


def _columns() -> list[str]:
    by_hand = [f"mark_{label}" for label in (*HAND, "26.3")]
    return by_hand + [f"answer_{label}" for label in (*TWO_POINTS, *YES_NO, *ONE_EACH, *MIXED)]


def _candidate(number: str, chance: random.Random) -> Sequence[str]:
    name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
    return number, name, f"{number.lower()}@example.org"


def _sheet(chance: random.Random) -> dict[str, str]:
    ability = chance.uniform(0.15, 0.95)
    sheet = {}
    for label, most in {**HAND, "26.3": 1}.items():
        marks = sum(chance.random() < ability for _ in range(most))
        sheet[f"mark_{label}"] = "" if chance.random() < 0.08 else str(marks)
    for keys, letters in ((TWO_POINTS, "ABCDE"), (YES_NO, "AB"), (ONE_EACH, "ABCDEF"), (MIXED, "ABCDE")):
        for label, key in keys.items():
            answer = key if chance.random() < ability else chance.choice(letters)
            sheet[f"answer_{label}"] = "" if chance.random() < 0.04 else answer
    return sheet


def _scores(sheet: dict[str, str]) -> dict[str, int]:
    def right(keys: dict[str, str]) -> int:
        return sum(sheet[f"answer_{label}"] == key for label, key in keys.items())

    def mark(label: str) -> int:
        return int(sheet[f"mark_{label}"] or 0)

    scores = {label: mark(label) for label in HAND}
    scores |= {label: 2 * right({label: key}) for label, key in TWO_POINTS.items()}
    scores["16"] = {4: 2, 3: 1}.get(right(YES_NO), 0)
    scores["25"] = right(ONE_EACH)
    scores["26"] = right(MIXED) + mark("26.3")
    return scores


def _csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue()


def main(folder: str, size: str = "300", seed: str = "1") -> None:
    """Write the three files into ``folder``."""
    made, place = paper(int(size), int(seed)), Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name in ("items", "candidates", "handed_in"):
        (place / f"{name}.csv").write_text(getattr(made, name), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
