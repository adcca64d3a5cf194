"""The words of the Coordinator tab for the codes that queries answer with."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marksheet.apps.marking.queries.allocation import Method, Which
from marksheet.apps.marking.queries.people import Kind, Missing
from marksheet.apps.results.queries.coordination import CoordinatorRow, Status, ToDo
from marksheet.rules.agreement import Beyond, Measured, Within
from marksheet.rules.anonymity import Sharing

Words = str | Promise

# Each status with its word and its tone.
STATUS: dict[str, tuple[Words, str]] = {
    Status.STOPPED: (gettext_lazy("Marker stopped"), "warn"),
    Status.SET_UP: (gettext_lazy("To set up"), "warn"),
    Status.WAITING: (gettext_lazy("Waiting for work"), "quiet"),
    Status.MARKING: (gettext_lazy("Marking"), "act"),
    Status.MODERATION: (gettext_lazy("Moderation"), "warn"),
    Status.READY: (gettext_lazy("Ready to publish"), "ok"),
    Status.PUBLISHED: (gettext_lazy("Published"), "ok"),
}

KINDS: dict[str, Words] = {
    Kind.MARKER: gettext_lazy("Marker"),
    Kind.MODERATOR: gettext_lazy("Moderator"),
    Kind.MARKER_AND_MODERATOR: gettext_lazy("Marker and moderator"),
    Kind.OTHER: gettext_lazy("Other"),
}

METHODS: dict[str, Words] = {
    Method.RANDOM: gettext_lazy("At random, evenly"),
    Method.EVENLY: gettext_lazy("Evenly, in the order in which the work came in"),
    Method.WORKLOAD: gettext_lazy("By workload: in proportion to each marker's share"),
    Method.ONE: gettext_lazy("All to one marker"),
    Method.BY_HAND: gettext_lazy("By hand"),
}

SHARING: dict[str, Words] = {
    Sharing.NEVER: gettext_lazy("Never"),
    Sharing.CO_MARKER: gettext_lazy("The other marker's"),
    Sharing.ALL: gettext_lazy("The other marker's and moderators'"),
}
MEASURED: dict[str, Words] = {
    Measured.ITEM: gettext_lazy("Mark by mark"),
    Measured.SCRIPT: gettext_lazy("By the totals of the whole script"),
}

WITHIN: dict[str, Words] = {
    Within.MEAN: gettext_lazy("the mean, kept exactly"),
    Within.HIGHER: gettext_lazy("the higher mark"),
    Within.AGREED: gettext_lazy("a mark on which the two agree, wherever they differ at all"),
}

BEYOND: dict[str, Words] = {
    Beyond.AGREED: gettext_lazy("a mark on which the two agree, each proposing one with a note"),
    Beyond.MODERATION: gettext_lazy("the mark of a moderator, in the first round of moderation"),
}

WHICH: dict[str, Words] = {
    Which.NOBODYS: gettext_lazy("Those that are with nobody"),
    Which.UNTOUCHED: gettext_lazy("All that nobody has begun to mark"),
    Which.OPEN: gettext_lazy(
        "All that are not submitted; marks given stay, and the next marker goes on from them"
    ),
}

MISSING: dict[str, Words] = {
    Missing.HERE: gettext_lazy("already here"),
    Missing.CANDIDATE: gettext_lazy("is a candidate of this schedule: nobody handles their own work"),
    Missing.INACTIVE: gettext_lazy("deactivated"),
    Missing.NOT_STAFF: gettext_lazy("not staff"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the to-do list: what it is, where to do it, whether it is done."""

    text: str
    url: str
    action: str
    done: bool
    tone: str


def steps_of(row: CoordinatorRow, todo: list[ToDo]) -> list[Step]:
    """Return the to-do list of a schedule in words."""
    return [_step(row, one) for one in todo]


