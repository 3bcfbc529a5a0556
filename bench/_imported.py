"""From end to end with cxlib's import: what `bench speed` and `bench scale` measure besides.

    python -m bench._imported ORDERS.csv SEED

The way of a file that nobody has looked at, as the app and the command line have it: staged, proposed
and converted in a child process, each row accounted for, then read out of Parquet. The peak of memory
is the larger one of the two processes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
from pathlib import Path

from bench._laps import Laps
from bench._memory import children, peak
from bench._ours import valued
from cxlib import engine
from cxlib.frames.base import customer_base
from cxlib.ingest import convert, match, read, sandbox
from cxlib.ingest.plan import plan


def main(path: str) -> dict[str, float]:
    """Seconds of each step."""
    sandbox.warm().join()  # as the app does once its page is open; the peer has its imports done too
    laps = Laps()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        staged = sandbox.run(read.stage, Path(path), folder)
        chosen = plan(sandbox.run(match.propose, staged), {}, today=dt.datetime.now(dt.UTC).date())
        imported = sandbox.run(convert.convert, staged, chosen, folder)
        laps.done("read")
        with engine.connect(imported.table.parent, folder) as connection:
            base = customer_base(engine.scan(connection, [imported.table]))
            laps.done("summary")
        valued(base, laps)
        laps.took["peak_memory"] = max(map(peak, (os.getpid(), *children(os.getpid()))))
    return laps.took


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
