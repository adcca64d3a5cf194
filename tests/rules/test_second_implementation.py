"""Two independent implementations agree on 100,000 generated scripts."""

from collections import Counter

import pytest

from tests.rules.loading import rules
from tests.rules.second.agreement import differences

SHARES, COHORTS, SCRIPTS = 10, 40, 250


@pytest.mark.parametrize("share", range(SHARES))
def test_both_implementations_agree_on_every_script(share: int):
    found = [
        difference
        for seed in range(share * COHORTS, (share + 1) * COHORTS)
        for difference in differences(rules(), seed, SCRIPTS)
    ]
    assert not found, found[:5]


def test_the_scripts_are_a_hundred_thousand():
    assert SHARES * COHORTS * SCRIPTS == 100_000


def test_the_generator_hits_everything_that_is_hard():
    hits: Counter[str] = Counter()
    for seed in range(COHORTS * 2):
        assert not list(differences(rules(), seed, 60, hits))
    for what in (
        "thirds", "left out", "full marks", "mixed items", "negative items", "item at its floor", "all n",
        "best n", "first n", "weighted", "rule sum", "rule count_correct", "rule all_or_nothing",
        "rule best_part", "missed minimum", "exactly the pass mark", "unmarked", "several attempts", "void",
        "in progress", "adjusted", "capped", "decided on exact", "decided on rounded", "policy half-up-1",
        "policy half-even-1", "policy down-1", "piecewise from zero", "piecewise from lowest",
        "piecewise falling", "above the cut", "below the cut", "bands in percent", "bands in marks",
        "pass mark alone",
    ):  # fmt: skip
        assert hits[what] >= 5, (what, hits[what])
