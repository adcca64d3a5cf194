"""How people write a moment: a date and time on the wall of a place, which may not exist or exist twice."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment that a local time may mean: in UTC, and as text with zone and offset."""

    at: datetime
    text: str


class BadZone(ValueError):
    """A name that is no time zone of the IANA list."""


class UnclearTime(ValueError):
    """A local time that does not exist, or exists twice, with the two moments it may mean.

    ``exists`` tells the two cases apart.
    """

    def __init__(self, local: datetime, zone: str, readings: tuple[Reading, ...], *, exists: bool) -> None:
        super().__init__(
            f"{local:%Y-%m-%d %H:%M} {'exists twice' if exists else 'does not exist'} in {zone}."
        )
        self.readings = readings
        self.exists = exists


def zone_named(name: str) -> ZoneInfo:
    """Return the zone with this IANA name.

    Raises:
        BadZone: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadZone(f"“{name}” is not a time zone; choose one like Europe/Amsterdam.") from None


def moment(local: datetime, zone: str) -> datetime:
    """Return the moment, in UTC, at which clocks in ``zone`` show ``local``.

    Args:
        local: without a zone, as read from the wall.

    Raises:
        BadZone: ``zone`` is not known.
        UnclearTime: clocks never show it (spring), or show it twice (autumn); both readings are offered.

    Example: 02:30 on 25 October 2026 in Europe/Amsterdam is 00:30 or 01:30 UTC.
    """
    place = zone_named(zone)
    first, second = (_read(local, place, fold) for fold in (0, 1))
    if first.at == second.at:
        return first.at
    exists = first.at.astimezone(place).replace(tzinfo=None) == local
    raise UnclearTime(local, zone, tuple(sorted((first, second), key=lambda one: one.at)), exists=exists)


def chosen(local: datetime, zone: str, at: datetime) -> datetime:
    """Return ``at`` if it is one of the readings of ``local``; otherwise as ``moment``.

    Raises:
        BadZone, UnclearTime: as ``moment``.
    """
    try:
        return moment(local, zone)
    except UnclearTime as unclear:
        if any(reading.at == at for reading in unclear.readings):
            return at
        raise


def _read(local: datetime, place: ZoneInfo, fold: int) -> Reading:
    at = local.replace(tzinfo=place, fold=fold).astimezone(UTC)
    back = at.astimezone(place)
    return Reading(at, f"{back:%Y-%m-%d %H:%M} {back.tzname()} (UTC{_offset(back.utcoffset())})")


def _offset(offset: timedelta | None) -> str:
    minutes = int((offset or timedelta(0)).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
