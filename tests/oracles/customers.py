"""Writes examples/data/customers.csv: the customers of a shop that does not exist, as Shopify exports them.

    python3 tests/oracles/customers.py > examples/data/customers.csv
    python3 tests/oracles/customers.py --judge     (needs PyPI phonenumbers; says how many numbers are valid)

The same bytes come out every time. Whose numbers they are:
- US and Canada: 555-0100 to 555-0199 in each area code, kept for fiction by the NANPA; libphonenumber takes them.
- Great Britain, London landlines: 020 7946 0000-0999, Ofcom's drama range; valid. Its mobile drama range, 07700 900000-999,
  is not valid to libphonenumber, so it gives the few invalid rows; the others stand around libphonenumber's own example,
  07400 123456. No fictional mobile range that validates exists.
- France, landlines: 01 99 00 xx xx, kept for fiction by Arcep; valid. Its mobile range 06 39 98 xx xx is not valid to
  libphonenumber; the others stand around the placeholder 06 12 34 56 78. The same holds overseas: around the examples.
- Germany: 0171 39200xx, kept for fiction by the Bundesnetzagentur. India has no such range: libphonenumber's example.
Nothing here is ever sent to: the examples use a simulated carrier.
"""

import csv
import io
import random
import sys

HEADER = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags"
).split(",")

# country, province, city, postal code, area code (US, CA) or how its mobiles begin, street
US = """NY New_York 10001 212|NY Buffalo 14201 716|CA San_Francisco 94103 415|CA Los_Angeles 90012 213|CA San_Diego 92101 619|
TX Austin 78701 512|TX El_Paso 79901 915|FL Miami 33130 305|FL Tallahassee 32301 850|FL Pensacola 32502 850|ID Boise 83702 208|
ID Coeur_d'Alene 83814 208|IL Chicago 60601 312|WA Seattle 98101 206|CO Denver 80202 303|AZ Phoenix 85004 602|GA Atlanta 30303 404|
MA Boston 02108 617|VA Richmond 23219 804|OK Oklahoma_City 73102 405|MD Baltimore 21202 410|OH Columbus 43215 614|
HI Honolulu 96813 808|AK Anchorage 99501 907|TN Nashville 37203 615|IN Evansville 47708 812|ND Bismarck 58501 701|
SD Rapid_City 57701 605|NE Omaha 68102 402|KY Bowling_Green 42101 270|MI Marquette 49855 906|OR Portland 97205 503|NV Reno 89501 775|
LA New_Orleans 70112 504|CT New_Haven 06510 203|NJ Jersey_City 07302 201|PA Philadelphia 19103 215|ME Portland 04101 207|
MS Jackson 39201 601|DC Washington 20001 202|PR San_Juan 00901 787|NC Raleigh 27601 919"""
CA = """QC Montréal H2X_1Y4 514|QC Québec G1R_4P5 418|ON Toronto M5V_2T6 416|ON Thunder_Bay P7B_5E1 807|BC Vancouver V6B_1A1 604|
BC Victoria V8W_1P6 250|AB Calgary T2P_1J9 403|SK Regina S4P_3Y2 306|MB Winnipeg R3C_0V8 204|NS Halifax B3J_1S9 902|NB Moncton E1C_4Z6 506|
NL St._John's A1C_1B2 709|YT Whitehorse Y1A_1C4 867"""
FR = """Paris 75011|Lyon 69003|Marseille 13006|Strasbourg 67000|Metz 57000|Colmar 68000|Lille 59000|Nantes 44000|Bordeaux 33000|
Toulouse 31000|Ajaccio 20000|Rennes 35000|Besançon 25000|Saint-Étienne 42000|L'Haÿ-les-Roses 94240"""
OVERSEAS = [  # country, city, postal code, prefix, digits of an example from which numbers are counted on
    ("GP", "Pointe-à-Pitre", "97110", "+590", 690001200), ("MQ", "Fort-de-France", "97200", "+596", 696201200),
    ("GF", "Cayenne", "97300", "+594", 694201200), ("RE", "Saint-Denis", "97400", "+262", 692123400),
    ("YT", "Mamoudzou", "97600", "+262", 639012300), ("PM", "Saint-Pierre", "97500", "+508", 551200),
    ("BL", "Gustavia", "97133", "+590", 690001600), ("MF", "Marigot", "97150", "+590", 690001700),
    ("NC", "Nouméa", "98800", "+687", 751200), ("PF", "Papeete", "98714", "+689", 87123400),
]
GB = """ENG London EC1A_1BB|ENG Manchester M1_1AE|ENG Bristol BS1_4DJ|ENG Leeds LS1_4AP|SCT Edinburgh EH1_1YZ|SCT Glasgow G2_1DU|
WLS Cardiff CF10_1EP|NIR Belfast BT1_5GS|ENG Newcastle_upon_Tyne NE1_4ST"""