def _step(row: CoordinatorRow, one: ToDo) -> Step:
    ref = row.schedule.ref
    people = reverse("coordinator:people", args=[ref])
    scripts = reverse("coordinator:scripts", args=[ref])
    moderation = reverse("coordinator:moderation", args=[ref])
    n, who = one.count, ", ".join(one.names)
    texts: dict[str, tuple[str, str, str]] = {
        "markers": (
            ngettext("%(n)s person marks here.", "%(n)s people mark here.", n) % {"n": n}
            if n
            else _("Nobody marks here yet."),
            people,
            _("Add assessors"),
        ),
        "second": (
            _("Each script needs two markers, and one person marks here."),
            people,
            _("Add assessors"),
        ),
        "publisher": (
            ngettext("%(n)s person may publish.", "%(n)s people may publish.", n) % {"n": n}
            if n
            else _("Nobody may publish these results yet."),
            people,
            _("Give the right to publish"),
        ),
        "sleeping": (
            _("The right to publish sleeps for %(who)s, who may not see the results here.") % {"who": who},
            people,
            _("See people"),
        ),
        "expected": (
            ngettext("%(n)s candidate has handed nothing in.", "%(n)s candidates have handed nothing in.", n)
            % {"n": n}
            if n
            else _("Everybody expected has handed in."),
            reverse("coordinator:hand-in", args=[ref]),
            _("Record who handed in"),
        ),
        "nobody": (_("Nobody is enrolled yet."), "", ""),
        "answers": (
            ngettext(
                "%(n)s script on paper lacks answers that the key scores.",
                "%(n)s scripts on paper lack answers that the key scores.",
                n,
            )
            % {"n": n},
            reverse("schedules:answers", args=[ref]),
            _("Enter answers"),
        ),
        "nobodys": (
            ngettext("%(n)s script is with nobody.", "%(n)s scripts are with nobody.", n) % {"n": n},
            reverse("coordinator:allocation", args=[ref]),
            _("Share out"),
        ),
        "lacking": (
            ngettext(
                "%(n)s script lacks one or both of its two markers.",
                "%(n)s scripts lack one or both of their two markers.",
                n,
            )
            % {"n": n},
            reverse("coordinator:allocation", args=[ref]),
            _("Share out"),
        ),
        "marking": (
            ngettext("%(n)s script is not submitted.", "%(n)s scripts are not submitted.", n) % {"n": n}
            if n
            else (_("All scripts are submitted.") if row.arrived else _("No scripts to mark yet.")),
            scripts,
            _("See progress"),
        ),
        "keying": (
            ngettext(
                "%(n)s marked script is not typed a second time.",
                "%(n)s marked scripts are not typed a second time.",
                n,
            )
            % {"n": n}
            if n
            else _("All marked scripts are typed a second time."),
            "",
            "",
        ),
        "keyed-differently": (
            ngettext(
                "Second keying: %(n)s difference waits for a third look.",
                "Second keying: %(n)s differences wait for a third look.",
                n,
            )
            % {"n": n},
            reverse("assess:keying-differences", args=[ref]),
            _("See which"),
        ),
        "missing": (
            ngettext("%(n)s submitted result is not ready.", "%(n)s submitted results are not ready.", n)
            % {"n": n},
            scripts,
            _("See progress"),
        ),
        "stopped": (
            ngettext(
                "%(n)s marker is stopped by a seed and waits for you to decide.",
                "%(n)s markers are stopped by seeds and wait for you to decide.",
                n,
            )
            % {"n": n},
            reverse("coordinator:quality", args=[ref]),
            _("Look, and decide"),
        ),
        "differences": (
            ngettext(
                "The work of %(n)s candidate waits for the two markers to agree: %(who)s.",
                "The work of %(n)s candidates waits for the two markers to agree: %(who)s.",
                n,
            )
            % {"n": n, "who": who},
            f"{scripts}?status=differing",
            _("See which"),
        ),
        "moderation": (
            ngettext("%(n)s result is in moderation.", "%(n)s results are in moderation.", n) % {"n": n},
            scripts,
            _("See progress"),
        ),
        "moderators": (_("Nobody moderates here, and work waits for it."), people, _("Add assessors")),
        "to-moderate": (
            ngettext("%(n)s script waits for a moderator.", "%(n)s scripts wait for a moderator.", n)
            % {"n": n},
            moderation,
            _("See moderation"),
        ),
        "samples": (
            ngettext("%(n)s sample is to be decided.", "%(n)s samples are to be decided.", n) % {"n": n},
            moderation,
            _("See moderation"),
        ),
        "publish": (
            ngettext("%(n)s result waits to be published.", "%(n)s results wait to be published.", n)
            % {"n": n}
            if n
            else (_("All results are published.") if one.done else _("No results to publish yet.")),
            "",
            "",
        ),
    }
    text, url, action = texts[one.code]
    return Step(text, url, action, one.done, "ok" if one.done else _tone(one))


def _tone(one: ToDo) -> str:
    if one.code in ("markers", "publisher") and not one.count:
        return "warn"
    return {
        "sleeping": "warn",
        "missing": "warn",
        "nobody": "warn",
        "nobodys": "warn",
        "lacking": "warn",
        "second": "warn",
        "stopped": "warn",
        "differences": "warn",
        "keyed-differently": "warn",
        "moderators": "warn",
    }.get(one.code, "quiet")
