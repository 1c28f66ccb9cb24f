"""Watch: windows over time, drift, and an alarm that rarely rings falsely.

    >>> import datetime, pathlib, tempfile
    >>> from plumbrule.lab.families.watch import observe_windows, read_config
    >>> days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=n) for n in range(59)]
    >>> rows = ["day,approved", *(f"{day},{(n + k) % 2}" for n, day in enumerate(days) for k in range(20))]
    >>> config = '''
    ... schema = "plumbrule-watch/1"
    ... id = "example"
    ... data = {file = "decisions.csv"}
    ... windows = {time = "day", every = "month"}
    ... baseline = {before = 2026-02-01}
    ... decisions = {prediction = "approved"}
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = pathlib.Path(folder)
    ...     _ = (place / "decisions.csv").write_text("\\n".join(rows), encoding="utf-8")
    ...     _ = (place / "watch.toml").write_text(config, encoding="utf-8")
    ...     seen = observe_windows(read_config(place / "watch.toml"), place, today=datetime.date(2026, 3, 1))
    >>> [(one.id, one.estimate.value) for one in seen if one.measure == "rate"]
    [('selection_rate@2026-02', 0.5)]

`run_watch` is what `plumbrule watch` does: it looks at each closed window once and remembers counts between runs.
`observe_windows` gives the observations of all windows of a table at once, for an assessment.
"""

from plumbrule.lab.families.watch.form import (
    Alarm,
    Baseline,
    Output,
    WatchConfig,
    WatchedColumns,
    WatchedData,
    WatchedDecisions,
    Windows,
    check_config,
    read_config,
)
from plumbrule.lab.families.watch.run import Watched, observe_windows, run_watch

__all__ = [
    "Alarm",
    "Baseline",
    "Output",
    "WatchConfig",
    "Watched",
    "WatchedColumns",
    "WatchedData",
    "WatchedDecisions",
    "Windows",
    "check_config",
    "observe_windows",
    "read_config",
    "run_watch",
]
