"""Tests of the marking app."""
