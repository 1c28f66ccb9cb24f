"""kill -9 while the portal publishes: an entry and its public row are there both or neither, with its file, every time.

PLUMBRULE_SOAK_PUBLISHING sets how often; `make soak` asks for more. A killed process is not a power cut.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from site_made import HERE

from running import command_environment

ROUNDS = int(os.environ.get("PLUMBRULE_SOAK_PUBLISHING", "8"))
PUBLISHER = """
import sys
from pathlib import Path
from plumbrule_portal.config.start import start
start(Path(sys.argv[1]))
from portal_made import publish_head, publish_record
print("ready", flush=True)
for number in range(1_000_000):
    name = f"office-{sys.argv[2]}-{number}"
    publish_record("organisation-1", name, {"names": {"en": name}}, party=name)
    print(name, flush=True)
    if number % 3 == 0:
        publish_head()
"""


def test_what_was_acknowledged_is_there_and_nothing_is_there_by_half(node: Path) -> None:
    """After each kill the log opens, holds, and has exactly the entries that the public tables show."""
    from portal_made import publish_head

    from plumbrule_portal.accounts.models import Organisation
    from plumbrule_portal.ledger import actions, content
    from plumbrule_portal.ledger.models import Entry

    chance, said = random.Random(5), []
    for attempt in range(ROUNDS):
        said += _published_until_killed(node, attempt, chance.uniform(0.0, 0.25))
        size = publish_head()
        assert [entry.index for entry in Entry.objects.order_by("index")] == list(range(size))
        assert Organisation.objects.count() == size
    assert set(said) <= set(Organisation.objects.values_list("slug", flat=True))
    assert said
    assert all(content.has(digest) for entry in Entry.objects.all() for _, digest in entry.files)
    before = list(Organisation.objects.order_by("slug").values("slug", "names", "entry"))
    actions.rebuild()
    assert list(Organisation.objects.order_by("slug").values("slug", "names", "entry")) == before


def _published_until_killed(node: Path, attempt: int, seconds: float) -> list[str]:
    """What the process said it had published before it was killed, so many seconds after its first word."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(node), str(attempt)], stdout=subprocess.PIPE, cwd=HERE, env=command_environment()
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=60)
    return [line for line in rest.decode().split("\n")[:-1] if line.startswith("office-")]
