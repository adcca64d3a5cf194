"""Scoring, adding up and grading 100,000 candidates x 60 items exactly, against numpy on ready arrays.

Run: ``python -m bench.machine_scoring [candidates] [items]``. The database is not in it.
"""

import sys
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from marksheet.rules.aggregation import (
    ItemSpec,
    PaperSpec,
    PartOutcome,
    PartSpec,
    SectionSpec,
    compile_paper,
)
from marksheet.rules.grading import Boundary, Scale, grade, pass_at
from marksheet.rules.scoring import Key, Match, canonical, score_answer

LETTERS = ("A", "B", "C", "D", "E")
ONE = Fraction(1)
BANDS = tuple(Boundary(label, Fraction(at)) for label, at in (("F", 0), ("C", 55), ("B", 70), ("A", 85)))


def paper_of(items: int) -> PaperSpec:
    return PaperSpec(
        (
            SectionSpec(
                "all",
                tuple(ItemSpec(f"{n}", (PartSpec(f"{n}", ONE, True),), ONE) for n in range(items)),
            ),
        )
    )


def outcome(letter: str, right: str) -> PartOutcome:
    scored = score_answer(canonical(Match.CHOICE, letter, LETTERS), Key(Match.CHOICE, (right,), ONE))
    return PartOutcome(scored.score, scored.right)


def exactly(answers: list[list[int]], key: list[int]) -> list[Fraction | None]:
    """Score each distinct answer once, as the program does, then add up and grade script by script."""
    compiled, scale = compile_paper(paper_of(len(key))), Scale(pass_at(55), BANDS)
    known = [[(outcome(letter, LETTERS[right]),) for letter in LETTERS] for right in key]
    totals = []
    for script in answers:
        result = compiled.aggregate([outcomes[code] for outcomes, code in zip(known, script, strict=True)])
        if result.score is not None:
            grade(result.score, result.maximum, scale)
        totals.append(result.score)
    return totals


def with_numpy(answers: NDArray[np.int64], key: NDArray[np.int64]) -> NDArray[np.int64]:
    totals = (answers == key).sum(axis=1)
    np.searchsorted(np.array([55, 70, 85]), totals * 100 // len(key), side="right")
    return np.asarray(totals)


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def main() -> None:
    candidates, items = (int(text) for text in (sys.argv[1:] + ["100000", "60"][len(sys.argv) - 1 :]))
    chance = np.random.default_rng(1)
    key, answers = chance.integers(0, 5, items), chance.integers(0, 5, (candidates, items))
    listed = answers.tolist()
    assert exactly(listed[:100], key.tolist()) == with_numpy(answers[:100], key).tolist()
    ours = seconds(lambda: exactly(listed, key.tolist()))
    reference = seconds(lambda: with_numpy(answers, key))
    print(f"Machine scoring, {candidates} candidates x {items} items, exact, with grades")
    print(f"  ours {ours:.1f} s, {ours / candidates * 1e6:.0f} microseconds a script")
    print(f"  numpy on ready arrays {reference:.2f} s, ratio {ours / reference:.0f} (reported; aim: seconds)")


if __name__ == "__main__":
    main()
