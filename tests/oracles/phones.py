"""Makes tests/data/phones.txt from PyPI phonenumbers: how people write numbers, and what they mean.

    python -m venv v && v/bin/pip install phonenumbers==9.0.43
    v/bin/python tests/oracles/phones.py

Each row: text as somebody might write it | default country | E.164 or `-` | valid | region or `-` | line.
`-` in the E.164 column means that the text does not parse or is not a possible number of 7 to 15 digits.
"""
import importlib.metadata
import random
from pathlib import Path

import phonenumbers as p
from phonenumbers import PhoneNumberFormat as F, PhoneNumberType as T

VERSION = "9.0.43"
SHA = "349bc799f15e010e35bd2c7d28149950ae74479cb1e11fb054ed9a95ecb4b437"
COUNTRIES = """US CA FR GB DE IT ES PT BE NL LU CH AT IE DK NO SE FI PL CZ SK HU RO BG GR HR LT LV EE RU KZ UA TR IL AE
ZA NG KE MA DZ TN EG IN PK JP KR CN HK SG AU NZ MX BR AR CL CO RE GP GG JE IM SM PR JM DO""".split()
LINES = {
    T.FIXED_LINE: "fixed", T.MOBILE: "mobile", T.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    T.TOLL_FREE: "toll_free", T.VOIP: "voip", T.UNKNOWN: "unknown",
}
ABROAD = {"US": "011", "CA": "011", "FR": "00", "GB": "00", "DE": "00", "IT": "00", "AU": "0011", "JP": "010"}
random.seed(11)


def written(number, country):
    national = p.format_number(number, F.NATIONAL)
    international = p.format_number(number, F.INTERNATIONAL)
    digits = p.national_significant_number(number)
    code = str(number.country_code)
    yield national, country
    yield international, random.choice(COUNTRIES)
    yield p.format_number(number, F.E164), country
    yield national.replace(" ", ".").replace("-", "."), country
    yield national.replace(" ", "\u00a0"), country
    yield "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in national), country
    yield code + digits, country
    yield f"+{code} (0){digits}", country
    yield f"(+{code}) {digits}", country
    yield digits, country
    home = random.choice(sorted(ABROAD))
    yield f"{ABROAD[home]} {code} {digits}", home
    yield f"\u202a{international}\u202c", country
    yield international.replace("+", "＋").replace("-", "–"), "FR"
    yield national[:-1], country
    yield national + "7", country


def numbers(country):
    for kind in (T.MOBILE, T.FIXED_LINE, T.TOLL_FREE):
        example = p.example_number_for_type(country, kind)
        if example is not None:
            yield example
            text = str(example.national_number)
            for _ in range(1):  # the same range with other digits
                other = text[:-3] + f"{random.randrange(1000):03}"
                made = p.PhoneNumber(country_code=example.country_code, national_number=int(other),
                                     italian_leading_zero=example.italian_leading_zero)
                yield made


def answer(text, country):
    try:
        number = p.parse(text, country)
    except p.NumberParseException:
        return "-", "", "-", "-"
    e164 = p.format_number(number, F.E164)
    if not p.is_possible_number(number) or not 7 <= len(e164) - 1 <= 15 or number.extension:
        return "-", "", "-", "-"
    # A number is stored in E.164 and as nothing else, so what counts is what its E.164 form is read as.
    stored = p.parse(e164, None)
    e164 = p.format_number(stored, F.E164)
    region = p.region_code_for_number(stored)
    if region is None or region == "001":
        region = "-"
    line = LINES.get(p.number_type(stored), "other")
    return e164, "yes" if p.is_valid_number(stored) else "no", region, line


if __name__ == "__main__":
    assert importlib.metadata.version("phonenumbers") == VERSION
    seen = {}
    for country in COUNTRIES:
        for number in numbers(country):
            for text, default in written(number, country):
                seen[(text, default)] = answer(text, default)
    fixed = [("06 12 34 56 78", "FR"), ("(415) 555-2671", "US"), ("+7 812 345 67 89", "RU"), ("8 800 555 35 35", "RU"),
             ("+1 415 555 0123", "FR"), ("020 7946 0018", "GB"), ("07700 900123", "GB"), ("+800 1234 5678", "FR"),
             ("+39 06 698 83712", "IT"), ("0549 886377", "SM"), ("911", "US"), ("+999 12345678", "US"), ("", "FR")]
    seen.update({row: answer(*row) for row in fixed})
    rows = sorted(seen.items())
    keep = [row for row in rows if row[0] in fixed] + random.sample(rows, 2600)
    rows = sorted(set(keep))
    lines = ["# text | default country | E.164 | valid | region | line. Made by tests/oracles/phones.py.",
             f"# Source: PyPI phonenumbers {VERSION}, wheel SHA-256 {SHA}"]
    lines += ["|".join((t, c, *a)) for (t, c), a in rows]
    path = Path(__file__).resolve().parents[1] / "data" / "phones.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(rows), sum(a[0] != "-" for _, a in rows))
