"""Turn a how-to of docs/howto into HTML: no HTML of its own, no styles, links only to other how-tos."""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token


class Page(NamedTuple):
    """The title and the body of a how-to; the body is HTML of our own making."""

    title: str
    body: SafeString


def names() -> tuple[str, ...]:
    """Return the how-tos that there are, by name, in order."""
    return tuple(sorted(path.stem for path in _folder().glob("*.md")))


@lru_cache(maxsize=64)
def page(name: str) -> Page | None:
    """Return the how-to ``name``, or None where there is none."""
    if name not in names():
        return None
    text = (_folder() / f"{name}.md").read_text(encoding="utf-8")
    heading, _, rest = text.partition("\n")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(rest)
    for token in tokens:
        _settle(token)
    body = markdown.renderer.render(tokens, markdown.options, {})
    return Page(heading.lstrip("# ").strip(), SafeString(body))


def _folder() -> Path:
    return Path(settings.ROOT) / "docs" / "howto"


def _settle(token: Token) -> None:
    """Take away what the security policy forbids, and lead links to where they can be read here."""
    token.attrs.pop("style", None)
    if token.type == "table_open":
        token.attrSet("class", "table")
    if token.type == "link_open":
        token.attrSet("href", _address(str(token.attrGet("href") or "")))
    for child in token.children or ():
        _settle(child)


def _address(link: str) -> str:
    """Return the address here of another how-to; pages for those who install or develop stay in the sources."""
    found = re.fullmatch(r"([a-z-]+)\.md", link)
    return reverse("help", args=[found[1]]) if found and found[1] in names() else "#main"
