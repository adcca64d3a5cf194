"""Whatever is sent to whatever form, the answer says what is wrong and keeps what was typed; nothing breaks."""

import html
import re
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from marksheet.entrypoints.shared.errors import CARRIED
from tests.security.asking import BODIES, ask, body, link
from tests.security.matrix import MATRIX, furthest
from tests.security.scene import Scene

LONG = "x" * 10_000
WRONG = {
    "empty": [""],
    "absent": [],
    "very long": [LONG],
    "markup": ["<script>alert(1)</script>"],
    "negative": ["-1"],
    "not a number": ["NaN"],
    "too large a number": ["99999999999999999999"],
    "a NUL": ["a\x00b"],
}
ON_POSTGRES = connection.vendor == "postgresql"
if ON_POSTGRES:
    # What one database could hold and another not.
    WRONG = {what: WRONG[what] for what in ("very long", "too large a number", "a NUL")}
# Of these, what a ref that a page carries along may be.
OF_A_REF = ("empty", "absent", "very long", "a NUL")
# What is missing in a body that is only there to be refused.
WHOLE = {"coordinator:people": {"kind": "marker"}, "coordinator:person": {"kind": "moderator"}}
# What is said to whom the answer is an error: in the page, or in a part of it.
SAID = re.compile(
    r'(?:role="alert"|class="[^"]*\b(?:errors|field__error)\b|data-error-message)[^>]*>(.*?)</', re.S
)
CHOSEN = re.compile(r'^<(?:select|button)|type="(?:radio|checkbox|hidden)"')
# Never shown again, whatever went wrong.
SECRET = ("password", "token")

pytestmark = pytest.mark.usefixtures("quiet", "same_navigation")


def doing() -> list[tuple[str, str]]:
    """Return (case, who) for every form that the tests of security know a body for, as who gets furthest."""
    cases = [case for case in BODIES if not _repeats(case)]
    return [(case, furthest(MATRIX[case, "POST"])) for case in cases]


def _repeats(case: str) -> bool:
    """Say whether a case sends to another object what the same address is sent anyway."""
    usual = BODIES.get(case.partition("@")[0], {})
    return "@" in case and BODIES[case].keys() == usual.keys()


def bad_bodies(scene: Scene, case: str) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """Give every wrong body: which field, what is wrong with it, and what is sent."""
    good = {name: [value] for name, value in (body(scene, case) | WHOLE.get(case, {})).items()}
    for name, value in good.items():
        others = {"another's ref": [scene.refs["institution"]]} | (
            {} if ON_POSTGRES else {"twice": value * 2, "two": [*value, "other"]}
        )
        some = {what: WRONG[what] for what in OF_A_REF if what in WRONG} if name in _carried(case) else WRONG
        for what, wrong in (some | others).items():
            sent = good | {name: wrong}
            yield name, what, {k: v for k, v in sent.items() if v}


def _carried(case: str) -> set[str]:
    """Return the fields that a page fills in with what was ticked or opened."""
    sent = BODIES.get(case, BODIES.get(case.partition("@")[0], {}))
    return {name for name, value in sent.items() if value.startswith(":")}


@pytest.mark.parametrize(("case", "who"), doing())
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(scene: Scene, case: str, who: str) -> None:
    client, path, wrong = scene.client(who), link(scene, case), []
    client.raise_request_exception = False
    for name, what, sent in bad_bodies(scene, case):
        wrong += [f"{name} {what}: {why}" for why in faults(client, path, sent, _carried(case))]
    assert not wrong, f"{path} as {who}:\n" + "\n".join(wrong)


def faults(client: Client, path: str, sent: dict[str, list[str]], carried: set[str]) -> list[str]:
    """Send a wrong body; return what is wrong with the answer."""
    cache.clear()
    answer, wrote = ask(client, "POST", path, sent)
    code, text = answer.status_code, answer.content.decode()
    if code >= 500:
        return [f"broke with {code}"]
    if code < 400 and not _says_something(text):
        took = wrote and any("\x00" in value for values in sent.values() for value in values)
        return ["took a NUL"] if took else []
    found = ["was refused, and written to the log"] if wrote else []
    if not _says_something(text):
        found.append(f"{code} without a word")
    if code in (200, 400, 409):
        found += [f"{code} and lost what was typed as {name}" for name in _lost(text, sent, carried)]
    return found


def _says_something(text: str) -> bool:
    if text.startswith("{"):
        return '"message"' in text or '"theirs"' in text or '"detail"' in text
    return any(re.sub(r"<[^>]*>", "", said).strip() for said in SAID.findall(text))


def _lost(text: str, sent: dict[str, list[str]], carried: set[str]) -> list[str]:
    """Return the fields whose text is gone from the answer; what is chosen or carried was not typed."""
    if text.startswith("{"):
        return []
    controls = {name: re.findall(rf'<\w+\b[^>]*\bname="{re.escape(name)}"[^>]*>', text) for name in sent}
    # In a form that is shown again, only what it has is typed; a page that only refuses keeps everything.
    typed = [name for name in sent.keys() - carried - CARRIED if not any(controls.values()) or controls[name]]
    shown = html.unescape(text).replace("\x00", "")
    return [
        name
        for name in typed
        if sent[name][-1].replace("\x00", "") not in shown
        and not any(CHOSEN.search(one) for one in controls[name])
        and not any(secret in name for secret in SECRET)
    ]


def test_text_that_no_column_can_hold_is_refused_in_words_wherever_it_stands(scene: Scene) -> None:
    ari = scene.client("ari")
    for path in ("/organisation/people/?q=a%00b", f"/organisation/people/{scene.refs['person']}%00/"):
        answer, _wrote = ask(ari, "GET", path)
        assert (answer.status_code, _says_something(answer.content.decode())) in ((400, True), (404, True))
    answer, wrote = ask(ari, "POST", "/organisation/mail/pause/", {"group": "a\x00b"})
    assert answer.status_code == 400 and not wrote
    assert "an invisible character (NUL)" in answer.content.decode()


def test_a_button_that_is_not_offered_is_not_taken_for_the_usual_one(scene: Scene) -> None:
    for case, sent in (("organisation:person-invite", {"way": "pigeon"}), ("inviting:ways", {})):
        answer, wrote = ask(scene.client("ari"), "POST", link(scene, case), sent)
        assert answer.status_code == 400 and not wrote
        assert "is not offered here" in html.unescape(answer.content.decode())


def test_who_has_nothing_to_confirm_it_by_is_told_to_sign_in_again(scene: Scene) -> None:
    answer, _wrote = ask(scene.client("ada"), "GET", "/accounts/reauthenticate/")
    assert answer.status_code == 403
    assert "Sign out, sign in again" in answer.content.decode()
