"""Pictures: what is taken, what is refused and why, what is left of one, and what it costs."""

import base64
import io
import random
import re
import struct
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageCms

from diary.errors import PhotoError
from diary.storage.photos import Picture, photo_key, prepare
from tests.storage.photo_contract import ANNA, jpeg
from tests.storage.photos.support import MB, encoded, run

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
UPRIGHT = ((RED, GREEN), (BLUE, WHITE))
# Quarters of the stored picture for each EXIF orientation, by its definition: where row 0 and column 0 lie.
STORED = {
    1: UPRIGHT,
    2: ((GREEN, RED), (WHITE, BLUE)),
    3: ((WHITE, BLUE), (GREEN, RED)),
    4: ((BLUE, WHITE), (RED, GREEN)),
    5: ((RED, BLUE), (GREEN, WHITE)),
    6: ((GREEN, WHITE), (RED, BLUE)),
    7: ((WHITE, GREEN), (BLUE, RED)),
    8: ((BLUE, RED), (WHITE, GREEN)),
}
CANARY = "SECRET-CANARY"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{CANARY}</rdf:RDF></x:xmpmeta>'.encode()


def quarters(colors: tuple[tuple[tuple[int, int, int], ...], ...], size: tuple[int, int]) -> Image.Image:
    picture = Image.new("RGB", size)
    width, height = size[0] // 2, size[1] // 2
    for row, line in enumerate(colors):
        for column, color in enumerate(line):
            picture.paste(color, (column * width, row * height, (column + 1) * width, (row + 1) * height))
    return picture


def opened(webp: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(webp), formats=["WEBP"])
    picture.load()
    return picture


def about(picture: Image.Image, color: tuple[int, ...], place: tuple[float, float] = (0.5, 0.5)) -> bool:
    """Whether the point at ``place`` (parts of width and height) has ``color``, as far as lossy WebP keeps it."""
    point = picture.getpixel((int(place[0] * picture.width), int(place[1] * picture.height)))
    return all(abs(is_ - should) < 30 for is_, should in zip(point, color, strict=False))


def check_upright(webp: bytes) -> None:
    picture = opened(webp)
    assert picture.width == 2 * picture.height
    for row, line in enumerate(UPRIGHT):
        for column, color in enumerate(line):
            assert about(picture, color, (0.25 + column / 2, 0.25 + row / 2))


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112], tags[0x010E], tags[0x013B] = orientation, CANARY, CANARY
    tags.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0), 29: CANARY})
    return tags


def chunks(webp: bytes) -> list[bytes]:
    """The names of a WebP file's chunks; fails when anything follows them."""
    assert len(webp) == 8 + int.from_bytes(webp[4:8], "little")
    names, at = [], 12
    while at < len(webp):
        names.append(webp[at : at + 4])
        at += 8 + -(-int.from_bytes(webp[at + 4 : at + 8], "little") // 2) * 2
    return names


def png(size: tuple[int, int], depth: int, color: int, row: bytes = b"", rows: int | None = None) -> bytes:
    """A PNG file of equal rows, made by hand (W3C PNG, 3rd edition) where Pillow cannot write it, or will not."""
    packer = zlib.compressobj(1)
    pieces = [packer.compress(b"\0" + row) for _ in range(size[1] if rows is None else rows)]
    body = b"".join([*pieces, packer.flush()])
    header = struct.pack(">IIBBBBB", *size, depth, color, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


# ---------------------------------------------------------------- what is taken


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "GIF"])
def test_the_five_formats_are_taken(kind: str) -> None:
    picture = prepare(encoded(quarters(UPRIGHT, (640, 320)), kind))
    check_upright(picture.large)
    check_upright(picture.small)
    assert (opened(picture.large).size, opened(picture.small).size) == ((640, 320), (480, 240))


def test_a_small_picture_is_not_blown_up() -> None:
    picture = prepare(encoded(Image.new("RGB", (30, 20), RED), "PNG"))
    assert opened(picture.large).size == opened(picture.small).size == (30, 20)


