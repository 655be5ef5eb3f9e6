"""Makes tests/data/tz_minimum.csv: from which date on an older release of the IANA data has another offset than the newest.

    python -m venv v && v/bin/python tests/oracles/tz_minimum.py FOLDER

Asks pip for each wheel of PyPI `tzdata` in VERSIONS (kept in FOLDER), and compares every zone, links included, second
by second from FROM to UNTIL. A row (zone, from, release) says: before `release`, the data is wrong from the UTC date
`from` on. A zone that an older release does not have at all is not in the table: without data it is known to be unknown.
"""
import hashlib
import io
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

# In order; the first is only what the changes are counted from.
VERSIONS = """2023.4 2024.1 2024.2 2025.1 2025.2 2025.3 2026.1 2026.2 2026.3 2026.4 2026.5 2026.6""".split()
ROOT = Path(__file__).resolve().parents[2]
UTC = timezone.utc
FROM, UNTIL = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2020, 2036))
# No change of offset that a release corrects lasts less: an hour of difference at a shifted hour of change.
STEP = 1800


class Release:
    def __init__(self, folder, version):
        wheel = next(folder.glob(f"tzdata-{version}-*.whl"), None)
        if wheel is None:
            ask = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, f"tzdata=={version}"]
            subprocess.run(ask, check=True)
            wheel = next(folder.glob(f"tzdata-{version}-*.whl"))
        self.sha = hashlib.sha256(wheel.read_bytes()).hexdigest()
        self.zip = zipfile.ZipFile(wheel)
        about = self.zip.read("tzdata/__init__.py").decode()
        self.name = about.split('IANA_VERSION = "')[1].split('"')[0]
        self.zones = self.zip.read("tzdata/zones").decode().split()

    def data(self, zone):
        return self.zip.read(f"tzdata/zoneinfo/{zone}")


def first_difference(old, new):
    """The UTC date on which two zone files first differ, if they do."""
    old, new = (ZoneInfo.from_file(io.BytesIO(data)) for data in (old, new))
    for at in range(FROM, UNTIL, STEP):
        moment = datetime.fromtimestamp(at, UTC)
        if moment.astimezone(old).utcoffset() != moment.astimezone(new).utcoffset():
            return moment.date()
    return None


def rows(releases, zone):
    """From the newest back: each release that is wrong earlier than all after it asks for the one that follows it."""
    newest, known, least = releases[-1].data(zone), {}, None
    for release, after in reversed(list(zip(releases, releases[1:]))):
        if zone not in release.zones:
            continue
        data = release.data(zone)
        if data == newest:
            continue
        if data not in known:
            known[data] = first_difference(data, newest)
        date = known[data]
        if date is not None and (least is None or date < least):
            least = date
            yield zone, date, after.name


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    releases = [Release(folder, version) for version in VERSIONS]
    print("# From which UTC date on the zone's data is wrong before which IANA release. Made by tests/oracles/tz_minimum.py.")
    for release, version in zip(releases, VERSIONS):
        print(f"# PyPI tzdata {version} (IANA {release.name}), wheel SHA-256 {release.sha}")
    print("zone,from,release")
    for zone in sorted(releases[-1].zones):
        for row in rows(releases, zone):
            print(*row, sep=",")
