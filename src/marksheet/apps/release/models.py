"""The tables of publications, of what each candidate may see, and of what is open to them."""

from django.db import models
from django.db.models import Q

from marksheet.apps.ledger.models import RefField
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result, ResultVersion


class PublicationState(models.TextChoices):
    """Where a publication stands; only a committed one is visible to anybody but its publisher."""

    DRAFT = "draft"
    PREPARING = "preparing"
    STOPPED = "stopped"
    FAILED = "failed"
    COMMITTED = "committed"


class Publication(models.Model):
    """A frozen selection of results on its way to being official; every reader joins through *committed*.

    ``prepared_to`` is the key of the last row that is prepared. ``shows`` are the keys of the schedules whose results
    it shows to their candidates, from the moment it is asked for.
    """

    ref = RefField()
    publisher = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    publisher_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=PublicationState, default=PublicationState.DRAFT)
    show = models.BooleanField(default=False)
    inform = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    total = models.IntegerField(default=0)
    prepared = models.IntegerField(default=0)
    prepared_to = models.BigIntegerField(default=0)
    shows = models.JSONField(default=list)
    published = models.IntegerField(default=0)
    preview_hash = models.CharField(max_length=64, blank=True)
    problem = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    requested_at = models.DateTimeField(null=True)
    committed_at = models.DateTimeField(null=True)
    event_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="committed") | Q(committed_at__isnull=False), name="committed_has_a_moment"
            )
        ]
        indexes = [models.Index(fields=["publisher", "-created_at"], name="publications_of_person")]


class PublicationRow(models.Model):
    """One result of a frozen selection with the revision that was looked at.

    ``skipped`` says why it was left out after all (a colleague published it: who is in ``skipped_by``).
    """

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="rows", db_index=False)
    result = models.ForeignKey(Result, models.PROTECT, related_name="+")
    revision = models.IntegerField()
    skipped = models.CharField(max_length=20, blank=True)
    skipped_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "result"], name="row_once_per_publication")
        ]
        indexes = [models.Index(fields=["publication", "id"], name="rows_in_order")]


class Disclosure(models.Model):
    """The immutable document of exactly what one candidate may see of one version: canonical JSON and its hash."""

    ref = RefField()
    version = models.ForeignKey(ResultVersion, models.PROTECT, related_name="+")
    body = models.TextField()
    hash = models.CharField(max_length=64)
    event_id = models.BigIntegerField()
    created_at = models.DateTimeField()


class OpeningStatus(models.TextChoices):
    """What a candidate is told about a result from a moment on."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    WITHHELD = "withheld"
    LIFTED = "lifted"


class Opening(models.Model):
    """A fact about what is open to the candidate; append-only, the latest holds.

    A row that belongs to a publication holds only once that is committed.
    """

    result = models.ForeignKey(Result, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    schedule_id = models.BigIntegerField()
    status = models.CharField(max_length=9, choices=OpeningStatus)
    disclosure = models.ForeignKey(Disclosure, models.PROTECT, null=True, related_name="+")
    publication = models.ForeignKey(Publication, models.PROTECT, null=True, related_name="+", db_index=False)
    event_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="shown") | Q(disclosure__isnull=False), name="shown_has_a_disclosure"
            )
        ]
        indexes = [
            models.Index(fields=["result", "-id"], name="openings_of_result"),
            models.Index(fields=["person", "result", "-id"], name="openings_of_person"),
            models.Index(fields=["publication"], name="openings_of_publication"),
        ]


class Viewing(models.Model):
    """The fact that the candidate has seen a disclosure, and when first; a disclosure has one candidate."""

    disclosure = models.OneToOneField(Disclosure, models.PROTECT, related_name="viewing")
    at = models.DateTimeField()
