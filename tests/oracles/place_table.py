"""Makes the tables of src/place/data: prefixes.txt, places.txt, postal.txt.

    python -m venv v && v/bin/pip install phonenumbers==9.0.43 tzdata==2026.5 zipcodes==3.0.0 regex
    v/bin/python tests/oracles/place_table.py

Rule of the tables: where sources differ or a border is not sharp, the set holds both. A message must be lawful in
every member, so a set too wide costs an hour and a set too narrow costs a fine.
"""
import importlib.metadata
import importlib.resources
import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from math import cos, hypot, radians
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import phonenumbers
import regex
import zipcodes
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

PINS = {
    "phonenumbers": ("9.0.43", "349bc799f15e010e35bd2c7d28149950ae74479cb1e11fb054ed9a95ecb4b437"),
    "tzdata": ("2026.5", "b683bd1b6659ddcd810ff02ad09ba821d4bf1065072805063eb35c49617905ac"),
    "zipcodes": ("3.0.0", "862d8f6b6b82b50f5268ae2651cf08af1892526ea929fbe658d3872ebe395b1a"),
}
OUT = Path(__file__).resolve().parents[2] / "src" / "place" / "data"
reset_tzpath([])  # only the pinned tzdata
random.seed(7)

NY, CHI, DEN, LA, PHX = (f"America/{n}" for n in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix"))

# Territories that law and post treat as parts of a country; ISO 3166-1 code -> ISO 3166-2 code.
PART_OF = {
    "PR": "US-PR", "GU": "US-GU", "VI": "US-VI", "AS": "US-AS", "MP": "US-MP", "UM": "US-UM",
    "GP": "FR-971", "MQ": "FR-972", "GF": "FR-973", "RE": "FR-974", "PM": "FR-PM", "YT": "FR-976",
    "BL": "FR-BL", "MF": "FR-MF", "NC": "FR-NC", "PF": "FR-PF", "WF": "FR-WF", "TF": "FR-TF",
}

# ---- zones of countries: zone.tab of the pinned tzdata; three codes that it does not list ----
COUNTRY_ZONES = defaultdict(set)
for line in (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines():
    if not line.startswith("#"):
        code, _, zone, *_ = line.split("\t")
        COUNTRY_ZONES[code].add(zone)
COUNTRY_ZONES["XK"] = {"Europe/Belgrade"}
COUNTRY_ZONES["AC"] = COUNTRY_ZONES["TA"] = {"Atlantic/St_Helena"}

# ---- zones of subdivisions. Two-zone states: 49 CFR part 71; peers' facts X10; zone.tab comments. ----
STATE_ZONES = {}
for zones, states in [
    ({NY}, "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV"),
    ({NY, CHI}, "FL IN KY MI TN"),  # FL: Panhandle west of the Apalachicola; MI: four counties of the Upper Peninsula
    ({CHI}, "AL AR IA IL LA MN MO MS OK WI"),
    ({CHI, DEN}, "KS ND NE SD TX"),
    ({DEN}, "CO MT NM UT WY"),
    ({DEN, LA}, "ID OR NV"),  # NV: West Wendover, 49 CFR 71.9
    ({DEN, PHX}, "AZ"),  # the Navajo Nation keeps summer time
    ({LA}, "CA WA"),
    ({"Pacific/Honolulu"}, "HI"),
    ({"America/Adak", "America/Anchorage", "America/Juneau", "America/Metlakatla", "America/Nome", "America/Sitka",
      "America/Yakutat"}, "AK"),
]:
    for state in states.split():
        STATE_ZONES[f"US-{state}"] = set(zones)
for code in ("US-ID", "US-OR", "US-NV"):
    STATE_ZONES[code].add("America/Boise")
for code in ("US-ND", "US-SD"):
    STATE_ZONES[code].add("America/North_Dakota/Center")
C = lambda *names: {f"America/{n}" for n in names}
PROVINCE_ZONES = {  # zone.tab, comment column; SK: Lloydminster (Alberta's time) and Creighton (Manitoba's)
    "CA-AB": C("Edmonton"),
    "CA-BC": C("Vancouver", "Edmonton", "Creston", "Dawson_Creek", "Fort_Nelson"),
    "CA-MB": C("Winnipeg"),
    "CA-NB": C("Moncton", "Halifax"),
    "CA-NL": C("St_Johns", "Goose_Bay", "Halifax"),
    "CA-NS": C("Halifax", "Glace_Bay"),
    "CA-NT": C("Inuvik", "Yellowknife", "Edmonton"),
    "CA-NU": C("Iqaluit", "Rankin_Inlet", "Resolute", "Cambridge_Bay", "Atikokan"),
    "CA-ON": C("Toronto", "Winnipeg", "Atikokan"),
    "CA-PE": C("Halifax"),
    "CA-QC": C("Toronto", "Halifax", "Blanc-Sablon"),
    "CA-SK": C("Regina", "Swift_Current", "Edmonton", "Winnipeg"),
    "CA-YT": C("Whitehorse", "Dawson"),
}
DEPARTMENTS = [f"{n:02}" for n in range(1, 96) if n != 20] + ["2A", "2B"]


def place(code):
    return PART_OF.get(code, code)


def place_zones(code):
    if code in STATE_ZONES:
        return STATE_ZONES[code]
    if code in PROVINCE_ZONES:
        return PROVINCE_ZONES[code]
    for country, part in PART_OF.items():
        if part == code:
            return COUNTRY_ZONES[country]
    return COUNTRY_ZONES[code.split("-")[0]]


# ---- ZIP codes, and with them a second opinion on area codes ----
ZIP_ZONE = {"": None, "Napakiak": "America/Nome"}  # one row of the source has a town in the column
for names, rep in [
    ("Indiana/Indianapolis Indiana/Vincennes Indiana/Vevay Indiana/Marengo Indiana/Petersburg Indiana/Winamac "
     "Kentucky/Louisville Kentucky/Monticello Detroit", NY),
    ("Indiana/Knox Indiana/Tell_City Menominee North_Dakota/Center North_Dakota/New_Salem North_Dakota/Beulah", CHI),
    ("Boise", DEN),
]:
    for name in names.split():
        ZIP_ZONE[f"America/{name}"] = rep
ZIPS = [(z["zip_code"], z["state"], ZIP_ZONE.get(z["timezone"], z["timezone"]), z["area_codes"])
        for z in zipcodes.list_all() if z["state"] not in ("AA", "AE", "AP")]

# ---- the North American plan, by area code and no deeper ----
NAMES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID",
    "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA",
    "Maine": "ME", "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN",
    "Mississippi": "MS", "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV",
    "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN", "Texas": "TX",
    "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington D.C.": "DC", "Washington State": "WA",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}
PROVINCES = {
    "Alberta": "AB", "British Columbia": "BC", "British Colombia": "BC", "Manitoba": "MB", "New Brunswick": "NB",
    "Newfoundland and Labrador": "NL", "Northwest Territories": "NT", "Nova Scotia": "NS", "Nunavut": "NU",
    "Ontario": "ON", "Prince Edward Island": "PE", "Quebec": "QC", "Saskatchewan": "SK", "Yukon": "YT",
}
# The geocoder names no state for these (it names towns one level deeper).
UNNAMED = {"203": "US-CT", "310": "US-CA", "713": "US-TX", "718": "US-NY", "905": "CA-ON"}
# In service, and not yet in the metadata: code, the older code of the same area, since, source, confidence.
NEWER = [
    ("436", "440", "2024-03-01", "NANPA, from memory", "low"),
    ("457", "318", "2025-09-25", "Louisiana PSC", "high"),
    ("471", "662", "2026-01-30", "Wikipedia, Area codes 662 and 471", "medium"),
    ("483", "334", "2026-02-23", "Alabama PSC, via Optimum Mobile", "high"),
    ("621", "713", "2025-01-23", "Public Utility Commission of Texas", "high"),
    ("624", "716", "2023-09-11", "New York Department of Public Service", "high"),
    ("679", "313", "2025-11-07", "Michigan PSC, via Verizon", "high"),
    ("729", "423", "2025-09-05", "Tennessee PUC", "high"),
    ("837", "530", "2025-01-31", "CPUC, from memory", "low"),
    ("861", "309", "2023-02-24", "LincMad, New Area Code Dates", "medium"),
    ("924", "507", "2024-08-30", "Minnesota PUC", "high"),
]
# Area codes that serve one and the same area: what holds for one holds for all (the source lags for the younger).
OVERLAYS = [
    "208 986", "541 458", "812 930", "270 364", "850 448", "906", "402 531", "605", "701", "423 729", "574", "219",
    "250 236 257 604 672 778", "418 581 367", "306 639 474", "709 879", "902 782", "506 428", "204 431 584",
    "403 587 780 825 368", "819 873 468", "807",
]
# What neither source has: (codes, places whose zones are added, why)
SPLIT = [
    ("906", {CHI}, "Dickinson, Gogebic, Iron and Menominee counties, 49 CFR 71.5"),
    ("775", {DEN}, "West Wendover, 49 CFR 71.9"),
    ("606", {CHI}, "Clinton and Russell counties, Kentucky"),
    ("785 620", {DEN}, "Greeley, Hamilton, Sherman and Wallace counties, Kansas"),
    ("928", {DEN}, "Navajo Nation"),
    ("850 448", {NY, CHI}, "the Apalachicola river"),
]
# The source is wrong.
REPLACED = {
    "915": ({DEN}, "El Paso and Hudspeth counties, both Mountain by 49 CFR 71.7; ZIP areas across the line carry it too"),
    "865": ({NY}, "Knoxville's counties, all Eastern by 49 CFR 71.5; ZIP areas across the line carry it too"),
    "689": ({NY}, "Orlando; the metadata says Chicago"),
    "907": (STATE_ZONES["US-AK"], "the metadata says Honolulu for the Aleutians"),
    "867": (set().union(*(PROVINCE_ZONES[f"CA-{t}"] for t in ("YT", "NT", "NU"))), "three territories"),
}
CANADA_WHOLE = {"CA-BC", "CA-SK", "CA-NL", "CA-NS", "CA-NB", "CA-MB", "CA-AB", "CA-PE"}  # codes reach all corners


def kinds(region):
    meta = phonenumbers.PhoneMetadata.metadata_for_region(region)
    for kind in ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
                 "pager", "uan", "voicemail"):
        part = getattr(meta, kind)
        if part is not None and part.national_number_pattern:
            yield kind, compiled(part.national_number_pattern)


