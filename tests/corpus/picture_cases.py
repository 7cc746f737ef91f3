"""What must happen with each file that is chosen as a photo, drawn up before the program was asked."""

import gzip
from collections.abc import Callable
from functools import partial

from PIL import Image

from tests.corpus.pictures import (
    CANARY,
    TURNS,
    XMP,
    behind,
    corners,
    cut,
    exif,
    full_of_words,
    heic_claims,
    jpeg_claims,
    moving,
    png,
    saved,
    squeezed,
    tiff_claims,
    turned,
    webp_claims,
    with_clear,
    with_zip,
)

Outcome = tuple[int, int] | str  # the size of the picture that is kept, or a part of the sentence that refuses
Case = tuple[Callable[[], bytes], Outcome]

UPRIGHT = (320, 160)
KINDS = ("JPEG", "PNG", "WEBP", "HEIF", "GIF")
HTML = f"<html><script>alert('{CANARY}')</script></html>".encode()
DAMAGED, LARGE, UNKNOWN = "is damaged", "is too large to be opened", "not a picture that the diary knows"

HONEST: dict[str, Case] = {
    **{kind: (partial(saved, corners(), kind), UPRIGHT) for kind in KINDS},
    **{f"{kind} turned {turn}": (partial(turned, kind, turn), UPRIGHT) for kind in KINDS[:4] for turn in TURNS},
    **{f"{kind} full of words": (partial(full_of_words, kind), UPRIGHT) for kind in KINDS[:4]},
    "GIF full of words": (lambda: saved(corners(), "GIF", comment=CANARY.encode()) + CANARY.encode(), UPRIGHT),
    "JPEG in CMYK": (lambda: saved(corners().convert("CMYK"), "JPEG"), UPRIGHT),
    "JPEG in CMYK, progressive": (lambda: saved(corners().convert("CMYK"), "JPEG", progressive=True), UPRIGHT),
    "JPEG in grey": (lambda: saved(corners().convert("L"), "JPEG"), UPRIGHT),
    "JPEG of full color": (lambda: saved(corners(), "JPEG", subsampling=0, quality=100), UPRIGHT),
    "JPEG with a broken EXIF": (lambda: saved(corners(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"), UPRIGHT),
    "JPEG with 60 kB of comment": (lambda: saved(corners(), "JPEG", comment=CANARY.encode() * 4600), UPRIGHT),
    "JPEG of two pictures": (
        lambda: saved(corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (64, 64))], exif=exif()),
        UPRIGHT,
    ),
    "PNG in black and white": (lambda: saved(corners().convert("1"), "PNG"), UPRIGHT),
    "PNG in grey with alpha": (lambda: saved(corners().convert("LA"), "PNG"), UPRIGHT),
    "PNG with a palette and alpha": (partial(with_clear, "PNG"), UPRIGHT),
    "GIF with alpha": (partial(with_clear, "GIF"), UPRIGHT),
    "PNG in 16 bits of grey": (partial(png, 64, 32, 16, 0), (64, 32)),
    "PNG in 16 bits": (partial(png, 64, 32, 16, 2), (64, 32)),
    "PNG in 16 bits with alpha": (partial(png, 64, 32, 16, 6), (64, 32)),
    "WEBP of full depth with alpha": (lambda: saved(corners().convert("RGBA"), "WEBP", lossless=True), UPRIGHT),
    "HEIC with alpha": (lambda: saved(corners().convert("RGBA"), "HEIF"), UPRIGHT),
    "GIF of 600 frames": (partial(moving, "GIF", 600), UPRIGHT),
    "WEBP of 60 frames": (partial(moving, "WEBP", 60), UPRIGHT),
    "PNG of 60 frames": (partial(moving, "PNG", 60), UPRIGHT),
    **{f"{kind} of one point": (partial(saved, Image.new("RGB", (1, 1)), kind), (1, 1)) for kind in KINDS[:3]},
    "PNG like a thread": (partial(png, 1, 30_000, 8, 2), (1, 2048)),
    "PNG like a horizon": (partial(png, 30_000, 1, 8, 2), (2048, 1)),
    "JPEG like a thread": (lambda: saved(Image.new("RGB", (1, 30_000)), "JPEG"), (1, 2048)),
    "PNG of 49 megapixels": (partial(png, 7_000, 7_000, 8, 2), (2048, 2048)),
    "JPEG that claims 36 megapixels": (partial(jpeg_claims, 6_000, 6_000), (2048, 2048)),
}
POLYGLOTS: dict[str, Case] = {
    "JPEG and zip": (lambda: with_zip(saved(corners(), "JPEG")), UPRIGHT),
    "PNG and zip": (lambda: with_zip(saved(corners(), "PNG")), UPRIGHT),
    "PNG and web page": (partial(behind, "PNG", HTML), UPRIGHT),
    "WEBP and web page": (partial(behind, "WEBP", HTML), UPRIGHT),
    "HEIC and web page": (partial(behind, "HEIF", HTML), UPRIGHT),
    "JPEG and PHP": (partial(behind, "JPEG", b"", comment=b"<?php echo SECRET-CANARY; ?>"), UPRIGHT),
    "JPEG and video": (partial(behind, "JPEG", b"\0\0\0\x18ftypmp42" + CANARY.encode()), UPRIGHT),
    "JPEG and PDF": (partial(behind, "JPEG", b"%PDF-1.7 " + CANARY.encode(), comment=b"%PDF-1.7"), UPRIGHT),
    "GIF and script": (partial(behind, "GIF", b"*/=1;alert('SECRET-CANARY')", comment=b"/*"), UPRIGHT),
    "GIF that is a script": (lambda: b"GIF89a/*" + HTML + b"*/=1;" + bytes(100), f"{DAMAGED}|{LARGE}"),
    "PDF and JPEG": (lambda: b"%PDF-1.7\n" + saved(corners(), "JPEG"), "This is a PDF"),
    "zip and JPEG": (lambda: b"PK\x03\x04" + saved(corners(), "JPEG"), "This is a zip"),
    "web page and PNG": (lambda: HTML + saved(corners(), "PNG"), "This is a web page"),
}
BOMBS: dict[str, Case] = {
    "PNG of 10 gigapixels, by its header": (partial(png, 100_000, 100_000, 8, 2, rows=1), LARGE),
    "PNG of a gigapixel, whole": (partial(png, 32_000, 32_000, 1, 0), LARGE),
    "PNG of 51 megapixels": (partial(png, 7_200, 7_100, 1, 0), LARGE),
    "PNG of 70 000 in a row": (partial(png, 70_000, 1, 8, 2), LARGE),
    "PNG of fewer rows than it says": (partial(png, 6_000, 6_000, 8, 2, rows=10), (2048, 2048)),  # as browsers do
    "PNG of more rows than it says": (partial(png, 64, 32, 8, 2, rows=200_000), (64, 32)),
    "PNG of no size": (partial(png, 0, 0, 8, 2), DAMAGED),
    "PNG with 100 MB of words": (partial(squeezed, b"zTXt", b"Comment\0\0"), DAMAGED),
    "PNG with 100 MB of other words": (partial(squeezed, b"iTXt", b"Comment\0\1\0\0\0"), DAMAGED),
    "PNG with 100 MB of profile": (partial(squeezed, b"iCCP", b"sRGB\0\0"), DAMAGED),
    "JPEG of 4 gigapixels, by its header": (partial(jpeg_claims, 65_500, 65_500), LARGE),
    "JPEG that says it is progressive and large": (
        partial(jpeg_claims, 7_000, 7_000, progressive=True, subsampling=0),
        LARGE,
    ),
    "WEBP of 268 megapixels, by its header": (partial(webp_claims, 16_384, 16_384), f"{LARGE}|{DAMAGED}"),
    "HEIC of 4 gigapixels, by its header": (partial(heic_claims, 65_535, 65_535), f"{LARGE}|{DAMAGED}"),
    "HEIC of no size": (partial(heic_claims, 0, 0), DAMAGED),
    "HEIC smaller than it is": (partial(heic_claims, 16, 16), DAMAGED),
    "GIF of 4 gigapixels, by its header": (
        lambda: b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08",
        LARGE,
    ),
    "TIFF of many pixels, by its header": (partial(tiff_claims, 65_000, 160), "This is a TIFF"),
    "21 MB of zeros behind a JPEG": (partial(behind, "JPEG", bytes(21 * 2**20)), "20 MB fit"),
}
STRANGERS: dict[str, Case] = {
    "nothing": (bytes, "is empty"),
    "one byte": (lambda: b"\xff", UNKNOWN),
    "zeros": (lambda: bytes(1000), UNKNOWN),
    "text": (lambda: b"Dear diary", UNKNOWN),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "This is an SVG"),
    "SVG with a preamble": (lambda: b'\xef\xbb\xbf<?xml version="1.0"?><!DOCTYPE svg><svg/>', "This is an SVG"),
    "SVG, packed": (lambda: gzip.compress(b"<svg/>"), UNKNOWN),
    "web page": (lambda: HTML, "This is a web page"),
    "PDF": (lambda: b"%PDF-1.7\n", "This is a PDF"),
    "zip": (lambda: with_zip(b""), "This is a zip"),
    "TIFF": (partial(saved, corners(), "TIFF"), "This is a TIFF"),
    "BMP": (partial(saved, corners(), "BMP"), "This is a BMP"),
    "AVIF": (partial(saved, corners(), "AVIF"), "This is an AVIF"),
    "JPEG 2000": (partial(saved, corners(), "JPEG2000"), "This is a JPEG XL or JPEG 2000"),
    "ICO": (partial(saved, corners(), "ICO"), UNKNOWN),
    "PPM": (partial(saved, corners(), "PPM"), UNKNOWN),
    "EPS": (partial(saved, corners(), "EPS"), UNKNOWN),
    "TGA": (partial(saved, corners(), "TGA"), UNKNOWN),
    "Photoshop": (lambda: b"8BPS\0\1" + bytes(30), "This is a Photoshop"),
    "video": (lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "This is a video"),
    "XMP alone": (lambda: XMP, UNKNOWN),
    "only a JPEG's beginning": (lambda: b"\xff\xd8\xff\xe0", DAMAGED),
    "JPEG without its beginning": (lambda: saved(corners(), "JPEG")[2:], UNKNOWN),
    "HEIC without a picture": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", DAMAGED),
    **{
        f"{kind}, {part:.0%} of it": (partial(cut, kind, part), f"{DAMAGED}|{UNKNOWN}")
        for kind in KINDS
        for part in (0.002, 0.1, 0.5, 0.95)
    },
}
CASES = HONEST | POLYGLOTS | BOMBS | STRANGERS
