"""Slides made for tests: invented tissue, and a marker in every place that can hold a word."""

import io
import struct

import numpy as np
from PIL import Image

CODES = {1: "B", 2: "s", 3: "H", 4: "I", 5: "I", 7: "s", 9: "i", 11: "f", 16: "Q"}
TILE = 64
WORDS = {  # tags that hold text or bytes: name of document, maker, software, date, artist, XMP, …
    269: "ZDocument", 271: "ZMaker", 272: "ZModel", 285: "ZPage", 305: "ZSoftware", 306: "ZDate",
    315: "ZArtist", 316: "ZHost", 33432: "ZRights", 700: "ZXmp", 33723: "ZIptc", 34377: "ZPhoto",
    37510: "ZComment", 40092: "ZWinTitle", 42016: "ZUnique", 65000: "ZPrivate",
}  # fmt: skip


def tissue(height, width, seed=0):
    random = np.random.default_rng(seed)
    coarse = random.integers(80, 250, (height // 16 + 1, width // 16 + 1, 3), np.uint8)
    return np.kron(coarse, np.ones((16, 16, 1), np.uint8))[:height, :width]


def jpeg(rgb, *, quality=90, **options):
    """Return a JPEG without its JFIF segment, as scanners write tiles."""
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=quality, subsampling=0, **options)
    data = out.getvalue()
    end = 4 + int.from_bytes(data[4:6], "big")
    return data[:2] + data[end:]


def with_comment(data, word):
    segment = b"\xff\xfe" + (len(word) + 2).to_bytes(2, "big") + word.encode()
    return data[:2] + segment + data[2:]


def tiles_of(rgb):
    height, width = rgb.shape[:2]
    padded = np.pad(rgb, ((0, -height % TILE), (0, -width % TILE), (0, 0)), "edge")
    for y in range(0, height, TILE):
        for x in range(0, width, TILE):
            yield jpeg(np.ascontiguousarray(padded[y : y + TILE, x : x + TILE]))


def picture(rgb, parts, *, tiled=True, **more):
    """Return the entries of a page of JPEG parts; `more` adds tags by number as `t270`."""
    entries = {
        256: (4, [rgb.shape[1]]), 257: (4, [rgb.shape[0]]), 258: (3, [8, 8, 8]), 259: (3, [7]),
        262: (3, [6]), 277: (3, [3]), 284: (3, [1]), 530: (3, [1, 1]),
        282: (5, [40000, 1]), 283: (5, [40000, 1]), 296: (3, [3]),
    }  # fmt: skip
    if tiled:
        entries |= {322: (3, [TILE]), 323: (3, [TILE])}
    else:
        entries |= {278: (3, [rgb.shape[0]])}
    entries |= {int(name[1:]): value for name, value in more.items()}
    return entries, list(parts), tiled


def words(number):
    return {f"t{tag}": (2, f"{word}{number}".encode() + b"\0") for tag, word in WORDS.items()}


def write(pages, *, order="<", big=False, ndpi=False, gap=b"", trailing=b""):
    """Return the bytes of a TIFF with these pages, `gap` before each part and value."""
    mark = b"II" if order == "<" else b"MM"
    wide = big or ndpi
    out = bytearray(
        mark + (struct.pack(order + "HHHQ", 43, 8, 0, 0) if big else struct.pack(order + "H", 42))
    )
    link = 8 if big else 4
    out += bytes(0 if big else 8 if ndpi else 4)
    pointer = order + ("Q" if wide else "I")
    for entries, parts, tiled in pages:
        places = []
        for part in parts:
            out += gap
            places.append((len(out), len(part)))
            out += part
        kind = 16 if big else 4
        where = (324, 325) if tiled else (273, 279)
        every = entries | {
            where[0]: (kind, [p for p, _ in places]),
            where[1]: (kind, [s for _, s in places]),
        }
        rows = []
        for tag, (kind, value) in sorted(every.items()):
            raw = (
                value
                if isinstance(value, bytes)
                else struct.pack(f"{order}{len(value)}{CODES[kind]}", *value)
            )
            count = len(raw) if isinstance(value, bytes) else len(value) // (2 if kind == 5 else 1)
            inline = 8 if big else 4
            if len(raw) > inline:
                out += gap
                raw, at = struct.pack(order + ("Q" if big else "I"), len(out)), raw
                out += at
            rows.append(
                struct.pack(
                    order + ("HHQ8s" if big else "HHI4s"),
                    tag,
                    kind,
                    count,
                    raw.ljust(inline, b"\0"),
                )
            )
        out += bytes(-len(out) % 8)
        struct.pack_into(pointer, out, link, len(out))
        out += struct.pack(order + ("Q" if big else "H"), len(rows)) + b"".join(rows)
        link = len(out)
        out += bytes(8 if wide else 4)
        if ndpi:
            out += bytes(4 * len(rows))
    return bytes(out + trailing)


APERIO = (
    "Aperio Image Library v11.2.1 \r\n320x200 [0,0 320x200] (64x64) JPEG/RGB Q=90|AppMag = 20|"
    "User = ZUser|MPP = 0.4990|ScanScope ID = ZScope|Title = ZTitle|Filename = ZFile|"
    "Date = 01/02/19"
)
MARKERS = ["ZUser", "ZScope", "ZTitle", "ZFile", "01/02/19", "ZLabelPage", "ZMacroPage", "ZGap",
           "ZTrail", "ZTile", "ZAfterEnd",
           "ZLabelTile", "ZMacroTile", "ZTables", "ZIcc", "ZDeep",
           *(f"{word}{n}" for word in WORDS.values() for n in (0, 1))]  # fmt: skip


def icc():
    """Return a small grey-curve RGB profile whose description, maker and date are markers."""
    values = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"ZIcc\0" + bytes(78),
        b"cprt": b"text\0\0\0\0ZIcc\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
    }
    primaries = ((28578, 14581, 912), (25240, 46989, 6362), (9376, 3967, 46793))
    for name, xyz in zip(b"rgb", primaries, strict=True):
        values[bytes([name]) + b"XYZ"] = b"XYZ \0\0\0\0" + struct.pack(">3i", *xyz)
        values[bytes([name]) + b"TRC"] = b"curv\0\0\0\0" + struct.pack(">IHH", 1, 0x233, 0)
    at, table, body = 132 + 12 * len(values), b"", b""
    for tag, value in values.items():
        table += struct.pack(">4sII", tag, at + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", at + len(body), b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ "
    )
    head += struct.pack(">6H4s4sI4s4s", 2019, 1, 2, 3, 4, 5, b"acsp", b"APPL", 0, b"ZIcc", b"ZIcc")
    head += bytes(12) + struct.pack(">3i", 63190, 65536, 54061) + b"ZIcc"
    return head.ljust(128, b"\0") + struct.pack(">I", len(values)) + table + body


