"""Local times: most mean one moment, some none, some two."""

from datetime import UTC, datetime

import pytest

from marksheet.formats.localtime import BadZone, UnclearTime, chosen, moment, zone_named

AMSTERDAM = "Europe/Amsterdam"
IN_SPRING = datetime(2026, 3, 29, 2, 30)
IN_AUTUMN = datetime(2026, 10, 25, 2, 30)


def test_an_ordinary_time_is_one_moment() -> None:
    assert moment(datetime(2026, 6, 9, 9, 0), AMSTERDAM) == datetime(2026, 6, 9, 7, 0, tzinfo=UTC)
    assert moment(datetime(2026, 1, 9, 9, 0), AMSTERDAM) == datetime(2026, 1, 9, 8, 0, tzinfo=UTC)


def test_a_time_that_does_not_exist_is_refused_with_both_readings() -> None:
    with pytest.raises(UnclearTime, match="does not exist") as caught:
        moment(IN_SPRING, AMSTERDAM)
    assert not caught.value.exists
    assert [reading.text for reading in caught.value.readings] == [
        "2026-03-29 01:30 CET (UTC+01:00)",
        "2026-03-29 03:30 CEST (UTC+02:00)",
    ]


def test_a_time_that_exists_twice_is_refused_with_both_readings() -> None:
    with pytest.raises(UnclearTime, match="exists twice") as caught:
        moment(IN_AUTUMN, AMSTERDAM)
    assert caught.value.exists
    assert [reading.at.hour for reading in caught.value.readings] == [0, 1]


@pytest.mark.parametrize("local", [IN_SPRING, IN_AUTUMN])
def test_a_chosen_reading_is_accepted_and_no_other_moment(local: datetime) -> None:
    with pytest.raises(UnclearTime) as caught:
        moment(local, AMSTERDAM)
    for reading in caught.value.readings:
        assert chosen(local, AMSTERDAM, reading.at) == reading.at
    with pytest.raises(UnclearTime):
        chosen(local, AMSTERDAM, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_reading_of_an_ordinary_time_is_not_asked_for() -> None:
    plain = datetime(2026, 6, 9, 9, 0)
    assert chosen(plain, AMSTERDAM, datetime.min.replace(tzinfo=UTC)) == moment(plain, AMSTERDAM)


@pytest.mark.parametrize("name", ["", "Amsterdam", "Europe/Nowhere", "../etc/passwd", "Mars/Base", "\0"])
def test_a_zone_that_is_not_in_the_list_is_refused(name: str) -> None:
    with pytest.raises(BadZone):
        zone_named(name)


def test_half_hour_zones_are_read_right() -> None:
    assert moment(datetime(2026, 6, 9, 9, 0), "Asia/Kolkata") == datetime(2026, 6, 9, 3, 30, tzinfo=UTC)
