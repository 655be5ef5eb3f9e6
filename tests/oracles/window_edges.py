"""Makes tests/data/law_edges.txt: when six windows are open around every clock change of every zone, 2020 to 2035.

    python -m venv v && v/bin/pip install tzdata==2026.5
    v/bin/python tests/oracles/window_edges.py            # the table
    v/bin/python tests/oracles/window_edges.py Asia/Gaza  # the lines behind one zone's digest, to standard output

Every minute's face is asked of zoneinfo; nothing is computed from offsets. The strict rule: an opening that occurs
twice opens the second time, a closing that occurs twice closes the first time, and an edge that never occurs acts
at the first minute whose face is past it.

A line is `change window stretches`: the change's Unix time, the window, and from a day before to a day after the
change, cut off at both, each open stretch as `from-to` in minutes from the change. A zone without a change has
lines for 2026-07-01T00:00Z. A zone's digest is the SHA-256 of its lines, each with its line end.
"""
import hashlib
import importlib.metadata
import importlib.resources
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

VERSION, RELEASE = "2026.5", "2026e"
UTC = timezone.utc
FROM, UNTIL = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2020, 2036))
QUIET = int(datetime(2026, 7, 1, tzinfo=UTC).timestamp())
WINDOWS = ["08:00-20:00", "09:00-21:00", "10:00-21:30", "21:00-02:00", "01:30-02:30", "00:00-03:00"]
WHOLE = ["America/New_York", "America/Havana", "America/Nuuk", "Africa/Casablanca", "Asia/Gaza",
         "Australia/Lord_Howe", "Europe/Paris", "Pacific/Chatham", "Antarctica/Troll"]
DAY = 1440


def face(info, minute):
    """What the clock shows at a minute since 1970: its date's ordinal and minute of the day, as one number."""
    shown = datetime.fromtimestamp(minute * 60, info)
    assert shown.second == 0
    return shown.toordinal() * DAY + shown.hour * 60 + shown.minute


def changes(info):
    """The minutes at which the clock is turned, each found by looking at every minute of its day."""
    found = []
    for day in range(FROM // 60, UNTIL // 60, DAY):
        if face(info, day + DAY) - face(info, day) == DAY and face(info, day + DAY // 2) - face(info, day) == DAY // 2:
            continue
        found += [m for m in range(day + 1, day + DAY + 1) if face(info, m) != face(info, m - 1) + 1]
    return found


def stretches(faces, start, window):
    """Open stretches [from, to) as minutes since 1970. `faces` holds the face of each minute from `start` on."""
    opens, closes = (int(t[:2]) * 60 + int(t[3:]) for t in window.split("-"))
    if closes <= opens:
        closes += DAY
    shown = {}
    for i, f in enumerate(faces):
        shown.setdefault(f, []).append(i)

    def acts(edge, last):
        if edge in shown:
            return shown[edge][-1 if last else 0]
        return next((i for i, f in enumerate(faces) if f > edge), len(faces))

    is_open = [False] * len(faces)
    for day in range(min(faces) // DAY - 1, max(faces) // DAY + 1):
        a, b = acts(day * DAY + opens, True), acts(day * DAY + closes, False)
        for i in range(a, b):
            is_open[i] = True
    edges = [i for i in range(1, len(faces)) if is_open[i] != is_open[i - 1]]
    if is_open[0]:
        edges.insert(0, 0)
    if len(edges) % 2:
        edges.append(len(faces))
    return [(start + a, start + b) for a, b in zip(edges[::2], edges[1::2])]


def lines(name):
    info = ZoneInfo(name)
    for change in changes(info) or [QUIET // 60]:
        start = change - 4 * DAY
        faces = [face(info, m) for m in range(start, change + 4 * DAY)]
        for window in WINDOWS:
            cut = [(max(a, change - DAY), min(b, change + DAY)) for a, b in stretches(faces, start, window)]
            shown = ",".join(f"{a - change}-{b - change}" for a, b in cut if a < b)
            yield f"{change * 60} {window} {shown}"


if __name__ == "__main__":
    assert importlib.metadata.version("tzdata") == VERSION
    reset_tzpath([])
    if sys.argv[1:]:
        print("\n".join(lines(sys.argv[1])))
        sys.exit()
    package = importlib.resources.files("tzdata")
    alike = {}
    for name in sorted((package / "zones").read_text().split()):
        alike.setdefault((package / "zoneinfo").joinpath(*name.split("/")).read_bytes(), []).append(name)
    digests, counts, whole = {}, {}, []
    for group in alike.values():
        text = list(lines(group[0]))
        digest = hashlib.sha256("".join(line + "\n" for line in text).encode()).hexdigest()
        digests.setdefault(digest, []).extend(group)
        counts[digest] = len(text)
        whole += [f"{name} {line}" for name in WHOLE if name in group for line in text]
    out = ["# When windows are open around clock changes, by Python's zoneinfo. Made by tests/oracles/window_edges.py,",
           f"# which says what the lines mean. Source: PyPI tzdata {VERSION} (IANA {RELEASE}).",
           "# zones | number of lines | their digest"]
    out += sorted(f"{','.join(sorted(zones))}|{counts[d]}|{d}" for d, zones in digests.items())
    out += ["# The lines of a few zones: zone change window stretches"]
    out += sorted(whole, key=lambda line: (line.split()[0], int(line.split()[1])))
    path = Path(__file__).resolve().parents[1] / "data" / "law_edges.txt"
    path.write_text("\n".join(out) + "\n")
