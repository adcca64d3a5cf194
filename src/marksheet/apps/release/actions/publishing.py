"""Publish: freeze a selection, prepare it unseen, commit it all or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import named, through
from marksheet.apps.ledger.change import System, change, draft
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Refusal, Stale, WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers, holds
from marksheet.apps.release.models import Publication, PublicationRow, PublicationState
from marksheet.apps.release.queries.frozen import BATCH, next_rows
from marksheet.apps.release.steps.opening import note_first_release
from marksheet.apps.release.steps.preparing import Changed, prepare_rows
from marksheet.apps.release.steps.selecting import freeze_rows, new_publication, unchanged
from marksheet.apps.results.models import CAN_BE_TICKED, Result, ResultVersion
from marksheet.apps.results.queries.finder import Criteria, tickable
from marksheet.apps.results.queries.sight import (
    before_the_last_attempt,
    by_who,
    results_published_by,
    results_seen_by,
    schedules_published_by,
)
from marksheet.apps.results.steps.versions import bring_into_force, claim, unclaim
from marksheet.rules.access import Verb
from marksheet.rules.publication import cell

AT_ONCE = 300


def freeze_selection(
    actor: Person, *, refs: Sequence[str] = (), criteria: Criteria | None = None, at: datetime
) -> Publication:
    """Freeze what was ticked, or all that match, with the revisions as they are now; nothing is published yet.

    Rows that the actor may not publish, or that are not ready, are left out here and counted in the dialog.

    Raises:
        BadInput: nothing was ticked.
        WrongState: nothing of it can be published, any more.
        NotAllowed: the actor may see the rows but publish none of them.
    """
    with draft():
        if criteria is not None:
            rows = tickable(actor, replace(criteria, at=at))
        else:
            rows = results_published_by(actor).filter(ref__in=list(refs), bucket__in=CAN_BE_TICKED)
            rows = rows.exclude(before_the_last_attempt(at))
        publication = new_publication(actor, at=at)
        total = freeze_rows(publication, rows)
        if total == 0:
            _explain_nothing(actor, refs, all_matching=criteria is not None)
        Publication.objects.filter(pk=publication.pk).update(total=total)
        publication.total = total
        return publication


def freeze_again(actor: Person, ref: str, *, at: datetime) -> Publication:
    """Freeze the same results anew, as they are now: what changed is looked at again, what left is left out.

    Raises:
        NotFound: there is no such publication of the actor's.
        WrongState: none of them can be published any more.
    """
    before = Publication.objects.filter(ref=ref, publisher=actor).first()
    if before is None:
        raise NotFound(_("There is no such publication."))
    same = PublicationRow.objects.filter(publication=before).values("result")
    with draft():
        publication = new_publication(actor, at=at)
        rows = results_published_by(actor).filter(pk__in=same, bucket__in=CAN_BE_TICKED)
        rows = rows.exclude(before_the_last_attempt(at))
        total = freeze_rows(publication, rows)
        if total == 0:
            raise WrongState(
                _("None of these results can be published any more: they are published, or not ready.")
            )
        Publication.objects.filter(pk=publication.pk).update(total=total)
        publication.total = total
        return publication


def _explain_nothing(actor: Person, refs: Sequence[str], *, all_matching: bool) -> None:
    if all_matching:
        raise WrongState(
            _("Nothing that matches can be published any more: it is published meanwhile, or not ready.")
        )
    seen = results_seen_by(actor).filter(ref__in=list(refs)[:500]).select_related("schedule").first()
    if seen is None:
        raise BadInput(_("Nothing that can be published was chosen. Tick one ready row or more."))
    mine = schedules_published_by(actor).filter(pk=seen.schedule_id).exists()
    if not mine:
        coordinates = holds(actor, Verb.SCHEDULE_COORDINATE, seen.schedule.node_id)
        words = (
            _("You may see %(title)s but not publish it. You coordinate it: give yourself the Publish right under"
              " Coordinator > People.")
            if coordinates
            else _("You may see %(title)s but not publish it.")
        )  # fmt: skip
        raise NotAllowed(
            words % {"title": seen.schedule.title},
            helpers=() if coordinates else helpers(Verb.SCHEDULE_COORDINATE, seen.schedule.node_id),
        )
    raise WrongState(
        _(
            "None of the chosen results can be published: they are not ready, withheld, or wait for a last attempt."
        )
    )


def publication_of(actor: Person, ref: str) -> Publication:
    """Return the actor's own publication, locked.

    Raises:
        NotFound: there is none of that name, or it is somebody else's.
    """
    found = Publication.objects.select_for_update(no_key=True).filter(ref=ref, publisher=actor).first()
    if found is None:
        raise NotFound(_("There is no such publication."))
    return found


def publish(
    actor: Person, ref: str, *, show: bool = False, inform: bool = False, at: datetime
) -> Publication:
    """Begin to publish a frozen selection; it becomes official when ``carry_on`` has committed it.

    Args:
        show: open it on the candidates' dashboards, where the schedule's option leaves that to the publisher.
        inform: send the message to those to whom this act shows their result.

    A second call for the same selection changes nothing. Rows that a colleague has published, or is just
    publishing, are skipped and named.

    Raises:
        Stale: a result changed since the selection was frozen; nothing was published.
        NotAllowed: the actor may no longer publish one of the schedules.
    """
    with change(actor, Verb.RESULT_PUBLISH, at=at) as opened:
        publication = publication_of(actor, ref)
        if publication.state not in (PublicationState.DRAFT, PublicationState.STOPPED):
            return publication
        _still_allowed(actor, publication)
        claim(publication.pk, PublicationRow.objects.filter(publication=publication, skipped=""))
        skipped = _skip_those_of_colleagues(publication)
        _refuse_if_changed(publication)
        shown = _shown_schedules(publication, show=show)
        if inform and not shown:
            raise BadInput(_("No candidate can be informed: this publication shows no result to anybody."))
        publication.state, publication.shows = PublicationState.PREPARING, sorted(shown)
        publication.show, publication.inform, publication.requested_at = show, inform, at
        publication.total = PublicationRow.objects.filter(publication=publication, skipped="").count()
        publication.save()
        opened.queue(
            "publish", f"publish:{publication.ref}:{opened.event_id}", {"publication": publication.ref},
            total=publication.total, group=publication.ref,
        )  # fmt: skip
        opened.record(
            "publication", publication.pk, begun=True, total=publication.total, skipped=skipped, show=show,
            inform=inform, schedules=publication.shows,
        )  # fmt: skip
    return publication


def _still_allowed(actor: Person, publication: Publication) -> None:
    mine = schedules_published_by(actor).values("pk")
    foreign = PublicationRow.objects.filter(publication=publication, skipped="").exclude(
        result__schedule__in=mine
    )
    row = foreign.select_related("result__schedule").first()
    if row is not None:
        schedule = row.result.schedule
        raise NotAllowed(
            _("Nothing was published: you may no longer publish %(title)s.") % {"title": schedule.title},
            helpers=helpers(Verb.SCHEDULE_COORDINATE, schedule.node_id),
        )


def _skip_those_of_colleagues(publication: Publication) -> int:
    """Mark rows that somebody else published, or has reserved, since the selection was frozen."""
    rows = PublicationRow.objects.filter(publication=publication, skipped="")
    taken = rows.filter(result__claim__isnull=False).exclude(result__claim=publication.pk)
    done = rows.filter(result__in_force_revision=F("revision")).exclude(result__claim=publication.pk)
    by = dict(
        Publication.objects.filter(
            Q(pk__in=taken.values("result__claim"))
            | Q(pk__in=done.values("result__in_force__publication_id"))
        ).values_list("pk", "publisher_name")
    )
    count = 0
    for key, name in by.items():
        count += rows.filter(result__claim=key).update(skipped="being-published", skipped_by=name)
        published = rows.filter(result__in_force__publication_id=key, result__in_force_revision=F("revision"))
        keys = list(published.values_list("pk", flat=True))
        count += PublicationRow.objects.filter(pk__in=keys).update(skipped="published", skipped_by=name)
    return count


def _refuse_if_changed(publication: Publication) -> None:
    rows = PublicationRow.objects.filter(publication=publication, skipped="")
    changed = list(rows.exclude(result__claim=publication.pk).values_list("result_id", flat=True))
    if changed:
        total = rows.count()
        raise Stale(_changed_message(len(changed), total), details=_names(publication, changed))


def _changed_message(changed: int, total: int) -> str:
    return ngettext(
        "Nothing was published: %(n)d of %(total)d results changed since you opened this page. "
        "Look at it, then publish.",
        "Nothing was published: %(n)d of %(total)d results changed since you opened this page. "
        "Look at the %(n)d, then publish.",
        changed,
    ) % {"n": changed, "total": total}


def _names(publication: Publication, result_ids: Sequence[int]) -> list[str]:
    publisher = publication.publisher
    found = Result.objects.filter(pk__in=list(result_ids)[:50]).select_related("schedule")
    if publisher is None:
        return [named(row) for row in found.order_by("sort_name")]
    return [named(row) for row in through(publisher, found.order_by(by_who(publisher)))]


def _shown_schedules(publication: Publication, *, show: bool) -> list[int]:
    rows = PublicationRow.objects.filter(publication=publication, skipped="")
    schedules = Schedule.objects.filter(pk__in=rows.values("result__schedule").distinct())
    shown = []
    for schedule in schedules:
        rule = cell(schedule.show_results, wholly_machine=schedule.wholly_machine)
        if rule.shown_at_publication or (rule.asks and show):
            shown.append(schedule.pk)
    return shown


def prepare_some(ref: str, *, at: datetime, size: int = BATCH) -> tuple[int, int]:
    """Prepare the next batch of a publication; return how many are prepared, and of how many.

    Safe to repeat: what is prepared stays prepared. A result that changed meanwhile makes the whole fail.
    """
    publication = Publication.objects.filter(ref=ref).first()
    if publication is None or publication.state != PublicationState.PREPARING:
        return (0, 0)
    if not next_rows(publication, 1):
        return (publication.prepared, publication.total)
    try:
        with change(publication.publisher or System("publisher"), "result.prepare", at=at) as opened:
            locked = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
            if locked.state != PublicationState.PREPARING:
                return (locked.prepared, locked.total)
            # Another worker may have prepared the same rows while this one waited for the lock.
            rows = next_rows(locked, size)
            if not rows:
                return (locked.prepared, locked.total)
            done = prepare_rows(opened, locked, rows)
            Publication.objects.filter(pk=locked.pk).update(
                prepared=F("prepared") + done, prepared_to=rows[-1].pk
            )
            opened.record("publication", locked.pk, prepared=done)
    except Changed as problem:
        _give_up(publication, problem.keys, at=at)
        return (0, 0)
    return (publication.prepared + done, publication.total)


def commit(ref: str, *, at: datetime) -> Publication:
    """Bring a prepared publication into force: one short transaction, all or none; repeating changes nothing.

    Every right and revision is checked again. When something changed, nothing happens but that the publication
    fails and its publisher is shown what changed.
    """
    publication = Publication.objects.select_related("publisher").get(ref=ref)
    try:
        with change(publication.publisher or System("publisher"), Verb.RESULT_PUBLISH, at=at) as opened:
            locked = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
            if locked.state != PublicationState.PREPARING:
                return locked
            if publication.publisher is not None:
                _still_allowed(publication.publisher, locked)
            if next_rows(locked, 1):
                raise WrongState(_("This publication is not prepared yet."))
            published = bring_into_force(locked.pk, at, locked.shows)
            if published != locked.total:
                raise Changed(_not_in_force(locked))
            note_first_release(opened, locked.shows)
            locked.state, locked.committed_at = PublicationState.COMMITTED, at
            locked.published, locked.event_id = published, opened.event_id
            locked.save()
            if locked.inform and locked.shows:
                opened.queue(
                    "notices", f"notices:{locked.ref}", {"publication": locked.ref, "notice": "result-available"},
                    total=published, group=locked.ref,
                )  # fmt: skip
            opened.record("publication", locked.pk, committed=True, published=published, **_digest(locked))
    except Changed as problem:
        _give_up(publication, problem.keys, at=at)
    except NotAllowed as refusal:
        _give_up(publication, [], at=at, refusal=refusal)
    return Publication.objects.get(pk=publication.pk)


def _digest(publication: Publication) -> dict[str, Any]:
    """The schedules with how many results of each: what the history of a schedule shows."""
    made = ResultVersion.objects.filter(publication_id=publication.pk)
    counted = made.values_list("schedule_id").annotate(n=Count("pk")).order_by("schedule_id")
    return {"by_schedule": {str(schedule_id): n for schedule_id, n in counted}}


def _not_in_force(publication: Publication) -> list[int]:
    rows = PublicationRow.objects.filter(publication=publication, skipped="")
    waiting = rows.exclude(result__in_force__publication_id=publication.pk)
    return list(waiting.values_list("result_id", flat=True)[:5_000])


def _give_up(
    publication: Publication, changed: Sequence[int], *, at: datetime, refusal: Refusal | None = None
) -> None:
    """End a publication that cannot be carried out: let its results go, keep what changed for its publisher."""
    problem = {
        "message": str(refusal) if refusal else _changed_message(len(changed), publication.total),
        "changed": list(changed)[:200],
        "names": _names(publication, changed),
    }
    with change(publication.publisher or System("publisher"), "result.publish-failed", at=at) as opened:
        unclaim(publication.pk, publication.rows.all())
        Publication.objects.filter(pk=publication.pk).update(state=PublicationState.FAILED, problem=problem)
        opened.record("publication", publication.pk, failed=True, changed=len(changed))


def carry_on(ref: str, *, at: datetime, most: int | None = None) -> Publication:
    """Prepare what is left, then commit; with ``most``, only if no more than that many results are left.

    The worker calls this for large publications, the page for small ones; both at once do no harm.
    """
    publication = Publication.objects.get(ref=ref)
    if most is not None and publication.total - publication.prepared > most:
        return publication
    while publication.state == PublicationState.PREPARING and next_rows(publication, 1):
        prepare_some(ref, at=at)
        publication.refresh_from_db()
    return commit(ref, at=at)


def stop(actor: Person, ref: str, *, at: datetime) -> Publication:
    """Stop preparing; nothing becomes visible, and ``publish`` goes on where it stopped.

    Raises:
        WrongState: it is committed already, or was not begun.
    """
    with change(actor, "result.publish-stopped", at=at) as opened:
        publication = publication_of(actor, ref)
        if publication.state != PublicationState.PREPARING:
            raise WrongState(
                _("This publication cannot be stopped: it is %(state)s.") % {"state": publication.state}
            )
        unclaim(publication.pk, publication.rows.all())
        Publication.objects.filter(pk=publication.pk).update(state=PublicationState.STOPPED)
        opened.record("publication", publication.pk, stopped=True, prepared=publication.prepared)
    return Publication.objects.get(pk=publication.pk)


__all__ = [
    "AT_ONCE",
    "carry_on",
    "commit",
    "freeze_again",
    "freeze_selection",
    "prepare_some",
    "publish",
    "stop",
    "unchanged",
]
