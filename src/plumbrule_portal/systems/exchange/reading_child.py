"""Inside the limited process: a file on standard input, the wish as the first argument, the result on standard output."""

from __future__ import annotations

import json
import sys

from plumbrule_portal.systems.exchange.files import read_file
from plumbrule_portal.systems.exchange.opening import MOST_BYTES
from plumbrule_portal.systems.exchange.sent import result_object, wanted_from

if __name__ == "__main__":
    imported, report = read_file(sys.stdin.buffer.read(MOST_BYTES + 1), wanted_from(json.loads(sys.argv[1])))
    sys.stdout.write(json.dumps(result_object(imported, report)))
