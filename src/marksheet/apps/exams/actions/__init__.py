"""The verbs of authors and schedulers."""
