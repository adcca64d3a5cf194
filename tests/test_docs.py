"""What the docs say of the code, held against the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_setting_is_described() -> None:
    settings = (ROOT / "src" / "marksheet" / "config" / "settings.py").read_text()
    described = (ROOT / "docs" / "operate" / "install.md").read_text()
    names = re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings)
    assert len(names) > 10
    assert [name for name in names if f"| `{name}` |" not in described] == []


def test_every_make_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    wanted = ["up", "test", "check", "bench", "faults", "docs", "reset-demo"]
    assert [target for target in wanted if not re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE)] == []
