"""Where the pages of a file are, and what is above them."""

from django.urls import reverse

from marksheet.apps.exams.queries.imports import Import


def address(row: Import, page: str = "file") -> str:
    """Return the address of one of a file's pages: file, columns, preview, progress, errors, discard."""
    tag = "" if row.schedule_id else "exam-"
    return reverse(f"imports:{tag}{page}", args=[row.ref])


def above(row: Import) -> tuple[str, str]:
    """Return the address and the name of what the file goes into."""
    if row.schedule is not None:
        return reverse("schedules:schedule", args=[row.schedule.ref]), row.schedule.title
    if row.version is not None:
        return reverse("exams:version", args=[row.version.ref]), row.version.assessment.title
    return "/", ""


def again(row: Import) -> str:
    """Return where another file of the same kind is uploaded."""
    if row.schedule is not None:
        return reverse("imports:start", args=[row.schedule.ref])
    if row.version is not None:
        return reverse("imports:items", args=[row.version.assessment.ref])
    return "/"
