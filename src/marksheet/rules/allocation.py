"""Who marks which script, and in which order; what is left when nobody may."""

import hashlib
import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Work:
    """A script to allocate: its key, its candidate's, and who had it in hand or may not have it."""

    script: int
    candidate: int
    never: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Marker:
    """Somebody who marks.

    Attributes:
        key: which person.
        share: how much of the work, against the others' shares; 1 or more.
        left: how many scripts wait with this marker already.
        barred: the candidates whose work this person never has in hand (a conflict of interest).
    """

    key: int
    share: int = 1
    left: int = 0
    barred: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if self.share < 1 or self.left < 0:
            raise ValueError("A share is 1 or more, and what is left is not negative.")


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who gets what: script -> marker; and the scripts that nobody may have, in the order they came."""

    given: Mapping[int, int] = field(default_factory=dict)
    nobody: tuple[int, ...] = ()

    @property
    def counts(self) -> dict[int, int]:
        """How many scripts each marker gets who gets any."""
        found: dict[int, int] = {}
        for marker in self.given.values():
            found[marker] = found.get(marker, 0) + 1
        return found


def may_have(marker: Marker, work: Work) -> bool:
    """Whether no bar stands between a marker and a script."""
    return work.candidate not in marker.barred and marker.key not in work.never


def allocate(works: Sequence[Work], markers: Sequence[Marker]) -> Allocation:
    """Give each script to the marker who, for his share, has the least to do.

    With equal shares that is evenly; with nothing left before, and no bars, the numbers differ by at most one, and
    are otherwise in proportion to the shares. What waits with a marker already counts: so scripts that come late, or
    come back from a marker who left, go to whoever has the fewest left. Scripts that few may have go first, so that
    bars are not in the way of evenness; among equals, the order in which scripts and markers are named decides.

    Raises:
        ValueError: a script or a marker is named twice.

    Source: docs/rulebook/allocation.md#who-gets-what.
    """
    _named_once([work.script for work in works], "script")
    _named_once([marker.key for marker in markers], "marker")
    unit = math.lcm(*(marker.share for marker in markers))
    # How much a marker would have for his share with one script more, in whole numbers; then his place.
    heap = [((one.left + 1) * (unit // one.share), place) for place, one in enumerate(markers)]
    heapq.heapify(heap)
    given: dict[int, int] = {}
    nobody: set[int] = set()
    for work in _few_first(works, markers):
        passed_over = []
        while heap and not may_have(markers[heap[0][1]], work):
            passed_over.append(heapq.heappop(heap))
        if heap:
            load, place = heap[0]
            marker = markers[place]
            given[work.script] = marker.key
            heapq.heapreplace(heap, (load + unit // marker.share, place))
        else:
            nobody.add(work.script)
        for one in passed_over:
            heapq.heappush(heap, one)
    return Allocation(
        {work.script: given[work.script] for work in works if work.script in given},
        tuple(work.script for work in works if work.script in nobody),
    )


def _named_once(keys: Sequence[int], what: str) -> None:
    if len(set(keys)) < len(keys):
        raise ValueError(f"A {what} is named twice.")


def _few_first(works: Sequence[Work], markers: Sequence[Marker]) -> list[Work]:
    barring: dict[int, set[int]] = {}
    for marker in markers:
        for candidate in marker.barred:
            barring.setdefault(candidate, set()).add(marker.key)
    keys = {marker.key for marker in markers}
    return sorted(works, key=lambda work: -len((work.never & keys) | barring.get(work.candidate, set())))


def shuffled(keys: Iterable[int], seed: str) -> list[int]:
    """Return the keys in an order that only the seed decides, whatever the order they come in.

    Two different seeds give orders that have nothing to do with each other: a marker's own order is shuffled by the
    seed of the allocation and the marker. The same on every machine, so that a random allocation can be made again.

    Source: docs/rulebook/allocation.md#chance-that-can-be-repeated.
    """
    return sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}:{key}".encode()).digest(), key))


def marking_order(scripts: Iterable[int], seed: str, marker: int) -> list[int]:
    """Return the order in which a marker has the scripts: his own, so that nobody is always marked last."""
    return shuffled(scripts, f"{seed}:{marker}")