COMPILED = {}


def compiled(pattern):
    return COMPILED.setdefault(pattern, regex.compile(pattern))


def samples(code, region, prefix, wanted=30):
    """Regions that libphonenumber gives to random numbers of the region's patterns under the prefix, and their kinds."""
    found, seen = set(), set()
    for kind, pattern in kinds(region):
        if not pattern.fullmatch(prefix, partial=True):
            continue
        seen.add(kind)
        for _ in range(wanted):
            number = prefix
            while True:
                if pattern.fullmatch(number):
                    found.add(phonenumbers.region_code_for_number(
                        phonenumbers.parse(f"+{code}{number}", None)))
                    break
                digits = [d for d in "0123456789" if pattern.fullmatch(number + d, partial=True)]
                if not digits:
                    break
                number += random.choice(digits)
    return found - {None}, seen


def north_america():
    zones, places = defaultdict(set), defaultdict(set)
    for prefix, names in TIMEZONE_DATA.items():
        if prefix.startswith("1") and len(prefix) >= 4:
            zones[prefix[1:4]] |= set(names)
    for code in zones:
        name = (GEOCODE_DATA.get("1" + code) or {}).get("en")
        regions = set()
        for region in REGIONS[1]:
            if region not in ("US", "CA"):
                regions |= samples(1, region, code, 5)[0] & {region}
        if regions:
            places[code] = {place(r) for r in regions}
        elif code in UNNAMED:
            places[code] = {UNNAMED[code]}
        else:
            for part in name.split("/"):
                short = part.rsplit(", ", 1)[-1]
                if short in NAMES or short in NAMES.values():
                    places[code].add("US-" + NAMES.get(short, short))
                else:
                    places[code].add("CA-" + PROVINCES.get(short, short))
    for _, state, zone, codes in ZIPS:  # the second opinion, within the code's own state
        for code in codes:
            if zone and f"US-{state}" in places.get(code, ()):
                zones[code].add(zone)
    for codes, added, _ in SPLIT:
        for code in codes.split():
            zones[code] |= added
    for group in OVERLAYS:
        union = set().union(*(zones[c] for c in group.split() if c in zones))
        for code in group.split():
            zones[code] |= union
            places[code] |= set().union(*(places[c] for c in group.split()))
    for code, (exact, _) in REPLACED.items():
        zones[code] = set(exact)
    for code, older, *_ in NEWER:
        assert older in places, older
        zones[code], places[code] = zones[older] | zones[code], places[older] | places[code]
    for code in places:
        if places[code] <= CANADA_WHOLE:
            zones[code] = set().union(*(place_zones(p) for p in places[code]))
        if code in ("418", "581", "367"):
            zones[code] = set(PROVINCE_ZONES["CA-QC"])
        if code == "807":
            zones[code] = set(PROVINCE_ZONES["CA-ON"])
        if not any(p[:3] in ("US-", "CA-") for p in places[code]) or any(p[-2:] in PART_OF for p in places[code]):
            zones[code] = set().union(*(place_zones(p) for p in places[code]))
    widest, anywhere = set(TIMEZONE_DATA["1"]), set()
    for region in ("US", "CA"):
        for kind, pattern in kinds(region):
            if kind not in ("fixed_line", "mobile"):
                anywhere |= {str(n) for n in range(200, 1000) if pattern.fullmatch(str(n), partial=True)}
    for code in anywhere | {"522", "533", "544", "566", "577", "588", "600", "622", "633", "644", "655", "677",
                            "688", "700", "710"}:
        if code not in places:
            places[code], zones[code] = {"US", "CA"}, set(widest)
    rows = {}
    for code in places:
        allowed = set().union(*(place_zones(p) for p in places[code]))
        extra = zones[code] - allowed
        assert not extra or places[code] == {"US", "CA"}, (code, places[code], extra)
        assert zones[code], code
        rows["1" + code] = (places[code], zones[code])
    return rows


