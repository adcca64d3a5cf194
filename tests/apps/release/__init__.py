"""Tests of publishing, release and what candidates see."""
