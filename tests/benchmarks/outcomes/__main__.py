"""Outcomes of real tables by one network or by others: ``python -m tests.benchmarks.outcomes`` compares them.

Protocol: training rows, at most 300 or 1000 and two thirds of a table, are drawn at random, repeatedly, the same for
all methods; what remains, at most 3000 rows, is for testing; patients with several rows train or test. Training labels
are then taken away at random: none, half, 80 %, or 90 % of every second task, whose scores are told apart. Our networks
and boosting get numbers as they are, the others have them imputed by medians, limited to their range and standardised,
by the training rows alone; all have categories one-hot. Classes with fewer than 3 training labels count as missing, and
a task is left out of a split where it has fewer than 10 labels, or test labels all alike. A score is D2, that of a task
being at least -1, with probabilities of at least 1e-6, and means of counts of at least a tenth of the training labels';
its mean is over tasks, then splits, then numbers of rows, then tables. Standard errors are of paired differences.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from ..defaults import FOLDER, read
from .report import report
from .rivals import METHODS, VARIANTS
from .scores import records
from .tables import SETS, SETTINGS, read_groups, sizes, split

KEY = ["table", "rows", "setting", "split", "method"]


@dataclass(eq=False)
class Ledger:
    """Scores, in memory and, where there is a path, in a file that keeps those of earlier runs."""

    path: Path | None
    parts: list[pd.DataFrame] = field(default_factory=list)
    done: set[tuple] = field(default_factory=set)

    def load(self) -> "Ledger":
        """Read what is in the file."""
        if self.path is not None and self.path.exists():
            self._keep(pd.read_csv(self.path))
        return self

    def add(self, key: tuple, scores: list[dict]) -> None:
        """Keep the scores of one method on one split."""
        part = pd.DataFrame([{**dict(zip(KEY, key)), **score} for score in scores])
        if self.path is not None:
            part.to_csv(self.path, mode="a", header=not self.path.exists(), index=False)
        self._keep(part)

    def frame(self, wanted: list[tuple]) -> pd.DataFrame:
        """Return the scores that are wanted."""
        whole = pd.concat(self.parts, ignore_index=True)
        return whole[whole.set_index(KEY).index.isin(wanted)]

    def _keep(self, part: pd.DataFrame) -> None:
        self.parts.append(part)
        self.done.update(part[KEY].itertuples(index=False, name=None))


def plan(tables: list, given: argparse.Namespace) -> Iterator[tuple]:
    """Yield what must be scored, as keys: all tables once before any a second time."""
    for seed in range(given.splits):
        for table, _ in tables:
            for rows in sizes(table, given.rows):
                for setting in given.settings:
                    for method in given.methods:
                        yield table.name, rows, setting, seed, method


def run(tables: list, wanted: list[tuple], ledger: Ledger) -> None:
    """Score what is not in the ledger, and say what it took."""
    by_name = {table.name: (table, groups) for table, groups in tables}
    drawn, last = None, None
    for key in wanted:
        if key in ledger.done:
            continue
        *where, method = key
        if where != last:
            name, rows, setting, seed = where
            drawn, last = split(*by_name[name], rows, seed, SETTINGS[setting]), where
        start = time.process_time()
        predicted = {**METHODS, **VARIANTS}[method](drawn)
        took = time.process_time() - start
        scores = [{**score, "seconds": took} for score in records(drawn, predicted)]
        ledger.add(key, scores)
        print(f"  {' '.join(map(str, key)):50} {took:6.1f} s", flush=True)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m tests.benchmarks.outcomes", description=__doc__)
    made.add_argument("--folder", type=Path, default=FOLDER, help="where the tables are")
    made.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    made.add_argument("--rows", nargs="+", type=int, default=[300, 1000], help="to train on")
    made.add_argument("--splits", type=int, default=8, help="how many of each table (8)")
    made.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    made.add_argument("--methods", nargs="+", choices=[*METHODS, *VARIANTS], default=list(METHODS))
    made.add_argument(
        "--csv", type=Path, help="write scores here as they come, and skip those that are there"
    )
    return made


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    given = parser().parse_args(arguments)
    missing = [name for name in given.sets if not (given.folder / name / "meta.json").exists()]
    if missing:
        print(f"skipped: the tables {missing} are not there; --folder says where they are")
        return
    folders = [given.folder / name for name in given.sets]
    tables = [(read(folder), read_groups(folder)) for folder in folders]
    wanted = list(plan(tables, given))
    ledger = Ledger(given.csv).load()
    with threadpool_limits(1):
        run(tables, wanted, ledger)
    print("\n".join(report(ledger.frame(wanted))))


if __name__ == "__main__":
    main()
