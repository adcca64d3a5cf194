"""Make papers and cohorts that nobody would think of, as plain numbers.

Every amount is a whole number of 1/9000 mark, which holds thousandths, thirds and ninths exactly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

UNIT = 9000
NO_RESPONSE, UNMARKED = -1, -(10**9)
IN_PROGRESS, HANDED_IN, VOID = 1, 2, 3
MOST_ATTEMPTS = 3
MARKS = [UNIT // 9, UNIT // 4, UNIT // 3, UNIT // 2, UNIT, 2 * UNIT, 3 * UNIT, 5 * UNIT]


@dataclass
class Cohort:
    """Scripts of one paper, and the candidates whose attempts they are.

    Attributes:
        answers: per part in paper order, one integer per script: an answer's code, or a mark
            in units for a human part; NO_RESPONSE or UNMARKED.
        attempts: candidates x 3: the script of each attempt, -1 where there is none.
        states: candidates x 3: 0 none, IN_PROGRESS, HANDED_IN, VOID.
        late, special: candidates: an adjustment in units, 0 for none; ``capped``: at the pass mark.
    """

    paper: dict[str, Any]
    answers: list[NDArray[np.int64]]
    attempts: NDArray[np.int64]
    states: NDArray[np.int64]
    policy: str
    late: NDArray[np.int64]
    special: NDArray[np.int64]
    capped: NDArray[np.bool_]

    @property
    def scripts(self) -> int:
        return len(self.answers[0])


def pick(rng: Generator, values: list[Any]) -> Any:
    return values[int(rng.integers(len(values)))]


def make_paper(rng: Generator) -> dict[str, Any]:
    sections = [make_section(rng, name) for name in "ABCD"[: int(rng.integers(1, 4))]]
    return {"floor": pick(rng, [0, 0, 0, None, -2 * UNIT]), "sections": sections}


def make_section(rng: Generator, name: str) -> dict[str, Any]:
    picking = pick(rng, ["all", "all", "all", "best", "first"])
    items = [make_item(rng, f"{name}{place}") for place in range(int(rng.integers(2, 7)))]
    most = sum(item["maximum"] for item in items)
    return {
        "name": name,
        "items": items,
        "weight": pick(rng, [(1, 1), (1, 1), (1, 1), (2, 1), (1, 3), (3, 4), (1, 10)]),
        "minimum": pick(rng, [None, None, UNIT, UNIT // 3, most // 4, most // 3]),
        "pick": picking,
        "n": int(rng.integers(1, len(items) + 1)) if picking != "all" else 0,
        "floor": pick(rng, [0, 0, None, -UNIT]),
    }


def make_item(rng: Generator, label: str) -> dict[str, Any]:
    rule = pick(rng, ["sum", "sum", "sum", "count_correct", "all_or_nothing", "best_part"])
    parts = [make_part(rng) for _ in range(1 if rng.random() < 0.4 else int(rng.integers(2, 5)))]
    most = sum(part["maximum"] for part in parts)
    maximum = pick(rng, [most, most, most, max(most // 2, 1), 2 * most])
    machine = sum(part["kind"] != "human" for part in parts)
    steps = {}
    if rule == "count_correct":
        counts = [count for count in range(machine + 1) if rng.random() < 0.6 or count == machine]
        steps = {count: pick(rng, MARKS[:6]) * count // max(machine, 1) for count in counts}
    return {
        "label": label,
        "parts": parts,
        "maximum": maximum,
        "rule": rule,
        "steps": steps,
        "floor": pick(rng, [0, 0, None, -UNIT // 2]),
        "treatment": pick(rng, ["counts"] * 12 + ["left_out", "full_marks"]),
    }


def make_part(rng: Generator) -> dict[str, Any]:
    kind = pick(rng, ["human", "human", "choice", "multiple", "numeric", "true_false", "folded"])
    points = pick(rng, MARKS)
    part: dict[str, Any] = {"kind": kind, "maximum": points, "points": points, "wrong": 0}
    if kind == "human":
        return part
    part["wrong"] = pick(rng, [0, 0, -points // 3, -points // 4, -points])
    if kind == "choice":
        part["key"] = sorted({int(code) for code in rng.integers(0, 5, int(rng.integers(1, 3)))})
    elif kind == "multiple":
        part["key"] = int(rng.integers(1, 16))
    elif kind == "numeric":
        part["key"] = [int(code) for code in rng.integers(-20, 60, int(rng.integers(1, 3)))]
        part["tolerance"] = pick(rng, [None, 0, 1, 5, 10])
    elif kind == "true_false":
        part["key"] = int(rng.integers(0, 2))
    else:
        part["key"] = int(rng.integers(0, 4))
    return part


# kind: how many answers it has, and the first code
CODES = {
    "choice": (5, 0),
    "multiple": (15, 1),
    "numeric": (100, -30),
    "true_false": (2, 0),
    "folded": (12, 0),
}
SHIFT = 1000


def make_answers(rng: Generator, part: dict[str, Any], n: int, unmarked: float) -> NDArray[np.int64]:
    if part["kind"] == "human":
        step = pick(rng, [part["maximum"], part["maximum"] // 2, part["maximum"] // 4, part["maximum"] // 3])
        given = np.minimum(rng.integers(0, part["maximum"] // step + 1, n) * step, part["maximum"])
        given[rng.random(n) < unmarked] = UNMARKED
    else:
        many, first = CODES[part["kind"]]
        given = rng.integers(first, first + many, n)
        right = part["key"][0] if isinstance(part["key"], list) else part["key"]
        knows = rng.random(n) < 0.5
        given = np.where(knows, right * 3 if part["kind"] == "folded" else right, given)
        if part["kind"] == "numeric":
            # Exactly at the tolerance, and one beyond.
            edge = rng.random(n) < 0.2
            given = np.where(edge, right + (part["tolerance"] or 0) + rng.integers(0, 2, n), given) + SHIFT
    given[rng.random(n) < 0.12] = NO_RESPONSE
    return np.asarray(given)


def make_cohort(rng: Generator, scripts: int) -> Cohort:
    paper = make_paper(rng)
    parts = [part for section in paper["sections"] for item in section["items"] for part in item["parts"]]
    unmarked = pick(rng, [0.0, 0.0, 0.01])
    answers = [make_answers(rng, part, scripts, unmarked) for part in parts]
    attempts, states = make_attempts(rng, scripts)
    candidates = len(attempts)
    adjusting = rng.random() < 0.15
    some = (rng.random((3, candidates)) < 0.4) & adjusting
    return Cohort(
        paper,
        answers,
        attempts,
        states,
        pick(rng, ["first", "last", "best"]),
        some[0] * rng.integers(1, 6, candidates) * UNIT // 2,
        some[1] * rng.integers(1, 6, candidates) * UNIT // 3,
        some[2],
    )


def make_attempts(rng: Generator, scripts: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    several = rng.random() < 0.3
    attempts, states, script = [], [], 0
    while script < scripts:
        many = min(int(rng.integers(1, MOST_ATTEMPTS + 1)) if several else 1, scripts - script)
        row = list(range(script, script + many)) + [-1] * (MOST_ATTEMPTS - many)
        state = [VOID if rng.random() < 0.05 else HANDED_IN for _ in range(many)]
        if rng.random() < 0.02:
            state[-1] = IN_PROGRESS
        attempts.append(row)
        states.append(state + [0] * (MOST_ATTEMPTS - many))
        script += many
    return np.array(attempts), np.array(states)


GRADES = [
    [("F", 0)],
    [("F", 0), ("P", 55)],
    [("E", 0), ("D", 40), ("C", 50), ("B", 60), ("A", 70)],
    [("4", 0), ("3", 33), ("2", 66), ("1", 85)],
]


def make_scale(rng: Generator, totals: list[int], denominator: int, maximum: int) -> dict[str, Any]:
    """Return a scale with boundaries on scores that the cohort really has.

    Args:
        totals: settled scores, in 1/``denominator`` marks, as ``maximum`` is.
    """
    inside = [total for total in totals if 0 < total < maximum] or [maximum // 2]
    ours = pick(rng, inside)
    marks, percent = (ours, denominator, "marks"), (100 * ours, maximum, "percent")
    plain = (pick(rng, [33, 40, 50, 55, 60]), 1, "percent")
    scale: dict[str, Any] = {
        "pass_mark": pick(
            rng, [marks, percent, plain, (100, 3, "percent"), (maximum // 2, denominator, "marks")]
        ),
        "bands": [],
        "line": None,
        "policy": pick(rng, ["half-up-1", "half-even-1", "down-1"]),
        "decimals": tuple(int(places) for places in rng.integers(0, 4, 3)),
        "decide_on": pick(rng, ["exact", "exact", "rounded"]),
    }
    form = pick(rng, ["bands", "bands_in_marks", "line", "line", "line", "none"])
    if form == "bands":
        scale["bands"] = [(label, (at, 1, "percent")) for label, at in pick(rng, GRADES)]
    elif form == "bands_in_marks":
        starts = sorted({0, *(pick(rng, inside) for _ in range(3))})
        scale["bands"] = [(f"g{i}", (start, denominator, "marks")) for i, start in enumerate(starts)]
    elif form == "line":
        # In hundredths; the last one falls.
        line = pick(rng, [(100, 550, 1000, 0), (100, 550, 1000, 1), (0, 600, 2000, 1), (500, 400, 100, 0)])
        scale["line"] = {"lowest": line[0], "passing": line[1], "top": line[2], "from_zero": bool(line[3])}
    return scale
