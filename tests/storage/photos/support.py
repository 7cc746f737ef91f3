"""What the tests of photos share."""

import io
import subprocess
import sys
import textwrap
from pathlib import Path

import pillow_heif
from PIL import Image

PROJECT = Path(__file__).resolve().parents[3]
MB = 2**20


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
