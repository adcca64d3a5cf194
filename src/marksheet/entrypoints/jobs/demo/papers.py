"""Files as candidates would hand them in, drawn and written here: a picture, a PDF, a program."""

import random
import struct
import zlib
from collections.abc import Sequence

Point = tuple[int, int]
WIDTH, HEIGHT = 640, 400
PAPER, INK, PENCIL = (250, 250, 246), (30, 42, 68), (150, 156, 168)


def picture(chance: random.Random) -> bytes:
    """Return a PNG: a wireframe of a page, as drawn with a ruler and a tired hand."""
    canvas = [bytearray(bytes(PAPER) * WIDTH) for _row in range(HEIGHT)]
    top = chance.randrange(40, 70)
    _box(canvas, (30, 24), (WIDTH - 30, HEIGHT - 24), INK)
    _box(canvas, (30, 24), (WIDTH - 30, 24 + top), INK)
    columns = chance.choice([2, 3, 4])
    wide = (WIDTH - 60 - 16 * (columns + 1)) // columns
    for n in range(columns):
        left = 30 + 16 + n * (wide + 16)
        low = chance.randrange(230, HEIGHT - 44)
        _box(canvas, (left, top + 44), (left + wide, low), INK)
        for line in range(top + 60, low - 10, 16):
            _line(canvas, (left + 12, line), (left + wide - chance.randrange(14, 60), line), PENCIL)
    _line(canvas, (46, 24 + top // 2), (46 + chance.randrange(120, 260), 24 + top // 2), PENCIL)
    return png(WIDTH, HEIGHT, canvas)


def png(width: int, height: int, rows: Sequence[bytes | bytearray]) -> bytes:
    """Return rows of red, green and blue as a PNG."""
    raw = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", raw), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, data) for name, data in chunks)


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """Return a PDF of one page with a heading and lines of Latin letters."""
    shown = [f"BT /F2 18 Tf 64 770 Td ({_escaped(title)}) Tj ET"]
    shown += [
        f"BT /F1 11 Tf 64 {738 - 17 * n} Td ({_escaped(line)}) Tj ET" for n, line in enumerate(lines[:40])
    ]
    stream = "\n".join(shown).encode("cp1252", "replace")
    fonts = "<< /F1 5 0 R /F2 6 0 R >>"
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font {fonts} >> >>"
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page.encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        font.format("Helvetica").encode(),
        font.format("Helvetica-Bold").encode(),
    ]
    out, places = b"%PDF-1.4\n", []
    for n, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + end + trailer


def program(chance: random.Random) -> bytes:
    """Return a program of a few lines, right or nearly so."""
    end, start = chance.choice([("len(items)", 0), ("len(items) - 1", 0), ("len(items)", 1)])
    name = chance.choice(["largest", "find_max", "maximum"])
    return "\n".join(
        (
            f"def {name}(items):",
            f'    """Return the largest of {chance.choice(["some numbers", "the items", "a list"])}."""',
            f"    best = items[{start}]",
            f"    for n in range({end}):",
            "        if items[n] > best:",
            "            best = items[n]",
            "    return best",
            "",
            "",
            'if __name__ == "__main__":',
            f"    print({name}([3, 1, 4, 1, 5, 9, 2, 6]))",
            "",
        )
    ).encode()


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _box(canvas: list[bytearray], first: Point, last: Point, ink: tuple[int, int, int]) -> None:
    (left, top), (right, low) = first, last
    for y in (top, low):
        _line(canvas, (left, y), (right, y), ink)
    for y in range(top, low + 1):
        for x in (left, right - 1):
            canvas[y][3 * x : 3 * x + 6] = bytes(ink) * 2


def _line(canvas: list[bytearray], first: Point, last: Point, ink: tuple[int, int, int]) -> None:
    for y in (first[1], first[1] + 1):
        canvas[y][3 * first[0] : 3 * last[0]] = bytes(ink) * (last[0] - first[0])
