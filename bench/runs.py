"""What a run of a page costs the server: against the floor, against Flask, over few and over many rows."""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from statistics import median

from streamlit.logger import set_log_level
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest

from bench import rounds
from bench.aims import AIMS, Found
from bench.rounds import Act, Block, Figure
from bench.servers import FlaskServer, Servers, get
from bench.session import Answer, Session
from tests.browser.server import PROJECT, DiaryServer
from tests.builders import statements

PAGES = {
    "Today": ("", ""),
    "Timeline": ("timeline", ""),
    "Search": ("timeline", "q=rain"),
    "Calendar": ("timeline", "view=calendar"),
    "Year": ("year", ""),
    "Moods": ("moods", ""),
    "Moods over ten years": ("moods", "period=all"),
    "Settings": ("settings", ""),
}
FIXED = ("Today", "Timeline", "Calendar", "Moods")  # pages that show a fixed number of days
DAYS = 20  # on a page of the timeline
WHOLE = ", whole"
LABELS = {"": "floor: empty page", "show=20": "floor: 20 cards", "show=50": "floor: 50 cards"}  # by the query


def rerun(tab: Session, part: str = "") -> float:
    """The seconds of one more run, of a ``part`` of the page or of all. Raises AssertionError where it fails."""
    answer = tab.run(part)
    kinds = {message.delta.new_element.WhichOneof("type") for message in answer.messages}
    assert "exception" not in kinds, answer.texts
    return answer.seconds


def first_run(base: str, page: str = "", query: str = "") -> float:
    """The seconds until a new session has its page."""
    with Session(base, page, query) as tab:
        return tab.connecting + rerun(tab)


def pages(servers: Servers, found: Found) -> None:
    """P1, P3, P9, P10 and the cost of each page against an empty one.

    A page of the diary runs again in part where something on it is used, Today where a mood is chosen; what all of it
    would cost is told beside.
    """
    diary, floor, flask = servers.many, servers.floor, servers.flask
    with ExitStack() as stack:
        tabs = {name: stack.enter_context(Session(floor.url, query=name)) for name in LABELS}
        tabs |= {name: stack.enter_context(Session(diary.url, *where)) for name, where in PAGES.items()}
        for tab in tabs.values():
            rerun(tab)
        first = {name: tab.last for name, tab in tabs.items()}  # a rerun leaves out what the browser has already
        acts: dict[str, Act] = {name: partial(rerun, tab, first[name].part) for name, tab in tabs.items()}
        acts |= {f"{name}{WHOLE}": partial(rerun, tabs[name]) for name in PAGES if first[name].part}
        http = flask.open()
        acts |= {path: partial(get, http, path) for path in ("/timeline?n=20", "/stats", "/search?q=rain")}
        blocks = rounds.blocks(acts, 24, 4, {name: _server(name, servers).pid for name in acts})
        again = {name: last_of(act, tabs[name.removesuffix(WHOLE)]) for name, act in acts.items() if name[:1] != "/"}
    figures = found.figures
    figures["P1"] = rounds.ratio(blocks["Timeline"], blocks["show=20"])
    figures["P3"] = rounds.cpu_ratio(blocks["Timeline"], blocks["/timeline?n=20"])
    figures["P9a"] = Figure(len(again["Timeline"].messages))
    figures["P9b"] = Figure(round(bytes_for_days(first["Timeline"]) / DAYS / 1000, 3), 0.02)
    figures["P10a"] = rounds.ratio(blocks["Moods over ten years"], blocks["/stats"])
    figures["P10b"] = Figure(points(first["Moods over ten years"]))
    for name in PAGES.keys() & AIMS.keys():
        figures[name] = rounds.ratio(blocks[name], blocks[""])
    asked = queries(diary.env)
    for name, done in blocks.items():
        page = name.removesuffix(WHOLE)
        size = sent(first[page], again[name]) if page in first else ["", "", ""]
        label = LABELS.get(name, name.replace("/", "Flask: /", 1))
        found.pages.append([label, *cost(done, blocks[""]), *size, str(asked.get(page, ""))])


