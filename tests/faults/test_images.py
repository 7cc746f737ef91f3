"""F18: whatever is chosen as a photo is refused with its reason or kept upright and without another word in it."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.corpus.picture_cases import CASES, Outcome
from tests.corpus.pictures import CANARY, COLORS, png
from tests.faults.figures import note
from tests.faults.memory import PROJECT, cost, only_on_linux
from tests.faults.scale import FULL, scaled

FAULT = "F18 hostile pictures"
# In short: one kind of picture is turned, and of what takes longest to make there is one kind each.
LEFT_OUT = ("PNG turned", "WEBP turned", "HEIF turned", "100 MB of other words", "100 MB of profile", "600 frames")
TRIED = {name: case for name, case in CASES.items() if FULL or not any(part in name for part in LEFT_OUT)}
PICTURE_CHUNKS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}

LOOK = """
import json, pathlib, re, sys, time
import PIL.Image, PIL.ImageCms, PIL.ImageOps, pillow_heif
from diary.errors import PhotoError
from diary.storage.photos import prepare

def memory(name):
    status = pathlib.Path("/proc/self/status")
    return int(re.search(name + r":\\s*(\\d+)", status.read_text())[1]) / 1024 if status.exists() else 0

before = memory("VmRSS")
for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    data, said, begun = file.read_bytes(), "", time.perf_counter()
    if before:
        pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    try:
        picture = prepare(data)
        file.with_suffix(".large").write_bytes(picture.large)
        file.with_suffix(".small").write_bytes(picture.small)
    except PhotoError as error:
        said = str(error)
    print(json.dumps({"said": said, "seconds": time.perf_counter() - begun, "mb": memory("VmHWM") - before}))
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What was said of each file and what it cost, and both pictures where it was kept, by the file's name."""
    folder = tmp_path_factory.mktemp("pictures")
    for number, (make, _) in enumerate(TRIED.values()):
        (folder / f"{number:03}.file").write_bytes(make())
    command = [sys.executable, "-c", LOOK, str(folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"the process that looks at pictures ended with:\n{done.stderr[-2000:]}"
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for number, one in enumerate(found):
        files = (folder / f"{number:03}.large", folder / f"{number:03}.small")
        one["kept"] = [file.read_bytes() for file in files] if not one["said"] else []
    return dict(zip(TRIED, found, strict=True))


def is_as_expected(found: dict[str, Any], expected: Outcome) -> bool:
    if isinstance(expected, str):
        said = found["said"]
        is_sentence = said[:1].isupper() and ". Please " in said and said.endswith(".")
        return is_sentence and any(part in said for part in expected.split("|"))
    return bool(found["kept"]) and Image.open(io.BytesIO(found["kept"][0])).size == expected


def chunks(webp: bytes) -> set[bytes]:
    """The names of a WebP file's chunks, with ``tail`` where something follows them (RFC 9649)."""
    names, at, end = set(), 12, 8 + int.from_bytes(webp[4:8], "little")
    while at < end:
        names.add(webp[at : at + 4])
        at += 8 + -(-int.from_bytes(webp[at + 4 : at + 8], "little") // 2) * 2
    return names | ({b"tail"} if len(webp) != end else set())


def is_upright(webp: bytes) -> bool:
    """Whether the four colors lie where they lie in `corners`."""
    picture = Image.open(io.BytesIO(webp)).convert("RGB")
    places = [(x * picture.width // 4, y * picture.height // 4) for y in (1, 3) for x in (1, 3)]
    return all(
        all(abs(is_ - should) < 40 for is_, should in zip(picture.getpixel(place), color, strict=True))
        for place, color in zip(places, COLORS, strict=True)
    )


def test_every_file_is_kept_or_refused_as_it_should_be(outcomes: dict[str, dict[str, Any]]) -> None:
    wrong = [(name, one["said"]) for name, one in outcomes.items() if not is_as_expected(one, TRIED[name][1])]
    kept = {name: one["kept"] for name, one in outcomes.items() if one["kept"]}
    telling = [
        name
        for name, files in kept.items()
        if any(CANARY.encode() in webp or chunks(webp) - PICTURE_CHUNKS for webp in files)
        or any(Image.open(io.BytesIO(webp)).getexif() for webp in files)
    ]
    turned = {name: files for name, files in kept.items() if "turned" in name}
    lying = [name for name, files in turned.items() if not all(map(is_upright, files))]
    slowest = max(outcomes, key=lambda name: outcomes[name]["seconds"])
    largest = max(outcomes, key=lambda name: outcomes[name]["mb"])
    note(
        FAULT,
        "files of the corpus",
        tried=len(outcomes),
        kept=len(kept),
        refused=len(outcomes) - len(kept),
        wrong=len(wrong),
        with_gps_or_words_left=len(telling),
        wrongly_turned=f"{len(lying)} of {len(turned)}",
        longest_s=f"{outcomes[slowest]['seconds']:.2f}, {slowest}",
        peak_mb=f"{outcomes[largest]['mb']:.0f}, {largest}",
    )
    assert len(outcomes) > 60
    assert (wrong, telling, lying) == ([], [], [])
    assert len(turned) == scaled(8, 32)
    assert outcomes[largest]["mb"] <= 300
    assert not FULL or outcomes[slowest]["seconds"] <= 2


ONE_AFTER_ANOTHER = """
    import threading
    import PIL.Image, PIL.ImageCms, PIL.ImageOps, pillow_heif
    from diary.storage.photos import prepare
    data, taken = pathlib.Path(sys.argv[1]).read_bytes(), []
    people = [threading.Thread(target=lambda: taken.append(prepare(data))) for _ in range(int(sys.argv[2]))]
"""
ALL_AT_ONCE = """
[person.start() for person in people]
[person.join() for person in people]
said = str(len(taken))
"""


@only_on_linux
@pytest.mark.skipif(not FULL, reason="takes long; tests/storage/photos has a shorter one")
def test_five_people_with_49_megapixels_each_take_no_more_than_one(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(png(7_000, 7_000, 8, 6))
    spent = cost(ONE_AFTER_ANOTHER, ALL_AT_ONCE, file, 5)
    note(FAULT, "5 × 49 megapixels at once", tried=5, kept=int(spent.said), peak_mb=round(spent.mb))
    assert spent.said == "5"
    assert spent.mb <= 300
