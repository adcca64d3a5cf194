"""The frame of every page, in the browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page


@pytest.mark.on_both
def test_the_server_says_that_it_is_well(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer is not None
    assert (answer.status, answer.text()) == (200, "ok")


def test_the_security_policy_allows_nothing_inline(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_axe_is_at_work(page: Page, accessible: Callable[[Page], None]) -> None:
    page.set_content("<html><body><img src='data:,'></body></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        accessible(page)
