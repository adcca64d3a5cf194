"""The promises about speed and size; `python -m bench` prints a table."""
