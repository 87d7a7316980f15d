import struct
from pathlib import Path

import pytest

from armillary.errors import SourceError
from armillary.sources.statistics.compound import check_compound

END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
PATH = Path("old.xls")


def record(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def compound(stream, *, name="Workbook", follows=None):
    """Make a compound file of one stream: sector 0 the table, 1 the directory, 2 on the stream."""
    stream = stream.ljust(4096, b"\0")
    n_sectors = -(-len(stream) // 512)
    table = [TABLE, END, *range(3, n_sectors + 2), END]
    for place, successor in (follows or {}).items():
        table[place] = successor
    table += [FREE] * (128 - len(table))
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HH", header, 30, 9, 6)
    struct.pack_into("<II", header, 44, 1, 1)
    struct.pack_into("<IIIII", header, 56, 4096, END, 0, END, 0)
    struct.pack_into("<109I", header, 76, 0, *[FREE] * 108)
    entries = b""
    for said, kind, start, length in (("Root Entry", 5, END, 0), (name, 2, 2, len(stream))):
        entry = bytearray(128)
        encoded = said.encode("utf-16-le")
        entry[: len(encoded)] = encoded
        struct.pack_into("<HB", entry, 64, len(encoded) + 2, kind)
        struct.pack_into("<II", entry, 116, start, length)
        entries += bytes(entry)
    body = struct.pack("<128I", *table) + entries.ljust(512, b"\0")
    return bytes(header) + body + stream.ljust(n_sectors * 512, b"\0")


BEGIN = record(0x809, bytes(16))


def test_an_honest_old_workbook_passes():
    cell = record(0x203, struct.pack("<HHHd", 9, 9, 0, 1.0))

    check_compound(compound(BEGIN + cell), PATH)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (compound(BEGIN, follows={4: 2}), "leads back to itself"),
        (compound(BEGIN, follows={1: 1}), "leads back to itself"),
        (compound(BEGIN, follows={4: 90}), "beyond its end"),
        (compound(BEGIN)[:700], "damaged"),
        (compound(BEGIN)[:20], "damaged"),
        (compound(BEGIN + record(0x2F, bytes(6))), "protected by a password"),
        (compound(b"", name="EncryptedPackage"), "protected by a password"),
        (
            compound(BEGIN + record(0x203, struct.pack("<HHHd", 65535, 65535, 0, 1.0))),
            "reaches over 4,294,967,296 cells",
        ),
        (
            compound(BEGIN + record(0xBD, struct.pack("<HHHIH", 65535, 0, 0, 0, 60000))),
            "reaches over",
        ),
    ],
)
def test_a_dangerous_or_closed_workbook_is_refused_before_it_is_read(raw, problem):
    with pytest.raises(SourceError, match=problem) as caught:
        check_compound(raw, PATH)

    assert "save" in caught.value.fix
