"""Whether what is kept in the end is explained by what was done: Jepsen's method for diaries.

Each act of a user is told with its outcome: ``ok`` (acknowledged: it must be there), ``fail`` (refused: it must not)
or ``unknown`` (an error came: it may have been done, once and whole, or not at all). A day is a chain of revisions,
each put over the one before, so the whole chain is looked at and not only its end.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "fail", "unknown"]
Place = tuple[str, str]  # owner and day
Content = str | None  # None: the day is empty, or was deleted
RESTORED = "what the day was when it was deleted"  # the content of a write that puts it back, whatever it was


@dataclass(frozen=True)
class Act:
    """One try to ``do`` something to a day, or to read it.

    ``write`` puts ``content`` there (None: deletes it), and ``revision`` is where it says that it did, if it does;
    ``read`` saw ``content`` at ``revision``; ``keep`` is a write of what is typed and not saved, without revisions.
    ``begun`` and ``ended`` are seconds of one clock.
    """

    do: Literal["write", "read", "keep"]
    place: Place
    content: Content
    outcome: Outcome
    begun: float
    ended: float
    revision: int | None = None


@dataclass(frozen=True)
class Version:
    """What is kept of a day as its ``revision``; ``content`` None: it was deleted then."""

    place: Place
    revision: int
    content: Content


def contradictions(acts: Iterable[Act], versions: Iterable[Version], typed: Mapping[Place, str]) -> list[str]:
    """A sentence for each thing that ``acts`` do not explain: in the kept ``versions`` of all days, in what was read on
    the way, and in what is kept of texts that were ``typed``, but not saved."""
    done: dict[Place, list[Act]] = defaultdict(list)
    for act in acts:
        done[act.place].append(act)
    kept: dict[Place, list[Version]] = defaultdict(list)
    for version in versions:
        kept[version.place].append(version)
    found = []
    for place in sorted({*done, *kept, *typed}):
        chain = sorted(kept[place], key=lambda version: version.revision)
        wrong = _links(chain) or [*_writes(done[place], chain), *_order(done[place]), *_reads(done[place], chain)]
        found += [f"{place}: {sentence}" for sentence in (*wrong, *_typed(done[place], typed.get(place)))]
    return found


def _links(chain: Sequence[Version]) -> list[str]:
    revisions = [version.revision for version in chain]
    if revisions != [*range(1, len(chain) + 1)]:
        return [f"the revisions {revisions} are no chain"]
    return []


def _writes(acts: Sequence[Act], chain: Sequence[Version]) -> list[str]:
    """Each version is one write's and each acknowledged write has a version: a matching (Kuhn's algorithm)."""
    writes = [act for act in acts if act.do == "write" and act.outcome != "fail"]
    owner_of: dict[int, int] = {}  # index of a version → index of its write

    def fits(write: Act, version: Version) -> bool:
        before = [one.content for one in chain[max(0, version.revision - 3) : version.revision - 1]]
        is_restored = write.content == RESTORED and before == [version.content, None]
        return (is_restored or write.content == version.content) and write.revision in {None, version.revision}

    def find(one: int, tried: set[int]) -> bool:
        for place, version in enumerate(chain):
            if place not in tried and fits(writes[one], version):
                tried.add(place)
                if place not in owner_of or find(owner_of[place], tried):
                    owner_of[place] = one
                    return True
        return False

    # The acknowledged ones first: once matched, a write keeps some version while others move.
    order = sorted(range(len(writes)), key=lambda one: writes[one].outcome != "ok")
    lost = [one for one in order if not find(one, set()) and writes[one].outcome == "ok"]
    sentences = [f"acknowledged, but not kept: {_shown(writes[one].content)}" for one in lost]
    for place, version in enumerate(chain):
        if place not in owner_of:
            sentences.append(f"kept as revision {version.revision}, but by no write: {_shown(version.content)}")
    return sentences


def _order(acts: Sequence[Act]) -> list[str]:
    """A write that began after another was acknowledged lies over it."""
    told = sorted((act for act in acts if act.do == "write" and act.outcome == "ok" and act.revision), key=_ended)
    sentences, highest, seen = [], 0, 0
    for act in sorted(told, key=lambda act: act.begun):
        while seen < len(told) and told[seen].ended < act.begun:
            highest = max(highest, told[seen].revision or 0)
            seen += 1
        if (act.revision or 0) <= highest:
            sentences.append(f"revision {act.revision} was written after {highest} was acknowledged")
    return sentences


def _reads(acts: Sequence[Act], chain: Sequence[Version]) -> list[str]:
    """What was read was kept, and not older than what was acknowledged before."""
    contents = [None, *(version.content for version in chain)]
    told = [act for act in acts if act.do == "write" and act.outcome == "ok" and act.revision]
    sentences = []
    for read in acts:
        if read.do != "read" or read.outcome != "ok":
            continue
        least = max((act.revision or 0 for act in told if act.ended < read.begun), default=0)
        if read.revision is None:
            fine = read.content in contents[least:]
        else:
            fine = least <= read.revision < len(contents) and contents[read.revision] == read.content
        if not fine:
            sentences.append(f"read at revision {read.revision} after {least}: {_shown(read.content)}")
    return sentences


def _typed(acts: Sequence[Act], left: Content) -> list[str]:
    """Of texts without revisions the last one holds: that of an act after which no other was begun and acknowledged."""
    keeps = [act for act in acts if act.do == "keep" and act.outcome != "fail"]
    known = [act for act in keeps if act.outcome == "ok"]
    if not known and left is None:
        return []
    latest = max((act.begun for act in known), default=0)
    last = [act.content for act in keeps if act.outcome == "unknown" or act.ended >= latest]
    return [] if left in last else [f"typed, and not what was kept last: {_shown(left)}"]


def counted(acts: Iterable[Act]) -> Counter[str]:
    """How many acts were ``ok``, ``fail`` and ``unknown``."""
    return Counter(act.outcome for act in acts)


def _ended(act: Act) -> float:
    return act.ended


def _shown(content: Content) -> str:
    return "nothing" if content is None else content[:120]
