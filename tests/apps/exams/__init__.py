"""Tests of the same place in src."""
