"""What a list says of a result besides its numbers: flags, who publishes it, the version in force."""

from collections.abc import Mapping, Sequence
from typing import Any

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import through
from marksheet.apps.people.models import Person
from marksheet.apps.release.queries.exports.rows import Changed
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.queries.people import assigned_at


def flags_of(keys: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Return result key -> its flags: ``retracted``, ``changed`` since it was published, ``stale``."""
    found = {}
    rows = Result.objects.filter(pk__in=list(keys)).order_by()
    for key, bucket, retracted, stale, revision, in_force in rows.values_list(
        "pk", "bucket", "retracted", "stale", "revision", "in_force_revision"
    ):
        changed = bucket == Bucket.PUBLISHED and revision != in_force
        flags = (("retracted", retracted), ("changed", changed), ("stale", stale))
        found[key] = tuple(name for name, holds in flags if holds)
    return found


def publishers_at(person: Person, schedules: Mapping[int, Any]) -> dict[int, tuple[str, ...]]:
    """Return schedule key -> the names of those who may publish there, as ``person`` reads them."""
    nodes = dict(Schedule.objects.filter(pk__in=list(schedules)).values_list("node_id", "pk"))
    found = assigned_at(person, nodes)
    return {nodes[node]: tuple(name for _key, name in one.publishers) for node, one in found.items()}


def published_rows(person: Person, keys: Sequence[int]) -> list[Result]:
    """Return published results in the order of ``keys``, with the version in force, as ``person`` sees them.

    Raises:
        Changed: one of them is not published any more.
    """
    rows = Result.objects.filter(pk__in=list(keys), in_force__isnull=False).order_by()
    found = {row.pk: row for row in through(person, rows.select_related("in_force", "unit", "schedule"))}
    if len(found) != len(keys):
        raise Changed
    return [found[key] for key in keys]
