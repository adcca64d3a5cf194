"""Store an annotation as a new version."""

from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Annotation, Script
from marksheet.apps.marking.queries.annotations import Placed
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.people.models import Person


def store_annotation(
    opened: Change, script: Script, part_id: int, marker: Person, one: Placed, *, removed: bool = False
) -> None:
    """Store what a marker put on a response, as version ``one.version``. The caller holds the script and compared.

    The line in the log says what was done with which annotation, and never what it says.
    """
    stretch, spot = one.stretch, one.spot
    Annotation.objects.bulk_create(
        [
            Annotation(
                attempt_id=script.attempt_id,
                part_id=part_id,
                round=script.round,
                number=one.number,
                version=one.version,
                marker=marker,
                kind=one.kind.value,
                start=stretch.start if stretch else None,
                end=stretch.end if stretch else None,
                position=one.position,
                page=one.page,
                x=spot.x if spot else None,
                y=spot.y if spot else None,
                width=spot.width if spot else None,
                height=spot.height if spot else None,
                digest=one.digest,
                words=one.words,
                removed=removed,
                event_id=opened.event_id,
                at=opened.at,
            )
        ]
    )
    told = {"part": part_id, "number": one.number, "version": one.version, "kind": one.kind.value}
    told |= {"words": bool(one.words), "removed": removed}
    opened.lines([("attempt", script.attempt_id, {"round": script.round, "annotated": told})])
    note_hands_on(opened, [(script.attempt_id, marker.pk)])
    Script.objects.filter(pk=script.pk).update(
        last_saved_at=opened.at, marker_id=script.marker_id or marker.pk
    )
