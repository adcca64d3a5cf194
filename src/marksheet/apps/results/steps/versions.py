"""Freeze working results into versions, bring versions into force, take them out again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, F, Max, Q, QuerySet, Value, When

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.bulk import among, insert_rows
from marksheet.apps.ledger.chain import canonical, digest, moment
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.results.models import CAN_BE_TICKED, Bucket, Result, ResultVersion, Withdrawal
from marksheet.apps.results.steps.counts import recount
from marksheet.rules import RULES_VERSION

COPIED = (
    "attempt_id", "attempt_number", "handed_in_at", "score_numerator", "score_denominator", "score_micro",
    "maximum_micro", "percent_micro", "grade", "outcome", "shown_score", "shown_maximum", "shown_percent", "items",
    "account", "adjustments",
)  # fmt: skip
FIELDS = (
    "ref", "result_id", "schedule_id", "number", "publication_id", "follows_id", "revision", *COPIED,
    "key_version_id", "rules_version", "scale_hash", "marks_hash", "hash", "created_at",
)  # fmt: skip


class Frozen(NamedTuple):
    """A version just written: its key and the hash of its content, which is that of the working result."""

    pk: int
    hash: str


class ReadyRow(NamedTuple):
    """What of a working result is copied into its version, written down for its candidate, or looked at before."""

    pk: int
    revision: int
    claim: int | None
    state: str
    in_force_id: int | None
    shown_to_candidate: bool
    person_id: int
    schedule_id: int
    enrolment_id: int
    attempt_id: int | None
    attempt_number: int | None
    handed_in_at: datetime | None
    score_numerator: int | None
    score_denominator: int | None
    score_micro: int | None
    maximum_micro: int | None
    percent_micro: int | None
    grade: str
    outcome: str
    shown_score: str
    shown_maximum: str
    shown_percent: str
    items: bytes
    account: list[Any]
    adjustments: list[Any] | None


def ready_rows(keys: Iterable[int]) -> list[ReadyRow]:
    """Read working results by their keys, in order of keys: thousands, so not as models."""
    rows = Result.objects.filter(pk__in=among(keys)).order_by("pk").values_list(*ReadyRow._fields)
    return [ReadyRow(*row) for row in rows]


def content_hash(version: Mapping[str, Any]) -> str:
    """Return the hash over everything that says what a version is; ``verify`` computes it anew.

    A version without adjustments hashes as those did that were written before there were any.
    """
    body = {
        name: version[name].hex()
        if name == "items"
        else moment(version[name])
        if isinstance(version[name], datetime)
        else version[name]
        for name in FIELDS
        if name not in ("hash", "created_at") and not (name == "adjustments" and version[name] is None)
    }
    return digest(canonical(body))


def freeze(
    opened: Change, publication_id: int, rows: Sequence[ReadyRow], schedules: Mapping[int, Schedule]
) -> dict[int, Frozen]:
    """Write one version for each working result of ``rows``; return result key -> key and hash of its version."""
    keys = [row.pk for row in rows]
    numbers = dict(
        ResultVersion.objects.filter(result_id__in=among(keys))
        .values_list("result_id")
        .annotate(last=Max("number"))
        .values_list("result_id", "last")
    )
    follows = _predecessors(rows)
    hashes = {key: digest(canonical(schedule.scale)) for key, schedule in schedules.items()}
    insert_rows(
        ResultVersion,
        FIELDS,
        [
            _frozen(
                opened,
                publication_id,
                row,
                numbers.get(row.pk, 0) + 1,
                follows.get(row.pk),
                schedules,
                hashes,
            )
            for row in rows
        ],
    )
    made = ResultVersion.objects.filter(publication_id=publication_id, result_id__in=among(keys))
    return {key: Frozen(pk, hashed) for key, pk, hashed in made.values_list("result_id", "pk", "hash")}


def _predecessors(rows: Sequence[ReadyRow]) -> dict[int, int]:
    """The version each result would follow: the one in force, else the one last withdrawn."""
    withdrawn = Withdrawal.objects.filter(version__result_id__in=among(row.pk for row in rows)).order_by("id")
    found = dict(withdrawn.values_list("version__result_id", "version_id"))
    return found | {row.pk: row.in_force_id for row in rows if row.in_force_id is not None}


def _frozen(
    opened: Change,
    publication_id: int,
    row: ReadyRow,
    number: int,
    follows: int | None,
    schedules: Mapping[int, Schedule],
    hashes: Mapping[int, str],
) -> tuple[Any, ...]:
    items = bytes(row.items)
    values = {name: getattr(row, name) for name in COPIED} | {
        "ref": new_ref(),
        "result_id": row.pk,
        "schedule_id": row.schedule_id,
        "number": number,
        "publication_id": publication_id,
        "follows_id": follows,
        "revision": row.revision,
        "items": items,
        "key_version_id": schedules[row.schedule_id].key_version_id,
        "rules_version": RULES_VERSION,
        "scale_hash": hashes[row.schedule_id],
        "marks_hash": digest(items.hex()),
    }
    values |= {"hash": content_hash(values), "created_at": opened.at}
    return tuple(values[name] for name in FIELDS)


def claim(publication_id: int, frozen: Any) -> int:
    """Reserve the unchanged, publishable results of a frozen selection for its publication; return how many.

    Args:
        frozen: a queryset of rows with ``result`` and ``revision``.
    """
    free = Result.objects.filter(
        claim=None,
        bucket__in=CAN_BE_TICKED,
        pk__in=frozen.filter(revision=F("result__revision")).values("result"),
    )
    # Two publishers of the same rows wait for each other and never deadlock.
    _lock_in_order(free)
    return free.update(claim=publication_id)


def unclaim(publication_id: int, frozen: Any) -> int:
    """Let go of every result that this publication has reserved, of those that its ``frozen`` rows name."""
    rows = Result.objects.filter(pk__in=frozen.values("result"), claim=publication_id)
    return rows.update(claim=None)


def bring_into_force(publication_id: int, at: datetime, shown_schedules: Sequence[int]) -> int:
    """Let the prepared versions of a publication hold, where the working result is still what was frozen.

    One statement, whatever the number. Returns how many; the caller compares and rolls back when some changed.
    """
    shown = ", ".join(str(int(key)) for key in shown_schedules) or "NULL"
    versions = ResultVersion.objects.filter(publication_id=publication_id)
    _lock_in_order(Result.objects.filter(pk__in=versions.values("result_id")))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE results_result SET
                in_force_id = v.id, in_force_revision = v.revision, published_at = %s, claim = NULL,
                bucket = %s, retracted = %s, changed_at = %s,
                shown_to_candidate = CASE WHEN results_result.schedule_id IN ({shown}) THEN %s ELSE %s END
            FROM results_resultversion v
            WHERE v.publication_id = %s AND v.result_id = results_result.id
              AND results_result.claim = v.publication_id AND results_result.revision = v.revision
              AND results_result.state = 'ready' AND results_result.withheld_at IS NULL
            """,  # noqa: S608 - only integers of ours are put in
            [
                connection.ops.adapt_datetimefield_value(at), Bucket.PUBLISHED.value, False,
                connection.ops.adapt_datetimefield_value(at), True, False, publication_id,
            ],
        )  # fmt: skip
        count: int = cursor.rowcount
    for schedule_id in set(versions.values_list("schedule_id", flat=True).distinct()):
        recount(schedule_id)
    return count


