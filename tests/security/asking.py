"""How the tests of this folder ask: every address by its name, with what it names and with a body that would work."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from marksheet.apps.ledger.models import Head
from tests.security.scene import Scene

# What stands in an address: the name in the scene. "url" alone is the usual; "url@case" another relation to it.
NAMED: dict[str, dict[str, str]] = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "set-password"},
    "account_confirm_email": {"key": "nothing"},
    "mfa_remove_webauthn": {"pk": "1"},
    "mfa_edit_webauthn": {"pk": "1"},
    "inbox:read": {"ref": "note"},
    "invitation:accept": {"token": "unknown"},
    "organisation:unit": {"ref": "unit"},
    "organisation:person": {"ref": "person"},
    "organisation:grant": {"ref": "grant"},
    "organisation:role": {"ref": "role"},
    "organisation:invitation": {"ref": "invitation"},
    "mail": {"ref": "mail"},
    "work": {"ref": "work", "act": "pause"},
    "exams:version": {"ref": "version"},
    "exams:settings": {"ref": "draft-version"},
    "exams:scale": {"ref": "draft-version"},
    "exams:live": {"ref": "draft-version"},
    "exams:draft": {"ref": "version"},
    "exams:discard": {"ref": "draft-version"},
    "exams:section-add": {"ref": "draft-version"},
    "exams:section": {"ref": "draft-version", "section_ref": "section"},
    "exams:item": {"ref": "item"},
    "exams:scheme": {"ref": "part"},
    "exams:scheme@live": {"ref": "marked-part"},
    "exams:scheme-edit@live": {"ref": "marked-part"},
    "exams": {"ref": "assessment"},
    "schedules:activate": {"ref": "draft-schedule"},
    "schedules:answers": {"ref": "on-paper"},
    "schedules:texts": {"ref": "on-paper", "script": "paper-script"},
    "schedules:take-back": {"ref": "on-paper"},
    "schedules:restore": {"ref": "archived-schedule"},
    "schedules": {"ref": "schedule"},
    "inviting": {"ref": "schedule"},
    "imports:start": {"ref": "schedule"},
    "imports:reconciliation": {"ref": "schedule"},
    "imports:items": {"ref": "assessment"},
    "imports:exam": {"ref": "exam-file"},
    "imports": {"ref": "file"},
    "coordinator": {"ref": "schedule", "person": "mo", "conflict": "conflict"},
    "coordinator:moderation-preview": {"ref": "moderated"},
    "coordinator:quality": {"ref": "seeded"},
    "coordinator:seed-new": {"ref": "seeded"},
    "coordinator:seed": {"ref": "seeded", "seed": "seed"},
    "coordinator:stop": {"ref": "seeded", "stop": "stop"},
    "coordinator:needed": {"ref": "seeded"},
    "coordinator:unqualified": {"ref": "seeded", "case": "unqualified"},
    "assess": {"ref": "schedule", "script": "script", "part": "marked-part"},
    "assess:file": {"ref": "schedule", "script": "script", "part": "marked-part", "position": "1"},
    "imports:columns@zip": {"ref": "zip"},
    "imports:preview@zip": {"ref": "zip"},
    "imports:errors@zip": {"ref": "zip"},
    "assess:moderation": {"ref": "moderated"},
    "assess:accept": {"ref": "moderated"},
    "assess:moderated": {"ref": "moderated", "one": "moderation"},
    "assess:sample": {"ref": "moderated", "round_": "moderation-1", "marker": "mo"},
    "schemes": {"ref": "schedule", "part": "marked-part"},
    "results:one": {"ref": "ready"},
    "results:one@published": {"ref": "published"},
    "results:one@withheld": {"ref": "withheld"},
    "results:one@of-cas": {"ref": "cas-result"},
    "results:act": {"act": "withhold"},
    "results:act@void": {"act": "void"},
    "results:act@reopen": {"act": "reopen"},
    "results:act@lift": {"act": "lift"},
    "results:act@own": {"act": "withhold"},
    "results:act@adjust": {"act": "adjust"},
    "results:act@adjust-own": {"act": "adjust"},
    "results:act@take-back": {"act": "take-back"},
    "audit:history": {"ref": "published"},
    "audit:history@ready": {"ref": "ready"},
    "audit:history@of-cas": {"ref": "cas-result"},
    "audit": {"ref": "schedule"},
    "audit:schedule@finished": {"ref": "finished"},
    "audit:schedule-history@finished": {"ref": "finished"},
    "publications:receipt": {"ref": "publication"},
    "publications": {"ref": "selection"},
    "reports:result": {"ref": "published"},
    "reports:result@ready": {"ref": "ready"},
    "reports:result@withheld": {"ref": "withheld"},
    "reports:result@of-cas": {"ref": "cas-result"},
    "reports:schedule": {"ref": "schedule"},
    "reports:assessment": {"ref": "assessment"},
    "exports": {"ref": "export"},
    "help": {"page": "publish-results"},
    "my:result": {"ref": "cas-shown"},
    "my:result@early": {"ref": "cas-early"},
}
# What a form sends so that whoever may do it does it; the values are words, or names in the scene after ":";
# in the name of a field they stand in braces.
BODIES: dict[str, dict[str, str]] = {
    "account_login": {"login": "nobody", "password": "wrong"},
    "inbox:read": {"go": "1"},
    "organisation:unit": {"name": "Mathematics", "code": "MAT", "timezone": "Europe/Amsterdam"},
    "organisation:unit-add": {"name": "Logic", "code": "LOG", "timezone": "Europe/Amsterdam"},
    "organisation:unit-move": {"parent": ":elsewhere"},
    "organisation:person-add": {"name": "Nia New", "unit": ":unit", "username": "nia"},
    "organisation:codes": {"person": ":person"},
    "organisation:person-edit": {"name": "Vic Viewer", "username": "vie", "email": "vie@example.org"},
    "organisation:person-give": {"role": ":auditor", "unit": ":unit", "reach": "schedules"},
    "organisation:person-reports": {"unit": ":unit"},
    "organisation:person-sleep": {"reason": "left the house"},
    "organisation:person-invite": {"way": "link"},
    "organisation:role-add": {
        "name": "Reader", "description": "", "verbs": "report.view", "institution": ":institution",
    },
    "organisation:role": {"name": "Onlooker", "description": "", "verbs": "report.view"},
    "exams:new": {"unit": ":unit", "code": "NEW-1", "title": "New", "language": "en"},
    "exams:edit": {"code": "ALG-1", "title": "Algebra one", "language": "en"},
    "exams:scheme-edit": {
        "guidance": "Look closely", "model_answer": "42", "step": "1", "against": "1", "do": "save",
    },
    "exams:item-move": {"do": "down"},
    "schedules:edit": {"title": "Algebra 1"},
    "schedules:activate": {"anyway": "1"},
    "schedules:hand-over": {"person": ":mo"},
    "schedules:archive": {"reason": "over and done"},
    "schedules:restore": {"reason": "a script turned up"},
    "schedules:candidate-add": {"number": "2001", "name": "Late Lou", "reason": "fell ill"},
    "schedules:candidates-paste": {"lines": "2002,Late Lou", "reason": "fell ill"},
    "schedules:candidates-change": {"do": "absent", "selected": ":expected", "reason": "not seen"},
    "schedules:candidates-window": {
        "selected": ":expected", "opens": "2027-06-15T09:00", "closes": "2027-06-15T12:00", "reason": "ill",
    },
    "schedules:take-back": {"selected": ":paper-candidate", "reason": "of somebody else"},
    "schedules:answers": {"a-{paper-script}-{choice}": "A"},
    "schedules:texts": {"a-{paper-script}-{marked-part}": "Two words"},
    "inviting:ways": {"way": "code", "again": "1"},
    "coordinator:people": {"person": ":person", "role": "marker"},
    "coordinator:person": {"role": "moderator"},
    "coordinator:person-remove": {"to": "others"},
    "coordinator:share-out": {"method": "random", "which": "untouched", "markers": ":mo"},
    "coordinator:remind": {"person": ":mo"},
    "coordinator:give": {"selected": ":script", "marker": ":mo"},
    "coordinator:conflicts": {"person": ":mo", "number": "1003", "reason": "her neighbour"},
    "coordinator:conflict-end": {"reason": "moved away"},
    "coordinator:hand-in": {"selected": ":expected"},
    "coordinator:lift": {"reason": "an accident in the hall"},
    "coordinator:reopen": {"selected": ":script", "reason": "a page was missed"},
    "coordinator:moderation-preview": {"against": "1", "near_boundary_0": "1", "notes_0": "on"},
    "coordinator:quality": {"every": "3", "misses": "2", "of_last": "5", "against": "1"},
    "coordinator:seed-new": {
        "selected": ":unseeded-script", "m_{seeded-part}": "3", "tolerance": "1", "measured": "item",
        "reason": "A clear case",
    },
    "coordinator:seed": {"do": "retire", "against": "1", "reason": "Known by now"},
    "coordinator:stop": {"decision": "others", "reason": "Talked it over"},
    "coordinator:needed": {"needed": "1", "against": "1"},
    "coordinator:unqualified": {"decision": "anyway", "reason": "Talked it over"},
    "assess:accept": {"selected": ":moderation"},
    "assess:moderated": {"do": "back", "against": "0", "note": "Look at the second page"},
    "assess:sample": {"decision": "again", "parts": ":moderated-part", "reason": "Too generous"},
    "assess:submit": {"selected": ":script", "confirmed": "1"},
    "assess:mark": {
        "scheme": "1", "mark_against": "1", "said_against": "0", "criteria": "1", "level-0": "1", "feedback": "Well",
    },
    "assess:flag": {"reason": "Copied?"},
    "assess:flags": {"script": ":script"},
    "assess:cell": {"attempt": ":script", "part": ":marked-part", "value": "2", "version": "1"},
    "schemes:older": {"selected": ":older-mark", "against": "1"},
    "coordinator:columns": {"column": "window"},
    "coordinator:save-view": {"name": "mine", "query": ""},
    "coordinator:forget-view": {"name": "mine"},
    "results:columns": {"column": "name"},
    "results:save-view": {"name": "mine", "query": ""},
    "results:forget-view": {"name": "mine"},
    "results:publish": {"selected": ":ready"},
    "results:act": {"refs": ":ready", "reason": "to be looked at"},
    "results:act@lift": {"refs": ":withheld", "reason": "all is well"},
    "results:act@own": {"refs": ":cas-early-result", "reason": "my own"},
    "results:act@adjust": {
        "refs": ":ready", "kind": "late_penalty", "amount": "1", "unit": "marks", "reason": "late",
    },
    "results:act@adjust-own": {
        "refs": ":cas-early-result", "kind": "late_penalty", "amount": "1", "unit": "marks", "reason": "late",
    },
    "results:act@take-back": {"refs": ":ready", "kind": "late_penalty", "reason": "not late"},
    "publications:show": {"refs": ":hidden"},
    "publications:hide": {"refs": ":published", "reason": "too early"},
    "publications:retract": {"refs": ":published", "reason": "a mistake"},
    "publications:publish": {"show": "on"},
    "imports:columns@zip": {"part": "3"},
    "exports:new": {"source": "results", "selected": ":ready"},
    "exports:make": {"source": "results", "selected": ":ready", "rows": "ticked", "format": "scores",
        "file_type": "csv", "decimal_sign": ".", "encoding": "utf-8",
    },
    "mail:message": {"reason": "it bounced"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the URL resolver."""

    name: str
    arguments: tuple[str, ...]
    path: str


