"""What a candidate handed in is known by content and ending together, and loses what cameras wrote into it."""

import struct
import zlib

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats.file_kinds import (
    CONTENT_TYPES,
    ENDINGS,
    FileKind,
    recognise,
    safe_ending,
    text_of,
)
from marksheet.formats.file_metadata import without_metadata
from marksheet.formats.problems import BadFile
from tests.formats.zips import CODE, PDF, PNG, described_pdf, described_png, jpeg, m4a, mp3, riff, wav, zipped

NAME = b"Cas de Wit, 52.15 N 4.48 E"
WEBP = riff(
    b"WEBP", (b"VP8X", bytes((0x0C, 0, 0, 0, 1, 0, 0, 1, 0, 0))), (b"VP8 ", b"x" * 9), (b"EXIF", NAME)
)
EACH = {
    FileKind.PDF: described_pdf(NAME),
    FileKind.PNG: described_png(NAME),
    FileKind.JPEG: jpeg(orientation=6, comment=NAME),
    FileKind.WEBP: WEBP,
    FileKind.MP3: mp3(NAME),
    FileKind.M4A: m4a(NAME),
    FileKind.WAV: wav(NAME),
    FileKind.TEXT: CODE,
}


@pytest.mark.parametrize("kind", FileKind)
def test_each_kind_is_known_by_its_content_and_any_of_its_endings(kind):
    for ending in ENDINGS[kind]:
        found = recognise(f"June/1001.x.{ending.upper()}", EACH[kind])
        assert (found.kind, found.ending) == (kind, ending)
    assert set(CONTENT_TYPES) == set(FileKind) == set(ENDINGS)


@pytest.mark.parametrize("kind", set(FileKind) - {FileKind.TEXT})
def test_no_ending_makes_a_file_another_kind(kind):
    for ending in {one for endings in ENDINGS.values() for one in endings} - set(ENDINGS[kind]):
        with pytest.raises(BadFile, match="Give it the right ending"):
            recognise(f"1001.{ending}", EACH[kind])


@pytest.mark.parametrize(
    ("path", "data", "why"),
    [
        ("1001.pdf", b"<html><script>alert(1)</script>", "is not one"),
        ("1001.png", b"<svg onload='alert(1)'/>", "is not one"),
        ("1001.svg", b"<svg/>", "pictures are taken as PNG"),
        ("1001.gif", b"GIF89a", "pictures are taken as PNG"),
        ("1001.ogg", b"OggS", "sound is taken as MP3"),
        ("1001.zip", zipped({"1001.pdf": PDF}), "packed once more, or an Office"),
        ("1001.docx", zipped({"word/document.xml": b"x"}), "packed once more, or an Office"),
        ("1001.doc", b"\xd0\xcf\x11\xe0", "an Office document"),
        ("1001.txt", b"MZ\x90\0\3\0", "characters that no text has"),
        ("1001.py", b"a\xff\xfe\0b", "characters that no text has"),
        ("1001.exe", b"MZ\x90\0", "this kind is not taken"),
        ("1001", PDF, "Give it the right ending"),
        ("1001.d/1001", CODE, "this kind is not taken"),
        ("1001.pdf", b"", "it is empty"),
        ("1001.txt", b"x" * (2**21 + 1), "more than 2 MiB"),
    ],
)  # fmt: skip
def test_what_is_not_taken_says_why(path, data, why):
    with pytest.raises(BadFile, match=why):
        recognise(path, data)


@pytest.mark.parametrize("kind", [FileKind.PNG, FileKind.JPEG, FileKind.WEBP])
def test_a_picture_that_would_fill_a_browser_is_refused(kind):
    data = {
        FileKind.PNG: PNG.replace(struct.pack(">2I", 2, 2), struct.pack(">2I", 60_000, 60_000)),
        FileKind.JPEG: jpeg(width=60_000, height=60_000),
        FileKind.WEBP: riff(b"WEBP", (b"VP8X", b"\0\0\0\0" + b"\xff\x3f\0" * 2)),
    }[kind]
    with pytest.raises(BadFile, match="points"):
        without_metadata(recognise(f"1.{ENDINGS[kind][0]}", data).kind, data)


@pytest.mark.parametrize("kind", set(FileKind) - {FileKind.TEXT})
def test_what_a_camera_wrote_is_gone_and_what_is_left_is_the_same_kind(kind):
    kept = without_metadata(kind, EACH[kind])
    assert NAME in EACH[kind] and NAME not in kept and NAME[:10] not in kept
    assert recognise(f"1.{ENDINGS[kind][0]}", kept).kind == kind
    assert without_metadata(kind, kept) == kept


