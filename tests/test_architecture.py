"""The house as docs/tour.md draws it: what the import contracts cannot see, read off the sources."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "marksheet"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
PURE = [path for floor in ("rules", "formats") for path in sorted((SOURCE / floor).rglob("*.py"))]

IMPURE = {
    *("asyncio", "multiprocessing", "subprocess", "threading"),
    *("django", "environ", "logging", "psycopg", "sqlite3", "structlog"),
    *("glob", "os", "pathlib", "shutil", "tempfile", "http", "requests", "socket", "urllib"),
    *("random", "secrets", "uuid", "time", "zoneinfo"),
}
CLOCKS = {"now", "utcnow", "today"}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "services", "managers", "signals"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("path", PURE, ids=name)
def test_rules_and_formats_touch_nothing_outside(path: Path) -> None:
    tree = ast.parse(path.read_text())
    allowed = {"zoneinfo"} if path.is_relative_to(SOURCE / "formats") else set()
    assert not (set(imported(tree)) & (IMPURE - allowed))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            assert not (isinstance(called, ast.Attribute) and called.attr in CLOCKS), (
                f"a clock, line {node.lineno}"
            )
            assert not (isinstance(called, ast.Name) and called.id in {"open", "print", "input"}), node.lineno


@pytest.mark.parametrize("path", [p for p in PURE if p != SOURCE / "rules" / "statistics.py"], ids=name)
def test_numbers_are_exact_outside_statistics(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert "numpy" not in set(imported(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float | complex), f"{node.value}, line {node.lineno}"
        # Formats may ask whether a cell of a spreadsheet is one; nobody makes one.
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "float", f"float(), line {node.lineno}"


def test_every_file_has_a_name_that_says_what_is_in_it() -> None:
    named = [path.relative_to(SOURCE).with_suffix("") for path in SOURCE.rglob("*.py")]
    assert [str(path) for path in named if NAMELESS & set(path.parts)] == []


def test_no_module_grows_past_400_lines() -> None:
    sources = (path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
    assert {name(path): n for path in sources if (n := len(path.read_text().splitlines())) > 400} == {}


def test_rows_are_locked_without_their_key() -> None:
    """A lock on the key too would wait for everybody who only refers to the row, and deadlock with them."""
    found = [
        path
        for path in SOURCE.rglob("*.py")
        if re.search(r"select_for_update\((?!.*no_key=True)", path.read_text())
    ]
    assert found == []


INLINE = {
    "a script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE),
    "a style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "a handler": re.compile(
        r"\son[a-z]+\s*=\s*[\"']|\shx-on|javascript:|hx-vals\s*=\s*[\"']js:", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_have_nothing_inline(path: Path) -> None:
    text = path.read_text()
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


# What is not text for people: translated blocks, template tags, code, tags (their texts are looked at apart).
_SILENT = re.compile(
    r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*block bare_class\s*%}.*?{%\s*endblock\s*%}"
    r"|{%.*?%}|{{.*?}}|<!--.*?-->|<(script|code|kbd|svg)\b.*?</\1>|&\w+;",
    re.DOTALL,
)
_SPOKEN = re.compile(r"\b(?:alt|title|placeholder|aria-label|summary|hx-confirm)\s*=\s*(\"[^\"]*\"|'[^']*')")
_NAMES = {"Marksheet", "CSV", "XLSX", "JSON", "PDF", "PIN", "ID", "SHA", "px"}


def spoken(text: str) -> list[str]:
    """Return the words of a template that no translator would get to see."""
    bare = _SILENT.sub(" ", text)
    texts = [*_SPOKEN.findall(bare), *re.sub(r"<[^>]*>", "\n", bare).splitlines()]
    return [t.strip() for t in texts if set(re.findall(r"[^\W\d_]{2,}", t)) - _NAMES]


# The style guide shows invented names and numbers, in demo and debug mode only.
PAGES = [path for path in TEMPLATES if "styleguide" not in path.parts]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_word_of_a_page_can_be_translated(path: Path) -> None:
    assert spoken(path.read_text()) == []


def test_the_search_for_untranslated_words_finds_them() -> None:
    assert spoken('<a title="Look">{% translate "Go" %}</a>') == ['"Look"']
    assert spoken("<p>Hello {{ name }}</p>") == ["Hello"]


def tokens_in_addresses(text: str) -> list[str]:
    """Return the forms of a template that would send the token of a session in an address."""
    found = re.findall(r"<[^>]*\bformmethod\s*=\s*[\"']?get\b[^>]*>", text, re.IGNORECASE)
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        head = re.sub(r"{%.*?%}|{{.*?}}", "", form).split(">")[0]
        posts = re.search(r"\bmethod\s*=\s*[\"']?(post|dialog)\b", head, re.IGNORECASE)
        inside = form + "".join(
            part.read_text()
            for one in re.findall(r"{%\s*include\s+\"([^\"]+)\"", form)
            for part in TEMPLATES
            if part.as_posix().endswith(f"/templates/{one}")
        )
        if not posts and "csrf" in inside:
            found.append(form.split(">")[0])
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_form_sends_the_token_of_a_session_in_an_address(path: Path) -> None:
    assert tokens_in_addresses(path.read_text()) == []


def test_the_search_for_tokens_in_addresses_finds_them() -> None:
    assert tokens_in_addresses('<form method="get">{% csrf_token %}</form>')
    assert tokens_in_addresses("<form>{% csrf_token %}</form>")
    assert tokens_in_addresses(
        '<form method="post">{% csrf_token %}<button formmethod="get"></button></form>'
    )
    assert not tokens_in_addresses(
        '<form method="post" action="{{ here }}">{% csrf_token %}</form><form></form>'
    )


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").iterdir()), ids=name)
def test_lock_files_name_no_registry_and_pin_every_file(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?:|file:|^\s*-(?!-hash)|/", text, re.MULTILINE)
    pins = re.findall(r"^[a-z0-9][\w.-]*==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) == len(re.findall(r"^\w", text, re.MULTILINE)) > 20
    assert all("--hash=sha256:" in pin for pin in pins)
