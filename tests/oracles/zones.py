"""Makes src/place/data/zones.txt (names) and tests/data/place_offsets.txt (offsets), from PyPI tzdata by zoneinfo.

    python -m venv v && v/bin/pip install tzdata==2026.5
    v/bin/python tests/oracles/zones.py
"""
import importlib.metadata
import importlib.resources
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

VERSION, RELEASE = "2026.5", "2026e"
SHA = "b683bd1b6659ddcd810ff02ad09ba821d4bf1065072805063eb35c49617905ac"
ROOT = Path(__file__).resolve().parents[2]
UTC = timezone.utc
FROM, UNTIL = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2020, 2036))
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2010, 2046))
STEP = 6 * 3600
random.seed(13)


def offset(info, at):
    return int(datetime.fromtimestamp(at, info).utcoffset() / timedelta(seconds=1))


def changes(info):
    """Every change of offset in FROM..UNTIL, to the second."""
    at, old = FROM, offset(info, FROM)
    yield FROM, old
    while at < UNTIL:
        ahead = min(at + STEP, UNTIL)
        new = offset(info, ahead)
        if new != old:
            low, high = at, ahead
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(info, middle) == old else (low, middle)
            if high < UNTIL:
                yield high, new
        at, old = ahead, new


if __name__ == "__main__":
    assert importlib.metadata.version("tzdata") == VERSION
    reset_tzpath([])
    package = importlib.resources.files("tzdata")
    names = sorted((package / "zones").read_text().split())
    source = f"PyPI tzdata {VERSION} (IANA {RELEASE}), wheel SHA-256 {SHA}"
    lines = [
        "# Names of IANA time zones, links included, sorted by byte. Made by tests/oracles/zones.py.",
        f"# Source: {source}, file `tzdata/zones`",
    ]
    (ROOT / "src/place/data/zones.txt").write_text("\n".join(lines + names) + "\n")

    alike = {}
    for name in names:
        alike.setdefault((package / "zoneinfo").joinpath(*name.split("/")).read_bytes(), []).append(name)
    rows = {}
    for group in alike.values():
        listed = tuple(changes(ZoneInfo(group[0])))
        rows.setdefault(listed, []).extend(group)
    lines = [
        "# Offsets from UTC by Python's zoneinfo. Made by tests/oracles/zones.py.",
        f"# Source: {source}",
        f"# zones | unix:offset of each stretch that begins in {FROM}..{UNTIL}; the first holds from {FROM}.",
    ]
    lines += sorted(f"{','.join(sorted(z))}|{','.join(f'{at}:{to}' for at, to in listed)}" for listed, z in rows.items())
    lines += ["# zone | instant | offset, at random from 2010 to 2045"]
    for _ in range(4000):
        name, at = random.choice(names), random.randrange(FIRST, LAST)
        lines.append(f"{name}|{at}|{offset(ZoneInfo(name), at)}")
    (ROOT / "tests/data/place_offsets.txt").write_text("\n".join(lines) + "\n")