def _lock_in_order(rows: QuerySet[Result]) -> None:
    """Lock results as ``recompute`` does, by key: whoever marks meanwhile waits, nobody deadlocks. None is fetched."""
    if not connection.features.has_select_for_update:
        return
    statement, given = (
        rows.order_by("pk").values_list("pk").select_for_update(no_key=True).query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({statement}) AS locked", given)  # noqa: S608 - Django's statement


def withdraw(opened: Change, rows: Sequence[Result]) -> None:
    """Take the versions in force of ``rows`` out of force; the working results wait to be published again."""
    Withdrawal.objects.bulk_create(
        Withdrawal(version_id=row.in_force_id or 0, event_id=opened.event_id, at=opened.at) for row in rows
    )
    Result.objects.filter(pk__in=[row.pk for row in rows]).update(
        in_force=None,
        in_force_revision=None,
        published_at=None,
        retracted=True,
        shown_to_candidate=False,
        revision=F("revision") + 1,
        changed_at=opened.at,
        bucket=unpublished_bucket(),
    )
    for schedule_id in {row.schedule_id for row in rows}:
        recount(schedule_id)


def unpublished_bucket() -> Case:
    """Return, as an expression, the bucket of a result with no version in force; as ``bucket_of`` decides."""
    return Case(
        When(
            Q(withheld_at__isnull=False) & (Q(state="ready") | Q(submitted=True)),
            then=Value(Bucket.WITHHELD.value),
        ),
        When(~Q(standing="expected"), then=Value(Bucket.ABSENT.value)),
        When(state="ready", then=Value(Bucket.READY.value)),
        When(state="waiting", attempts_count=0, then=Value(Bucket.EXPECTED.value)),
        When(submitted=False, then=Value(Bucket.NOT_SUBMITTED.value)),
        When(state="moderation", then=Value(Bucket.MODERATION.value)),
        default=Value(Bucket.NOT_READY.value),
    )


def set_shown(rows: Sequence[Result], *, shown: bool) -> None:
    """Keep on the rows whether the candidate sees the result."""
    Result.objects.filter(pk__in=[row.pk for row in rows]).update(shown_to_candidate=shown)
