"""Tests of the results app."""
