"""A second implementation of the rules, written from the specification: whole cohorts as integer arrays.

It shares no code with ``marksheet.rules``; only ``agreement`` knows both.
"""