def aperio(order="<", *, big=False):
    """Return a slide as Aperio writes them, 320 x 200, with every marker of MARKERS in it."""
    rgb = tissue(200, 320)
    tiles = list(tiles_of(rgb))
    tiles[3] = with_comment(tiles[3], "ZTile")
    tiles[7] = tiles[7][:-2] + b"\xff\xfe\x00\x07ZDeep" + tiles[7][-2:]
    tiles[5] += b"ZAfterEnd\xff\xd9"
    tables = b"\xff\xd8" + b"\xff\xfe\x00\x09ZTables" + b"\xff\xd9"
    small, label, macro = tissue(100, 160), tissue(60, 50, 2), tissue(60, 180, 3)
    base = picture(
        rgb,
        tiles,
        t270=(2, APERIO.encode() + b"\0"),
        t34675=(7, icc()),
        t347=(7, tables),
        **words(0),
    )
    pages = [
        base,
        picture(small, [jpeg(small)], tiled=False, t270=(2, APERIO.encode() + b"\0"), **words(1)),
        picture(small, tiles_of(small), t270=(2, APERIO.encode() + b"\0")),
        picture(label, [with_comment(jpeg(label), "ZLabelTile")], tiled=False, t254=(4, [1]),
                t270=(2, b"Aperio Image\r\nlabel 50x60 ZLabelPage\0")),
        picture(macro, [with_comment(jpeg(macro), "ZMacroTile")], tiled=False, t254=(4, [9]),
                t270=(2, b"Aperio Image\r\nmacro 180x60 ZMacroPage\0")),
    ]  # fmt: skip
    return write(pages, order=order, big=big, gap=b"ZGap", trailing=b"ZTrail")


def ndpi():
    """Return a slide built as NDPI files are, by OpenSlide's and tifffile's documentation."""
    rgb = tissue(200, 320)
    pages = []
    for n, (lens, shown) in enumerate(
        ((20.0, rgb), (10.0, rgb[::2, ::2]), (-1.0, tissue(60, 180)), (-2.0, tissue(20, 60)))
    ):
        data = jpeg(np.ascontiguousarray(shown), restart_marker_blocks=4)
        data = with_comment(data, f"ZScan{n}") if n == 1 else data
        pages.append(
            picture(
                shown, [data], tiled=False, t65420=(4, [1]), t65421=(11, [lens]), t65422=(9, [100]),
                t65423=(9, [-100]), t65424=(9, [0]), t65426=(4, [700, 720]),
                t65427=(2, f"ZReference{n}\0".encode()), t65428=(2, f"ZAuth{n}\0".encode()),
                t65442=(2, f"ZSerial{n}\0".encode()), t65449=(2, f"ZProperty{n}=1\0".encode()),
                t65468=(2, f"ZBarcode{n}\0".encode()), **words(n),
            )
        )  # fmt: skip
    return write(pages, ndpi=True, gap=b"ZGap", trailing=b"ZTrail")