EN_FIRST = "Olivia Liam Emma Noah Ava James Mia Lucas Chloe Ethan Grace Daniel Ruby Owen Isla Jack Nora Theo Maya Aaron Zoe Sam José Renée Siobhán Jean-Luc D'Arcy Xiùyīng 李娜 Zoë".split()
FR_FIRST = "Léa Jérôme Chloé Hélène Inès François Gaëlle Benoît Zoé Aurélie Loïc Anaïs Noël Maëlys Émile Garance Théo Françoise Jean-Baptiste Marie-Ève Océane Ugo Œdipe Yaël".split()
EN_LAST = "Smith Johnson O'Neil Garcia Nguyen Brown Martínez Lee Walker St.John Patel Okafor Kowalski MacDonald Fernández Müller Novák Singh Clark Young".split()
FR_LAST = "Martin Lefèvre Dubois Moreau Roux Garnier Lemaître D'Amico Guérin Hervé Noël Chevalier Perrin Étienne Dupré Le_Goff Payet Hoarau Nguyên Benoît".split()
STREETS = {"en": ["Maple Street", "High Street", "2nd Avenue", "Mill Lane", "Ocean Drive"], "fr": ["rue de la Paix", "avenue Foch", "rue de l'Église", "place d'Armes", "chemin des Écoliers"]}
NOTES = ["", "", "", "", "", "", "Asked for gift wrap", 'Prefers "silent" delivery', "Livraison après 18 h", "VIP; call first", "Allergic to nickel,\nask before sending samples"]
TAGS = ["", "", "vip", "newsletter", "retail, loyalty", "soldes", "wholesale", "été-2026, fidélité"]


def split(table):
    return [tuple(part.replace("_", " ") for part in row.split()) for row in table.replace("\n", "").split("|")]


def nanp(random, area, line):
    n = f"555{line:04}"
    return random.choice([
        f"+1{area}{n}", f"+1 {area} 555 {line:04}", f"({area}) 555-{line:04}", f"{area}-555-{line:04}", f"{area}.555.{line:04}",
        f"{area}{n}", f"1-{area}-555-{line:04}", f"+1 ({area}) 555-{line:04}", f"'+1{area}{n}", f" {area} 555 {line:04} ",
    ])


def french(random, national):
    pairs = [national[i:i + 2] for i in range(0, 10, 2)]
    return random.choice([
        " ".join(pairs), ".".join(pairs), "-".join(pairs), national, "\u00a0".join(pairs), "+33 " + national[1] + " " + " ".join(pairs[1:]),
        "+33" + national[1:], "0033" + national[1:], f"+33 (0){national[1:]}", "'+33" + national[1:],
        "".join(chr(ord(d) + 0xFEE0) for d in national),
    ])


def british(random, national):
    return random.choice([
        f"{national[:5]} {national[5:]}", national, f"+44 {national[1:5]} {national[5:]}", f"+44{national[1:]}", f"0044 {national[1:]}",
        f"+44 (0){national[1:]}", f"{national[:5]} {national[5:8]} {national[8:]}",
    ])


def overseas(random, prefix, digits):
    return random.choice([f"{prefix}{digits}", f"{prefix} {digits}", f"00{prefix[1:]} {digits}", f"{prefix} {digits[:3]} {digits[3:]}"])