def addresses() -> list[Address]:
    """Return every address that the application answers, in the resolver's order."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: Any, space: str, path: str) -> Iterator[Address]:
    for one in patterns:
        here = path + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space, here)
        elif isinstance(one, URLPattern):
            arguments = tuple(re.findall(r"<(?:\w+:)?(\w+)>", here))
            yield Address(f"{space}{one.name}", arguments, here)


def cases() -> list[str]:
    """Return the key of every row that the matrix needs: each named address, and its further cases."""
    names = [one.name for one in addresses() if not one.name.endswith("None")]
    return list(dict.fromkeys(names)) + [key for key in NAMED if "@" in key]


def link(scene: Scene, case: str) -> str:
    """Return the path of a case, with what the scene has for its arguments.

    Raises:
        LookupError: nothing says what stands in this address; add it to NAMED.
    """
    name = case.partition("@")[0]
    arguments = next(one.arguments for one in addresses() if one.name == name)
    found = {key: _named(scene, case, name, key) for key in arguments}
    return reverse(name, kwargs=found)


def _named(scene: Scene, case: str, name: str, key: str) -> str:
    space, _, word = name.rpartition(":")
    trials = [case, name, f"{space}:{word.split('-')[0]}" if space else name, space]
    for trial in trials:
        if key in NAMED.get(trial, {}):
            value = NAMED[trial][key]
            return scene.refs.get(value, value)
    raise LookupError(f"Say in NAMED (tests/security/asking.py) what {key} stands for in {name}.")


def body(scene: Scene, case: str) -> dict[str, str]:
    """Return what a POST to this case sends."""
    sent = BODIES.get(case, BODIES.get(case.partition("@")[0], {}))
    return {
        re.sub(r"\{([\w-]+)\}", lambda found: scene.refs[found[1]], k): scene.refs[v[1:]]
        if v.startswith(":")
        else v
        for k, v in sent.items()
    }


def ask(client: Client, method: str, path: str, sent: dict[str, str] | None = None) -> tuple[Any, bool]:
    """Send one request and undo what it did; return the answer, and whether it wrote to the log."""
    with transaction.atomic():
        before = Head.objects.get(pk=1).seq
        answer = getattr(client, method.lower())(path, sent or {})
        if answer.streaming:
            answer.content = b"".join(answer.streaming_content)
        wrote = Head.objects.get(pk=1).seq != before
        transaction.set_rollback(True)
    return answer, wrote


def word(answer: Any, wrote: bool) -> str:
    """Return a cell of the matrix: the status, *in* for "sign in first"; + when it wrote to the log."""
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
    return ("in" if to_sign_in else str(answer.status_code)) + ("+" if wrote else "")
