"""What figures of tasks have in common: colours, panels, and names that do not overlap."""

from collections.abc import Hashable, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np

PALE = "0.6"
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#7F7F7F"]
MOST_PANELS, MOST_COLUMNS = 24, 4
LEAST_FONT, LARGEST_FONT = 5.0, 10.0  # points
FILLED = 0.72  # of the distance between two names, by letters
UNKNOWN_HATCH = {"hatch": "////", "edgecolor": "0.75", "linewidth": 0.0}


def pyplot(display: str) -> Any:
    """Return matplotlib.pyplot."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(f"{display} needs matplotlib: pip install 'skmtl[plot]'") from error
    return plt


def new_panels(
    n: int, display: str, size: tuple[float, float] = (2.6, 1.9), **options: Any
) -> np.ndarray:
    """Return so many panels of a new figure, in rows as full as can be; size is that of one, in inches."""
    n_rows = ceil(n / MOST_COLUMNS)
    n_columns = ceil(n / n_rows)
    whole = (size[0] * n_columns + 0.4, size[1] * n_rows + 0.6) if n > 1 else (6.4, 4.2)
    figure, grid = pyplot(display).subplots(
        n_rows, n_columns, squeeze=False, layout="constrained", **{"figsize": whole} | options
    )
    for panel in grid.ravel()[n:]:
        panel.remove()
    axes = grid.ravel()[:n]
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
    for panel in axes[-n_columns:]:
        panel.xaxis.set_tick_params(labelbottom=True)
    return axes


def given_axes(ax: Any, allowed: Sequence[int], rule: str) -> np.ndarray:
    """Return Axes of the caller as a flat array, once there are as many as can be drawn on."""
    axes = np.ravel(np.asarray(ax, dtype=object))
    if len(axes) not in allowed:
        raise ValueError(f"ax must be {rule}, got {len(axes)} Axes")
    return axes


def short(name: Hashable, most: int = 26) -> str:
    """Return a name that fits above a panel."""
    text = str(name)
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def name_cells(
    ax: Any,
    rows: Sequence[Hashable],
    columns: Sequence[Hashable],
    cell: tuple[float, float] | None = None,
) -> None:
    """Write names beside rows and below columns of a heat map, as large as fits; of too many, every second or so.

    cell is the width and the height of a cell, in inches, where they are known; else they are those of the Axes.
    """
    box, figure = ax.get_position(), ax.figure
    wide, high = cell or (
        figure.get_figwidth() * box.width / len(columns),
        figure.get_figheight() * box.height / len(rows),
    )
    size, step = fitting(72.0 * high)
    ax.set_yticks(np.arange(0, len(rows), step), [short(name) for name in rows[::step]])
    ax.tick_params(axis="y", labelsize=size, length=0)
    size, step = fitting(72.0 * wide)
    longest = max(len(short(name)) for name in columns)
    is_flat = 0.7 * LARGEST_FONT * (longest + 1) <= 72.0 * wide
    ax.set_xticks(np.arange(0, len(columns), step), [short(name) for name in columns[::step]])
    size = LARGEST_FONT if is_flat else size
    ax.tick_params(axis="x", labelsize=size, length=0, labelrotation=0 if is_flat else 90)


def fitting(pitch: float) -> tuple[float, int]:
    """Return a font size for names that are so many points apart, and of how many names to write one."""
    return float(np.clip(FILLED * pitch, LEAST_FONT, LARGEST_FONT)), max(
        1, ceil(LEAST_FONT / (FILLED * pitch))
    )


def colour_bar(figure: Any, image: Any, axes: np.ndarray, label: str) -> Any:
    """Draw a colour bar beside all Axes, as wide in large figures as in small ones."""
    boxes = [ax.get_position() for ax in axes]
    wide = figure.get_figwidth() * (max(b.x1 for b in boxes) - min(b.x0 for b in boxes))
    high = figure.get_figheight() * (max(b.y1 for b in boxes) - min(b.y0 for b in boxes))
    place = {"fraction": 0.2 / wide, "pad": 0.12 / wide, "aspect": high / 0.15}
    return figure.colorbar(image, ax=list(axes), label=label, **place)


def room_for(names: Sequence[Hashable], font: float = LARGEST_FONT) -> float:
    """Return about how many inches the longest name takes."""
    return 0.6 * font / 72.0 * max((len(short(name)) for name in names), default=0)


def name_ends(ax: Any, x: float, curves: Mapping[Hashable, np.ndarray]) -> None:
    """Name the tasks whose curves end highest and lowest."""
    ends = {
        name: curve[-1] for name, curve in curves.items() if len(curve) and not np.isnan(curve[-1])
    }
    for choose, shift, side in ((max, 4, "bottom"), (min, -4, "top")):
        if ends:
            name = choose(ends, key=lambda name: ends[name])
            style = {"ha": "right", "va": side, "fontsize": "small", "zorder": 4}
            ax.annotate(
                short(name), (x, ends[name]), (0, shift), textcoords="offset points", **style
            )
