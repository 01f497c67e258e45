"""Tables as text, as CSV and as a figure."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HEADINGS = ("contestant", "median s", "min s", "ratio", "excess", "peak MB", "")


@dataclass(frozen=True)
class Row:
    """A contestant's result.

    ratio is its median time over that of the table's rival, excess how far its objective is above the minimum
    at most, relative to it, peak a number of bytes; NaN where it has none.
    """

    contestant: str
    median: float = np.nan
    best: float = np.nan
    ratio: float = np.nan
    excess: float = np.nan
    peak: float = np.nan
    note: str = ""

    def cells(self) -> list[str]:
        peak = self.peak / 2**20
        numbers = [
            (self.median, ".4f"),
            (self.best, ".4f"),
            (self.ratio, ".2f"),
            (self.excess, ".0e"),
            (peak, ".1f"),
        ]
        return [
            self.contestant,
            *("" if np.isnan(x) else format(x, form) for x, form in numbers),
            self.note,
        ]


@dataclass(frozen=True)
class Verdict:
    """A target: the time of one contestant over that of another is at most so much."""

    ours: str
    rival: str
    limit: float
    by_median: float
    by_best: float

    def __str__(self):
        met = "met" if self.by_median <= self.limit else "MISSED"
        if self.by_median > 1.0 and not self.rival.startswith("MultiTask"):
            met += " (the rival wins)"
        return (
            f"{met}: {self.ours} takes {self.by_median:.2f} (by minima {self.by_best:.2f}) times as long as "
            f"{self.rival}; target {self.limit:.2f}"
        )


@dataclass(frozen=True)
class Held:
    """A target: the memory of a contestant over that of its inputs is at most so much."""

    ours: str
    times: float
    limit: float

    def __str__(self):
        met = "met" if self.times <= self.limit else "MISSED"
        return f"{met}: {self.ours} holds {self.times:.2f} times the memory of X; target {self.limit:.2f}"


@dataclass(frozen=True)
class Table:
    """The results of a suite on one problem."""

    suite: str
    problem: str
    rows: tuple[Row, ...]
    verdicts: tuple[Verdict | Held, ...] = ()

    def __str__(self):
        cells = [list(HEADINGS), *(row.cells() for row in self.rows)]
        widths = [max(len(line[k]) for line in cells) for k in range(len(HEADINGS))]
        shown = [k for k in range(len(HEADINGS)) if k == 0 or any(line[k] for line in cells[1:])]
        lines = [f"{self.suite}: {self.problem}"]
        for line in cells:
            aligned = [
                line[k].ljust(widths[k]) if k in (0, 6) else line[k].rjust(widths[k]) for k in shown
            ]
            lines.append("  " + "  ".join(aligned).rstrip())
        return "\n".join([*lines, *(f"  {verdict}" for verdict in self.verdicts)])


def write_csv(path: Path, tables: Sequence[Table]) -> None:
    """Write a line a contestant and problem."""
    names = ("contestant", "median", "best", "ratio", "excess", "peak", "note")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("suite", "problem", *names))
        for table in tables:
            for row in table.rows:
                writer.writerow(
                    (table.suite, table.problem, *(getattr(row, name) for name in names))
                )


def draw(path: Path, tables: Sequence[Table]) -> None:
    """Draw the median time of each contestant, a panel a problem."""
    from matplotlib.figure import Figure

    heights = [1.0 + 0.3 * len(table.rows) for table in tables]
    figure = Figure(figsize=(10, sum(heights)), layout="constrained")
    axes = figure.subplots(len(tables), 1, squeeze=False, height_ratios=heights)[:, 0]
    for ax, table in zip(axes, tables):
        timed = [row for row in table.rows if row.median > 0]
        ours = [
            "C0" if "MultiTask" in row.contestant or "path" in row.contestant else "C7"
            for row in timed
        ]
        ax.barh([row.contestant for row in timed], [row.median for row in timed], color=ours)
        ax.invert_yaxis()
        ax.set(title=f"{table.suite}: {table.problem}", xlabel="seconds, median", xlim=(0, None))
    figure.savefig(path)
