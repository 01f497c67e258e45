"""Panels of what tasks gain by sharing, and of learning curves."""

from collections.abc import Hashable, Mapping
from textwrap import fill
from typing import Any

import numpy as np

from ._figures import COLOURS, PALE, name_ends, new_panels, pyplot, short
from ._sharing_comparison import JOINT, SharingComparison, TaskGain
from ._sharing_statistics import HELPS, HURTS, UNKNOWN

VERDICT_COLOURS = {
    HELPS: COLOURS[0],
    UNKNOWN: COLOURS[7],
    HURTS: COLOURS[1],
}  # blue, grey, vermilion
ACROSS = {HELPS: ">", UNKNOWN: "o", HURTS: "<"}
ALONG = {HELPS: "^", HURTS: "v"}
METHODS = {JOINT: ("-", COLOURS[0]), "separate": ("--", COLOURS[1]), "pooled": (":", COLOURS[2])}
DISPLAY = "SharingDisplay"
ROW, LEAST_ROW = 0.28, 0.15  # inches a task, where there are few and where there are many


def gain_panels(n_rows: list[int]) -> np.ndarray:
    """Return a panel above the other for so many tasks each."""
    row = ROW if sum(n_rows) <= 30 else LEAST_ROW
    heights = [row * n + 0.25 for n in n_rows]
    _, grid = pyplot(DISPLAY).subplots(
        len(n_rows),
        1,
        figsize=(6.4, sum(heights) + 0.6 * len(n_rows) + 0.7),
        squeeze=False,
        layout="constrained",
        gridspec_kw={"height_ratios": heights},
    )
    for panel in grid.ravel():
        panel.spines[["top", "right"]].set_visible(False)
    return grid.ravel()


def curve_panels(n: int) -> np.ndarray:
    """Return so many panels of a new figure."""
    return new_panels(n, DISPLAY)


def by_metric(rows: list[TaskGain], metrics: Mapping[Hashable, Any]) -> dict[str, list[TaskGain]]:
    """Return rows of the same metric together, the largest gain first, what is not known last."""
    groups: dict[str, list[TaskGain]] = {}
    for row in rows:
        groups.setdefault(title(metrics[row.task]), []).append(row)
    return {
        metric: sorted(each, key=lambda row: (np.isnan(row.difference), -row.difference))
        for metric, each in groups.items()
    }


def title(metric: Any) -> str:
    """Return the name of a metric."""
    return metric if isinstance(metric, str) else short(repr(metric), 40)


def draw_gains(ax: Any, rows: list[TaskGain], metric: str, confidence_level: float) -> None:
    """Draw the difference of each task and its interval, a row a task."""
    places = np.arange(len(rows))
    ax.axvline(0.0, color=ax.xaxis.label.get_color(), linewidth=0.8, linestyle=":", zorder=1)
    size = 6.0 if len(rows) <= 30 else 4.0
    for verdict, colour in VERDICT_COLOURS.items():
        kept = [
            k for k in places if rows[k].verdict == verdict and not np.isnan(rows[k].difference)
        ]
        if not kept:
            continue
        mean, low, high = np.array(
            [(rows[k].difference, rows[k].low, rows[k].high) for k in kept]
        ).T
        style = {"fmt": ACROSS[verdict], "color": colour, "markersize": size, "elinewidth": 1.2}
        style |= {"markerfacecolor": ax.get_facecolor() if verdict == UNKNOWN else colour}
        around = np.vstack(
            [mean - low, high - mean]
        ).tolist()  # matplotlib 3.8 stumbles over an array of one
        ax.errorbar(mean, kept, xerr=around, label=verdict, **style)
    ax.set_yticks(places, [short(row.task) for row in rows])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", linewidth=0.4, alpha=0.4)
    ax.set_axisbelow(True)
    fit_names(ax, len(rows))
    ax.locator_params(axis="x", nbins=6)
    level = f"{100 * confidence_level:g} %"
    label = f"difference of {metric}, joint less {rows[0].against}: mean and {level} interval"
    ax.set_xlabel(label if len(label) <= 70 else label.replace(": ", ":\n"))


