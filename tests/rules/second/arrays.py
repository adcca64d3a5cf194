"""Score, add up, choose and grade a whole cohort at once, in whole numbers.

Written from the specification (product.md, sections 2 and 4), not from the rules: there is no loop
over scripts, no fraction type, and every comparison is cross-multiplied.
"""

from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.rules.second.cohorts import (
    HANDED_IN,
    IN_PROGRESS,
    NO_RESPONSE,
    SHIFT,
    UNIT,
    UNMARKED,
    VOID,
    Cohort,
)

Ints = NDArray[Any]
Bools = NDArray[np.bool_]


@dataclass
class Added:
    """Every script added up; amounts in units, the total in 1/``denominator`` marks."""

    items: Ints
    item_unmarked: Bools
    counted: Bools
    sections: Ints
    section_maxima: list[int]
    blocked: Bools
    missed: Bools
    totals: Ints
    maximum: int
    denominator: int


def part_scores(part: dict[str, Any], given: Ints) -> tuple[Ints, Bools]:
    """Return scores and which are right, per script."""
    if part["kind"] == "human":
        scores = np.where(given < 0, 0, given)
        return scores, (given >= part["maximum"])
    if part["kind"] == "numeric":
        near = np.min([np.abs(given - SHIFT - key) for key in part["key"]], axis=0)
        right = near <= (part["tolerance"] or 0)
    elif part["kind"] == "folded":
        right = given // 3 == part["key"]
    else:
        right = np.isin(given, part["key"])
    right &= given != NO_RESPONSE
    return np.where(given == NO_RESPONSE, 0, np.where(right, part["points"], part["wrong"])), right


def item_scores(item: dict[str, Any], given: list[Ints]) -> tuple[Ints, Bools]:
    """Return the item's score and whether it is unmarked, per script."""
    n = len(given[0])
    scored = [part_scores(part, answers) for part, answers in zip(item["parts"], given, strict=True)]
    scores = np.stack([score for score, _ in scored])
    right = np.stack([is_right for _, is_right in scored])
    machine = np.array([part["kind"] != "human" for part in item["parts"]])
    unmarked = np.any([answers == UNMARKED for answers in given], axis=0)
    if item["rule"] == "sum":
        total = scores.sum(axis=0)
    elif item["rule"] == "best_part":
        total = scores.max(axis=0)
    elif item["rule"] == "all_or_nothing":
        total = item["maximum"] * right.all(axis=0)
    else:
        table = np.array([item["steps"].get(count, 0) for count in range(len(machine) + 1)])
        total = table[right[machine].sum(axis=0)] + scores[~machine].sum(axis=0)
    total = np.minimum(total, item["maximum"])
    if item["floor"] is not None:
        total = np.maximum(total, item["floor"])
    if item["treatment"] == "full_marks":
        return np.full(n, item["maximum"]), np.zeros(n, dtype=bool)
    return total, unmarked


def counting(section: dict[str, Any], scores: Ints, unmarked: Bools, silent: Bools) -> Bools:
    """Return items x scripts: which items count (all that can, while a best n is unmarked)."""
    items = section["items"]
    pool = np.array([item["treatment"] != "left_out" for item in items])
    mask = np.repeat(pool[:, None], scores.shape[1], axis=1)
    if section["pick"] == "first":
        given = np.array([item["treatment"] == "full_marks" for item in items])
        answered = mask & (given[:, None] | ~silent)
        return np.asarray(answered & (np.cumsum(answered, axis=0) <= section["n"]))
    if section["pick"] == "best":
        # Left-out items sort behind everything; a stable sort keeps the earlier of equals.
        ranks = np.where(mask, -scores, 10**12).argsort(axis=0, kind="stable").argsort(axis=0)
        best = mask & (ranks < section["n"])
        return np.where((unmarked & mask).any(axis=0), mask, best)
    return mask


def add_up(cohort: Cohort) -> Added:
    """Add up every script of ``cohort``."""
    items: list[Ints] = []
    silents: list[Bools] = []
    unmarkeds: list[Bools] = []
    counted, sections, maxima, blocked, missed = [], [], [], [], []
    place = 0
    for section in cohort.paper["sections"]:
        start = len(items)
        for item in section["items"]:
            given = cohort.answers[place : place + len(item["parts"])]
            place += len(item["parts"])
            score, unmarked = item_scores(item, given)
            items.append(score)
            unmarkeds.append(unmarked)
            silents.append(np.all([answers == NO_RESPONSE for answers in given], axis=0))
        scores, open_ = np.stack(items[start:]), np.stack(unmarkeds[start:])
        mask = counting(section, scores, open_, np.stack(silents[start:]))
        total = (scores * mask).sum(axis=0)
        if section["floor"] is not None:
            total = np.maximum(total, section["floor"])
        stuck = (mask & open_).any(axis=0)
        tops = sorted((i["maximum"] for i in section["items"] if i["treatment"] != "left_out"), reverse=True)
        counted.append(mask)
        sections.append(total)
        maxima.append(sum(tops[: section["n"]] if section["pick"] != "all" else tops))
        blocked.append(stuck)
        below = (
            total < section["minimum"] if section["minimum"] is not None and tops else np.zeros_like(stuck)
        )
        missed.append(below & ~stuck)
    weights = [section["weight"] for section in cohort.paper["sections"]]
    common = lcm(*(q for _, q in weights))
    factors = [p * common // q for p, q in weights]
    totals = sum(factor * total for factor, total in zip(factors, sections, strict=True))
    if cohort.paper["floor"] is not None:
        totals = np.maximum(totals, cohort.paper["floor"] * common)
    return Added(
        items=np.stack(items),
        item_unmarked=np.stack(unmarkeds),
        counted=np.concatenate(counted),
        sections=np.stack(sections),
        section_maxima=maxima,
        blocked=np.stack(blocked),
        missed=np.stack(missed),
        totals=np.asarray(totals),
        maximum=sum(factor * most for factor, most in zip(factors, maxima, strict=True)),
        denominator=UNIT * common,
    )


def choose(cohort: Cohort, added: Added) -> tuple[Ints, Bools, Bools]:
    """Return the column of the attempt that counts (-1: none), whether settled, whether all void."""
    present = cohort.states == HANDED_IN
    going = (cohort.states == IN_PROGRESS).any(axis=1)
    scripts = np.maximum(cohort.attempts, 0)
    open_ = np.asarray(added.blocked.any(axis=0))[scripts]
    first = present.argmax(axis=1)
    last = present.shape[1] - 1 - present[:, ::-1].argmax(axis=1)
    lowest = np.iinfo(np.int64).min
    worth = np.where(present & ~open_, added.totals[scripts], lowest)
    best = np.where((present & ~open_).any(axis=1), worth.argmax(axis=1), first)
    column = {"first": first, "last": last, "best": best}[cohort.policy]
    rows = np.arange(len(column))
    waiting = (present & open_).any(axis=1) if cohort.policy == "best" else open_[rows, column]
    some = present.any(axis=1)
    void = ~some & ~going & (cohort.states == VOID).any(axis=1)
    return np.where(some, column, -1), (some & ~going & ~waiting) | void, void
