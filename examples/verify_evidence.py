#!/usr/bin/env python3
"""Checks evidence packs of optin without optin. Written from src/manual/evidence_format.md alone.

    pip install cbor2 cryptography
    python3 verify_evidence.py [--key NAME+HASH+KEY] [--json] PACK.json [PACK.json ...]

Exit code 0 if every pack holds, 1 if one does not. Without --key a pack proves only that it is whole: get the key of the
ledger from its owner by another road than the pack.
"""
import argparse, base64, datetime, hashlib, io, json, re, sys

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT, EXACT, HOUSE = "optin-evidence/1", 2**53 - 1, bytes(16)

# Section 6: code -> words by number; a map -> fields by key, "name type", "?" for those that may be absent.
CODES = {
    "said": "program all topic", "outcome": "accepted refused deferred unknown",
    "road": "keyword free_text gateway web support wrong_number import unsure erasure complaint reassigned"
            " email phone deactivated judged",
    "delivery": "delivered undelivered expired", "answer": "stop help start opt_in question wrong_number reminder",
    "kind": "marketing transactional conversational authentication service",
    "basis": "express_written express soft_opt_in implied none",
    "how": "checkbox form qr_landing checkout text_to_join verbal import signature",
    "acquisition": "own referral marketplace partner",
    "channel": "web app sms voice in_person mail social",
    "personal_field": "number page ip user_agent text note postal_code name recording source",
}
CODES = {name: words.split() for name, words in CODES.items()}
MAPS = {
    "grant": "basis basis,how how,acquisition acquisition,acted_ms int,zone text?,text b32?,sale_ms int?,inquiry_ms int?,"
             "screenshot b32?,seller text?,purpose text?,inbound b16?,kept [personal_field]?,confirmed bool?,undated bool?,"
             "import name?,channel channel?",
    "billed": "segments int?,micros int?,currency text?",
    "read": "tier int,rule text,language text?,from int?,to int?,scope text?",
}
EVENTS = {
    1: "opened: generation int,index b32,group b32", 2: "opted_in: program name,grant grant",
    3: "asked: program name,grant grant,expires_ms int,asked_ms int?,code b32?", 4: "confirmed: program name,acted_ms int,inbound b16",
    5: "imported: program name,grant grant,import name,line int?",
    6: "revoked: said said,program name?,sender name?,topic name?,road road,acted_ms int,inbound b16?,matched text?,"
       "import name?,line int?,read read?,kept [name]?,signal b16?,by name?",
    7: "restarted: program name,acted_ms int,inbound b16", 8: "heard: intent text,inbound b16,acted_ms int,read read?",
    9: "suspended: deadline_ms int,inbound b16,acted_ms int,program name?,sender name?,read read?",
    10: "unsuspended: by name,inbound b16?",
    11: "started: message b16,program name,source name,step int,kind kind,category name?,subject name?,sender name,body b32,"
        "segments int,rulebook text,tz text,strict bool,local [(text;int)],counts [(text;int)],not_after_ms int,answer answer?,"
        "mark b16?",
    12: "concluded: message b16,outcome outcome,gateway_id text?,code text?,gateway_code text?,billed billed?",
    13: "reported: message b16,delivery delivery,acted_ms int,code text?,gateway_code text?,billed billed?",
    14: "located: group b32", 15: "blocked: sender name,code text", 16: "unblocked: sender name",
    17: "reassigned: source name,since_ms int?,deactivated bool?,signal b16?", 18: "erased: request name,rule text?",
    19: "bounced: code text,acted_ms int,import name?,line int?", 20: "import_undone: import name",
    21: "checked: register name,listed bool,as_of_ms int,provenance text?,since_ms int?",
    22: "reminded: program name", 23: "miscoded: program name,acted_ms int,inbound b16",
    24: "questioned: program name,question name,options [text],asked_ms int,expires_ms int",
    25: "replied: program name,question name,acted_ms int,inbound b16",
    26: "clarifying: inbound b16,program name,expires_ms int,open [name],topics [name]",
    27: "clarified: stop b16,program name,topic name?,inbound b16,acted_ms int",
    32: "text_kept: digest b32,version text,language text,text text",
    33: "approved: campaign name,plan b32,by text,rulebook text,tz text", 34: "danger: what text,reason text,rulebook text?",
    35: "import_run: import name,rows int,counts [(text;int)]?,list b32?", 36: "checkpointed: size int,root b32,note text",
    37: "import_taken_back: import name,consents int,stay int",
    38: "register_loaded: register name,as_of_ms int,entries int,digest b32?",
    39: "retention_run: rulebook text,erased int,kept int", 40: "keys_rotated: index int,wrapping bool",
    42: "bans_loaded: feed name,as_of_ms int,covers_since_ms int?,entries int,digest b32",
}


