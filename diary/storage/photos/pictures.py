"""Pictures: JPEG, PNG, WebP, HEIC or GIF in, an upright WebP without metadata and its thumbnail out.

Pillow and libheif are loaded with the first photo, hence the imports inside functions.
"""
# ruff: noqa: PLC0415

import re
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from diary.errors import PhotoError

if TYPE_CHECKING:
    from PIL.Image import Image as Raster

MAX_BYTES = 20 * 2**20
MAX_PIXELS, MAX_SIDE = 50_000_000, 65_535
LARGE, SMALL = 2048, 480  # longest side in pixels
_MAX_MEMORY = 256_000_000  # bytes that decoding one picture may take
_MAX_SCANS = 32  # encoders write about a dozen; each is another pass over the whole picture
_BAND = 2**20  # pixels
_MARKER = re.compile(rb"\xff([^\0\x01\xd0-\xd8\xff])")  # of a JPEG, but for those without a length
_TURN = re.compile(rb"\0\0\0\x09i(rot|mir)")  # ISO/IEC 23008-12, sections 6.5.10 and 6.5.12
_ORIENTATION = 0x0112  # EXIF 2.32, section 4.6.4

# One thread for all: several uploads at once take no more memory than one, and malloc, which keeps freed
# memory for each thread apart, keeps it once.
_worker = ThreadPoolExecutor(1, "photos")

