"""Tests of the worker and its commands."""