def fit_names(ax: Any, n_rows: int) -> None:
    """Make the names of rows as small as they must be; leave out those that nobody could read."""
    height = ax.figure.get_figheight() * ax.get_position().height
    pitch = 72.0 * height / n_rows
    if pitch < 5.0:
        ax.set_yticks([])
        ax.set_ylabel(f"{n_rows} tasks, by gain")
    else:
        ax.tick_params(axis="y", labelsize=min(10.0, 0.85 * pitch))


def draw_curves(
    ax: Any, comparison: SharingComparison, name: Hashable, against: str | None
) -> None:
    """Draw the mean scores of a task by each method, over its number of labels."""
    others = comparison.others if against is None else (against,)
    rows = {other: of_task(comparison, name, other) for other in others}
    first = rows[others[0]]
    n_labels = [row.n_labels for row in first]
    for method in (JOINT, *others):
        scores = (
            [row.joint for row in first] if method == JOINT else [r.other for r in rows[method]]
        )
        style, colour = METHODS[method]
        ax.plot(n_labels, scores, style, color=colour, label=method)
    for verdict, marker in ALONG.items():
        seen = [row for row in first if row.verdict == verdict]
        if seen:
            x, y = [row.n_labels for row in seen], [row.joint for row in seen]
            mark = {"linestyle": "none", "marker": marker, "color": METHODS[JOINT][1]}
            ax.plot(x, y, label=f"joint {verdict}, against {others[0]}", **mark)
    ax.set_title(short(name), fontsize="medium")
    ax.set_xlabel("labels of the task")
    ax.set_ylabel(fill(f"mean {title(comparison.metrics[name])}".replace("_", " "), 18))
    ax.locator_params(axis="both", nbins=5)
    ax.margins(x=0.05, y=0.1)


def of_task(comparison: SharingComparison, name: Hashable, against: str) -> list[TaskGain]:
    """Return the rows of a task, by number of training rows."""
    place = comparison.tasks.index(name)
    sizes = range(len(comparison.train_sizes))
    return [comparison.gains(against, size)[place] for size in sizes]


def draw_gain_curves(
    ax: Any, comparison: SharingComparison, names: list[Hashable], against: str | None
) -> None:
    """Draw the gains of all tasks over the number of training rows, and their median."""
    metrics = {title(comparison.metrics[name]) for name in names}
    if len(metrics) > 1:
        raise ValueError(f"tasks in one panel must have one metric, got {sorted(metrics)}")
    against = comparison.others[0] if against is None else against
    gains = {
        name: np.array([row.difference for row in of_task(comparison, name, against)])
        for name in names
    }
    sizes = comparison.train_sizes
    for curve in gains.values():
        ax.plot(sizes, curve, color=PALE, linewidth=0.6, alpha=0.7, label="a task")
    ax.plot(
        sizes,
        np.nanmedian(list(gains.values()), axis=0),
        color=COLOURS[0],
        linewidth=2.5,
        label="median of the tasks",
    )
    ax.axhline(0.0, color=ax.xaxis.label.get_color(), linewidth=0.8, linestyle=":", zorder=4)
    name_ends(ax, sizes[-1], gains)
    ax.set(xlabel="training rows", ylabel=f"difference of {metrics.pop()}, joint less {against}")
    ax.margins(x=0.02, y=0.1)


def show_legend(axes: np.ndarray, heading: str | None, is_ours: bool) -> None:
    """Show each label once: above the panels of a new figure, else above the first one."""
    handles: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    style: dict[str, Any] = {"title": heading, "frameon": False, "columnspacing": 1.5}
    if is_ours:
        style |= {"loc": "outside upper center", "ncols": 3}
    else:
        style |= {
            "loc": "lower left",
            "bbox_to_anchor": (0.0, 1.0),
            "ncols": 3,
            "fontsize": "small",
        }
    owner = axes[0].figure if is_ours else axes[0]
    owner.legend(handles.values(), handles, **style)