_CHOOSE = "Please choose a JPEG, PNG, WebP, HEIC or GIF."
_SMALLER = "Please save a smaller copy and choose that."
_DAMAGED = "This picture is damaged, or was cut off while it was copied. Please choose it again, or another copy of it."
_SLOW = "This JPEG is written in a way that takes too long to open. Please save a new copy and choose that."
_FORMATS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "GIF": rb"GIF8[79]a",
    "WEBP": rb"RIFF....WEBP",
    "HEIC": rb"....ftyp(hei[cxms]|mif1(?!....(....)*?avif))",
}
_OTHERS = {
    "an AVIF picture": rb"....ftyp(....)*?avi[fs]",
    "a JPEG XL or JPEG 2000 picture": rb"\xff\x0a|\0\0\0\x0c(JXL |jP  )",
    "a TIFF or raw picture": rb"II\*\0|MM\0\*|....ftypcrx|FUJIFILM",
    "a BMP picture": rb"BM....\0\0\0\0",
    "a Photoshop file": rb"8BPS",
    "a video": rb"....(ftyp|moov)|\x1aE\xdf\xa3|RIFF....AVI |\0\0\x01[\xb3\xba]",
    "a PDF": rb"%PDF",
    "a zip file": rb"PK\x03\x04",
    "a web page": rb"(?i)\W*<(!doctype )?html",
    "an SVG drawing": rb"(?i)\W*(<\?xml.*?)?(<!.*?)?<svg",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is kept: two WebP files, upright, in sRGB, without any metadata."""

    large: bytes
    small: bytes


def prepare(data: bytes) -> Picture:
    """Make of a JPEG, PNG, WebP, HEIC or GIF (its first frame) what the diary keeps.

    The same bytes give the same picture. Up to 20 MB and 50 megapixels are taken, fewer pixels where
    decoding them needs much memory. Raises `PhotoError` that says why the file cannot be kept.
    """
    if not data:
        raise PhotoError("This file is empty. Please choose it again, or another one.")
    if len(data) > MAX_BYTES:
        raise PhotoError(f"This file has {len(data) / 2**20:.1f} MB, and {MAX_BYTES // 2**20} MB fit. {_SMALLER}")
    return _worker.submit(_picture, _kind(data), data).result()


def _kind(data: bytes) -> str:
    """One of the five formats, told by content: a file's name says nothing certain."""
    for kind, pattern in (_FORMATS | _OTHERS).items():
        if re.match(pattern, data[:1024], re.DOTALL):
            if kind in _FORMATS:
                return kind
            raise PhotoError(f"This is {kind}, which the diary cannot keep as a photo. {_CHOOSE}")
    raise PhotoError(f"This file is not a picture that the diary knows. {_CHOOSE}")


def _picture(kind: str, data: bytes) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = _decoded(kind, data)
        return Picture(_webp(picture, LARGE), _webp(picture, SMALL))


def _decoded(kind: str, data: bytes) -> "Raster":
    """The picture in RGB or RGBA, upright, with sides of at most `LARGE`."""
    from PIL import Image, ImageOps

    try:
        source = _Heic(data) if kind == "HEIC" else Image.open(BytesIO(data), formats=[kind])
        limit = min(MAX_PIXELS, _MAX_MEMORY / _memory_per_pixel(source, data))
        if source.size[0] * source.size[1] > limit or max(source.size) > MAX_SIDE:
            raise _too_large(limit)
        size = _fitted(source.size, LARGE)
        if not isinstance(source, _Heic):
            source.draft(None, size)
        source.load()
        picture = _in_srgb(_shrunk(source, size), source.info.get("icc_profile"))
    except PhotoError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(MAX_PIXELS) from error
    except Exception as error:  # decoders fail in as many ways as files are damaged
        raise PhotoError(_DAMAGED) from error
    picture.getexif()[_ORIENTATION] = _orientation(source)
    return ImageOps.exif_transpose(picture)


def _too_large(pixels: float) -> PhotoError:
    return PhotoError(
        f"This picture is too large to be opened: in its format, up to {pixels / 1e6:.0f} megapixels "
        f"and {MAX_SIDE:,} pixels a side are. {_SMALLER}"
    )


class _Heic:
    """A HEIC picture, cut out of libheif's own buffer: Pillow's copy of it would double the memory."""

    def __init__(self, data: bytes) -> None:
        from pillow_heif import open_heif

        file = open_heif(data)
        self._image = file[file.primary_index]
        self._turns_itself = _TURN.search(data) is not None
        self.info: dict[str, Any] = self._image.info

    @property
    def size(self) -> tuple[int, int]:
        return self._image.size

    def memory_per_pixel(self) -> float:
        """Bytes, as measured with libheif 1.23: planes, the copies of a conversion, and the result."""
        color = 5.0 if self.info.get("chroma", 420) == 420 else 9.5
        alpha = 4 if self._image.has_alpha else 0
        return (color + alpha) * (1.6 if self.info["bit_depth"] > 8 else 1)

    def load(self) -> None:
        self._image.load()

    def getexif(self) -> Mapping[int, Any]:
        """Empty where libheif has turned the picture already: the standard wants EXIF's word ignored then."""
        from PIL.Image import Exif

        exif = Exif()
        if not self._turns_itself:
            exif.load(self.info["exif"])
        return exif

    def crop(self, box: tuple[int, int, int, int]) -> "Raster":
        """The rows of ``box``, which spans the whole width."""
        from PIL import Image

        _, top, _, bottom = box
        mode, stride = self._image.mode, self._image.stride
        rows = self._image.data[top * stride : bottom * stride]
        return Image.frombytes(mode, (self.size[0], bottom - top), rows, "raw", mode, stride)


def _memory_per_pixel(source: "Raster | _Heic", data: bytes) -> float:
    """Bytes that decoding takes for each pixel at the most, as measured with Pillow 13."""
    if isinstance(source, _Heic):
        return source.memory_per_pixel()
    if source.format == "WEBP":
        return 16  # two canvases of the animation decoder, its answer, and Pillow's copy
    layers: list[tuple[int, int, int, int]] = getattr(source, "layer", [])
    if not layers:
        return {"1": 1, "L": 1, "P": 1, "I;16": 2}.get(source.mode, 4)
    scans = _scans(data)
    if scans > _MAX_SCANS:
        raise PhotoError(_SLOW)
    if scans < 2 and "progressive" not in source.info:
        return 1
    full = max(across for _, across, _, _ in layers) * max(down for _, _, down, _ in layers)
    return 2 + 2 * sum(across * down for _, across, down, _ in layers) / full  # all coefficients, two bytes each


def _scans(data: bytes) -> int:
    """How many scans the first picture of a JPEG has (ITU-T T.81, annex B)."""
    scans, at = 0, 2
    while (marker := _MARKER.search(data, at)) and marker[1] != b"\xd9":
        scans += marker[1] == b"\xda"
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _shrunk(source: "Raster | _Heic", size: tuple[int, int]) -> "Raster":
    """The picture in ``size``, taken band by band: a second copy of the whole would not fit in memory."""
    from PIL import Image

    width, height = source.size
    across, down = width // size[0], height // size[1]
    rows = max(1, _BAND // (width * down)) * down
    mode = _plain(source.crop((0, 0, width, 1))).mode
    canvas = Image.new(mode, (size[0], -(-height // down)))
    for top in range(0, height, rows):
        band = _plain(source.crop((0, top, width, min(top + rows, height)))).reduce((across, down))
        band = band.resize((size[0], band.height), box=(0, 0, width / across, band.height))
        canvas.paste(band, (0, top // down))
    return canvas.resize(size, box=(0, 0, size[0], height / down))


def _plain(band: "Raster") -> "Raster":
    """In a mode of 8 bits that can be averaged: grey, RGB or CMYK, and premultiplied RGBa for all others."""
    if band.mode == "I;16":
        return band.point(lambda value: value / 257).convert("L")
    if band.mode in ("L", "RGB", "CMYK") and not band.has_transparency_data:
        return band
    return band.convert("RGBA").convert("RGBa")


def _in_srgb(picture: "Raster", profile: bytes | None) -> "Raster":
    from PIL.ImageCms import PyCMSError, buildTransform, createProfile

    mode = "RGBA" if picture.mode == "RGBa" else "RGB"
    picture = picture.convert(mode) if mode == "RGBA" else picture
    if profile:
        with suppress(PyCMSError):  # a broken profile, or one for other channels
            return buildTransform(BytesIO(profile), createProfile("sRGB"), picture.mode, mode).apply(picture)
    return picture.convert(mode)


def _orientation(source: "Raster | _Heic") -> int:
    try:
        return int(source.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  a picture is worth keeping whatever state its EXIF is in
        return 1


def _webp(picture: "Raster", side: int) -> bytes:
    out = BytesIO()
    picture.resize(_fitted(picture.size, side)).save(out, "WEBP", quality=80, method=2)
    return out.getvalue()