class Book:
    def __init__(self):
        self.random = random.Random(20261121)
        self.rows = []
        self.lines = {}

    def line(self, area):
        """The next number of the hundred that an area code keeps for fiction."""
        self.lines[area] = self.lines.get(area, -1) + 1
        return 100 + self.lines[area] * 37 % 100

    def add(self, country, province, city, zip_code, phone, language="en", **over):
        r = self.random
        first = r.choice(FR_FIRST if language == "fr" else EN_FIRST)
        last = r.choice(FR_LAST if language == "fr" else EN_LAST).replace("_", " ")
        serial = len(self.rows) + 1
        orders = r.choice([0, 1, 1, 1, 2, 3, 5, 8])
        row = {
            "Customer ID": f"'{7210448300000 + serial * 131}",
            "First Name": "" if r.random() < 0.05 else first,
            "Last Name": "" if r.random() < 0.03 else last,
            "Email": "" if r.random() < 0.06 else f"customer{serial:03}@example.com",
            "Accepts Email Marketing": r.choice(["yes", "no"]),
            "Default Address Company": r.choice([""] * 9 + ["Atelier & Fils", "Smith, Ltd."]),
            "Default Address Address1": f"{r.randint(1, 240)} {r.choice(STREETS[language])}",
            "Default Address Address2": r.choice([""] * 6 + ["Apt 4", "Bât. B, 2e étage"]),
            "Default Address City": city,
            "Default Address Province Code": province,
            "Default Address Country Code": country,
            "Default Address Zip": zip_code,
            "Default Address Phone": r.choice(["", "", phone]),
            "Phone": phone,
            "Accepts SMS Marketing": "yes" if r.random() < 0.76 else "no",
            "Total Spent": f"{orders * r.randint(900, 9000) / 100:.2f}",
            "Total Orders": str(orders),
            "Note": r.choice(NOTES),
            "Tax Exempt": "yes" if r.random() < 0.04 else "no",
            "Tags": r.choice(TAGS),
        }
        row.update(over)
        self.rows.append(row)
        return row

    def north_america(self, country, table, count):
        places = split(table)
        for i in range(count):
            province, city, zip_code, area = places[i % len(places)]
            language = "fr" if province == "QC" else "en"
            # Some leave the ZIP out: with 850 and 208 the number alone does not tell the time.
            zip_code = "" if i % 9 == 4 else zip_code
            self.add(country, province, city, zip_code, nanp(self.random, area, self.line(area)), language)

    def france(self, count):
        places = split(FR)
        for i in range(count):
            city, zip_code = places[i % len(places)]
            national = f"0612345{(i * 53 + 678) % 1000:03}"
            self.add("FR", "", city, zip_code, french(self.random, national), "fr")

    def overseas(self, each):
        for country, city, zip_code, prefix, start in OVERSEAS:
            for i in range(each):
                self.add(country, "", city, zip_code, overseas(self.random, prefix, str(start + i * 7)), "fr")

    def britain(self, count):
        places = split(GB)
        for i in range(count):
            province, city, zip_code = places[i % len(places)]
            self.add("GB", province, city, zip_code, british(self.random, f"07400123{(i * 53 + 456) % 1000:03}"))

    def odd_ones(self):
        """Each of them is here for a reason, which its tag names."""
        yes, no = {"Accepts SMS Marketing": "yes"}, {"Accepts SMS Marketing": "no"}
        paris, london = ("FR", "", "Paris", "75011"), ("GB", "ENG", "London", "EC1A 1BB")
        york = ("US", "NY", "New York", "10001")
        for phone in ["01 99 00 12 34", "+33 1 99 00 56 78"]:
            self.add(*paris, phone, "fr", Tags="odd:landline", **yes)
        for phone in ["020 7946 0123", "+44 20 7946 0456"]:
            self.add(*london, phone, Tags="odd:landline", **yes)
        for phone in ["06 39 98 12 34", "+33639981234"]:
            self.add(*paris, phone, "fr", Tags="odd:fiction-invalid", **yes)
        self.add(*london, "07700 900123", Tags="odd:fiction-invalid", **yes)
        self.add(*york, "1-800-555-0199", Tags="odd:toll-free", **yes)
        self.add(*york, "(888) 555-0123", Tags="odd:toll-free", **yes)
        for phone in ["555-0123", "+1 212 555", "0000000000", "call my husband", "+999 123 456 789", "212-555-01234567890123", "1" * 300]:
            self.add(*york, phone, Tags="odd:invalid", **yes)
        self.add(*paris, "3.36123E+10", "fr", Tags="odd:excel", **{"Default Address Phone": "3.36123E+10"}, **yes)
        self.add(*york, "1.21256E+10", Tags="odd:excel", **{"Default Address Phone": ""}, **yes)
        # One number, two rows, opposite consents: in the same format, and in another.
        self.add(*paris, "06 12 34 99 01", "fr", Tags="odd:opposite-consents", **yes)
        self.add(*paris, "+33612349901", "fr", Tags="odd:opposite-consents", **no)
        self.add(*york, "(212) 555-0177", Tags="odd:opposite-consents", **no)
        self.add(*york, "(212) 555-0177", Tags="odd:opposite-consents", **yes)
        for phone in ["+1 415 555 0155", "415.555.0155", "（４１５）５５５－０１５５", "1 (415) 555-0155"]:
            self.add("US", "CA", "San Francisco", "94103", phone, Tags="odd:duplicate", **yes)
        for phone in ["06.12.34.98.02", "0033 6 12 34 98 02", "+33 (0)6 12 34 98 02"]:
            self.add(*paris, phone, "fr", Tags="odd:duplicate", **yes)
        for phone in ["07400 123999", "+44 7400 123 999"]:
            self.add(*london, phone, Tags="odd:duplicate", **yes)
        self.add("US", "CA", "Los Angeles", "90012", "+1 804 555 0142", Tags="odd:moved", **yes)
        self.add("RE", "", "Saint-Denis", "97400", "+33 6 12 34 97 03", "fr", Tags="odd:moved", **yes)
        self.add("FR", "", "Saint-Denis", "97490", "06 12 34 97 04", "fr", Tags="odd:moved", **yes)
        self.add("FR", "", "Strasbourg", "67000", "+41 79 123 45 67", "fr", Tags="odd:moved", **yes)
        for zip_code in ["32502", "32301", ""]:
            self.add("US", "FL", "", zip_code, "850-555-0190" if zip_code else "850-555-0191", Tags="odd:split-area-code", **yes)
        for zip_code in ["83702", "83814", ""]:
            self.add("US", "ID", "", zip_code, f"208-555-019{len(zip_code) and zip_code[4]}", Tags="odd:split-area-code", **yes)
        # Typed in an American shop's form; and with the narrow space of French typography, which libphonenumber does not take.
        self.add(*york, "011 44 7400 123888", Tags="odd:prefix", **yes)
        self.add(*paris, "06\u202f12\u202f34\u202f94\u202f07", "fr", Tags="odd:narrow-space", **yes)
        self.add("DE", "", "Köln", "50667", "0171 3920012", Tags="odd:no-coverage", **yes)
        self.add("DE", "", "Berlin", "10115", "+49 171 3920034", Tags="odd:no-coverage", **yes)
        self.add("IN", "MH", "Mumbai", "400001", "+91 81234 56789", Tags="odd:no-coverage", **yes)
        for first in ["{link}", "{{first_name}}", "{", "Win at evil.example/x", "bit.ly/win", "Ana\u202eanA", "Ana\tMaria", "N" * 120, "Zoë 🌸", 'Bob "The Boss"', "Smith, Jr.", "=HYPERLINK(1)", "Jean\nMarie", " "]:
            line = self.line("646")
            self.add(*york, f"646-555-{line:04}", Tags="odd:name", **{"First Name": first}, **yes)
        # The number stands only where the parcel goes, or nowhere.
        self.add(*paris, "", "fr", Tags="odd:address-phone", **{"Default Address Phone": "06 12 34 96 05"}, **yes)
        self.add(*york, "", Tags="odd:address-phone", **{"Default Address Phone": "+1 212 555 0188"}, **yes)
        for _ in range(12):
            self.add(*self.random.choice([paris, london, york]), "", Tags="odd:no-phone", **{"Default Address Phone": ""})
        # What an export should not hold but does: another word for yes, no country, no consent at all.
        self.add(*york, "212-555-0166", Tags="odd:consent-word", **{"Accepts SMS Marketing": "TRUE"})
        self.add(*york, "212-555-0167", Tags="odd:consent-word", **{"Accepts SMS Marketing": ""})
        self.add("", "", "", "", "+12125550168", Tags="odd:no-country", **yes)
        self.add("", "", "", "", "06 12 34 95 06", "fr", Tags="odd:no-country", **yes)

    def write(self):
        regular, odd = self.rows[:self.regular], self.rows[self.regular:]
        # The odd ones are spread over the file, not heaped at its end.
        for n, row in enumerate(odd):
            regular.insert((n * 7 + 3) % len(regular), row)
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, HEADER, lineterminator="\n")
        writer.writeheader()
        for n, row in enumerate(regular):
            writer.writerow(row)
            if n == 300:
                # Cut short in the middle: nine columns where twenty belong.
                out.write("'7210448399999,Cut,Short,cut@example.com,no,,12 Maple Street,,Austin\n")
        return out.getvalue()


def build():
    book = Book()
    book.north_america("US", US, 205)
    book.north_america("CA", CA, 78)
    book.france(105)
    book.overseas(3)
    book.britain(72)
    book.regular = len(book.rows)
    book.odd_ones()
    return book


def judge(book):
    import collections
    import phonenumbers

    counts = collections.Counter()
    for row in book.rows:
        phone, country = row["Phone"].lstrip("'") or row["Default Address Phone"], row["Default Address Country Code"]
        try:
            number = phonenumbers.parse(phone, country or None)
            valid = phonenumbers.is_valid_number(number)
            sort = phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)) if valid else "invalid"
        except phonenumbers.NumberParseException:
            sort = "unparsed" if phone else "blank"
        counts[sort] += 1
        if not row["Tags"].startswith("odd:") and sort in ("invalid", "unparsed"):
            print("unexpectedly", sort, country, repr(phone))
    print(len(book.rows), "rows", dict(counts), "consents", sum(r["Accepts SMS Marketing"] == "yes" for r in book.rows))


if __name__ == "__main__":
    if sys.argv[1:] == ["--judge"]:
        judge(build())
    else:
        sys.stdout.buffer.write(build().write().encode())
