"""Times measured in turn, so that ratios hold while the machine's speed drifts."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.process import cpu_seconds

LEAST_NOISE = 0.15  # of a ratio of times: as much moves from one run to the next on a machine that is not ours alone


@dataclass(frozen=True)
class Figure:
    """What was measured: a ``value``, and how far it moved between rounds, in the same unit."""

    value: float
    noise: float = 0.0


@dataclass(frozen=True)
class Block:
    """Some runs in a row: how long each took, and how long the server computed for one, in seconds."""

    seconds: tuple[float, ...]
    cpu: float = 0.0

    @property
    def typical(self) -> float:
        """The fastest of them, which other programs on the machine disturbed least."""
        return min(self.seconds)


Blocks = Mapping[str, Sequence[Block]]
Act = Callable[[], object]  # where it gives a float, those are the seconds it took; else it is timed from outside


def blocks(acts: Mapping[str, Act], rounds: int, each: int, pids: Mapping[str, int] | None = None) -> Blocks:
    """``rounds`` blocks of each of ``acts``, in turn, of ``each`` runs; ``pids`` name the servers they are made by.

    One run of each goes before, which makes what is made once.
    """
    done: dict[str, list[Block]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _ in range(rounds):
        for name, act in acts.items():
            pid = (pids or {}).get(name)
            before = cpu_seconds(pid) if pid else 0
            seconds = tuple(timed(act) for _ in range(each))
            done[name].append(Block(seconds, (cpu_seconds(pid) - before) / each if pid else 0))
    return done


def timed(act: Act) -> float:
    """The seconds that ``act`` took."""
    begun = time.perf_counter()
    told = act()
    return told if isinstance(told, float) else time.perf_counter() - begun


def ratio(many: Sequence[Block], few: Sequence[Block]) -> Figure:
    """How many times as long one takes as the other."""
    return steady([one.typical / other.typical for one, other in zip(many, few, strict=True)])


def cpu_ratio(many: Sequence[Block], few: Sequence[Block]) -> Figure:
    """How many times as long the server computes for one as for the other."""
    return steady([one.cpu / other.cpu for one, other in zip(many, few, strict=True)])


def steady(values: Sequence[float]) -> Figure:
    """The median of ``values``, and how far it may be off: the notch of McGill, Tukey and Larsen (1978).

    Of two figures whose notches do not meet one is larger, with some 95 % certainty; what no machine repeats is noise.
    """
    middle = median(values)
    if len(values) < 2:
        return Figure(middle, middle * LEAST_NOISE)
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Figure(middle, max(1.57 * (high - low) / len(values) ** 0.5, abs(middle) * LEAST_NOISE))
