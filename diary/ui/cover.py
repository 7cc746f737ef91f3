"""Covers of our own for songs without artwork: drawn from the song's label, so always the same."""

import hashlib
import math
import random

from diary.query import fold

# Four inks a sleeve: ground first, then three that stand out from it.
INKS = (
    ("#f4c95d", "#e4572e", "#2e4057", "#f3ead7"),
    ("#0b3954", "#bfd7ea", "#ff6663", "#fefaf0"),
    ("#2d1e2f", "#f15946", "#f9c22e", "#fff3e2"),
    ("#1b4332", "#95d5b2", "#f1faee", "#e76f51"),
    ("#231942", "#9f86c0", "#e0b1cb", "#fbe9f1"),
    ("#003049", "#d62828", "#f77f00", "#eae2b7"),
    ("#14213d", "#fca311", "#e5e5e5", "#8d99ae"),
    ("#264653", "#2a9d8f", "#e9c46a", "#f4a261"),
    ("#3d0e32", "#d1495b", "#edae49", "#f6e7cb"),
    ("#0d1b2a", "#415a77", "#a9bcd0", "#e0e1dd"),
)


def seed_of(title: str, artist: str) -> str:
    """16 hexadecimal digits that stand for a song's label; the label cannot be read from them."""
    return hashlib.sha256(fold(f"{title}\n{artist}").encode("utf-8", "replace")).hexdigest()[:16]


def draw(seed: str) -> str:
    """The SVG of the cover for a seed of `seed_of`: a square sleeve, 200 units wide."""
    chance = random.Random(seed)  # noqa: S311 - a drawing, no secret
    inks = chance.choice(INKS)
    ground, *rest = chance.sample(inks, 4)
    pattern = chance.choice((_sun, _arches, _waves, _dots, _halves, _bars, _quarters, _hills))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">'
        f'<rect width="200" height="200" fill="{ground}"/>{pattern(chance, ground, rest)}</svg>'
    )


def _sun(_: random.Random, ground: str, inks: list[str]) -> str:
    lines = "".join(
        f'<rect y="{112 + k * 13}" width="200" height="{2 + k * 1.7:.1f}" fill="{ground}"/>' for k in range(7)
    )
    return f'<circle cx="100" cy="112" r="62" fill="{inks[0]}"/>{lines}'


def _arches(_: random.Random, ground: str, inks: list[str]) -> str:
    colours = [*inks, ground]
    return "".join(f'<circle cx="100" cy="200" r="{190 - k * 30}" fill="{colours[k % 4]}"/>' for k in range(6))


def _waves(chance: random.Random, ground: str, inks: list[str]) -> str:
    colours, out = [*inks, ground], []
    for k in range(6):
        y = 60 + k * 24
        crest = y - 30 + chance.randint(-14, 14)
        out.append(f'<path d="M0 {y}Q50 {crest} 100 {y}T200 {y}V200H0Z" fill="{colours[k % 4]}"/>')
    return "".join(out)


def _dots(chance: random.Random, _: str, inks: list[str]) -> str:
    turn = chance.random() * math.tau
    return "".join(
        f'<circle cx="{25 + x * 30}" cy="{25 + y * 30}" r="{3 + 9 * abs(math.sin(x * 0.8 + y * 0.6 + turn)):.1f}"'
        f' fill="{inks[(x + y) % 3]}"/>'
        for x in range(6)
        for y in range(6)
    )


def _halves(_: random.Random, __: str, inks: list[str]) -> str:
    return (
        f'<path d="M0 200 200 0V200Z" fill="{inks[0]}"/><circle cx="72" cy="72" r="40" fill="{inks[1]}"/>'
        f'<circle cx="128" cy="128" r="40" fill="{inks[2]}"/>'
    )


def _bars(chance: random.Random, _: str, inks: list[str]) -> str:
    turn, out = chance.random() * math.tau, []
    for k in range(8):
        half = 8 + 77 * abs(math.sin(k * 0.7 + turn))
        box = f'x="{4 + k * 25}" y="{100 - half:.0f}" width="17" height="{2 * half:.0f}"'
        out.append(f'<rect {box} rx="8" fill="{inks[k % 3]}"/>')
    return "".join(out)


def _quarters(chance: random.Random, _: str, inks: list[str]) -> str:
    out = []
    for x in range(0, 200, 50):
        for y in range(0, 200, 50):
            turn = chance.choice((0, 90, 180, 270))
            out.append(
                f'<path d="M{x} {y}h50a50 50 0 0 1-50 50z" fill="{chance.choice(inks)}"'
                f' transform="rotate({turn} {x + 25} {y + 25})"/>'
            )
    return "".join(out)


def _hills(chance: random.Random, _: str, inks: list[str]) -> str:
    sun = chance.randint(40, 160)
    return (
        f'<rect y="120" width="200" height="80" fill="{inks[0]}"/>'
        f'<path d="M0 130 60 70l40 44 34-30 66 60v56H0Z" fill="{inks[1]}"/>'
        f'<circle cx="{sun}" cy="46" r="22" fill="{inks[2]}"/>'
    )
