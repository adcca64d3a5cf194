"""Work that came in and marks that were given, in words."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.web.audit.words.said import Said, about_one, count
from marksheet.entrypoints.web.audit.words.seeding import round_of_seed

ROUNDS: Mapping[str, Callable[[], str]] = {
    "marker-1": lambda: _("first marker"),
    "marker-2": lambda: _("second marker"),
    "agreed": lambda: _("to agree on"),
    "moderation-1": lambda: _("moderation"),
    "moderation-2": lambda: _("second moderation"),
    "moderation-3": lambda: _("third moderation"),
}


def imported(entry: Entry) -> Said:
    """Say what came with a file."""
    if entry.facts.get("started"):
        return Said(_("Began to bring in a file of work"))
    if entry.facts.get("did") == "answers_entered":
        return _answers_entered(entry)
    if entry.facts.get("did") == "files_imported":
        return _files_imported(entry)
    more = []
    if entry.line.get("handed_in"):
        more.append(_("The work counts as handed in."))
    n = entry.line.get("responses") if about_one(entry) else entry.facts.get("responses")
    if isinstance(n, int) and n:
        more.append(ngettext("%(n)d answer came.", "%(n)d answers came.", n) % {"n": n})
    if not about_one(entry) and isinstance(entry.facts.get("marks"), int) and entry.facts["marks"]:
        n = entry.facts["marks"]
        more.append(ngettext("%(n)d mark came.", "%(n)d marks came.", n) % {"n": n})
    n = entry.line.get("answers_changed") if about_one(entry) else entry.facts.get("answers_changed")
    if isinstance(n, int) and n:
        words = ngettext("%(n)d stored answer was changed.", "%(n)d stored answers were changed.", n)
        more.append(words % {"n": n})
    marker = entry.names.get(entry.facts.get("marker") or entry.line.get("marker") or 0, "")
    if entry.marks and marker:
        more.append(_("Marks in the name of %(marker)s.") % {"marker": marker})
    return Said(_("Brought in work from a file"), "", tuple(more))


def _files_imported(entry: Entry) -> Said:
    """Say how many files came, and how many responses they changed."""
    more = [_("The work counts as handed in.")] if entry.line.get("handed_in") else []
    files, replaced = count(entry, "files"), count(entry, "replaced")
    if about_one(entry):
        files = sum(map(len, dict(entry.line.get("files", {})).values()))
        replaced = int(entry.line.get("replaced", 0))
    if replaced:
        words = ngettext(
            "They replaced those of %(n)d response.", "They replaced those of %(n)d responses.", replaced
        )
        more.append(words % {"n": replaced})
    words = ngettext("Brought in %(n)d file of a candidate", "Brought in %(n)d files of candidates", files)
    return Said(words % {"n": files}, "", tuple(more))


def _answers_entered(entry: Entry) -> Said:
    """Say that answers of scripts on paper were typed, or put right."""
    said = entry.line if about_one(entry) else entry.facts
    came, changed = said.get("responses") or 0, said.get("answers_changed") or 0
    texts = []
    if came:
        texts.append(ngettext("Entered %(n)d answer", "Entered %(n)d answers", came) % {"n": came})
    if changed:
        words = ngettext("Changed %(n)d stored answer", "Changed %(n)d stored answers", changed)
        texts.append(words % {"n": changed})
    text, *more = texts or [_("Entered answers")]
    return Said(text, "warn" if changed else "", tuple(f"{one}." for one in more))


def marked(entry: Entry) -> Said:
    """Say marks that were given, or their submission."""
    round_ = str(entry.line.get("round") or entry.facts.get("round") or "")
    more = (ROUNDS[round_](),) if round_ in ROUNDS and round_ != "marker-1" else round_of_seed(round_)
    if entry.facts.get("did") == "marker_stopped":
        return Said(_("Was stopped by a seed: nothing was submitted"), "warn")
    if entry.facts.get("did") == "marks_confirmed":
        return Said(_confirmed(entry), "", more)
    if "proposed" in entry.facts:
        return _proposed(entry)
    beside = _beside(entry)
    if beside is not None:
        return Said(*beside, more)
    if entry.line.get("submitted") or "submitted" in entry.facts:
        if about_one(entry):
            return Said(_("Submitted the marking"), "ok", more)
        n = count(entry, "submitted")
        return Said(ngettext("Submitted %(n)d script", "Submitted %(n)d scripts", n) % {"n": n}, "ok", more)
    if about_one(entry):
        n = len(entry.marks)
        if entry.hidden_marks or not n:
            hidden = (_("The marks are shown once they are part of a published result."),)
            return Said(_("Gave marks"), "", more + (hidden if entry.hidden_marks else ()))
        return Said(_given(n, [one.before is not None for one in entry.marks]), "", more)
    n = count(entry, "marks")
    return Said(ngettext("Gave %(n)d mark", "Gave %(n)d marks", n) % {"n": n}, "", more)


def _proposed(entry: Entry) -> Said:
    """Say what one of two markers would agree on, or that with it both are agreed."""
    hidden = (_("The marks are shown once they are part of a published result."),)
    more = hidden if entry.hidden_marks else ()
    if entry.facts.get("agreed"):
        return Said(_("Agreed: both markers propose this mark, and it stands"), "ok", more)
    return Said(_("Proposed a mark to agree on"), "", more)


def _beside(entry: Entry) -> tuple[str, str] | None:
    """Say what was done beside the marks, if this was it: words, or a flag; with its tone."""
    match entry.facts.get("did"):
        case "judged":
            return _("Wrote feedback, a note or levels beside a mark"), ""
        case "annotated":
            return _annotated(entry), ""
        case "script_flagged":
            return _("Flagged the script to the lead marker"), "warn"
        case "flag_settled":
            return _("Settled the flag"), "ok"
        case "keying_settled":
            words = _("Settled how part %(part)s was typed, where two keyings differed")
            return words % {"part": entry.facts.get("part", "")}, "ok"
    if "keyed" in entry.facts or "keyed" in entry.line:
        return _("Typed marks a second time"), ""
    return None


def _annotated(entry: Entry) -> str:
    """Say how many annotations were made or changed on a response, or taken away."""
    n = count(entry, "annotations") or 1
    if count(entry, "removed"):
        return ngettext("Took away %(n)d annotation", "Took away %(n)d annotations", n) % {"n": n}
    words = ngettext("Made or changed %(n)d annotation", "Made or changed %(n)d annotations", n)
    return words % {"n": n}


def _confirmed(entry: Entry) -> str:
    """Say that marks were still right under a newer marking scheme."""
    n = 1 if about_one(entry) else count(entry, "confirmed")
    words = ngettext(
        "Confirmed %(n)d mark of part %(part)s under version %(version)s of its marking scheme",
        "Confirmed %(n)d marks of part %(part)s under version %(version)s of its marking scheme",
        n,
    )
    return words % {"n": n, "part": entry.facts.get("part"), "version": entry.facts.get("scheme")}


def _given(n: int, changed: list[bool]) -> str:
    if all(changed):
        text = ngettext("Changed %(n)d mark", "Changed %(n)d marks", n)
    elif any(changed):
        text = ngettext("Gave or changed %(n)d mark", "Gave or changed %(n)d marks", n)
    else:
        text = ngettext("Gave %(n)d mark", "Gave %(n)d marks", n)
    return text % {"n": n}


def reopened(entry: Entry) -> Said:
    """Say that marking was opened again."""
    if about_one(entry):
        return Said(_("Reopened the marking"), "warn")
    n = count(entry, "reopened")
    return Said(ngettext("Reopened %(n)d script", "Reopened %(n)d scripts", n) % {"n": n}, "warn")
