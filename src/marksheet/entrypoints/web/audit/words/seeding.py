"""Seeds, and markers whom they stopped, in words; for those who may read them."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.web.audit.words.said import Said, count

DECISIONS: Mapping[str, Callable[[], str]] = {
    "go-on": lambda: _("Let %(people)s go on marking: every mark stands"),
    "again": lambda: _("Let %(people)s go on marking, and mark again what followed the last good seed"),
    "others": lambda: _("Had others mark again what %(people)s marked since the last good seed"),
    "out": lambda: _("Took %(people)s out of the marking: others go on with it"),
}


def _set(entry: Entry) -> Said:
    every = entry.facts.get("every")
    if not every:
        return Said(_("Ended giving seeds to markers"))
    return Said(_("Set that one script in %(n)s of each marker's is a seed") % {"n": every})


def _settled(entry: Entry) -> Said:
    names = [entry.names.get(key, "") for key in entry.facts.get("people", []) if isinstance(key, int)]
    text = DECISIONS.get(str(entry.facts.get("decision", "")), DECISIONS["go-on"])()
    n = count(entry, "reopened")
    more = ngettext("%(n)d script is marked again.", "%(n)d scripts are marked again.", n) % {"n": n}
    return Said(
        text % {"people": ", ".join(filter(None, names)) or _("people")}, "warn", (more,) if n else ()
    )


SEEDING: Mapping[str, Callable[[Entry], Said]] = {
    "seeding_set": _set,
    "seed_made": lambda e: Said(_("Made the script a seed, and gave its definitive marks"), "ok"),
    "seed_changed": lambda e: Said(_("Settled the seed anew")),
    "seed_retired": lambda e: Said(_("Retired the seed: its definitive marks stay")),
    "practice_made": lambda e: Said(
        _("Made the script a practice script, and gave its definitive marks"), "ok"
    ),
    "qualification_made": lambda e: Said(
        _("Made the script a qualification script, and gave its definitive marks"), "ok"
    ),
    "trials_begun": lambda e: Said(_("Got practice or qualification scripts")),
    "qualifying_set": lambda e: Said(_("Set how many qualification scripts must be near enough")),
    "unqualified_settled": lambda e: Said(
        _("Let a marker who did not qualify mark anyway")
        if e.facts.get("decision") == "anyway"
        else _("Had a marker who did not qualify try again")
    ),
    "stop_settled": _settled,
}


def round_of_seed(round_: str) -> tuple[str, ...]:
    """Return what is said beside a round of seeds or of definitive marks; nothing of any other."""
    if round_.startswith("seed-"):
        return (_("as a seed: it counts nowhere"),)
    if round_.startswith("try-"):
        return (_("to practise or to qualify: it counts nowhere"),)
    return (_("definitive"),) if round_ == "definitive" else ()
