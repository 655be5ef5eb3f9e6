"""Writes the holidays of PyPI `holidays`, 2020 to 2035, for the calendars that the rule book has too.

    pip install holidays==0.109
    python tests/oracles/law_holidays.py > tests/data/law_holidays.csv
"""
import hashlib
import pathlib

import holidays

YEARS = range(2020, 2036)
CALENDARS = [
    ("US-FEDERAL", "US", None),
    ("US-AL", "US", "AL"),
    ("US-MS", "US", "MS"),
    ("US-PA", "US", "PA"),
    ("US-LA", "US", "LA"),
    ("US-RI", "US", "RI"),
    ("US-UT", "US", "UT"),
    ("FR", "FR", None),
    ("FR-ALSACE-MOSELLE", "FR", "57"),
    ("FR-971", "FR", "971"),
    ("FR-972", "FR", "972"),
    ("FR-973", "FR", "973"),
    ("FR-974", "FR", "974"),
    ("FR-976", "FR", "976"),
    ("FR-BL", "FR", "BL"),
    ("FR-MF", "FR", "MF"),
    ("ZA", "ZA", None),
]

source = hashlib.sha256()
for name in ("united_states", "france", "south_africa"):
    source.update(pathlib.Path(holidays.__file__).parent.joinpath("countries", f"{name}.py").read_bytes())
print(f"# PyPI holidays {holidays.__version__}, MIT; sha256 of its countries/united_states.py, france.py and")
print(f"# south_africa.py one after the other: {source.hexdigest()}")
print("calendar,date,name")
for calendar, country, part in CALENDARS:
    days = holidays.country_holidays(country, subdiv=part, years=YEARS, language="en_US" if country != "ZA" else None)
    for date in sorted(days):
        if date.year in YEARS:
            print(f'{calendar},{date},"{days[date]}"')
