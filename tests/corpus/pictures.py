"""Files that are chosen as photos: honest, lying, broken, and none at all.

This is how they are made; `picture_cases` says what must happen with each.
"""

import io
import struct
import zipfile
import zlib
from functools import cache

import pillow_heif
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

CANARY = "SECRET-CANARY"
COLORS = ((220, 30, 40), (30, 180, 60), (40, 60, 200), (240, 240, 240))
# The place of each corner's color in the stored picture, by EXIF orientation: how it must be turned is the inverse.
TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{CANARY} exif:GPSLatitude="52,31N"</rdf:RDF></x:xmpmeta>'.encode()


@cache
def corners(width: int = 320, height: int = 160) -> Image.Image:
    """A picture whose corners have the four `COLORS`."""
    picture = Image.new("RGB", (width, height))
    for number, color in enumerate(COLORS):
        left, top = number % 2 * width // 2, number // 2 * height // 2
        picture.paste(color, (left, top, left + width // 2, top + height // 2))
    return picture


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """EXIF with words, a place on earth and a thumbnail's directory."""
    tags = Image.Exif()
    tags[0x0112], tags[0x010E], tags[0x013B], tags[0x9286] = orientation, CANARY, CANARY, CANARY
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0), 29: CANARY})
    return tags


def turned(kind: str, orientation: int) -> bytes:
    """The corners, stored so that ``orientation`` turns them upright."""
    turn = TURNS[orientation]
    picture = corners().transpose(turn) if turn is not None else corners()
    return saved(picture, kind, exif=exif(orientation))


def profile() -> bytes:
    words = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return words.replace(b"sRGB built-in", CANARY.encode())


def full_of_words(kind: str) -> bytes:
    """With everything a file can tell besides its picture, and more behind its end."""
    words: dict[str, object] = {"exif": exif(), "xmp": XMP, "icc_profile": profile(), "comment": CANARY.encode()}
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", CANARY, zip=True)
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        words["pnginfo"] = info
    return saved(corners(), kind, **words) + CANARY.encode()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, depth: int, color: int, *, rows: int | None = None, extra: bytes = b"") -> bytes:
    """A PNG of zeros (W3C PNG, 3rd edition); ``rows`` fewer than its header claims, ``extra`` chunks before them."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    row = bytes(1 + -(-width * depth * channels // 8))
    packer = zlib.compressobj(9)
    body = b"".join([*(packer.compress(row) for _ in range(height if rows is None else rows)), packer.flush()])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def squeezed(name: bytes, head: bytes, megabytes: int = 100) -> bytes:
    """A PNG with a chunk of words that unfolds to many megabytes."""
    packer = zlib.compressobj(9)
    body = b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(megabytes)), packer.flush()])
    return png(64, 32, 8, 2, extra=chunk(name, head + body))


def claimed(data: bytes, before: bytes, after: bytes) -> bytes:
    """The file with another size in its header than it has."""
    assert data.count(before) >= 1
    return data.replace(before, after)


def jpeg_claims(width: int, height: int, **options: object) -> bytes:
    return claimed(saved(corners(), "JPEG", **options), struct.pack(">HH", 160, 320), struct.pack(">HH", height, width))


def heic_claims(width: int, height: int) -> bytes:
    return claimed(saved(corners(), "HEIF"), struct.pack(">II", 320, 160), struct.pack(">II", width, height))


def webp_claims(width: int, height: int) -> bytes:
    data = saved(corners(), "WEBP", lossless=True)
    return claimed(data, struct.pack("<I", 319 | 159 << 14)[:3], struct.pack("<I", width - 1 | height - 1 << 14)[:3])


def tiff_claims(width: int, height: int) -> bytes:
    return claimed(saved(corners(), "TIFF"), struct.pack("<H", 320), struct.pack("<H", width & 0xFFFF))


def moving(kind: str, frames: int, **options: object) -> bytes:
    rest = [Image.new("RGB", (320, 160), (0, 97 * number % 256, 255)) for number in range(frames - 1)]
    return saved(corners(), kind, save_all=True, append_images=rest, duration=20, **options)


def with_zip(data: bytes) -> bytes:
    out = io.BytesIO(data)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("evil.html", f"<script>{CANARY}</script>")
    return out.getvalue()


def with_clear(kind: str) -> bytes:
    palette = corners().quantize(4)
    return saved(palette, kind, transparency=palette.getpixel((10, 10)))


def cut(kind: str, part: float) -> bytes:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    data = saved(noise, kind)
    return data[: max(1, int(part * len(data)))]


def behind(kind: str, tail: bytes, **options: object) -> bytes:
    return saved(corners(), kind, **options) + tail
