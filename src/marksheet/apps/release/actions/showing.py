"""Open published results to their candidates afterwards, or hide them again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.release.actions.notices import AVAILABLE
from marksheet.apps.release.models import Disclosure, OpeningStatus
from marksheet.apps.release.steps.disclosing import documents, exam_of, write_disclosures
from marksheet.apps.release.steps.notices import Mail, queue_mails
from marksheet.apps.release.steps.opening import note_first_release, open_rows
from marksheet.apps.results.actions.standing import reason_given
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.steps.choosing import chosen
from marksheet.apps.results.steps.versions import set_shown
from marksheet.rules.access import Verb
from marksheet.rules.publication import ShowResults

# A disclosure: its key, its hash, and whether it was written just now.
Disclosed = tuple[int, str, bool]


def show(actor: Person, refs: Sequence[str], *, inform: bool = False, at: datetime) -> int:
    """Open published results to their candidates, under the switches as they are now; return how many.

    Those already shown stay as they are. With ``inform`` each gets its message, if it never got one for
    this version.

    Raises:
        WrongState: one of them is not published, or its schedule never discloses results.
    """
    with change(actor, Verb.RESULT_PUBLISH, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_PUBLISH, helper_verb=Verb.SCHEDULE_COORDINATE)
        _refuse_unpublished(rows)
        never = {row.schedule.title for row in rows if row.schedule.show_results == ShowResults.NEVER}
        if never:
            raise WrongState(
                _("Nothing was shown: the results of %(titles)s are never disclosed to candidates.")
                % {"titles": ", ".join(sorted(never))}
            )
        hidden = [row for row in rows if not row.shown_to_candidate]
        if not hidden:
            return 0
        disclosed = _disclosed(opened, hidden)
        keys = {result: key for result, (key, _hash, _fresh) in disclosed.items()}
        open_rows(opened, hidden, OpeningStatus.SHOWN, disclosures=keys)
        set_shown(hidden, shown=True)
        note_first_release(opened, sorted({row.schedule_id for row in hidden}))
        if inform:
            _inform(opened, hidden)
        opened.lines(("result", row.pk, _line(disclosed[row.pk])) for row in hidden)
        opened.record(
            "schedule",
            hidden[0].schedule_id,
            schedule_id=hidden[0].schedule_id,
            shown=len(hidden),
            inform=inform,
        )
        return len(hidden)


def hide(actor: Person, refs: Sequence[str], *, reason: str, at: datetime) -> int:
    """Hide published results from their candidates again, with a reason; they stay published. Return how many."""
    reason = reason_given(reason)
    with change(actor, Verb.RESULT_PUBLISH, at=at) as opened:
        rows = chosen(actor, refs, Verb.RESULT_PUBLISH, helper_verb=Verb.SCHEDULE_COORDINATE)
        _refuse_unpublished(rows)
        shown = [row for row in rows if row.shown_to_candidate]
        if not shown:
            return 0
        open_rows(opened, shown, OpeningStatus.HIDDEN)
        set_shown(shown, shown=False)
        opened.lines(("result", row.pk, {"shown": False}) for row in shown)
        opened.record(
            "schedule", shown[0].schedule_id, schedule_id=shown[0].schedule_id, private={"reason": reason},
            hidden=len(shown),
        )  # fmt: skip
        return len(shown)


def _refuse_unpublished(rows: Sequence[Result]) -> None:
    wrong = [row.name for row in rows if row.in_force_id is None]
    if wrong:
        raise WrongState(
            _("Nothing was changed: %(names)s is not published.") % {"names": ", ".join(wrong[:5])}
        )


def _line(disclosure: Disclosed) -> dict[str, object]:
    """What the log keeps of one result: that it is shown, and the hash of what is; ``fresh`` if written here."""
    _key, hashed, fresh = disclosure
    return {"shown": True, ("disclosure" if fresh else "disclosed"): hashed}


def _disclosed(opened: Change, rows: Sequence[Result]) -> Mapping[int, Disclosed]:
    """Write the disclosure of each version in force anew where the switches now say something else."""
    versions = {
        v.result_id: v for v in ResultVersion.objects.filter(pk__in=[row.in_force_id for row in rows])
    }
    known: dict[int, tuple[int, str, str]] = {}
    for key, version_id, body, hashed in (
        Disclosure.objects.filter(version__in=versions.values())
        .order_by("id")
        .values_list("id", "version_id", "body", "hash")
    ):
        known[version_id] = (key, body, hashed)
    by_schedule: dict[int, list[Result]] = defaultdict(list)
    for row in rows:
        by_schedule[row.schedule_id].append(row)
    fresh: dict[int, str] = {}
    found: dict[int, Disclosed] = {}
    for schedule_id, some in by_schedule.items():
        schedule = Schedule.objects.select_related("version__assessment").get(pk=schedule_id)
        for key, body in documents(exam_of(schedule, opened.at), some, versions).items():
            version_id = versions[key].pk
            if version_id in known and known[version_id][1] == body:
                found[key] = (known[version_id][0], known[version_id][2], False)
            else:
                fresh[version_id] = body
    written = write_disclosures(opened, fresh)
    for key, version in versions.items():
        if version.pk in written:
            found[key] = (*written[version.pk], True)
    return found


def _inform(opened: Change, rows: Sequence[Result]) -> None:
    told = ResultVersion.objects.filter(pk__in=[row.in_force_id for row in rows]).exclude(outcome="void")
    versions = dict(told.values_list("pk", "ref"))
    queue_mails(
        opened,
        (
            Mail(
                f"mail:{AVAILABLE}:{row.in_force_id}",
                row.person_id,
                {"notice": AVAILABLE, "result": row.ref, "version": versions[row.in_force_id or 0]},
            )
            for row in rows
            if row.in_force_id in versions
        ),
        group=f"show:{opened.event_id}",
    )
