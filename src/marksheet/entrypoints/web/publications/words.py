"""What the publish dialog says: facts, who sees what and why, who gets nothing and why, what is odd."""

from collections import Counter
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.people.queries import Person
from marksheet.apps.release.queries.preview import Preview, ScheduleShare
from marksheet.apps.release.queries.receipts import Since
from marksheet.apps.results.queries.people import Assigned, assigned_at, not_submitted_at
from marksheet.entrypoints.shared.templatetags.ui import one_decimal
from marksheet.entrypoints.web.results.words import grouped, left_words, listed
from marksheet.rules.publication import ShowResults
from marksheet.rules.visibility import Switches

TONES = {"moderation": "warn", "withheld": "warn", "ready": "ok", "correction": "act"}
ORDER = ("not-submitted", "not-ready", "moderation", "withheld", "expected", "absent", "ready", "correction")


def described(person: Person, told: Preview) -> dict[str, Any]:
    """Return everything that the dialog's template shows."""
    one = told.shares[0].schedule if len(told.shares) == 1 else None
    return {
        "told": told,
        "ref": told.publication.ref,
        "one": one,
        "button": button_words(told.total),
        "facts": facts(told),
        "seen": _seen(told),
        "mail": _mail(told),
        "left": left(person, told),
        "odd": [odd_words(code, numbers["n"]) for code, numbers in told.odd],
        "assessment": told.shares[0].schedule.version.assessment.title if told.shares else "",
    }


def button_words(n: int) -> str:
    """Return *Publish 312 results*."""
    return ngettext("Publish %(n)s result", "Publish %(n)s results", n) % {"n": grouped(n)}


def facts(told: Preview) -> list[tuple[str, str]]:
    """Return the four facts: published, not published, pass rate and mean, each beside the last sitting's."""
    last = told.last
    year = formats.date_format(last.opens_at, "M Y") if last else ""
    rate, mean = told.summary.pass_rate, told.summary.mean
    then_rate = last.summary.pass_rate if last else None
    then_mean = last.summary.mean if last else None
    # Void ones are published, and are in no rate and no mean: what these are over is said where it differs.
    over = (
        ""
        if told.summary.n in (0, told.total)
        else _("of the %(n)s with a grade") % {"n": grouped(told.summary.n)}
    )
    passed = _beside(_("pass"), over, _percent(then_rate * 100) if then_rate is not None else "", year)
    average = _beside(_("mean"), over, _mean(then_mean) if then_mean is not None else "", year)
    return [
        (grouped(told.total), _("will be published")),
        (grouped(told.get_nothing), _("will not (below)") if told.get_nothing else _("will not")),
        (_percent(None if rate is None else rate * 100), passed),
        (_mean(mean), average),
    ]


def _beside(word: str, over: str, then: str, year: str) -> str:
    """Return *pass*, *pass, of the 118 with a grade*, *pass (74 % in Jun 2025)*."""
    words = f"{word}, {over}" if over else word
    return (
        _("%(words)s (%(then)s in %(year)s)") % {"words": words, "then": then, "year": year}
        if then
        else words
    )


def _percent(value: float | None) -> str:
    if value is None:
        return "–"
    return _("%(n)s %%") % {"n": formats.number_format(round(value), 0, use_l10n=True)}


def _mean(value: float | None) -> str:
    return "–" if value is None else _("%(n)s %%") % {"n": one_decimal(value)}


def switch_words(stored: dict[str, Any]) -> tuple[str, str]:
    """Return what a candidate sees of a shown result, and what of it waits for the last window; in words."""
    on = Switches.from_json(stored)
    now = [
        (on.outcome, _("outcome")),
        (on.grade, _("grade")),
        (on.score, _("score")),
        (on.percentage, _("percentage")),
        (on.pass_mark, _("pass mark")),
        (on.summary, _("score per question")),
    ]
    later = [(on.detail, _("own and correct answers"))]
    return ", ".join(w for yes, w in now if yes), ", ".join(w for yes, w in later if yes)