def test_a_photograph_keeps_how_it_is_turned_and_its_picture():
    kept = without_metadata(FileKind.JPEG, jpeg(orientation=6, comment=NAME))
    assert b"Exif\0\0II*\0" in kept and struct.pack("<HHIH", 0x0112, 3, 1, 6) in kept
    assert b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9" in kept and b"JFIF" in kept
    assert b"Exif" not in without_metadata(FileKind.JPEG, jpeg())


def test_a_pdf_is_as_long_as_it_was_and_every_other_object_is_untouched():
    before, after = described_pdf(NAME), without_metadata(FileKind.PDF, described_pdf(NAME))
    assert len(before) == len(after) and b"/Info" not in after and b"/Root 1 0 R" in after
    assert after[: after.index(b"7 0 obj")] == before[: before.index(b"7 0 obj")]
    assert without_metadata(FileKind.PDF, PDF) == PDF


def test_a_pdf_as_a_typesetter_writes_it_says_nothing_of_its_author_and_is_read_as_before():
    source = (
        b'#set document(author: "Cas de Wit", title: "Essay of Cas de Wit")\n#set text(size: 20pt)\nAn essay.'
    )
    whole = typst.compile(source)
    kept = without_metadata(FileKind.PDF, whole)
    assert b"Cas de Wit" in whole and b"Cas de Wit" not in kept and len(kept) == len(whole)
    assert kept[-200:].strip().endswith(b"%%EOF") and kept.count(b" obj") == whole.count(b" obj")


MANY = 400_000
NOTHING = struct.pack(">I", 0) + b"tEXt" + struct.pack(">I", zlib.crc32(b"tEXt"))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (FileKind.PDF, PDF + b"<?xpacket begin " * MANY),
        (FileKind.PDF, PDF + b"/Info 1 0 R /Root " * MANY),
        (FileKind.PDF, PDF + b"/Info 1 0 R /Root " + b"1 0 obj<<" * MANY + b" endobj"),
        (FileKind.PNG, PNG[:33] + NOTHING * MANY),
        (FileKind.JPEG, b"\xff\xd8" + b"\xff\xfe\0\2" * MANY),
        (FileKind.JPEG, b"\xff\xd8\xff\xda\0\2" + b"\xff\0" * MANY),
        (FileKind.JPEG, b"\xff\xd8" + b"\xff" * MANY),
        (FileKind.WAV, riff(b"WAVE") + (b"LIST" + bytes(4)) * MANY),
        (FileKind.MP3, (b"ID3\4" + bytes(6)) * MANY),
        (FileKind.M4A, m4a() + (b"\0\0\0\x08trak") * MANY),
    ],
)  # fmt: skip
def test_a_file_of_hundreds_of_thousands_of_pieces_costs_little(kind, data):
    """Were each piece to cost a look at the rest, any of these would take hours."""
    try:
        assert len(without_metadata(kind, data)) <= len(data)
    except BadFile as error:
        assert "damaged" in str(error)


def test_a_recording_stays_where_it_was():
    assert len(without_metadata(FileKind.M4A, m4a(NAME))) == len(m4a(NAME))


@pytest.mark.parametrize("kind", set(FileKind) - {FileKind.TEXT})
@given(data=st.data())
def test_any_damage_is_refused_or_harmless_and_never_an_error(kind, data):
    whole = EACH[kind]
    at = data.draw(st.integers(4, len(whole)))
    noise = data.draw(st.binary(max_size=12))
    try:
        without_metadata(kind, whole[:at] + noise + whole[at + len(noise) :])
        without_metadata(kind, whole[:at])
    except BadFile:
        pass


def test_texts_are_read_in_the_encodings_that_people_use():
    assert text_of("naïve\r\nÆrø".encode()) == text_of("naïve\nÆrø".encode("cp1252")) == "naïve\nÆrø"
    assert text_of("naïve".encode("utf-16")) == text_of(b"\xef\xbb\xbf" + "naïve".encode()) == "naïve"


def test_what_a_computer_would_run_is_kept_under_a_name_that_it_does_not():
    assert [safe_ending("text", one) for one in ("py", "html", "js", "txt")] == [
        "py.txt", "html.txt", "js.txt", "txt",
    ]  # fmt: skip
    assert safe_ending("pdf", "pdf") == "pdf"
