"""Signed notes and checkpoints, genuine and damaged, written and judged apart from the library.

    python3 -m venv v && v/bin/pip install cryptography==48.0.0
    v/bin/python tests/oracles/notes.py > tests/data/notes.jsonl

Written from c2sp.org/signed-note, c2sp.org/tlog-checkpoint and RFC 6962, section 2.1. The run is seeded, and `--check`
compares it with the committed table. A line: `seed` (hex), `name`, `key` (as Go's sumdb/note writes it), `text`, `note`,
`opens` (whether the key opens it); for checkpoints also `leaves`: the root is that of the envelopes "0", "1", ... of
so many. The first two keys and their notes are those of golang.org/x/mod/sumdb/note's own test.
"""
import base64, hashlib, json, pathlib, random, sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DASH = "\u2014 "
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO = [
    ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
     "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="),
    ("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
     "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="),
]
PETER = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mth(leaves):
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\1", mth(leaves[:k]), mth(leaves[k:]))


def key_id(name, public):
    return sha(name.encode(), b"\n\x01", public)[:4]


def vkey(name, public):
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(bytes([1]) + public).decode()}"


def sign(text, name, seed):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = base64.b64encode(key_id(name, public) + private.sign(text.encode())).decode()
    return vkey(name, public), f"{text}\n{DASH}{name} {signature}\n"


def opens(note, key):
    name, _, encoded = key.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in note):
        return False
    text, signed = text + "\n", False
    for line in lines[:-1].split("\n"):
        if not line.startswith(DASH) or line.count(" ") != 2:
            return False
        _, signer, signature = line.split(" ")
        try:
            raw = base64.b64decode(signature, validate=True)
        except ValueError:
            return False
        if not signer or any(c.isspace() for c in signer) or "+" in signer or len(raw) < 5:
            return False
        if base64.b64encode(raw).decode() != signature:
            return False
        if signer == name and raw[:4] == key_id(name, public):
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], text.encode())
            except InvalidSignature:
                return False
            signed = True
    return signed


def damaged(rng, note):
    """One bit, one line, one character, or one more line."""
    way = rng.randrange(6)
    if way == 0:
        raw = bytearray(note.encode())
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        return raw.decode(errors="ignore")
    lines = note.split("\n")
    if way == 1:
        del lines[rng.randrange(len(lines))]
    elif way == 2:
        lines.insert(rng.randrange(len(lines)), rng.choice(["", "0", "extension", DASH + "x AAAAAAA="]))
    elif way == 3:
        at = rng.randrange(len(lines) - 1)
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    elif way == 4:
        return note[:rng.randrange(len(note))]
    else:
        return note + rng.choice([" ", "\n", lines[-2] + "\n", "x"])
    return "\n".join(lines)


def rows():
    rng = random.Random(6962)
    for key, signature in GO:
        name = key.split("+")[0]
        note = f"{GO_TEXT}\n{DASH}{name} {signature}\n"
        seed = PETER if name == "PeterNeumann" else None
        yield {"seed": seed.hex() if seed else None, "name": name, "key": key, "text": GO_TEXT, "note": note, "opens": True}
    for nth in range(60):
        seed, name = rng.randbytes(32), rng.choice(["optin/", "maison.example/", "é-lune.example/"]) + rng.randbytes(4).hex()
        size = nth if nth < 20 else rng.randrange(2000)
        root = base64.b64encode(mth([str(leaf).encode() for leaf in range(size)])).decode()
        text = f"{name}\n{size}\n{root}\n" + rng.choice(["", "", "extension\n"])
        key, note = sign(text, name, seed)
        row = {"seed": seed.hex(), "name": name, "key": key, "text": text, "leaves": size}
        yield row | {"note": note, "opens": True}
        witness = sign(text, "witness.example/w", rng.randbytes(32))[1].rpartition("\n\n")[2]
        yield row | {"note": note + witness, "opens": True}
        yield row | {"note": f"{text}\n{witness}", "opens": False}
        for _ in range(6):
            wrong = damaged(rng, note)
            if wrong != note:
                yield row | {"note": wrong, "opens": opens(wrong, key)}


table = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows())
for line in table.splitlines():
    row = json.loads(line)
    assert opens(row["note"], row["key"]) == row["opens"], row
if "--check" in sys.argv:
    held = pathlib.Path(__file__).parent.parent / "data" / "notes.jsonl"
    sys.exit(0 if held.read_text(encoding="utf-8") == table else "tests/data/notes.jsonl is not what this writes")
sys.stdout.reconfigure(encoding="utf-8")
sys.stdout.write(table)