def _seen(told: Preview) -> list[dict[str, str]]:
    """Return what candidates will see, each different answer once with the schedules it holds for."""
    answers: dict[tuple[str, str, str], list[str]] = {}
    for share in told.shares:
        now, later = switch_words(share.schedule.switches)
        waits = "" if share.schedule.questions_lifted else later
        shows = share.schedule.show_results != ShowResults.NEVER
        key = (option_words(share), now if shows else "", waits if shows else "")
        answers.setdefault(key, []).append(share.schedule.title)
    alone = len(answers) == 1
    return [
        {"titles": "" if alone else listed(titles, most=4), "option": option, "switches": now, "later": later}
        for (option, now, later), titles in answers.items()
    ]


def option_words(share: ScheduleShare) -> str:
    """Return what the schedule's option says happens to the candidate's page."""
    if share.rule.asks:
        return _("You decide whether candidates see it now.")
    if share.schedule.show_results == ShowResults.NEVER:
        return _(
            "Never shown: the candidate's page says “not disclosed”. The exam's option decides that, not you."
        )
    return _("Shown at once: the exam's option shows every result when it is published.")


def _mail(told: Preview) -> dict[str, Any]:
    """Say whether candidates can be informed: ``offered``, whether it ``needs`` the first box, ``why`` not."""
    if told.shows_anyway or told.asks:
        return {"offered": True, "needs": told.asks and not told.shows_anyway, "why": ""}
    return {
        "offered": False,
        "needs": False,
        "why": _(
            "Not offered: this publication shows no result to candidates, so there is nothing to tell them."
        ),
    }


def left(person: Person, told: Preview) -> list[dict[str, Any]]:
    """Return who gets nothing: a number, a tone and the reason with the names of who can help."""
    counts: Counter[str] = Counter()
    for share in told.shares:
        counts.update(share.others)
    people = assigned_at(person, [share.schedule.node_id for share in told.shares])
    helpers = {
        "not-submitted": _behind(person, told, people),
        "moderation": _names(people, "moderators"),
        "withheld": told.withheld_by,
    }
    return [
        {
            "n": grouped(counts[bucket]),
            "tone": TONES.get(bucket, "quiet"),
            "words": left_words(bucket, counts[bucket], helpers.get(bucket, [])),
        }
        for bucket in ORDER
        if counts[bucket]
    ]


def since_words(since: Since) -> str:
    """Return what became of a publication's results: *3 retracted · 20 hidden*; empty where nothing did."""
    said = (
        (since.retracted, _("%(n)s retracted")),
        (since.replaced, _("%(n)s replaced by a later version")),
        (since.hidden, _("%(n)s hidden")),
        (since.shown, _("%(n)s shown")),
    )
    return " · ".join(words % {"n": grouped(n)} for n, words in said if n)


def _behind(person: Person, told: Preview, people: dict[int, Assigned]) -> list[str]:
    """Return with whom work is that is not submitted; every marker of a schedule where it lies on a pile."""
    wanted = {share.schedule.pk: share.schedule for share in told.shares if share.others.get("not-submitted")}
    if not wanted:
        return []
    theirs = not_submitted_at(person, wanted)
    found: dict[int, str] = {}
    for key, schedule in wanted.items():
        here = people.get(schedule.node_id) or Assigned()
        found.update(theirs.get(key, here.markers))
    return list(found.values())


def _names(people: dict[int, Assigned], kind: str) -> list[str]:
    found: dict[int, str] = {}
    for one in people.values():
        found.update(getattr(one, kind))
    return list(found.values())


def odd_words(code: str, n: int) -> str:
    """Return what a careful publisher would look at twice, in words."""
    words = {
        "nobody-passed": _("Nobody passes."),
        "everybody-passed": _("Everybody passes."),
        "zero-scores": ngettext("%(n)d has a score of 0.", "%(n)d have a score of 0.", n),
        "corrections": ngettext(
            "%(n)d is a correction: it replaces what was published before.",
            "%(n)d are corrections: they replace what was published before.",
            n,
        ),
        "shown-before": ngettext(
            "%(n)d candidate sees the result that this replaces. Unless you show this one, nothing is shown any more.",
            "%(n)d candidates see the result that this replaces. Unless you show this one, nothing is shown any more.",
            n,
        ),
        "retracted-before": ngettext("%(n)d was retracted before.", "%(n)d were retracted before.", n),
    }
    pattern = words.get(code, code.replace("-", " ") + ": %(n)d.")
    return pattern % {"n": n} if "%(n)d" in pattern else pattern