# ---- every other country code ----
def offsets(zone, cache={}):
    if zone not in cache:
        info, at = ZoneInfo(zone), datetime(2025, 1, 1, tzinfo=timezone.utc)
        cache[zone] = tuple((at + timedelta(hours=12 * i)).astimezone(info).utcoffset() for i in range(8036))
    return cache[zone]


TOGETHER = {262, 590}  # territories that share a code and are not told apart here
WITH_AREA_CODES_IN_MOBILES = {52, 54, 55}  # as in libphonenumber


def table_zones(code, region, prefix):
    """Zones that the metadata's table allows under a prefix; None where it cannot be trusted for the region."""
    own = COUNTRY_ZONES[region]
    full, found = f"{code}{prefix}", set()
    for n in range(len(full), 0, -1):
        if full[:n] in TIMEZONE_DATA:
            found |= set(TIMEZONE_DATA[full[:n]])
            break
    for row, names in TIMEZONE_DATA.items():
        if row.startswith(full):
            found |= set(names)
    if not found or not found <= own:
        return None
    known = {z for row, names in TIMEZONE_DATA.items() if row.startswith(str(code)) for z in names}
    hidden = {z for z in own - known if not any(offsets(z) == offsets(k) for k in known & own)}
    return found | hidden


def elsewhere(code):
    regions = [r for r in REGIONS[code] if r != "001"]
    if not regions:
        return {}
    everywhere = ({place(r) for r in regions}, set().union(*(COUNTRY_ZONES[r] for r in regions)))
    if code in TOGETHER or (len(regions) == 1 and len(everywhere[1]) == 1):
        return {str(code): everywhere}
    rows = {str(code): everywhere}

    def walk(prefix, above):
        found, kinds_of = set(), defaultdict(set)
        for region in regions:
            hits, seen = samples(code, region, prefix, 30 if len(regions) > 1 else 1)
            found |= hits
            for hit in hits:
                kinds_of[hit] |= seen
        if not found:
            return
        here, zones = {place(r) for r in found}, set()
        for region in found:
            own = COUNTRY_ZONES[region]
            located = {"fixed_line"} | ({"mobile"} if code in WITH_AREA_CODES_IN_MOBILES else set())
            narrow = table_zones(code, region, prefix) if len(own) > 1 and kinds_of[region] <= located else None
            zones |= narrow or own
        if (here, zones) != above and prefix:
            rows[f"{code}{prefix}"] = (here, zones)
        deeper = (len(found) > 1 and len(prefix) < 7) or (len(regions) > 1 and not prefix)
        many = any(len(COUNTRY_ZONES[r]) > 1 for r in found) and len(prefix) < (2 if code == 55 else 3)
        if deeper or many:
            for digit in "0123456789":
                walk(prefix + digit, (here, zones) if prefix else everywhere)

    walk("", everywhere)
    return rows


