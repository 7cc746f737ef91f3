"""What was pressed in a tab comes to its end, once, whatever the page sends meanwhile."""

import tomllib
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from diary.ui.presses import Presses
from tests.browser.server import PROJECT


class Overtaken(BaseException):
    """What Streamlit raises in a callback that it drops for something new."""


def test_what_was_pressed_is_done_in_its_order_though_it_was_overtaken() -> None:
    presses, done, hindrances = Presses(), list[str](), [Overtaken, Overtaken]

    def first() -> None:
        if hindrances:
            raise hindrances.pop()
        done.append("first")

    for act in (first, lambda: done.append("second")):
        presses.add(act)
        with pytest.raises(Overtaken):
            presses.finish()
    assert done == []
    presses.finish()
    presses.finish()
    assert done == ["first", "second"]


def test_a_bug_in_what_was_pressed_is_met_once() -> None:
    presses, met = Presses(), list[str]()

    def broken() -> None:
        met.append("a bug")
        raise ZeroDivisionError

    presses.add(broken)
    with pytest.raises(ZeroDivisionError):
        presses.finish()
    presses.finish()
    assert met == ["a bug"]


def test_what_another_run_is_still_at_is_waited_for_and_not_done_twice() -> None:
    presses, done, begun, may_end = Presses(), list[str](), Event(), Event()

    def first() -> None:
        begun.set()
        assert may_end.wait(20)
        done.append("first")

    with ThreadPoolExecutor(2) as runs:
        presses.add(first)
        former = runs.submit(presses.finish)
        assert begun.wait(20)
        presses.add(lambda: done.append("second"))
        later = runs.submit(presses.finish)
        with pytest.raises(TimeoutError):
            later.result(0.2)
        may_end.set()
        former.result(20)
        later.result(20)
    assert done == ["first", "second"]


def test_what_another_run_was_dropped_from_is_done_by_the_one_that_waited() -> None:
    presses, done, begun, may_end = Presses(), list[str](), Event(), Event()

    def first() -> None:
        if not begun.is_set():
            begun.set()
            assert may_end.wait(20)
            raise Overtaken
        done.append("first")

    with ThreadPoolExecutor(2) as runs:
        presses.add(first)
        former = runs.submit(presses.finish)
        assert begun.wait(20)
        later = runs.submit(presses.finish)
        may_end.set()
        with pytest.raises(Overtaken):
            former.result(20)
        later.result(20)
    assert done == ["first"]


def test_one_run_of_a_tab_ends_before_the_next_begins() -> None:
    """Streamlit has them side by side unless told so; the one that ends then takes back presses meant for the other."""
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["runner"]["fastReruns"] is False
