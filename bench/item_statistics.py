"""Facility and item-rest correlation of 100,000 candidates x 60 items, against numpy on a ready matrix.

Run: ``python -m bench.item_statistics [candidates] [items]``.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from marksheet.rules.statistics import item_statistics

PROMISED_RATIO = 3


def with_numpy(ready: NDArray[np.float64]) -> list[float]:
    totals = ready.sum(axis=1)
    ready.mean(axis=0)
    return [float(np.corrcoef(column, totals - column)[0, 1]) for column in ready.T]


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def main() -> None:
    candidates, items = (int(text) for text in (sys.argv[1:] + ["100000", "60"][len(sys.argv) - 1 :]))
    scores = np.random.default_rng(1).integers(0, 5, (candidates, items)) * 500
    ready = scores.astype(np.float64)
    maxima = [2000] * items
    ours_first = [item.item_rest for item in item_statistics(scores, maxima)]
    assert np.allclose(np.array(ours_first, dtype=float), with_numpy(ready))
    ours = min(seconds(lambda: item_statistics(scores, maxima)) for _ in range(3))
    reference = min(seconds(lambda: with_numpy(ready)) for _ in range(3))
    print(f"Item statistics, {candidates} candidates x {items} items")
    print(f"  ours {ours:.2f} s, numpy on a ready matrix {reference:.2f} s")
    print(f"  ratio {ours / reference:.2f} (promised: at most {PROMISED_RATIO})")


if __name__ == "__main__":
    main()
