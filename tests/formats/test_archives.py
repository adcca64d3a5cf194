"""A zip made to hurt is refused with a reason, in little time and memory; an honest one is read."""

import stat
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats import archives
from marksheet.formats.archives import ArchiveLimits, read_archive
from marksheet.formats.problems import BadFile
from tests.formats.zips import CODE, PDF, PNG, zipped

GOOD = zipped(
    {"June/1001.pdf": PDF, "June/1002.png": PNG, "__MACOSX/._1001.pdf": b"x", "June/.DS_Store": b"x"}
)


def refused(data: bytes, why: str, *, limits: ArchiveLimits | None = None) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadFile, match=why):
            archive = read_archive(data, "june.zip", limits=limits)
            list(archive.contents({one.path for one in archive.files}))
        assert tracemalloc.get_traced_memory()[1] < 30 * 2**20
    finally:
        tracemalloc.stop()


def entry(name: str, **changes: object) -> bytes:
    """A zip of one file whose entry says something odd."""
    info = zipfile.ZipInfo(name)
    for what, value in changes.items():
        setattr(info, what, value)
    out = archives.io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, PDF)
    return out.getvalue()


def test_files_come_out_as_they_went_in_and_what_computers_add_is_left_out():
    archive = read_archive(GOOD, "june.zip")
    found = {one.path: data for one, data in archive.contents({one.path for one in archive.files})}
    assert found == {"June/1001.pdf": PDF, "June/1002.png": PNG} and archive.added == 2


def test_only_what_is_asked_for_is_unpacked():
    archive = read_archive(GOOD, "june.zip")
    assert [one.path for one, _data in archive.contents({"June/1002.png"})] == ["June/1002.png"]


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"Rar!\x1a\x07", PDF])
def test_what_is_no_zip_is_said_to_be_none(data):
    refused(data, "is empty" if not data else "is not a zip file")


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_that_was_cut_off_is_refused(keep):
    refused(GOOD[: int(len(GOOD) * keep)], "damaged or was cut off")


def test_a_zip_without_a_file_is_refused():
    refused(zipped({"__MACOSX/._a": b"x"}), "has no file in it")


def test_a_bomb_is_refused_by_its_directory_and_not_unpacked():
    refused(zipped({"1001.txt": bytes(40 * 2**20)}), "more than 200 times its size")


def test_a_bomb_of_many_files_is_refused_by_their_sum():
    limits = ArchiveLimits(unpacked_bytes=2**20)
    refused(zipped({f"{n}.txt": bytes(300_000) for n in range(5)}), "would unpack to 1 MiB", limits=limits)


def test_a_bomb_that_lies_about_its_size_is_inflated_no_further_than_it_says():
    data = bytearray(zipped({"1001.txt": bytes(20 * 2**20)}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        where = data.index(signature) + at
        data[where : where + 4] = struct.pack("<I", 1000)
    refused(bytes(data), "damaged or was cut off")


def test_files_that_share_their_bytes_count_each():
    data = bytearray(zipped({"1001.txt": b"x" * 900_000}))
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    directory = bytes(data[at:end])
    copies = b"".join(directory.replace(b"1001.txt", b"%04d.txt" % n) for n in range(1000))
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1000, 1000, len(copies), at, 0)
    refused(bytes(data[:at]) + copies + tail, "would unpack to 858 MiB")


def test_one_huge_file_is_refused_by_name():
    limits = ArchiveLimits(file_bytes=1000)
    refused(zipped({"1001.txt": CODE * 100}), "“1001.txt” in “june.zip” has 1 MiB unpacked", limits=limits)


def test_thousands_of_files_are_refused_before_they_are_listed():
    refused(zipped({f"{n}.txt": b"" for n in range(5_001)}), "has 5001 files in it; at most 5000")


def test_a_directory_that_says_too_little_of_itself_is_refused():
    data = bytearray(zipped({f"{n}.txt": b"" for n in range(5_001)}))
    at = data.rindex(b"PK\x05\x06")
    data[at + 8 : at + 12] = struct.pack("<2H", 3, 3)
    refused(bytes(data), "has 5001 files in it")


def test_a_very_long_directory_is_not_read():
    data = bytearray(GOOD)
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<I", 900 * 2**20)
    refused(bytes(data), "at most 5000 are taken")


def test_a_zip_that_calls_itself_very_large_is_refused():
    at = GOOD.rindex(b"PK\x05\x06")
    refused(GOOD[:at] + b"PK\x06\x07" + bytes(16) + GOOD[at:], "very large zip")


@pytest.mark.parametrize(
    "name",
    [
        "../1001.pdf", "/etc/1001.pdf", "a/../../1001.pdf", "C:/1001.pdf", "..\\1001.pdf", "a/./1001.pdf",
        "1001\u202efdp.exe", "1001\n.pdf", "x" * 260 + ".pdf", "...",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_or_hide_something_refuse_the_zip(name):
    refused(entry(name), "leads elsewhere, hides something or is very long")


def test_a_name_with_nothing_behind_its_nul_is_refused():
    data = entry("1001.pdfX.exe").replace(b"1001.pdfX.exe", b"1001.pdf\0.exe")
    refused(data, "leads elsewhere, hides something")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_refuse_the_zip(kind):
    refused(entry("1001.pdf", external_attr=(kind | 0o644) << 16, create_system=3), "a link or a device")


def test_a_protected_zip_is_refused():
    data = bytearray(zipped({"1001.pdf": PDF}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + at] |= 1
    refused(bytes(data), "protected by a password")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_strange_ways_of_packing_are_refused(method):
    refused(zipped({"1001.pdf": PDF}, method=method), "in a way that is not taken")


@given(st.binary(max_size=40), st.integers(0, len(GOOD) - 1))
def test_any_damage_is_refused_or_harmless_and_never_an_error(noise, at):
    try:
        archive = read_archive(GOOD[:at] + noise + GOOD[at + len(noise) :], "june.zip")
        for _one, _data in archive.contents({one.path for one in archive.files}):
            pass
    except BadFile:
        pass
