"""A pattern for every mood, for eyes that do not see its colour, by its place on pleasantness and energy."""

from collections.abc import Sequence
from itertools import count
from math import atan2, tau

from diary.model import BUILT_IN_MOODS, Mood

# Twelve, round the plane from pleasant over lively, unpleasant and still; ``--k`` is drawn on the mood's own colour.
_MOTIFS = (
    (("dot", 1.7, 7),),
    (("dot", 1, 4),),
    (("line", 90, 1.5, 5),),
    (("ring", 2, 8),),
    (("line", 135, 1, 3.5),),
    (("line", 45, 1, 6), ("line", 135, 1, 6)),
    (("line", 45, 2.5, 8),),
    (("check", 8),),
    (("line", 0, 1.5, 5),),
    (("line", 0, 4, 9),),
    (("line", 90, 4, 9),),
    (("horizon", 2),),
)
_BUILT_IN = {mood.name: place for place, mood in enumerate(BUILT_IN_MOODS)}


def of_moods(moods: Sequence[Mood]) -> dict[Mood, str]:
    """The layers of each mood's background, no two alike; those of the built-in moods are always the same.

    A mood has the motif of its direction on the plane, or the next one that is free; once all are taken they come
    again, larger.
    """
    taken: dict[tuple[int, int], Mood] = {}
    for mood in sorted(moods, key=lambda mood: (_BUILT_IN.get(mood.name, len(_BUILT_IN)), mood.id)):
        towards = round(atan2(mood.arousal, mood.valence) / tau * 12)
        spots = ((size, (towards + turn) % 12) for size in count() for turn in range(12))
        taken[next(spot for spot in spots if spot not in taken)] = mood
    return {mood: _layers(motif, 1 + 0.7 * size) for (size, motif), mood in taken.items()}


def _layers(motif: int, scale: float) -> str:
    return ",".join(_layer(kind, *numbers, scale=scale) for kind, *numbers in _MOTIFS[motif])


def _layer(kind: str, *numbers: float, scale: float) -> str:
    *_, thick, step = 0, *(number * scale for number in numbers)
    tile = f"0 0/{step:g}px {step:g}px"
    match kind:
        case "line":
            return f"repeating-linear-gradient({numbers[0]:g}deg,var(--k) 0 {thick:g}px,#0000 0 {step:g}px)"
        case "dot":
            return f"radial-gradient(var(--k) {thick:g}px,#0000 {thick + 0.5:g}px) {tile}"
        case "ring":
            edge = f"var(--k) {thick + 0.5:g}px {thick + 1.5:g}px"
            return f"radial-gradient(#0000 {thick:g}px,{edge},#0000 {thick + 2:g}px) {tile}"
        case "check":
            return f"conic-gradient(var(--k) 25%,#0000 0 50%,var(--k) 0 75%,#0000 0) {tile}"
        case _:
            return f"linear-gradient(var(--k),var(--k)) 50%/100% {step:g}px no-repeat"
