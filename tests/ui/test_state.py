"""What a tab remembers between the runs of its page."""

import pytest

from diary.ui.state import Tab


class Overtaken(BaseException):
    """What Streamlit raises in a callback that it drops for something new."""


def test_what_was_pressed_is_done_in_its_order_though_it_was_overtaken() -> None:
    tab, done, hindrances = Tab(), list[str](), [Overtaken, Overtaken]

    def first() -> None:
        if hindrances:
            raise hindrances.pop()
        done.append("first")

    for act in (first, lambda: done.append("second")):
        with pytest.raises(Overtaken):
            tab.do(act)
    assert done == []
    tab.finish()
    tab.finish()
    assert done == ["first", "second"]


def test_a_bug_in_what_was_pressed_is_met_once() -> None:
    tab = Tab()
    with pytest.raises(ZeroDivisionError):
        tab.do(lambda: divmod(1, 0))
    tab.finish()
    assert tab.unfinished == []
