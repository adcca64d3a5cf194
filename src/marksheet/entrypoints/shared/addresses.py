"""Addresses of pages that another tab serves."""

from django.urls import NoReverseMatch, reverse


def address(name: str, *args: object) -> str:
    """Return the address of the page called ``name``; "" where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