def _server(name: str, servers: Servers) -> DiaryServer | FlaskServer:
    """The server that answers what is called ``name``."""
    if name.startswith("/"):
        return servers.flask
    return servers.floor if name in LABELS else servers.many


def last_of(act: Act, tab: Session) -> Answer:
    """What ``tab`` hears when ``act`` is done once more."""
    act()
    return tab.last


def cost(done: Sequence[Block], empty: Sequence[Block]) -> list[str]:
    """Milliseconds and CPU of a run, and how many times those of an empty page that is."""
    wall, cpu = median(block.typical for block in done), median(block.cpu for block in done)
    times, times_cpu = rounds.ratio(done, empty), rounds.cpu_ratio(done, empty)
    return [f"{1000 * wall:.1f}", f"{times.value:.2f}", f"{1000 * cpu:.1f}", f"{times_cpu.value:.2f}"]


def sent(first: Answer, again: Answer) -> list[str]:
    """How many messages a rerun sends, and kB of a first run and of a rerun."""
    return [str(len(again.messages)), f"{first.size / 1000:.1f}", f"{again.size / 1000:.1f}"]


def bytes_for_days(answer: Answer) -> int:
    """The size of the page of days, from the heading of its first month on."""
    shown = "".join(map(html_of, answer.messages))
    return len(shown[shown.index('<header class="chapter">') :].encode())


def html_of(message: ForwardMsg) -> str:
    return message.delta.new_element.html.body


def points(answer: Answer) -> int:
    """How many points the charts of a page are drawn from."""
    specs = [message.delta.new_element.plotly_chart.spec for message in answer.messages]
    traces = [trace for spec in filter(None, specs) for trace in json.loads(spec)["data"]]
    return sum(len(trace["x"]) for trace in traces)


def queries(env: Mapping[str, str]) -> dict[str, int]:
    """How many queries a rerun of each page makes, by Streamlit's own test driver on the same rows."""
    os.environ |= {name: env[name] for name in ("DATABASE_URL", "DIARY_PHOTOS")}
    set_log_level("error")  # it is no page of a server, of which each run would warn
    counted = {}
    for name, (path, query) in PAGES.items():
        app = AppTest.from_file(str(PROJECT / "diary" / "ui" / "shell.py"), default_timeout=60).run()
        if path:
            app.switch_page(f"../../pages/{path}.py")
        for one in filter(None, query.split("&")):
            app.query_params.update([(one.partition("=")[0], one.partition("=")[2])])
        app.run()
        with statements() as seen:
            app.run()
        assert not app.exception, app.exception
        counted[name] = sum(statement.lstrip().startswith("SELECT") for statement in seen)
    return counted


def first_runs(servers: Servers, found: Found) -> None:
    """P2, and the page itself, which the run comes after."""
    acts: dict[str, Act] = {
        "diary": partial(first_run, servers.many.url, "timeline"),
        "page": partial(get, HTTPConnection("127.0.0.1", servers.many.port), "/timeline"),
        "flask": partial(get, servers.flask.open(), "/timeline?n=20"),
    }
    blocks = rounds.blocks(acts, 24, 3)
    found.figures["P2"] = rounds.ratio(blocks["diary"], blocks["flask"])
    found.figures["Sent"] = rounds.ratio(blocks["page"], blocks["flask"])


def sizes(servers: Servers, found: Found) -> None:
    """P11."""
    kinds = {
        "SQLite": (servers.few, servers.many),
        "PostgreSQL": (servers.postgres_few, servers.postgres_many),
    }
    with ExitStack() as stack:
        acts: dict[str, Act] = {}
        for kind, both in kinds.items():
            for page in FIXED:
                for size, server in zip(("few", "many"), both, strict=True):
                    tab = stack.enter_context(Session(server.url, *PAGES[page]))
                    rerun(tab)
                    acts[f"{page}, {kind}, {size}"] = partial(rerun, tab, tab.last.part)
        blocks = rounds.blocks(acts, 30, 3)
    for kind in kinds:
        for page in FIXED:
            name = f"{page}, {kind}"
            found.figures[f"P11: {name}"] = rounds.ratio(blocks[f"{name}, many"], blocks[f"{name}, few"])