class Wrong(Exception):
    """The first place that is wrong."""

    def __init__(self, place, what):
        super().__init__(f"{place}: {what}" if place else what)
        self.place, self.what = place, what


def need(holds, place, what):
    if not holds:
        raise Wrong(place, what)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unhex(text, place, length=None):
    need(isinstance(text, str) and re.fullmatch("([0-9a-f]{2})*", text), place, "not hexadecimal")
    need(length in (None, len(text) // 2), place, "of another length")
    return bytes.fromhex(text)


# Section 2: the file.

def read(data):
    need(len(data) <= 64 << 20, "", "larger than any pack")

    def members(pairs):
        need(len({name for name, _ in pairs}) == len(pairs), "", "a name stands twice in one object")
        need(all(name.isascii() for name, _ in pairs), "", "a name is not ASCII")
        return dict(pairs)

    def integer(digits):
        need(len(digits) < 18 and digits != "-0" and abs(int(digits)) <= EXACT, "", "a number out of range")
        return int(digits)

    def never(_):
        raise Wrong("", "a number that is no integer")

    def depth(value):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_int=integer, parse_float=never,
                           parse_constant=never)
        need(depth(value) <= 64, "", "nested too deep")
        return value, canonical({k: v for k, v in value.items() if k != "seal"} if isinstance(value, dict) else value)
    except RecursionError:
        raise Wrong("", "nested too deep") from None
    except ValueError:
        raise Wrong("", "not JSON, or cut off") from None


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def shape(value, place, /, **members):
    need(isinstance(value, dict) and set(value) == set(members), place, "a member is missing, or one too many")
    for name, kind in members.items():
        kinds = kind if isinstance(kind, tuple) else (kind,)
        fits = type(value[name]) in kinds
        need(fits, f"{place}.{name}".lstrip("."), "of another type")


# Section 3: notes and keys.

def b64(text, place):
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong(place, "not base64") from None
    need(base64.b64encode(decoded).decode() == text, place, "not base64")
    return decoded


def key_of(text, place):
    name, _, rest = text.partition("+")
    key_hash, _, key = rest.partition("+")
    key = b64(key, place)
    need(name and not re.search(r"\s", name) and len(key) == 33 and key[0] == 1, place, "not a verifying key")
    need(sha(name.encode(), b"\n", key)[:4].hex() == key_hash, place, "not a verifying key: its hash is another's")
    return name, bytes.fromhex(key_hash), Ed25519PublicKey.from_public_bytes(key[1:])


def open_note(note, key, place):
    text, empty, lines = note.rpartition("\n\n")
    need(empty and lines.endswith("\n") and not re.search("[\0-\t\v-\x1f]", note), place, "not a signed note")
    text, held = text + "\n", False
    for line in lines[:-1].split("\n"):
        found = re.fullmatch("\u2014 ([^ +]+) ([A-Za-z0-9+/=]+)", line)
        need(found, place, "not a signed note")
        name, signature = found.group(1), b64(found.group(2), place)
        if (name, signature[:4]) == key[:2]:
            try:
                key[2].verify(signature[4:], text.encode("utf-8"))
            except InvalidSignature:
                raise Wrong(place, "the signature does not hold") from None
            held = True
    need(held, place, "not signed with this key")
    return text


# Sections 4 to 7: records.

def shown(value, kind, place):
    """A fact as JSON, if it is of its type."""
    kind = kind.rstrip("?")
    is_int = type(value) is int
    if kind in CODES:
        need(is_int and 0 <= value < len(CODES[kind]), place, f"no {kind} of format 1")
        return CODES[kind][value]
    if kind in MAPS:
        return facts(value, MAPS[kind], place)
    if kind[0] == "[":
        need(type(value) is list, place, "not a list")
        return [shown(item, kind[1:-1], place) for item in value]
    if kind[0] == "(":
        kinds = kind[1:-1].split(";")
        need(type(value) is list and len(value) == len(kinds), place, "not a pair")
        return [shown(item, one, place) for item, one in zip(value, kinds)]
    if kind == "int":
        need(is_int, place, "not an integer")
        return value if abs(value) <= EXACT else str(value)
    if kind in ("b16", "b32"):
        need(type(value) is bytes and len(value) == int(kind[1:]), place, "not bytes of that length")
        return value.hex()
    need(type(value) is {"bool": bool}.get(kind, str), place, f"not a {kind}")
    need(kind != "name" or re.fullmatch("[!-~]{1,48}", value), place, "not a name")
    return value


def facts(value, fields, place):
    fields = [field.split(" ") for field in fields.split(",")]
    need(type(value) is dict and all(type(key) is int and 0 <= key < len(fields) for key in value), place, "an unknown field")
    need(all(key in value or kind[-1] == "?" for key, (_, kind) in enumerate(fields)), place, "a fact is missing")
    return {fields[key][0]: shown(fact, fields[key][1], place) for key, fact in sorted(value.items())}


def when(ms):
    try:
        at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    except OverflowError:
        return str(ms)
    return at.isoformat(timespec="milliseconds") + "Z"


def included(leaf, index, size, proof, root, place):
    need(0 <= index < size, place, "beyond the checkpoint")
    a, b, r = index, size - 1, leaf
    for p in proof:
        need(b, place, "too many hashes")
        if a % 2 or a == b:
            r = sha(b"\1", p, r)
            while a % 2 == 0 and a:
                a, b = a // 2, b // 2
        else:
            r = sha(b"\1", r, p)
        a, b = a // 2, b // 2
    need(b == 0 and r == root, place, "does not lead to the checkpoint's root")


def stream(name, records, owner, size, root, found):
    """Sections 9.6 and 9.7. Gives the events with their facts."""
    events, seq, leaf_no, last = [], 0, 0, None
    for number, record in enumerate(records):
        place = f"{name}[{number}]"
        shape(record, place, seq=int, leaf=int, at=str, event=str, facts=dict, words=dict, envelope=str, proof=list, disclosed=list)
        shape(record["words"], place + ".words", en=str, fr=str)
        data = unhex(record["envelope"], place + ".envelope")
        place_e = place + ".envelope"
        try:
            stream_of = io.BytesIO(data)
            env = cbor2.CBORDecoder(stream_of).decode()
            same = stream_of.tell() == len(data) and cbor2.dumps(env, canonical=True) == data
        except Exception:  # whatever a decoder makes of bytes that are no CBOR
            raise Wrong(place_e, "not a canonical envelope") from None
        need(same and type(env) is dict and all(type(key) is int for key in env), place_e, "not a canonical envelope")
        need(set(env) - {3, 7} == {0, 1, 2, 4, 5, 6} and type(env[0]) is int and env[0] == 1, place_e, "not an envelope of shape 1")
        need(type(env[2]) is int and type(env[4]) is int and type(env[5]) is int, place_e, "not an envelope of shape 1")
        need(env[1] == owner, place_e, "of another stream")
        need(env[2] == seq + 1 if owner != HOUSE else env[2] > seq, place_e, "a record is missing before it")
        need((3 in env) == (env[2] > 1), place_e, "chained where it must not be, or not where it must")
        need(seq + 1 != env[2] or env[2] == 1 or env[3] == last, place_e, "not chained to the record before it")
        need(record["leaf"] > leaf_no, place + ".leaf", "not in order")
        need(env[5] in EVENTS, place_e, "an event of a later format")
        need((env[5] >= 32) == (owner == HOUSE), place_e, "of another stream")
        code, _, fields = EVENTS[env[5]].partition(": ")
        said = facts(env[6], fields, place_e)
        need(record["seq"] == env[2], place + ".seq", "not what the envelope says")
        need(record["at"] == when(env[4]), place + ".at", "not what the envelope says")
        need(record["event"] == code, place + ".event", "not what the envelope says")
        need(canonical(record["facts"]) == canonical(said), place + ".facts", "not what the envelope says")
        seq, leaf_no, last = env[2], record["leaf"], sha(b"\0", data)
        proof = [unhex(p, place + ".proof", 32) for p in record["proof"]]
        included(last, leaf_no - 1, size, proof, root, place + ".proof")
        committed = env.get(7, {})
        need(type(committed) is dict and (7 not in env or committed), place_e, "not commitments")
        need(owner != HOUSE or not record["disclosed"], place + ".disclosed", "the house has no personal values")
        shown_fields = []
        for value in record["disclosed"]:
            shape(value, place + ".disclosed", field=str, salt=str, value=str)
            need(value["field"] in CODES["personal_field"], place + ".disclosed", "an unknown field")
            field = CODES["personal_field"].index(value["field"])
            digest = sha(unhex(value["salt"], place + ".disclosed", 16), value["value"].encode("utf-8"))
            need(committed.get(field) == digest, place + ".disclosed", "not the value that was recorded")
            shown_fields.append(field)
        need(shown_fields == sorted(set(shown_fields)), place + ".disclosed", "not in order")
        if code == "text_kept":
            parts = [said[part].encode("utf-8") for part in ("language", "version", "text")]
            words = sha(*(piece for part in parts for piece in (len(part).to_bytes(8, "big"), part)))
            need(words.hex() == said["digest"], place, "the words are not those of their digest")
        found["disclosed"] += len(shown_fields)
        found["withheld"] += len(committed) - len(shown_fields)
        events.append((code, said))
    return events


# Section 9: the order of checking.

def verify(data, key_text=None):
    pack, unsealed = read(data)
    shape(pack, "", format=str, about=dict, made=dict, key=str, checkpoint=str, stream=dict, records=list, house=list,
          reading=dict, seal=str)
    need(pack["format"] == FORMAT, "format", "not a format that this verifier reads")
    message = pack["about"].get("message")
    is_message = pack["about"].get("kind") == "message"
    shape(pack["about"], "about", **({"kind": str, "message": str} if is_message else {"kind": str}))
    need(is_message or pack["about"]["kind"] == "person", "about.kind", "neither a person nor a message")
    if is_message:
        unhex(message, "about.message", 16)
    shape(pack["made"], "made", **{"at": str, "by": str, "for": (str, type(None)), "purpose": (str, type(None))})
    shape(pack["stream"], "stream", recipient=str, records=int)
    need(key_text in (None, pack["key"]), "key", "sealed with another key than the one given")
    key = key_of(pack["key"], "key")
    digest = f"{FORMAT}\nsha256:{sha(unsealed).hex()}\n"
    need(pack["seal"].rpartition("\n\n")[2].count("\n") == 1, "seal", "not one signature")
    need(open_note(pack["seal"], key, "seal") == digest, "", "something in the pack was changed after it was sealed")
    lines = open_note(pack["checkpoint"], key, "checkpoint").split("\n")
    need(len(lines) > 3 and re.fullmatch("0|[1-9][0-9]{0,19}", lines[1]), "checkpoint", "not a checkpoint")
    need(lines[0] == key[0], "checkpoint", "of another ledger than the key's")
    size, root = int(lines[1]), b64(lines[2], "checkpoint")
    records, owner = pack["records"], unhex(pack["stream"]["recipient"], "stream.recipient", 16)
    need(records and pack["stream"]["records"] == len(records), "stream.records", "a record is missing, or one too many is here")
    found = {"ok": True, "records": len(records), "house": len(pack["house"]), "disclosed": 0, "withheld": 0,
             "size": size, "root": root.hex(), "key": pack["key"], "vouched": key_text is not None}
    events = stream("records", records, owner, size, root, found)
    house = stream("house", pack["house"], HOUSE, size, root, found)
    need(events[0][0] == "opened", "records[0]", "not the beginning of a person's stream")
    started = [said["message"] for code, said in events if code == "started"]
    need(not is_message or message in started, "about.message", "not among the records")
    kept = {said["digest"] for code, said in house if code == "text_kept"}
    texts = [said["grant"]["text"] for _, said in events if "text" in said.get("grant", {})]
    found["numbered"] = any(value["field"] == "number" for record in records for value in record["disclosed"])
    found["wordless"] = sum(text not in kept for text in texts)
    return found


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args.add_argument("packs", nargs="+", metavar="PACK.json")
    args.add_argument("--key", help="the verifying key, from its owner")
    args.add_argument("--json", action="store_true", help="one JSON object a file")
    args, good = args.parse_args(), True
    for path in args.packs:
        try:
            with open(path, "rb") as file:
                found = verify(file.read((64 << 20) + 1), args.key)
        except (Wrong, OSError) as error:
            found = {"ok": False, "place": getattr(error, "place", ""), "what": getattr(error, "what", str(error))}
        good = good and found["ok"]
        if args.json:
            print(json.dumps({"file": path, **found}))
        elif not found["ok"]:
            print(f"{path}: DOES NOT HOLD. {found['place'] or 'the pack'}: {found['what']}")
        else:
            print(f"{path}: HOLDS.\n"
                  f"  {found['records']} records of the person, all of 1 to {found['records']}, chained; {found['house']} of the house\n"
                  f"  each proven to stand in the file of {found['size']} records with root {found['root']}\n"
                  f"  {found['disclosed']} personal values fit what was recorded, {found['withheld']} are not shown\n"
                  f"  signed with {found['key']}")
            if found["wordless"]:
                print(f"  NOTE: the words of {found['wordless']} consents are not in the pack")
            if not found["numbered"]:
                print("  NOTE: the telephone number is not shown: that these records are a certain number's is the sealer's word")
            if not found["vouched"]:
                print("  NOTE: this key is the pack's own word. Get the key from its owner and give it with --key.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
