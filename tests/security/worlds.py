"""The second worlds: every column that says something of work, and every other value it can be given."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from marksheet.apps.exams import models as exams
from marksheet.apps.exams.constraints import FROZEN
from marksheet.apps.ledger import models as ledger
from marksheet.apps.ledger.constraints import APPEND_ONLY
from marksheet.apps.ledger.models import RefField
from marksheet.apps.marking import models as marking
from marksheet.apps.people import models as people
from marksheet.apps.release import models as release
from marksheet.apps.results import models as results
from tests.roles import as_owner

# The moment of both worlds.
AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Model = type[models.Model]
Column = tuple[Model, str]

# Everything that says how work was keyed, scored, marked, decided or prepared, and the log that tells of it.
SECRET: tuple[Model, ...] = (
    marking.Judgement, marking.Annotation, marking.Flag, marking.StockComment,
    marking.Mark, marking.MarkDraft, marking.Script, marking.HandsOn, marking.Allocation, marking.Plan,
    marking.Moderation, marking.SampleDecision, marking.Seed, marking.SeedStop, marking.Unqualified, marking.Keying,
    exams.Key, exams.KeyVersion, exams.Scheme, exams.AnswerScore,
    exams.AssessmentVersion, exams.Section, exams.Item, exams.Part, exams.Import,
    results.Result, results.BucketCount, results.ResultVersion, results.Withdrawal,
    results.Adjustment, results.AdjustmentEnd,
    release.Disclosure, release.Opening, release.Publication, release.PublicationRow, people.Conflict,
    ledger.Event, ledger.Line, ledger.Side,
)  # fmt: skip
# The other tables of ours, and why a candidate may learn of them.
OPEN: dict[str, str] = {
    "exams.Assessment": "its title is the exam's name",
    "exams.Schedule": "when and where an exam is",
    "exams.Enrolment": "the candidate's own place in it",
    "exams.Attempt": "the candidate's own sitting",
    "exams.Answer": "what was answered, by the candidate",
    "exams.Response": "what was answered, by the candidate",
    "exams.ResponseFile": "what was handed in, by the candidate",
    "results.Word": "words of names, numbers and titles",
    "release.Viewing": "that the candidate looked",
    "ledger.Head": "where the log ends; the tests themselves read it",
    "ledger.Work": "the messages themselves, which are compared as they are rendered",
}
# Units, people, roles and grants say nothing of work.
OPEN_APP = "people"
# The columns that are the release itself: who may learn of it alone, and how.
MAY_BE_SEEN: dict[str, tuple[tuple[str, ...], str]] = {
    "results.Result.shown_to_candidate": (("mail",), "the message about a result leaves once it is released"),
    "release.Publication.committed_at": (("cas", "other"), "what was prepared holds from that moment on"),
    "release.Opening.publication": (("cas", "other"), "what belongs to no open publication holds"),
}
# Columns whose constraints allow no other value in any row.
FIXED: frozenset[str] = frozenset()
# Words of which the program knows a few: beside a nonsense one, each that stands in the table is tried.
FEW_WORDS = 12


def columns(model: Model) -> list[str]:
    """Return every column of ``model`` but its key and its name, from the model, so that a new one is covered.

    A key of another row is a column too where it can be empty: that a result has a version in force is news.
    """
    return [
        field.name
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField | RefField)
        and not (isinstance(field, models.ForeignKey) and not field.null)
    ]


def label(model: Model, name: str) -> str:
    """Return how a column is named in the lists."""
    return f"{model._meta.label}.{name}"


def uncovered() -> list[str]:
    """Return the tables of ours that are neither varied nor said to be open."""
    ours = [
        m
        for m in apps.get_models()
        if m.__module__.startswith("marksheet.") and m._meta.app_label != OPEN_APP
    ]
    return sorted(m._meta.label for m in ours if m not in SECRET and m._meta.label not in OPEN)


def unguard() -> None:
    """Take the guards off: the second world is made behind them."""
    with as_owner(), connection.cursor() as cursor:
        for table in [one.table for one in (*APPEND_ONLY, *FROZEN)]:
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                continue
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")


def secret_rows(model: Model) -> list[int]:
    """Return the rows of ``model`` of which no candidate may learn; of a released result only its disclosure is."""
    rows = model._default_manager.all()
    shown = results.Result.objects.filter(shown_to_candidate=True)
    if model is release.Disclosure:
        rows = rows.exclude(
            pk__in=release.Opening.objects.filter(status="shown", result__in=shown).values("disclosure")
        )
    if model is results.ResultVersion:
        rows = rows.exclude(pk__in=shown.values("in_force"))
    if model is release.Opening:
        # What holds is the release itself; what belongs to a publication that is not committed is not.
        rows = rows.filter(publication__isnull=False, publication__committed_at=None)
    if model is release.Publication:
        # Whether it is committed is the release itself; the rest of it is a matter of staff.
        rows = rows.filter(committed_at=None)
    if model is exams.AssessmentVersion:
        rows = rows.filter(state="draft")
    if model in (exams.Section, exams.Item, exams.Part):
        rows = rows.filter(version__state="draft")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def ways(model: Model, name: str) -> Iterator[list[tuple[int, Any]]]:
    """Yield, for each second world of a column, what its secret rows are given there: (row, another value).

    One world with a value that nothing expects, one with each word that the program knows for it, one in which
    it is empty.
    """
    field = model._meta.get_field(name)
    rows = model._default_manager.filter(pk__in=secret_rows(model))
    old = list(rows.order_by("pk").values_list("pk", name))
    for world in _worlds(model, field):
        yield [(pk, value) for pk, was in old if (value := world(was, pk)) != was]


def _worlds(model: Model, field: Any) -> Iterator[Any]:
    if isinstance(field, models.ForeignKey):
        target = field.related_model._default_manager.order_by("pk").values_list("pk", flat=True)
        yield lambda _was, _pk: target.first()
        yield lambda _was, _pk: target.last()
    else:
        yield lambda was, pk: _other(field, was, pk)
    if isinstance(field, models.IntegerField):
        yield lambda was, pk: -(was or 0) - 1_000 - pk
    if field.null:
        yield lambda _was, _pk: None
    for word in _words(model, field):
        yield lambda _was, _pk, word=word: word


def _words(model: Model, field: Any) -> list[Any]:
    known = [value for value, _name in field.flatchoices]
    if not isinstance(field, models.CharField):
        return known
    there = model._default_manager.values_list(field.name, flat=True).distinct()[: FEW_WORDS + 1]
    found = list(dict.fromkeys([*known, *sorted(filter(None, there))]))
    return found if len(found) <= FEW_WORDS else []


def _other(field: Any, was: Any, pk: int) -> Any:
    """Return a value of the field's kind that is not ``was``."""
    if isinstance(field, models.BooleanField):
        return not was
    if isinstance(field, models.JSONField):
        return {"canary": pk}
    if isinstance(field, models.BinaryField):
        return b"\x01" * 8
    if isinstance(field, models.DateTimeField):
        return (was or AT) - timedelta(days=3, seconds=pk)
    if isinstance(field, models.IntegerField):
        return (was or 0) + 1_000 + pk
    return f"{pk}CANARY{was or ''}"[: field.max_length or 200]


def change(model: Model, name: str, given: list[tuple[int, Any]]) -> int:
    """Give rows another value in one column, behind every guard; return how many could take it."""
    with as_owner():
        try:
            with transaction.atomic():
                return sum(_updated(model, name, given))
        except DatabaseError:
            return sum(_changed(model, name, one) for one in given)


def _updated(model: Model, name: str, given: list[tuple[int, Any]]) -> Iterator[int]:
    if len({repr(value) for _pk, value in given}) == 1:
        keys = [pk for pk, _value in given]
        yield model._default_manager.filter(pk__in=keys).update(**{name: given[0][1]})
        return
    for pk, value in given:
        yield model._default_manager.filter(pk=pk).update(**{name: value})


def _changed(model: Model, name: str, one: tuple[int, Any]) -> int:
    try:
        with transaction.atomic():
            return sum(_updated(model, name, [one]))
    except DatabaseError:
        return 0
