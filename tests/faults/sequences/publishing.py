"""What publishers do: freeze, publish, prepare and commit in between, stop, retract, show, hide, withhold."""

from functools import partial

from marksheet.apps.people.models import Person
from marksheet.apps.release.actions import publishing, retracting, showing, withholding
from marksheet.apps.release.models import Publication
from tests.faults.sequences.world import Act, Play, results_of


def _publisher(play: Play) -> Person:
    others = [play.world.mo, play.world.mei]
    return play.chance.choice(play.publishers if play.often(0.95) else others)


def freeze(play: Play) -> Act | None:
    """Tick results and freeze the selection; some of them may not be ready."""
    ready = results_of(play, bucket__in=("ready", "correction"))
    chosen = play.some(results_of(play) if play.often(0.1) else ready, 5)
    if not chosen:
        return None
    who = _publisher(play)
    do = partial(publishing.freeze_selection, who, refs=[one.ref for one in chosen], at=play.later())
    return Act(f"{who.username} ticks {', '.join(f'{one.name} at {one.code}' for one in chosen)}", do)


def _publication(play: Play, *states: str) -> Publication | None:
    rows = Publication.objects.select_related("publisher").order_by("pk")
    found = list(rows)
    wanted = [one for one in found if one.state in states]
    return play.one(found if play.often(0.1) else wanted)


def publish(play: Play) -> Act | None:
    """Begin to publish a selection, fresh or old."""
    row = _publication(play, "draft", "stopped")
    if row is None or row.publisher is None:
        return None
    show = play.often(0.6)
    do = partial(publishing.publish, row.publisher, row.ref, show=show, at=play.later())
    return Act(f"{row.publisher.username} publishes selection {row.pk}, show {show}", do)


def prepare(play: Play) -> Act | None:
    """Prepare a result of a publication."""
    row = _publication(play, "preparing")
    if row is None:
        return None
    do = partial(publishing.prepare_some, row.ref, at=play.later(), size=1)
    return Act(f"a worker prepares one result of publication {row.pk}", do, at_once=False)


def commit(play: Play) -> Act | None:
    """Prepare what is left, and commit."""
    row = _publication(play, "preparing")
    if row is None:
        return None
    do = partial(publishing.carry_on, row.ref, at=play.later())
    return Act(f"a worker carries publication {row.pk} to its end", do, at_once=False)


def publish_all(play: Play) -> Act | None:
    """Freeze, publish and commit in one go."""
    ready = results_of(play, bucket__in=("ready", "correction"))
    who, show = _publisher(play), play.often(0.6)
    if not ready:
        return None
    at, refs = play.later(), [one.ref for one in play.some(ready, len(ready))]

    def do() -> None:
        ref = publishing.freeze_selection(who, refs=refs, at=at).ref
        publishing.publish(who, ref, show=show, at=at)
        publishing.carry_on(ref, at=at)

    return Act(f"{who.username} publishes {len(refs)} that are ready, show {show}", do, at_once=False)


def stop(play: Play) -> Act | None:
    """Stop a publication that is on its way."""
    row = _publication(play, "preparing")
    if row is None or row.publisher is None:
        return None
    do = partial(publishing.stop, row.publisher, row.ref, at=play.later())
    return Act(f"{row.publisher.username} stops publication {row.pk}", do)


def retract(play: Play) -> Act | None:
    """Take results out of force."""
    published = results_of(play, in_force__isnull=False)
    chosen = play.some(results_of(play) if play.often(0.05) else published)
    if not chosen:
        return None
    who = _publisher(play)
    refs, notice = [one.ref for one in chosen], play.often(0.3)
    do = partial(retracting.retract, who, refs, reason=play.reason(), notice=notice, at=play.later())
    return Act(f"{who.username} retracts {', '.join(f'{one.name} at {one.code}' for one in chosen)}", do)


def show(play: Play) -> Act | None:
    """Show results, or hide them."""
    published = results_of(play, in_force__isnull=False)
    chosen = play.some(results_of(play) if play.often(0.05) else published)
    if not chosen:
        return None
    who, refs = _publisher(play), [one.ref for one in chosen]
    names = ", ".join(f"{one.name} at {one.code}" for one in chosen)
    if play.often(0.5):
        return Act(
            f"{who.username} shows {names}",
            partial(showing.show, who, refs, inform=play.often(0.3), at=play.later()),
        )
    return Act(
        f"{who.username} hides {names}",
        partial(showing.hide, who, refs, reason=play.reason(), at=play.later()),
    )


def withhold(play: Play) -> Act | None:
    """Hold a result back, or let it go."""
    held = results_of(play, withheld_at__isnull=False)
    chosen = play.some(held if held and play.often(0.5) else results_of(play), 2)
    who, refs = _publisher(play), [one.ref for one in chosen]
    verb = withholding.lift if play.often(0.5) else withholding.withhold
    names = ", ".join(f"{one.name} at {one.code}" for one in chosen)
    do = partial(verb, who, refs, reason=play.reason(), at=play.later())
    return Act(f"{who.username}: {verb.__name__} {names}", do)
