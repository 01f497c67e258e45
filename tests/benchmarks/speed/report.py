"""Tables as text, as CSV and as a figure."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HEADINGS = ("contestant", "number", "median s", "min s", "ratio", "excess", "peak MB", "")


@dataclass(frozen=True)
class Row:
    """A contestant's result.

    ratio is its median time over that of the table's rival, excess how far its objective is above the minimum
    at most, relative to it, peak a number of bytes, number how many there are of what grows; NaN where it has none.
    """

    contestant: str
    median: float = np.nan
    best: float = np.nan
    ratio: float = np.nan
    excess: float = np.nan
    peak: float = np.nan
    note: str = ""
    number: float = np.nan

    def cells(self) -> list[str]:
        peak = self.peak / 2**20
        numbers = [
            (self.number, ".0f"),
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

    @property
    def grows(self) -> bool:
        """Whether rows tell of more and more of the same."""
        return any(not np.isnan(row.number) for row in self.rows)

    def __str__(self):
        cells = [list(HEADINGS), *(row.cells() for row in self.rows)]
        widths = [max(len(line[k]) for line in cells) for k in range(len(HEADINGS))]
        shown = [k for k in range(len(HEADINGS)) if k == 0 or any(line[k] for line in cells[1:])]
        lines = [f"{self.suite}: {self.problem}"]
        for line in cells:
            aligned = [
                line[k].ljust(widths[k])
                if k in (0, len(HEADINGS) - 1)
                else line[k].rjust(widths[k])
                for k in shown
            ]
            lines.append("  " + "  ".join(aligned).rstrip())
        return "\n".join([*lines, *(f"  {verdict}" for verdict in self.verdicts)])


def write_csv(path: Path, tables: Sequence[Table]) -> None:
    """Write a line a contestant and problem."""
    names = ("contestant", "median", "best", "ratio", "excess", "peak", "note", "number")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("suite", "problem", *names))
        for table in tables:
            for row in table.rows:
                writer.writerow(
                    (table.suite, table.problem, *(getattr(row, name) for name in names))
                )


def draw(path: Path, tables: Sequence[Table]) -> None:
    """Draw the median time of each contestant, a panel a problem; against the number where something grows."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    n_columns = 2 if all(table.grows for table in tables) else 1
    lines = [tables[k : k + n_columns] for k in range(0, len(tables), n_columns)]
    heights = [
        max(3.0 if table.grows else 1.0 + 0.3 * len(table.rows) for table in line) for line in lines
    ]
    figure = Figure(figsize=(10, sum(heights)), layout="constrained")
    axes = figure.subplots(len(lines), n_columns, squeeze=False, height_ratios=heights).ravel()
    for ax, table in zip(axes, tables):
        (draw_curves if table.grows else draw_bars)(ax, table)
    for ax in axes[len(tables) :]:
        ax.set_axis_off()
    with rc_context({"svg.fonttype": "none"}):  # letters, not their outlines
        figure.savefig(path)


def draw_bars(ax: Any, table: Table) -> None:
    """Draw a bar for each contestant."""
    timed = [row for row in table.rows if row.median > 0]
    ours = [
        "C0" if "MultiTask" in row.contestant or "path" in row.contestant else "C7" for row in timed
    ]
    ax.barh([row.contestant for row in timed], [row.median for row in timed], color=ours)
    ax.invert_yaxis()
    ax.set(title=f"{table.suite}: {table.problem}", xlabel="seconds, median", xlim=(0, None))


def draw_curves(ax: Any, table: Table) -> None:
    """Draw a curve for each contestant, with a line of slope one through the start of the lowest and of the highest."""
    names = list(dict.fromkeys(row.contestant for row in table.rows))
    ends = []
    for name in names:
        own = [row for row in table.rows if row.contestant == name]
        numbers, seconds = [row.number for row in own], [row.median for row in own]
        ax.plot(numbers, seconds, marker="o", label=name)
        ends.append((numbers[0], numbers[-1], seconds[0]))
    for few, many, start in (min(ends, key=lambda end: end[2]), max(ends, key=lambda end: end[2])):
        ax.plot([few, many], [start, start * many / few], color="0.7", linestyle=":", zorder=0)
    ax.set(title=table.problem, xscale="log", yscale="log", ylabel="seconds, median")
    ax.minorticks_off()
    ax.legend(fontsize="small")
