"""Run a command: ``python -m marksheet migrate`` and the like."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run the command that the arguments name, with this project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marksheet.config.settings")
    execute_from_command_line(["marksheet", *sys.argv[1:]])


if __name__ == "__main__":
    main()