@pytest.mark.parametrize(
    ("size", "large", "small"),
    [
        ((2048, 2048), (2048, 2048), (480, 480)),
        ((2049, 1000), (2048, 1000), (480, 234)),
        ((3001, 4000), (1537, 2048), (360, 480)),
        ((20_000, 3), (2048, 1), (480, 1)),
        ((1, 1), (1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_longest_side_is_2048_or_480_pixels(
    kind: str, size: tuple[int, int], large: tuple[int, int], small: tuple[int, int]
) -> None:
    picture = prepare(encoded(Image.new("RGB", size, GREEN), kind))
    assert (opened(picture.large).size, opened(picture.small).size) == (large, small)
    assert about(opened(picture.large), GREEN)


def test_a_large_picture_is_whole_to_its_edges() -> None:
    for kind, options in (("PNG", {}), ("JPEG", {}), ("HEIF", {"preset": "ultrafast"})):
        picture = quarters(UPRIGHT, (4200, 602)).crop((0, 0, 4199, 601))
        large = opened(prepare(encoded(picture, kind, **options)).large)
        assert about(large, RED, (0, 0)), kind
        assert about(large, GREEN, (0.999, 0)), kind
        assert about(large, BLUE, (0, 0.999)), kind
        assert about(large, WHITE, (0.999, 0.999)), kind


@pytest.mark.parametrize("turned", [False, True])
def test_a_thin_picture_keeps_its_proportions(turned: bool) -> None:
    picture = Image.new("L", (15, 20_000), 255)
    picture.paste(0, (14, 0, 15, 20_000))
    picture = picture.transpose(Image.Transpose.TRANSPOSE) if turned else picture
    large = opened(prepare(encoded(picture, "PNG")).large)
    assert large.size == ((2048, 2) if turned else (2, 2048))
    assert large.getpixel((0, 0))[0] > 220
    assert 180 < large.getpixel((1000, 1) if turned else (1, 1000))[0] < 240, "one part in seven and a half is black"


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_upright(kind: str, orientation: int) -> None:
    size = (320, 160) if orientation < 5 else (160, 320)
    picture = prepare(encoded(quarters(STORED[orientation], size), kind, exif=exif(orientation)))
    check_upright(picture.large)
    check_upright(picture.small)


@pytest.mark.parametrize("orientation", STORED)
def test_a_heic_that_turns_itself_is_not_turned_by_its_exif_again(orientation: int) -> None:
    size = (320, 160) if orientation < 5 else (160, 320)
    data = encoded(quarters(STORED[orientation], size), "HEIF", exif=exif(orientation).tobytes())
    assert (b"irot" in data or b"imir" in data) == (orientation > 1)
    check_upright(prepare(data).large)


@pytest.mark.parametrize("orientation", STORED)
def test_a_heic_that_says_it_only_in_exif_is_turned(orientation: int) -> None:
    size = (320, 160) if orientation < 5 else (160, 320)
    data = encoded(quarters(STORED[orientation], size), "HEIF", exif=exif(orientation))
    assert b"irot" not in data
    assert b"imir" not in data
    check_upright(prepare(data).large)


@pytest.mark.parametrize("broken", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + b"\xff" * 99])
def test_broken_exif_does_not_spoil_a_picture(broken: bytes) -> None:
    for kind in ("JPEG", "WEBP"):
        check_upright(prepare(encoded(quarters(UPRIGHT, (320, 160)), kind, exif=broken)).large)


def test_cmyk_keeps_its_colors() -> None:
    for extra in ({}, {"icc_profile": swapped_profile()}, {"progressive": True}):
        data = encoded(quarters(UPRIGHT, (320, 160)).convert("CMYK"), "JPEG", **extra)
        check_upright(prepare(data).large)


def test_a_palette_keeps_its_colors_and_what_is_clear() -> None:
    picture = quarters(UPRIGHT, (320, 160)).quantize(4)
    clear = picture.getpixel((10, 10))
    for kind in ("PNG", "GIF"):
        check_upright(prepare(encoded(picture, kind)).large)
        large = opened(prepare(encoded(picture, kind, transparency=clear)).large)
        assert large.mode == "RGBA"
        assert large.getpixel((80, 40))[3] < 10
        assert large.getpixel((240, 40))[3] > 245


def test_alpha_is_kept_and_what_it_hides_is_not() -> None:
    picture = quarters(UPRIGHT, (320, 160)).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize((320, 160)).point(lambda value: 255 if value > 128 else 0))
    for kind in ("PNG", "WEBP", "HEIF"):
        large = opened(prepare(encoded(picture, kind)).large)
        assert (large.mode, large.getpixel((80, 20))[3], large.getpixel((80, 140))[3]) == ("RGBA", 0, 255), kind
        assert about(large, BLUE, (0.25, 0.9)), kind
        assert not about(large, RED, (0.25, 0.1)), kind


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_is_taken(mode: str) -> None:
    picture = Image.new("L", (320, 160), 255)
    picture.paste(0, (0, 0, 160, 160))
    for kind in ("PNG", "JPEG") if mode != "LA" else ("PNG",):
        large = opened(prepare(encoded(picture.convert(mode), kind)).large)
        assert about(large, (0, 0, 0), (0.25, 0.5))
        assert about(large, WHITE, (0.75, 0.5))


@pytest.mark.parametrize(
    ("color", "point", "shown"),
    [
        (0, (40_000,), (155, 155, 155)),
        (4, (40_000, 65_535), (155, 155, 155)),
        (2, (65_535, 40_000, 257), (255, 155, 1)),
        (6, (65_535, 40_000, 257, 65_535), (255, 155, 1)),
    ],
)
def test_sixteen_bits_become_eight_without_burning_out(
    color: int, point: tuple[int, ...], shown: tuple[int, int, int]
) -> None:
    row = struct.pack(f">{len(point)}H", *point) * 64
    assert about(opened(prepare(png((64, 64), 16, color, row)).large), shown)


def test_ten_bits_of_heic_are_taken() -> None:
    for mode, row, color in (("RGB;16", (65_535, 40_000, 257), (255, 155, 1)), ("L;16", (40_000,), (155,) * 3)):
        out = io.BytesIO()
        pillow_heif.encode(mode, (64, 64), struct.pack(f"<{len(row)}H", *row) * 64 * 64, out, quality=90)
        assert about(opened(prepare(out.getvalue()).large), color), mode


def swapped_profile() -> bytes:
    """An ICC profile whose red is sRGB's green, and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = struct.unpack(">I", profile[128:132])[0]
    table = profile[132 : 132 + 12 * count].replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ")
    return profile[:132] + table.replace(b"????", b"gXYZ") + profile[132 + 12 * count :]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_colors_are_brought_from_their_profile_to_srgb(kind: str) -> None:
    picture = Image.new("RGB", (160, 80), RED)
    assert about(opened(prepare(encoded(picture, kind, icc_profile=swapped_profile())).large), GREEN)
    assert about(opened(prepare(encoded(picture, kind)).large), RED)


def test_a_profile_that_is_broken_or_for_other_channels_is_left_out() -> None:
    for profile in (b"no profile", swapped_profile()[:300]):
        assert about(opened(prepare(encoded(Image.new("RGB", (160, 80), RED), "PNG", icc_profile=profile)).large), RED)
    grey = encoded(Image.new("L", (160, 80), 155), "JPEG", icc_profile=swapped_profile())
    assert about(opened(prepare(grey).large), (155, 155, 155))


@pytest.mark.parametrize(("kind", "frames"), [("GIF", 600), ("WEBP", 20), ("PNG", 20)])
def test_of_a_moving_picture_the_first_frame_is_kept(kind: str, frames: int) -> None:
    rest = [Image.new("RGB", (160, 80), (0, 97 * number % 256, 255)) for number in range(frames - 1)]
    data = encoded(Image.new("RGB", (160, 80), RED), kind, save_all=True, append_images=rest, duration=50)
    assert Image.open(io.BytesIO(data)).n_frames == frames
    large = opened(prepare(data).large)
    assert large.n_frames == 1
    assert about(large, RED)


# ---------------------------------------------------------------- what is left of it


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "GIF"])
def test_no_metadata_is_left(kind: str) -> None:
    words = {"exif": exif(6), "xmp": XMP, "icc_profile": swapped_profile(), "comment": CANARY.encode()}
    if kind == "GIF":
        words = {"comment": CANARY.encode()}
    data = encoded(quarters(UPRIGHT, (640, 320)), kind, **words) + CANARY.encode()
    assert data.count(CANARY.encode()) > 1, "the test's own file must have something to lose"
    picture = prepare(data)
    for webp in (picture.large, picture.small):
        assert CANARY.encode() not in webp
        assert chunks(webp) == [b"VP8 "]
        assert not {"exif", "xmp", "icc_profile", "comment"} & opened(webp).info.keys()
        assert not opened(webp).getexif()


def test_words_in_a_png_are_gone() -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", CANARY)
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    data = encoded(quarters(UPRIGHT, (640, 320)), "PNG", pnginfo=words)
    assert data.count(CANARY.encode()) == 2
    assert CANARY.encode() not in prepare(data).large


def test_a_zip_behind_a_jpeg_is_gone() -> None:
    out = io.BytesIO(jpeg())
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    assert zipfile.is_zipfile(out)
    picture = prepare(out.getvalue())
    assert not zipfile.is_zipfile(io.BytesIO(picture.large))
    assert picture == prepare(jpeg())


def test_the_same_bytes_give_the_same_picture_in_every_process(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(jpeg())
    key = photo_key(ANNA, prepare(jpeg()))
    code = """
        import pathlib, sys
        from diary.storage.photos import photo_key, prepare
        print(photo_key(sys.argv[2], prepare(pathlib.Path(sys.argv[1]).read_bytes())))
    """
    assert run(code, tmp_path / "photo", ANNA).stdout.strip() == key


# ---------------------------------------------------------------- what is refused, and why

REFUSED = {
    "nothing": (b"", "is empty"),
    "text": (b"Dear diary, today", "not a picture that the diary knows"),
    "zeros": (bytes(1000), "not a picture that the diary knows"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "an SVG drawing"),
    "svg with a preamble": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<svg></svg>', "an SVG drawing"),
    "html": (b"<!DOCTYPE html><html><svg></svg>", "a web page"),
    "pdf": (b"%PDF-1.7\n", "a PDF"),
    "zip": (b"PK\x03\x04" + bytes(30), "a zip file"),
    "mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "a video"),
    "live photo": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "a video"),
    "mkv": (b"\x1aE\xdf\xa3" + bytes(30), "a video"),
    "avi": (b"RIFF\0\0\0\0AVI LIST", "a video"),
    "avif": (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "an AVIF picture"),
    "avif by its second name": (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "an AVIF picture"),
    "jpeg xl": (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL"),
    "tiff": (b"II*\0\x08\0\0\0", "a TIFF or raw picture"),
    "bmp": (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0", "a BMP picture"),
    "photoshop": (b"8BPS\0\x01", "a Photoshop file"),
    "script in gif's clothes": (b"GIF89a/*<svg/onload=alert(1)>*/", "is damaged|is too large"),
    "only a jpeg's beginning": (b"\xff\xd8\xff\xe0", "is damaged"),
    "png of no size": (png((0, 0), 8, 2), "is damaged"),
    "heic without a picture": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is damaged"),
    "too many bytes": (jpeg() + bytes(20 * MB), r"has 20\.\d MB, and 20 MB fit"),
    "png bomb by its header": (png((100_000, 100_000), 8, 2), "up to 50 megapixels"),
    "png a little too large": (png((7_200, 7_000), 1, 0, bytes(900)), "up to 50 megapixels"),
    "png past pillow's warning": (png((12_000, 8_000), 1, 0, bytes(1500)), "up to 50 megapixels"),
    "png like a thread": (png((70_000, 1), 1, 0, bytes(8750)), "65,535 pixels a side"),
    "gif bomb by its header": (b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08", "up to 50 megapixels"),
    "webp bomb by its header": (
        b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\xff\xff\xff\x0f\0\0\0\0\0\0\0\0\0",
        "up to 50 megapixels|is damaged",
    ),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PhotoError, match=reason) as refusal:
            prepare(data)
    assert re.fullmatch(r"[A-Z].*\. Please .*\.", str(refusal.value)), "what is wrong, then what to do"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "GIF", "AVIF", "TIFF", "BMP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_cut_off_picture_is_refused(kind: str, part: float) -> None:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    data = encoded(noise, kind)
    with pytest.raises(PhotoError):
        prepare(data[: int(part * len(data))])


def test_whatever_bytes_are_changed_a_picture_is_taken_or_refused_and_nothing_else_happens() -> None:
    chance = random.Random(22)
    picture = quarters(UPRIGHT, (64, 32))
    files = [encoded(picture, kind, exif=exif()) for kind in ("JPEG", "PNG", "WEBP", "HEIF")]
    files += [encoded(picture.quantize(4), kind) for kind in ("GIF", "PNG")]
    taken = refused = 0
    for _ in range(600):
        data = bytearray(chance.choice(files))
        for _ in range(chance.choice((1, 2, 8))):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 127, 255))
        try:
            taken += isinstance(prepare(bytes(data)), Picture)
        except PhotoError:
            refused += 1
    assert taken > 50
    assert refused > 50


def test_a_jpeg_of_endless_scans_is_refused_unread() -> None:
    data = encoded(Image.new("RGB", (4000, 4000), RED), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(PhotoError, match="takes too long to open"):
        prepare(data[:-2] + 1000 * last + data[-2:])


def test_a_progressive_jpeg_with_its_usual_scans_is_taken() -> None:
    check_upright(prepare(encoded(quarters(UPRIGHT, (640, 320)), "JPEG", progressive=True)).large)


def test_a_heic_that_lies_about_its_size_is_refused() -> None:
    data = encoded(quarters(UPRIGHT, (2000, 1000)), "HEIF")
    place = data.index(b"ispe") + 8
    assert struct.unpack(">II", data[place : place + 8]) == (2000, 1000)
    with pytest.raises(PhotoError):
        prepare(data[:place] + struct.pack(">II", 16, 16) + data[place + 8 :])


def resized(data: bytes, before: bytes, after: bytes) -> bytes:
    """A file whose header claims another size than it has."""
    assert data.count(before) == 1
    return data.replace(before, after)


def test_where_decoding_needs_more_memory_fewer_pixels_are_taken() -> None:
    picture = Image.new("RGB", (63, 47), RED)
    webp = resized(
        encoded(picture, "WEBP", lossless=True),
        struct.pack("<BI", 0x2F, 62 | 46 << 14),
        struct.pack("<BI", 0x2F, 4_999 | 3_999 << 14),
    )
    assert Image.open(io.BytesIO(webp)).size == (5_000, 4_000)
    with pytest.raises(PhotoError, match="in its format, up to 16 megapixels"):
        prepare(webp)
    jpeg_size, claimed = struct.pack(">BHH", 8, 47, 63), struct.pack(">BHH", 8, 6_000, 6_000)
    progressive = encoded(picture, "JPEG", progressive=True, subsampling=0)
    with pytest.raises(PhotoError, match="in its format, up to 32 megapixels"):
        prepare(resized(progressive, jpeg_size, claimed))
    many_scans = resized(progressive, jpeg_size, claimed).replace(b"\xff\xc2", b"\xff\xc0")  # SOF2 to SOF0
    assert "progressive" not in Image.open(io.BytesIO(many_scans)).info
    with pytest.raises(PhotoError, match="in its format, up to 32 megapixels"):
        prepare(many_scans)
    in_one_scan = prepare(resized(encoded(picture, "JPEG", subsampling=0), jpeg_size, claimed))
    assert opened(in_one_scan.large).size == (2048, 2048)


@pytest.mark.parametrize(
    ("mode", "chroma", "megapixels"),
    [("RGB", 444, 27), ("RGB;16", 420, 32), ("RGB;16", 444, 17), ("RGBA", 420, 28)],
)
def test_of_a_rich_heic_fewer_pixels_are_taken(mode: str, chroma: int, megapixels: int) -> None:
    out = io.BytesIO()
    pixels = bytes(64 * 64 * len(mode.removesuffix(";16")) * (2 if ";16" in mode else 1))
    pillow_heif.encode(mode, (64, 64), pixels, out, quality=50, chroma=chroma)
    claimed = out.getvalue().replace(struct.pack(">II", 64, 64), struct.pack(">II", 6_000, 6_000))
    with pytest.raises(PhotoError, match=f"in its format, up to {megapixels} megapixels"):
        prepare(claimed)


# ---------------------------------------------------------------- what it costs

MEASURE = """
    import io, pathlib, re, sys, threading
    import PIL.Image, PIL.ImageCms, PIL.ImageOps, pillow_heif
    from diary.storage.photos import prepare

    def memory(name):
        return int(re.search(name + r":\\s*(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) / 1024

    data, taken = pathlib.Path(sys.argv[1]).read_bytes(), []
    before = memory("VmRSS")
    people = [threading.Thread(target=lambda: taken.append(prepare(data))) for _ in range(int(sys.argv[2]))]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(taken) == len(people)
    print(memory("VmHWM") - before)
"""


# 7 040 × 7 040 points of one red by pillow_heif, as zlib in base 85: encoding it anew would take ten seconds.
LARGE_HEIC = (
    "c-rmOO=uHA6ae5iJ4xL`t@WoiY7nak3L%hFMGzJ(1y6z}1;M7<EE(M0OxGyskFXx1f<-EVy-"
    "8J252B)nVxdrPg5b?V!9y=a5QO5zDmL*=5<T?Xyo0>i*`1lUZ}(##fe8Slz4DkY7L*Iv0_Ek*JWzQLK%5T><vcW7Uvb2bT656KEyIR(Q2C|CO9"
    "mVecwiIPnj=7F6fcLA3cbeCM0;>iuv)9)RX1m*U0Rice<@2!M;ga@rQH&a6PR{NNE4cFBrUAM@Ab7cfNgRJpGY~PQ`GAwL7EI{`og^B<nd<qq!"
    "1hK%))0I!sPw0r;ok}t-YPLiM}@%+Zo13whV}O(W_wxrJZick3!e4V0bHZ#2DJ8F6%<`^Y+Ef6S}pkC=-#kjc<cqrGvi}#G)jwTQY&w7z;-"
    "7SinqhM7-"
    "Q1M{D0cJsq4{dgFbV$zFIHt!(m;`7v4Tum76+vi|c@?P9X>yq@tNf1FMCjptgGXk+i`elmAF9<LU^x8IU*cJW^F*)oL$z4|7JBf)x21=WZky+{"
    "Hjrbw9GnuIxVfP}ddQ!rvX$q#yvLXkHpl#VooV&9@rx>6L%j#UaJMWXDVrce%(Y@JyW<=7B~f`4`ilrtpCITFPs+51Bh<qAo~CP}`fO0w_YCQ<"
    "H^C^P?&@_-dq+T0(q!U`*_u)+!}tgylgE3B}>3M;Iz!U`*_u)+!}tgylgE1T3G#eV=pvo1p"
)


def largest(name: str) -> bytes:
    """The most demanding picture of its kind that is taken."""
    if name == "png":
        return png((7_071, 7_071), 8, 6, b"\x20\x40\x60\xff" * 7_071)
    if name == "png in 16 bits":
        return png((7_071, 7_071), 16, 6, b"\x20\x20\x40\x40\x60\x60\xff\xff" * 7_071)
    if name == "webp":
        return encoded(Image.new("RGBA", (4_000, 3_999), (9, 9, 9, 9)), "WEBP", lossless=True, method=0)
    if name == "heic":
        return zlib.decompress(base64.b85decode(LARGE_HEIC))
    return encoded(Image.new("RGB", (5_600, 5_600), RED), "JPEG", progressive=True, subsampling=0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("name", "people"), [("png", 3), ("png in 16 bits", 1), ("webp", 1), ("heic", 1), ("progressive jpeg", 1)]
)
def test_the_largest_pictures_take_at_most_300_mb_of_memory(name: str, people: int, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(largest(name))
    measured = run(MEASURE, tmp_path / "photo", people)
    assert measured.returncode == 0, measured.stderr
    assert 20 < float(measured.stdout) <= 300


def test_nothing_heavy_is_loaded_before_the_first_photo() -> None:
    code = "import sys, diary.storage.photos; print({'PIL', 'pillow_heif', 'numpy'} & set(sys.modules))"
    assert run(code).stdout.strip() == "set()"