def header(title, *sources):
    lines = [f"# {title}", "# Made by tests/oracles/place_table.py; do not edit."]
    for source in sources:
        version, sha = PINS[source]
        lines.append(f"# Source: PyPI {source} {version}, wheel SHA-256 {sha}")
    return lines


def field(values):
    return ",".join(sorted(values))


def write(name, lines):
    (OUT / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def prefixes():
    rows = north_america()
    for code in sorted(REGIONS):
        if code != 1:
            rows.update(elsewhere(code))
    # Ofcom keeps 07700 900000 to 900999 for drama: no subscribers, and examples everywhere.
    rows["447700900"] = ({"GB"}, {"Europe/London"})
    # Both countries' patterns have these, and libphonenumber always answers the first.
    for prefix in ("2125288", "2125289"):
        rows[prefix] = ({"EH", "MA"}, COUNTRY_ZONES["EH"] | COUNTRY_ZONES["MA"])
    lines = header("Number prefix | places | zones. The longest prefix counts.", "phonenumbers", "tzdata", "zipcodes")
    lines += ["# Zones of whole countries: zone.tab. Area codes that the metadata does not have yet:"]
    lines += [f"#   {c}: same area as {o}, since {d}; {s}; confidence {k}" for c, o, d, s, k in NEWER]
    lines += ["# Split area codes that the metadata does not split:"]
    lines += [f"#   {codes}: {why}" for codes, _, why in SPLIT]
    lines += ["# Corrected:"] + [f"#   {code}: {why}" for code, (_, why) in sorted(REPLACED.items())]
    lines += [f"{p}|{field(places)}|{field(zones)}" for p, (places, zones) in sorted(rows.items())]
    write("prefixes.txt", lines)
    return rows


def places():
    lines = header("Place | its zones; `code=code` names the same place twice.", "tzdata")
    lines += ["# States: 49 CFR part 71. Provinces: comments of zone.tab. A subdivision without a row has its country's zones."]
    lines += [f"{old}={new}" for old, new in sorted(PART_OF.items())]
    rows = {c: z for c, z in COUNTRY_ZONES.items() if c not in PART_OF}
    rows.update({part: COUNTRY_ZONES[c] for c, part in PART_OF.items() if c in COUNTRY_ZONES})
    rows.update(STATE_ZONES)
    rows.update(PROVINCE_ZONES)
    write("places.txt", lines + [f"{p}|{field(z)}" for p, z in sorted(rows.items())])


# Wider than the source: a border runs through the ZIP area (49 CFR part 71), or the source follows the post office.
ZIP3_WIDER = {
    "324": {NY, CHI}, "373": {NY, CHI}, "374": {NY, CHI}, "377": {NY, CHI}, "378": {NY, CHI}, "385": {NY, CHI},
    "401": {NY, CHI}, "425": {NY, CHI}, "426": {NY, CHI}, "427": {NY, CHI}, "463": {NY, CHI}, "465": {NY, CHI},
    "469": {NY, CHI}, "475": {NY, CHI}, "476": {NY, CHI}, "479": {NY, CHI}, "498": {NY, CHI}, "499": {NY, CHI},
    "575": {CHI, DEN}, "576": {CHI, DEN}, "585": {CHI, DEN}, "586": {CHI, DEN}, "588": {CHI, DEN},
    "677": {CHI, DEN}, "678": {CHI, DEN}, "690": {CHI, DEN}, "691": {CHI, DEN}, "692": {CHI, DEN},
    "798": {CHI, DEN}, "799": {CHI, DEN}, "835": {DEN, LA}, "860": {PHX, DEN}, "865": {PHX, DEN},
    "898": {LA, DEN}, "979": {LA, DEN}, "995": {"America/Adak", "America/Anchorage"},
}
GB_AREAS = """AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN
EX FK FY G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW
OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD
WF WN WR WS WV YO ZE""".split()
CA_LETTERS = {"A": "NL", "B": "NS", "C": "PE", "E": "NB", "G": "QC", "H": "QC", "J": "QC", "K": "ON", "L": "ON",
              "M": "ON", "N": "ON", "P": "ON", "R": "MB", "S": "SK", "T": "AB", "V": "BC", "X": "NT NU", "Y": "YT"}

# Letters that lie whole on one side of their province's lines: Montreal and western Quebec; Ontario east of Sudbury.
CA_ONE = {letter: C("Toronto") for letter in "HJKLMN"}

# Counties by 49 CFR part 71 (71.5, 71.7, 71.9): state, zone of the listed ones, zone of the rest, the listed ones.
# In those that the line runs through nothing is told from the county.
COUNTIES = {
    "FL": (CHI, NY, "Bay Calhoun Escambia Holmes Jackson Okaloosa Santa_Rosa Walton Washington"),
    "IN": (CHI, NY, "Gibson Jasper Lake LaPorte La_Porte Newton Perry Porter Posey Spencer Starke Vanderburgh Warrick"),
    "KY": (CHI, NY, """Adair Allen Ballard Barren Breckinridge Butler Caldwell Calloway Carlisle Christian Clinton
        Crittenden Cumberland Daviess Edmonson Fulton Graves Grayson Green Hancock Hart Henderson Hickman Hopkins
        Livingston Logan Lyon McCracken McLean Marshall Metcalfe Monroe Muhlenberg Ohio Russell Simpson Todd Trigg
        Union Warren Webster"""),
    "TN": (NY, CHI, """Anderson Blount Bradley Campbell Carter Claiborne Cocke Grainger Greene Hamblen Hamilton Hancock
        Hawkins Jefferson Johnson Knox Loudon McMinn Meigs Monroe Morgan Polk Rhea Roane Scott Sevier Sullivan Unicoi
        Union Washington"""),
    "MI": (CHI, NY, "Dickinson Gogebic Iron Menominee"),
    "KS": (DEN, CHI, "Greeley Hamilton Sherman Wallace"),
    "ND": (DEN, CHI, "Adams Billings Bowman Golden_Valley Grant Hettinger Slope Stark"),
    "NE": (DEN, CHI, """Arthur Banner Box_Butte Chase Cheyenne Dawes Deuel Dundy Garden Grant Hooker Keith Kimball
        Morrill Perkins Scotts_Bluff Sheridan Sioux"""),
    "SD": (DEN, CHI, """Bennett Butte Corson Custer Dewey Fall_River Haakon Harding Jackson Lawrence Meade Oglala_Lakota
        Shannon Pennington Perkins Ziebach"""),
    "TX": (DEN, CHI, "El_Paso Hudspeth"),
    "ID": (LA, DEN, "Benewah Bonner Boundary Clearwater Kootenai Latah Lewis Nez_Perce Shoshone"),
}
DIVIDED = {("FL", "Gulf"), ("ND", "McKenzie"), ("ND", "Dunn"), ("ND", "Sioux"), ("NE", "Cherry"), ("SD", "Stanley"),
           ("TX", "Culberson"), ("ID", "Idaho")}
# Towns of divided or far counties that lie well on one side: northern Malheur county (71.9), the Aleutians west of
# 169 degrees 30 minutes (71.12), and everything of Alaska that is not there.
TOWNS = {code: {DEN} for code in "97901 97913 97914 97918".split()}
TOWNS |= {code: {"America/Adak"} for code in ("99546", "99547")}
NEAR = 10  # miles; within them of a ZIP code with another clock nothing is told


def miles(a, b):
    """Between two points in degrees, well enough for a state."""
    flat = cos(radians((a[0] + b[0]) / 2))
    return 69.1 * hypot(a[0] - b[0], (a[1] - b[1]) * flat)


def told():
    """ZIP codes of which the source and the county say the same, well away from any that shows another time."""
    found = defaultdict(list)
    for z in zipcodes.list_all():
        zone = ZIP_ZONE.get(z["timezone"], z["timezone"])
        if z["state"] not in ("AA", "AE", "AP") and zone and z["lat"]:
            county = z["county"].removesuffix(" County").replace(" ", "_")
            found[z["state"]].append((z["zip_code"], zone, county, (float(z["lat"]), float(z["long"]))))
    exact = dict(TOWNS)
    for state, (listed, rest, counties) in COUNTIES.items():
        here = found[state]
        around = here
        for code, zone, county, point in here:
            by_law = listed if county in counties.split() else rest
            if not county or (state, county) in DIVIDED or by_law != zone:
                continue
            if all(other == zone or miles(point, there) > NEAR for _, other, _, there in around):
                exact[code] = {zone}
    for code, zone, _, _ in found["AK"]:
        if code not in TOWNS and zone != "America/Adak":
            exact[code] = STATE_ZONES["US-AK"] - {"America/Adak"}
    return exact


def zips():
    exact = told()
    by3, by5 = defaultdict(list), defaultdict(list)
    for code, state, zone, _ in ZIPS:
        where = state if state in ("PW", "FM", "MH") else f"US-{state}"
        by3[code[:3]].append((where, zone))
        by5[code].append((where, zone))
    rows = {}
    for zip3, found in by3.items():
        if zip3 in ("340", "099") or zip3.startswith("09") or "962" <= zip3 <= "966":
            continue  # military mail says nothing of place
        counts = Counter(where for where, _ in found)
        main = counts.most_common(1)[0][0]
        if zip3 != "969":  # five countries and territories: only by whole code
            rows[zip3] = ({main}, zip_zones(main, found, zip3))
        for zip5, five in by5.items():
            if not zip5.startswith(zip3):
                continue
            if zip3 == "969" or any(w != main for w, _ in five):
                for where, _ in five:
                    rows[zip5] = ({where}, zip_zones(where, five, zip3))
            elif zip5 in exact and exact[zip5] < rows[zip3][1]:
                rows[zip5] = ({main}, exact[zip5])
    return rows


def zip_zones(where, found, zip3):
    zones = {z for w, z in found if w == where and z} | ZIP3_WIDER.get(zip3, set())
    if not zones or not where.startswith("US-"):
        zones = set(place_zones(where))
    if where == "US-AK":
        zones = set(STATE_ZONES["US-AK"]) if "America/Adak" in zones else zones
    assert zones <= place_zones(where), (zip3, where, zones)
    return zones


def postal():
    lines = header("Country | beginning of the code | places | zones. The longest beginning counts.", "zipcodes", "tzdata")
    lines += [
        "# `form`: shapes of a code without spaces and dashes, 9 a digit, A a letter. `as`: read with another's rows.",
        "# US: three digits (whole ZIP codes where a border or an ocean runs through); wider than the source at",
        "#   borders of zones (49 CFR part 71): whole codes there, where county and source agree, 10 miles from the line.",
        "# Military mail has no row. CA: Canada Post's first letters.",
        "# FR: the first two digits are the department (La Poste). GB: the 121 postcode areas, without BF (forces).",
        "form|US|99999|999999999", "form|CA|A9A9A9|A9A", "form|FR|99999",
        "form|GB|A99AA|A999AA|AA99AA|AA999AA|A9A9AA|AA9A9AA",
        "as|GG|GB", "as|JE|GB", "as|IM|GB", "as|MC|FR",
    ]
    rows = [("US", code, p, z) for code, (p, z) in zips().items()]
    for letter, provinces in CA_LETTERS.items():
        codes = {f"CA-{p}" for p in provinces.split()}
        zones = CA_ONE.get(letter) or set().union(*(PROVINCE_ZONES[c] for c in codes))
        rows.append(("CA", letter, codes, zones))
    paris = {"Europe/Paris"}
    rows += [("FR", d, {f"FR-{d}"}, paris) for d in DEPARTMENTS if d.isdigit()]
    rows += [("FR", "20", {"FR-2A", "FR-2B"}, paris)]
    rows += [("FR", d, {"FR-2A"}, paris) for d in ("200", "201")]
    rows += [("FR", d, {"FR-2B"}, paris) for d in ("202", "206")]
    for code, where in [("971", "FR-971"), ("97133", "FR-BL"), ("97150", "FR-MF"), ("972", "FR-972"),
                        ("973", "FR-973"), ("974", "FR-974"), ("975", "FR-PM"), ("976", "FR-976"),
                        ("977", "FR-BL"), ("978", "FR-MF"), ("980", "MC"), ("986", "FR-WF"), ("987", "FR-PF"),
                        ("988", "FR-NC")]:
        rows.append(("FR", code, {where}, place_zones(where)))
    rows += [("GB", area, {"GB"}, {"Europe/London"}) for area in GB_AREAS]
    rows += [("GB", "GY", {"GG"}, COUNTRY_ZONES["GG"]), ("GB", "JE", {"JE"}, COUNTRY_ZONES["JE"]),
             ("GB", "IM", {"IM"}, COUNTRY_ZONES["IM"])]
    lines += [f"{c}|{b}|{field(p)}|{field(z)}" for c, b, p, z in sorted(rows, key=lambda r: (r[0], r[1]))]
    write("postal.txt", lines)


if __name__ == "__main__":
    for name, (version, _) in PINS.items():
        assert importlib.metadata.version(name) == version, name
    prefixes()
    places()
    postal()
