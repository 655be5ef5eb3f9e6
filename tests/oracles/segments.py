"""Writes tests/data/segments.tsv: what other people's libraries count for some 3,000 texts; and, of them,
tests/data/segments_mixed.txt: what they count for 100,000 texts that are cut out of two of those.

    python3 -m venv DIR/venv && DIR/venv/bin/pip install smsutil==1.1.3
    npm install --prefix DIR sms-segments-calculator@1.3.0 split-sms@0.1.7
    DIR/venv/bin/python tests/oracles/segments.py DIR > tests/data/segments.tsv
    DIR/venv/bin/python tests/oracles/segments.py DIR mixed > tests/data/segments_mixed.txt

Standard counting is smsutil's, and split-sms must agree;
grapheme counting is sms-segments-calculator's. Both must agree on encoding and units.
"""

import hashlib
import json
import pathlib
import random
import subprocess
import sys

import smsutil

ASCII = [chr(c) for c in range(0x20, 0x7F) if chr(c) not in "^{}\\[~]|`"]
FRENCH = list("àéèùÉÇçêâîôûëïœ’«»")
GSM = list("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r")
EXTENSION = list("\f^{}\\[~]|€")
CJK = list("北京上海你好日本語東京한국어가각힣") + ["\u1112\u1161\u11ab", "\u1100\u1161", "\u11a8"]
EMOJI = list("😀🌸🎁❤✨☀⚡👩👦🧑💻✈🎨") + [
    "👩‍👩‍👧‍👦", "👨‍👩‍👧", "👍🏽", "👋🏿", "🤦🏽‍♀️", "❤️", "❤️‍🔥", "🏳️‍🌈", "👩🏾‍💻", "1️⃣", "#️⃣", "☎️",
    "🇫🇷", "🇨🇦", "🇬🇧🇺🇸", "\U0001f1eb", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏽", "\u200d", "\ufe0f",
]
MARKS = ["e\u0301", "o\u0302\u0323", "\u0301", "\u0308", "नि", "क्ष", "กำ", "ที่", "ท", "مرحبا", "\u0600", "\u0601١", "எ\u0bcd", "\u200b", "\u00ad"]
# Anything: the rarer scripts with their marks, jamo, controls, unassigned code points.
ANY = [chr(c) for c in random.Random(1).sample([*range(0xA0, 0xD800), *range(0xE000, 0xFFFE), *range(0x10000, 0x20000)], 6000)]
ANY += [chr(c) for c in range(0x900, 0xE00)] + [chr(c) for c in range(0x1100, 0x1200)]
LINES = ["\n", "\r\n", "\r", "\n\n"]
EDGES = [0, 1, 66, 67, 68, 69, 70, 71, 133, 134, 135, 136, 152, 153, 154, 159, 160, 161, 201, 305, 306, 307]


def near(random, pool, extra):
    """A text whose length is around an edge: mostly `pool`, now and then `extra`."""
    length = random.choice(EDGES)
    share = random.choice([0, 0.02, 0.1, 0.5])
    text = ""
    while len(text) < length:
        text += random.choice(extra if random.random() < share else pool)
    return text


def fixed():
    """Every boundary, straight and with a pair across it."""
    yield ""
    for n in EDGES[1:]:
        for char in ["x", "é", "ç", "€", "字", "😀", "\r\n"]:
            yield char * n
            yield "x" * (n - 1) + char
            yield "x" * (n - 1) + char + "y" * 100
    for start in range(60, 71):
        for cluster in ["👩‍👩‍👧‍👦", "👍🏽", "🇫🇷", "e\u0301", "1️⃣", "\r\n", "👍\ufe0f🏽", "👍\ufe0f\ufe0f🏽", "👩\ufe0f\u200d👩🏽", "🇫🇷\u0301\u0301"]:
            yield "ж" * start + cluster + "ж" * 60


def texts(random, count):
    pools = [ASCII, ASCII + FRENCH, GSM + ASCII, CJK, EMOJI, MARKS + ASCII, CJK + EMOJI + MARKS, ANY, ANY + EMOJI]
    extras = [EXTENSION, FRENCH, EMOJI, MARKS, LINES, CJK, EXTENSION + EMOJI + MARKS + LINES]
    seen = set(fixed())
    yield from dict.fromkeys(fixed())
    while count:
        text = near(random, random.choice(pools), random.choice(extras))
        if text not in seen:
            seen.add(text)
            count -= 1
            yield text


MIXED = 100_000
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def mixed():
    """The head of one text of the table and the tail of another, drawn by a generator that tests can follow."""
    table = pathlib.Path(__file__).parent.parent / "data/segments.tsv"
    rows = table.read_text(encoding="utf-8").split("\n")
    known = [json.loads(row.split("\t")[4]) for row in rows if row and not row.startswith("#")]
    state = 20261122

    def draw(below):
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return (state >> 8) % below

    for _ in range(MIXED):
        head, tail = known[draw(len(known))], known[draw(len(known))]
        yield head[: draw(len(head) + 1)] + tail[draw(len(tail) + 1) :]


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def count(home, corpus):
    """Of each text: encoding, units, segments in standard counting, in grapheme counting."""
    script = pathlib.Path(__file__).with_name("segments.js")
    lines = "".join(json.dumps(text) + "\n" for text in corpus)
    answers = subprocess.run(["node", script, home], input=lines, capture_output=True, text=True, check=True).stdout
    for text, answer in zip(corpus, answers.splitlines(), strict=True):
        encoding, units, graphemes, second = json.loads(answer)
        parts = smsutil.split(text)
        if text:
            assert encoding == {"gsm0338": "gsm7", "utf_16_be": "ucs2"}[parts.encoding], text
            assert units == parts.total_bytes // (1 if encoding == "gsm7" else 2), text
        assert len(parts.parts) == second, text
        yield text, encoding, units, len(parts.parts), graphemes


def short(encoding, units, standard, graphemes):
    """Five signs: g or u, units in two digits to the base of 36, segments in one each."""
    assert units < 36 * 36 and standard < 36
    kept = "-" if graphemes is None else DIGITS[graphemes]
    return encoding[0] + DIGITS[units // 36] + DIGITS[units % 36] + DIGITS[standard] + kept


def main():
    home = pathlib.Path(sys.argv[1])
    is_mixed = sys.argv[2:] == ["mixed"]
    calculator = home / "node_modules/sms-segments-calculator/dist/libs/SegmentedMessage.js"
    splitter = home / "node_modules/split-sms/lib/gsmsplitter.js"
    if is_mixed:
        print("# tests/oracles/segments.py mixed: encoding (g, u), units (base 36, two digits), segments (standard, graphemes)")
    else:
        print("# tests/oracles/segments.py: encoding, units, segments (standard), segments (graphemes, - for none), text as JSON")
    print("# PyPI smsutil 1.1.3, splitter SHA-256", sha256(sys.modules[smsutil.split.__module__].__file__))
    print("# npm sms-segments-calculator 1.3.0, SegmentedMessage.js SHA-256", sha256(calculator))
    print("# npm split-sms 0.1.7, gsmsplitter.js SHA-256", sha256(splitter))
    if is_mixed:
        counted = [short(*answer[1:]) for answer in count(home, list(mixed()))]
        for at in range(0, len(counted), 20):
            print(*counted[at : at + 20])
        return
    for text, encoding, units, standard, graphemes in count(home, list(texts(random.Random(20261121), 2700))):
        row = [encoding, units, standard, "-" if graphemes is None else graphemes, json.dumps(text, ensure_ascii=False)]
        print(*row, sep="\t")


main()
