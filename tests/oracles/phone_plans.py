"""Makes tests/data/phone_plans.txt from PyPI phonenumbers: whose number it is, and what kind of line.

    python -m venv v
    v/bin/pip install --target of_the_crate phonenumbers==9.0.33
    v/bin/pip install --target newer phonenumbers==9.0.43
    v/bin/python tests/oracles/phone_plans.py of_the_crate newer

Twice: with the metadata that crate phonenumber carries, and with a newer one, whose answers are given where they
differ. The numbers are asked about digit for digit (nothing is parsed, so no trunk prefix is lost). They are drawn
from both versions' patterns, as they stand or with a digit changed, lost or added.
"""
import json
import random
import re._constants as c
import re._parser as sre
import subprocess
import sys
from pathlib import Path

VERSIONS = {"9.0.33": "ba1d0da52711d5fdda6b2b673b2621fe80774fc5d1b2e5a6ef783396b0343186",
            "9.0.43": "349bc799f15e010e35bd2c7d28149950ae74479cb1e11fb054ed9a95ecb4b437"}
ROWS = 20_000
KINDS = "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail general_desc"


def draw(tree):
    """A string that a pattern of digits matches."""
    out = ""
    for op, arg in tree:
        if op is c.LITERAL:
            out += chr(arg)
        elif op is c.IN:
            out += random.choice([d for d in "0123456789" if any(within(d, item) for item in arg)])
        elif op is c.BRANCH:
            out += draw(random.choice(arg[1]))
        elif op is c.SUBPATTERN:
            out += draw(arg[-1])
        elif op is c.MAX_REPEAT:
            low, high, inner = arg
            out += "".join(draw(inner) for _ in range(random.randint(low, min(high, 15))))
        else:
            raise ValueError(op)
    return out


def within(digit, item):
    op, arg = item
    if op is c.LITERAL:
        return ord(digit) == arg
    if op is c.RANGE:
        return arg[0] <= ord(digit) <= arg[1]
    return (op, arg) == (c.CATEGORY, c.CATEGORY_DIGIT)


def plans():
    import phonenumbers as p
    regions = [p.PhoneMetadata.metadata_for_region(r, None) for r in sorted(p.SUPPORTED_REGIONS)]
    others = [p.PhoneMetadata.metadata_for_nongeo_region(n) for n in sorted(p.COUNTRY_CODES_FOR_NON_GEO_REGIONS)]
    for plan in regions + others:
        kinds = (getattr(plan, kind) for kind in KINDS.split())
        patterns = [kind.national_number_pattern for kind in kinds if kind is not None]
        yield str(plan.country_code), [pattern for pattern in patterns if pattern not in (None, "NA")]


def answers(numbers):
    import phonenumbers as p
    from phonenumbers import PhoneNumberType as T
    lines = {T.FIXED_LINE: "fixed", T.MOBILE: "mobile", T.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
             T.TOLL_FREE: "toll_free", T.VOIP: "voip", T.UNKNOWN: "unknown"}
    for digits in numbers:
        code = next((n for n in (1, 2, 3) if int(digits[:n]) in p.COUNTRY_CODE_TO_REGION_CODE), None)
        if code is None:
            yield "-", "unknown"
            continue
        national = digits[code:]
        zeros = len(national) - len(national[:-1].lstrip("0")) - 1
        number = p.PhoneNumber(country_code=int(digits[:code]), national_number=int(national),
                               italian_leading_zero=zeros > 0 or None, number_of_leading_zeros=zeros or None)
        assert p.national_significant_number(number) == national
        region = p.region_code_for_number(number)
        line = lines.get(p.number_type(number), "other")
        assert p.is_valid_number(number) == (line != "unknown")
        yield "-" if region in (None, "001") else region, line


def asked(path, what, given=None):
    """This script's own answer, in a process that imports one version."""
    command = [sys.executable, __file__, what]
    ran = subprocess.run(command, input=json.dumps(given).encode(), env={"PYTHONPATH": path}, stdout=subprocess.PIPE, check=True)
    return json.loads(ran.stdout)


def spoiled(digits, code):
    at = random.randrange(len(code), len(digits))
    digit = random.choice("0123456789")
    return random.choice([digits[:at] + digit + digits[at + 1:], digits[:at] + digit + digits[at + 1:],
                          digits[:-1], digits + digit, code + digit + digits[len(code):],
                          code + "".join(random.choices("0123456789", k=len(digits) - len(code)))])


def numbers(drawn_from):
    seen = set()
    while len(seen) < ROWS:
        code, patterns = random.choice(drawn_from)
        digits = code + draw(sre.parse(random.choice(patterns)))
        if random.random() < 0.4:
            digits = spoiled(digits, code)
        if 7 <= len(digits) <= 15 and digits[0] != "0":
            seen.add(digits)
    return sorted(seen)


def main(old, new):
    random.seed(23)
    drawn = numbers(asked(old, "plans") + asked(new, "plans"))
    before, after = asked(old, "answers", drawn), asked(new, "answers", drawn)
    lines = ["# `region line: numbers`, region `-` for none; each number in full.",
             "# Made by tests/oracles/phone_plans.py."]
    lines += [f"# Source: PyPI phonenumbers {version}, wheel SHA-256 {sha}" for version, sha in VERSIONS.items()]
    for title, chosen in (("9.0.33", list(zip(drawn, before))),
                          ("9.0.43", [(n, a) for n, b, a in zip(drawn, before, after) if a != b])):
        groups = {}
        for number, answer in chosen:
            groups.setdefault(" ".join(answer), []).append(number)
        lines += [f"[{title}]"] + [f"{answer}: {' '.join(group)}" for answer, group in sorted(groups.items())]
        print(title, len(chosen), sum(a[1] != "unknown" for _, a in chosen))
    path = Path(__file__).resolve().parents[1] / "data" / "phone_plans.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1] == "plans":
        print(json.dumps(list(plans())))
    elif sys.argv[1] == "answers":
        print(json.dumps(list(answers(json.load(sys.stdin)))))
    else:
        main(*sys.argv[1:])
