"""docs/operate/asvs.md names only tests that there are, and no requirement without an answer."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operate" / "asvs.md").read_text()


def test_every_named_test_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 30
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text()]
    assert missing == []


def test_every_requirement_has_an_answer() -> None:
    lines = re.findall(r"^\| (\d[\d., ]*(?: \(level 3\))?) \| ([^|]+) \| ([^|]*) \|$", PAGE, re.MULTILINE)
    assert len(lines) == len(re.findall(r"^\| \d", PAGE, re.MULTILINE)) > 40
    assert [number for number, _about, answer in lines if not answer.strip()] == []
