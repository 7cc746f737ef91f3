"""The judge of F27: it finds what is lost, doubled or risen from the dead, and nothing where all is well."""

from dataclasses import replace
from random import Random

import pytest

from tests.faults.explain import RESTORED, Act, Content, Outcome, Place, Version, contradictions

DAY: Place = ("anna", "2026-11-20")


def write(content: Content, at: float, revision: int | None = None, outcome: Outcome = "ok") -> Act:
    return Act("write", DAY, content, outcome, at, at + 1, revision)


def read(content: Content, at: float, revision: int | None = None) -> Act:
    return Act("read", DAY, content, "ok", at, at + 1, revision)


def keep(content: Content, at: float, outcome: Outcome = "ok") -> Act:
    return Act("keep", DAY, content, outcome, at, at + 1)


def kept(*contents: Content) -> list[Version]:
    return [Version(DAY, number, content) for number, content in enumerate(contents, 1)]


def told(acts: list[Act], versions: list[Version], typed: str | None = None) -> str:
    return "\n".join(contradictions(acts, versions, {} if typed is None else {DAY: typed}))


STORY = [
    write("tea", 0, 1),
    read("tea", 2, 1),
    write("coffee", 4, 2),
    write("milk", 4.5, outcome="fail"),
    write(None, 6, 3),
    read(None, 8),
    write("coffee", 10),
    write("soup", 12, outcome="unknown"),
    write("soup", 14, 5),
]
CHAIN = kept("tea", "coffee", None, "coffee", "soup")


def test_a_story_that_holds_together_has_no_contradiction() -> None:
    assert told(STORY, CHAIN) == ""


def test_an_unknown_write_may_be_there_or_not() -> None:
    unknown = write("soup", 12, outcome="unknown")
    assert told([unknown], []) == ""
    assert told([unknown], kept("soup")) == ""


def test_a_lost_write_is_found() -> None:
    assert "acknowledged, but not kept: soup" in told(STORY, CHAIN[:-1])


def test_a_write_that_another_took_the_place_of_silently_is_found() -> None:
    both = [write("tea", 0, 1), write("coffee", 0, 1)]
    assert "acknowledged, but not kept" in told(both, kept("coffee"))


def test_a_doubled_write_is_found() -> None:
    assert "kept as revision 2, but by no write: tea" in told([write("tea", 0, 1)], kept("tea", "tea"))
    assert "by no write" in told([write("tea", 0, outcome="unknown")], kept("tea", "tea"))


def test_a_refused_write_that_is_there_all_the_same_is_found() -> None:
    assert "by no write: milk" in told([*STORY, write("milk", 20, outcome="fail")], [*CHAIN, Version(DAY, 6, "milk")])


def test_a_half_written_day_is_found() -> None:
    assert "by no write: sou" in told(STORY, kept("tea", "coffee", None, "coffee", "sou"))


def test_a_deleted_day_that_rises_again_is_found() -> None:
    deleted = [write("tea", 0, 1), write(None, 2, 2)]
    assert told(deleted, kept("tea", None)) == ""
    assert "by no write: tea" in told(deleted, kept("tea", None, "tea"))
    assert "acknowledged, but not kept: nothing" in told(deleted, kept("tea"))
    assert "read at revision 1 after 2" in told([*deleted, read("tea", 4, 1)], kept("tea", None))


def test_a_day_put_back_is_what_it_was_when_it_was_deleted() -> None:
    acts = [write("tea", 0, 1), write(None, 2, 2), write(RESTORED, 4)]
    assert told(acts, kept("tea", None, "tea")) == ""
    assert "by no write: soup" in told(acts, kept("tea", None, "soup"))
    assert "by no write: tea" in told(acts, kept("tea", None, "tea", "tea"))
    assert "acknowledged, but not kept" in told(acts, kept("tea", None))


def test_a_hole_in_the_chain_is_found() -> None:
    assert "are no chain" in told(STORY, [CHAIN[0], *CHAIN[2:]])
    assert "are no chain" in told(STORY, [*CHAIN, CHAIN[-1]])


def test_a_stale_read_is_found() -> None:
    acts = [write("tea", 0, 1), write("coffee", 2, 2)]
    assert told([*acts, read("tea", 2.5, 1)], kept("tea", "coffee")) == "", "it may have been read before the write"
    assert "read at revision 1 after 2" in told([*acts, read("tea", 4, 1)], kept("tea", "coffee"))
    assert "read at revision None after 2: nothing" in told([*acts, read(None, 4)], kept("tea", "coffee"))


def test_what_nobody_wrote_is_not_read() -> None:
    assert "read at revision 1" in told([write("tea", 0, 1), read("toffee", 2, 1)], kept("tea"))


def test_a_later_write_below_an_earlier_one_is_found() -> None:
    acts = [write("tea", 0, 2), write("coffee", 5, 1)]
    assert "revision 1 was written after 2" in told(acts, kept("coffee", "tea"))


@pytest.mark.parametrize(
    ("acts", "left", "fine"),
    [
        ([], None, True),
        ([], "tea", False),
        ([keep("tea", 0)], "tea", True),
        ([keep("tea", 0)], None, False),
        ([keep("tea", 0), keep("coffee", 2)], "tea", False),
        ([keep("tea", 0), keep("coffee", 0.5)], "tea", True),
        ([keep("tea", 0), keep("coffee", 2, "unknown")], "tea", True),
        ([keep("tea", 0), keep("coffee", 2, "unknown")], "coffee", True),
        ([keep("tea", 0), keep(None, 2)], None, True),
        ([keep("tea", 0), keep(None, 2)], "tea", False),
    ],
)
def test_of_typed_texts_the_last_one_is_left(acts: list[Act], left: str | None, fine: bool) -> None:
    assert (told(acts, [], left) == "") == fine


def test_what_was_done_to_one_day_explains_no_other() -> None:
    other = ("bela", "2026-11-20")
    assert "by no write: tea" in told([write("tea", 0, 1)], [*kept("tea"), Version(other, 1, "tea")])


def _true_story(chance: Random) -> tuple[list[Act], list[Version]]:
    """Acts on a day as they go when all is well, with outcomes lost at random."""
    acts, chain, at = [], kept(), 0.0
    for number in range(40):
        at += 2
        content = None if chain and chain[-1].content and chance.random() < 0.2 else f"text {number}"
        told_where = len(chain) + 1 if chance.random() < 0.7 else None
        done = chance.random()
        if done < 0.7:
            chain.append(Version(DAY, len(chain) + 1, content))
            acts.append(write(content, at, told_where, "ok" if done < 0.55 else "unknown"))
        else:
            acts.append(write(content, at, outcome="fail" if done < 0.85 else "unknown"))
        if chance.random() < 0.3 and chain:
            acts.append(read(chain[-1].content, at + 1.5, len(chain)))
    return acts, chain


@pytest.mark.parametrize("seed", range(20))
def test_every_spoiled_end_of_a_true_story_is_found(seed: int) -> None:
    acts, chain = _true_story(Random(seed))
    acts.append(write("the last", 100, len(chain) + 1))
    chain = [*chain, Version(DAY, len(chain) + 1, "the last")]
    assert contradictions(acts, chain, {}) == []
    last = chain[-1]
    spoiled = {
        "lost": chain[:-1],
        "doubled": [*chain, replace(last, revision=last.revision + 1)],
        "changed": [*chain[:-1], replace(last, content="the lost")],
        "deleted": [*chain, Version(DAY, last.revision + 1, "text -1")],
    }
    for kind, wrong in spoiled.items():
        assert contradictions(acts, wrong, {}), kind
