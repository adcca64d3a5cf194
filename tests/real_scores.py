"""The scores of a schedule as people read them, and those that a real exam was published with."""

from collections.abc import Iterable

from marksheet.apps.exams.models import Item, Schedule
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.packing import unpack


def found_scores(schedule: Schedule) -> dict[str, dict[str, str]]:
    """Return number -> item label -> score, with the total under "total"; only what is ready."""
    items = Item.objects.filter(version=schedule.version).order_by("section__position", "position")
    labels = list(items.values_list("label", flat=True))
    found = {}
    rows = Result.objects.filter(schedule=schedule, state="ready")
    for number, packed, total in rows.values_list("number", "items", "score_micro"):
        scores = dict(zip(labels, map(whole, unpack(bytes(packed))), strict=True))
        found[number] = scores | {"total": whole(total)}
    return found


def whole(millionths: int | None) -> str:
    assert millionths is not None and millionths % 1_000_000 == 0
    return str(millionths // 1_000_000)


def expected_scores(rows: Iterable[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        row["candidate"]: {
            name.removeprefix("item_"): value for name, value in row.items() if name != "candidate"
        }
        for row in rows
    }
