"""What happened to a result: published, shown, hidden, retracted, withheld, void; in words."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.web.audit.words.said import Said, about_one, count
from marksheet.entrypoints.web.results.words import ADJUSTMENTS, adjustment_words
from marksheet.outputs.exports import EXPORTS as EXPORT_FORMATS
from marksheet.outputs.exports import export

OUTCOMES: Mapping[str, Callable[[], str]] = {
    "passed": lambda: _("passed"),
    "failed": lambda: _("failed"),
    "void": lambda: _("void"),
}


def _of(entry: Entry, one: str, singular: str, plural: str) -> str:
    if about_one(entry):
        return one
    n = entry.count
    return (singular if n == 1 else plural) % {"n": n}


def voided(entry: Entry) -> Said:
    """Say that attempts were made void, or count again."""
    if entry.facts.get("attempts") == "void":
        text = _of(
            entry, _("Made the attempt void"), _("Made %(n)d attempt void"), _("Made %(n)d attempts void")
        )
        return Said(text, "bad")
    return Said(
        _of(
            entry, _("Let the void attempt count again"), _("Let %(n)d void attempt count again"),
            _("Let %(n)d void attempts count again"),
        )
    )  # fmt: skip


def adjusted(entry: Entry) -> Said:
    """Say that scores were adjusted by a named step, or an adjustment taken back."""
    facts = entry.facts
    if kind := str(facts.get("taken_back", "")):
        text = _of(
            entry, _("Took an adjustment back"), _("Took back the adjustment of %(n)d result"),
            _("Took back the adjustments of %(n)d results"),
        )  # fmt: skip
        return Said(text, "warn", (str(ADJUSTMENTS.get(kind, kind)),), _score(entry))
    size = Fraction(int(facts.get("thousandths", 0)), 1_000)
    text = _of(entry, _("Adjusted the score"), _("Adjusted %(n)d score"), _("Adjusted %(n)d scores"))
    return Said(
        text,
        "warn",
        (adjustment_words(str(facts.get("adjusted", "")), size, str(facts.get("unit", ""))),),
        _score(entry),
    )


def _score(entry: Entry) -> tuple[tuple[str, str, str], ...]:
    """Return the score before and after; nothing where it showed none, or where this reader may not see it yet."""
    before, after = entry.line.get("score") or ("", "")
    return ((_("Score"), before or "–", after or "–"),) if before or after else ()


def withheld(entry: Entry) -> Said:
    """Say that results were held back, or let go."""
    if "lifted" in entry.facts:
        return Said(
            _of(
                entry, _("Let the withheld result go again"), _("Let %(n)d withheld result go again"),
                _("Let %(n)d withheld results go again"),
            ),
            "ok",
        )  # fmt: skip
    return Said(
        _of(entry, _("Withheld the result"), _("Withheld %(n)d result"), _("Withheld %(n)d results")), "warn"
    )


def published(entry: Entry) -> Said:
    """Say a publication, or results shown or hidden."""
    facts = entry.facts
    if entry.version is not None and not entry.line.get("withdrawn"):
        text = _("Published as version %(n)d") % {"n": entry.version.number}
        seen = _("Shown to the candidate.") if entry.shown else _("Not shown to the candidate by this act.")
        return Said(text, "ok", (*version_words(entry), seen))
    if "shown" in facts:
        more = (_("With a message to those who have an address."),) if facts.get("inform") else ()
        text = _of(
            entry, _("Showed the result to the candidate"), _("Showed %(n)d result to its candidate"),
            _("Showed %(n)d results to their candidates"),
        )  # fmt: skip
        return Said(text, "ok", more)
    if "hidden" in facts:
        text = _of(
            entry, _("Hid the result from the candidate"), _("Hid %(n)d result from its candidate"),
            _("Hid %(n)d results from their candidates"),
        )  # fmt: skip
        return Said(text, "warn")
    if facts.get("committed"):
        n = count(entry, "here", "published")
        return Said(ngettext("Published %(n)d result", "Published %(n)d results", n) % {"n": n}, "ok")
    return Said(_("Began to publish results"))


def version_words(entry: Entry) -> tuple[str, ...]:
    """Return what a version says: score, percentage, grade, outcome, and how it came about."""
    version = entry.version
    if version is None:
        return ()
    outcome = OUTCOMES.get(version.outcome, lambda: version.outcome)()
    if version.outcome == "void":
        numbers = _("Void, without a score.")
    else:
        numbers = _("%(score)s of %(maximum)s marks, %(percent)s %%, grade %(grade)s, %(outcome)s.") % {
            "score": version.shown_score,
            "maximum": version.shown_maximum,
            "percent": version.shown_percent,
            "grade": version.grade or "–",
            "outcome": outcome,
        }
    rules = _("Worked out under rules %(rules)s.") % {"rules": version.rules_version}
    return (numbers, rules)


EXPORTS: Mapping[str, Callable[[], str]] = {
    "asked": lambda: _("Asked for results as a file"),
    "fetched": lambda: _("Fetched the file of results"),
}


SOURCES: Mapping[str, Callable[[], str]] = {
    "results": lambda: _("Results"),
    "reports": lambda: _("Reports > Candidates"),
    "audit": lambda: _("Audit"),
    "finished": lambda: _("Audit"),
    "schedules": lambda: _("Reports > Schedules"),
    "assessments": lambda: _("Reports > Assessments"),
    "coordination": lambda: _("Coordinator"),
    "marking": lambda: _("Coordinator, preliminary marks"),
}


def exported(entry: Entry) -> Said:
    """Say that results were taken out as a file."""
    words = EXPORTS.get(str(entry.facts.get("did", "")), lambda: _("Took results out as a file"))
    format_, type_ = (str(entry.facts.get(name, "")) for name in ("format", "file_type"))
    title = str(export(format_).title) if format_ in EXPORT_FORMATS else format_.replace("-", " ")
    more = [f"{title}, {type_.upper()}"] if format_ and type_ else []
    source, n = SOURCES.get(str(entry.facts.get("source", ""))), entry.facts.get("rows")
    if source and isinstance(n, int):
        more.append(
            ngettext("%(n)d row, from %(list)s.", "%(n)d rows, from %(list)s.", n)
            % {"n": n, "list": source()}
        )
    return Said(words(), "", tuple(more))


def retracted(entry: Entry) -> Said:
    """Say that results were taken out of force."""
    more = (_("With a message to those who had seen it."),) if entry.facts.get("notice") else ()
    if entry.version is not None:
        return Said(_("Retracted version %(n)d") % {"n": entry.version.number}, "bad", more)
    return Said(
        _of(entry, _("Retracted the result"), _("Retracted %(n)d result"), _("Retracted %(n)d results")),
        "bad",
        more,
    )


def mail(entry: Entry) -> Said:
    """Say what became of a message."""
    notice = {
        "result-available": _("“Your result is available”"),
        "result-withdrawn": _("“Your result has been withdrawn”"),
    }.get(str(entry.facts.get("notice", "")), _("A message"))
    fate, state = entry.facts.get("fate"), entry.facts.get("state")
    if state == "done" and fate == "sent":
        return Said(_("%(notice)s was sent to the candidate by e-mail") % {"notice": notice}, "ok")
    if state == "done":
        why = str(entry.facts.get("why", ""))
        return Said(_("%(notice)s was not sent") % {"notice": notice}, "warn", (why,) if why else ())
    if state == "parked":
        text = (
            _("%(notice)s may have been delivered: the answer of the mail server was lost")
            if fate == "handing-over"
            else _("%(notice)s could not be sent")
        )
        return Said(text % {"notice": notice}, "warn")
    return Said(_("%(notice)s waits to be sent by e-mail") % {"notice": notice})
