"""A lean diary of Flask, Jinja and the bare driver: what a page costs that is written for its one purpose.

BENCH_FILE=diary.db python -m bench.reference.flask_app PORT
"""

import logging
import sys

from flask import Flask, render_template_string, request
from waitress import serve

from bench.reference import rows

PAGE = """<!doctype html><meta charset=utf-8><title>Diary</title>
<style>body{font:16px system-ui;max-width:60rem;margin:auto}
.card{display:flex;gap:12px;padding:8px;border-bottom:1px solid #ddd;content-visibility:auto;
contain-intrinsic-size:auto 112px}.card img{border-radius:6px;background:#eee}</style><h1>{{title}}</h1>
<nav><a href="/timeline">Timeline</a> <a href="/stats">Mood</a>
{% for m in ("calm", "happy", "sad") %}<a class="f-{{m}}" href="/timeline?n={{n}}&mood={{m}}">{{m}}</a> {% endfor %}
<form action="/search"><input name=q></form></nav>
<div class=list data-mood="{{mood}}">{% for day, mood, song, artist, cover, note in rows %}<div class=card>
<img loading=lazy width=96 height=96 src="{{cover}}" alt=""><div><b>{{day}}</b> · {{mood}} · {{song}} — {{artist}}
<p>{{note}}</p></div></div>{% endfor %}</div>
{% if svg %}<svg class=chart viewBox="0 0 1000 240">{% for x, y in svg %}<circle cx="{{x}}" cy="{{y}}" r="2"/>
{% endfor %}</svg>
<table>{% for month, count, mean in months %}<tr><td>{{month}}<td>{{count}}<td>{{mean}}{% endfor %}</table>{% endif %}
{% if rows %}<a href="/timeline?n={{n}}&before={{rows[-1][0]}}">older</a>{% endif %}"""
MOODS = """
FROM entries e JOIN moods m ON m.owner_id = e.owner_id AND m.id = e.mood_id
WHERE e.owner_id = 'local' AND e.deleted_at IS NULL
"""
app = Flask(__name__)


@app.get("/timeline")
def timeline() -> str:
    """The newest days, of one mood when it is asked for."""
    count, mood = int(request.args.get("n", 20)), request.args.get("mood", "")
    return render_template_string(PAGE, title="Timeline", rows=rows.newest(count, mood), n=count, mood=mood)


@app.get("/stats")
def stats() -> str:
    """A dot for every day, and the mean of every month."""
    query = rows.connection().execute
    days = query(f"SELECT m.valence {MOODS} ORDER BY e.day").fetchall()
    svg = [(round(1000 * n / len(days), 1), round(120 - 100 * day[0], 1)) for n, day in enumerate(days)]
    month = "substr(e.day, 1, 7)"
    months = query(f"SELECT {month}, count(*), round(avg(m.valence), 3) {MOODS} GROUP BY {month}").fetchall()
    return render_template_string(PAGE, title="Mood", rows=[], svg=svg, months=months, n=20, mood="")


@app.get("/search")
def search() -> str:
    """The newest days with a word in them."""
    found = rows.newest(20, text=request.args.get("q", ""))
    return render_template_string(PAGE, title="Search", rows=found, n=20, mood="")


if __name__ == "__main__":
    logging.getLogger("waitress").setLevel(logging.ERROR)  # it tells whenever somebody waits
    serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=4, _quiet=True)
