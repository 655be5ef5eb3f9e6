"""Makes tests/data/place_numbers.txt: what PyPI phonenumbers itself says of every area code and country code, and
in which state PyPI zipcodes has most ZIP codes of an area code (the generator takes states from phonenumbers).

    python -m venv v && v/bin/pip install phonenumbers==9.0.43 zipcodes==3.0.0
    v/bin/python tests/oracles/place_numbers.py

Our table is made with corrections and additions; this one has none, so the test that compares them lists each.
"""
import importlib.metadata
from collections import Counter, defaultdict
from pathlib import Path

import phonenumbers as p
import zipcodes
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

VERSION = "9.0.43"
SHA = "349bc799f15e010e35bd2c7d28149950ae74479cb1e11fb054ed9a95ecb4b437"


def union(prefix):
    return {z for row, names in TIMEZONE_DATA.items() if row.startswith(prefix) for z in names}


if __name__ == "__main__":
    assert importlib.metadata.version("phonenumbers") == VERSION
    lines = ["# Made by tests/oracles/place_numbers.py.",
             f"# Source: PyPI phonenumbers {VERSION}, wheel SHA-256 {SHA}",
             "# npa | area code | name by the geocoder | zones of all its prefixes"]
    for n in range(200, 1000):
        if zones := union(f"1{n}"):
            name = (GEOCODE_DATA.get(f"1{n}") or {}).get("en", "")
            lines.append(f"npa|{n}|{name}|{','.join(sorted(zones))}")
    states = defaultdict(Counter)
    for row in zipcodes.list_all():
        for code in row["area_codes"]:
            states[code][row["state"]] += 1
    lines.append("# state | area code | the state with most of its ZIP codes; PyPI zipcodes 3.0.0, wheel SHA-256 "
                 "862d8f6b6b82b50f5268ae2651cf08af1892526ea929fbe658d3872ebe395b1a")
    for code, counts in sorted(states.items()):
        if sum(counts.values()) >= 10:
            lines.append(f"state|{code}|{counts.most_common(1)[0][0]}")
    lines.append("# cc | country code | regions | zones of all its prefixes")
    for code in sorted(REGIONS):
        if code != 1:
            lines.append(f"cc|{code}|{','.join(REGIONS[code])}|{','.join(sorted(union(str(code))))}")
    lines.append("# number | an example of each region and kind | the region libphonenumber gives it")
    for region in sorted(p.SUPPORTED_REGIONS):
        for kind in (p.PhoneNumberType.FIXED_LINE, p.PhoneNumberType.MOBILE):
            number = p.example_number_for_type(region, kind)
            if number is not None:
                e164 = p.format_number(number, p.PhoneNumberFormat.E164)
                found = p.region_code_for_number(p.parse(e164, None))
                lines.append(f"number|{e164}|{found}")
    path = Path(__file__).resolve().parents[1] / "data" / "place_numbers.txt"
    path.write_text("\n".join(dict.fromkeys(lines)) + "\n", encoding="utf-8")
