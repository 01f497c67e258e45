"""Parts of a panel that compares predictions with labels."""

from typing import Any

import numpy as np

from ._figures import COLOURS, PALE

HIGHEST_BAR = 0.14  # of a panel's height, that the histogram may take


def square(ax: Any, values: np.ndarray, is_class: bool) -> None:
    """Give both axes the same limits, and draw the diagonal."""
    known = values[np.isfinite(values)]
    low, high = (0.0, known.max()) if is_class else (known.min(), known.max())
    room = 0.04 * (high - low) if high > low else 0.5
    ends = (low - room, min(high + room, 1.04) if is_class else high + room)
    ax.axline((low, low), slope=1.0, color="0.35", linestyle="--", linewidth=1.0, zorder=2)
    ax.set_xlim(*ends)
    ax.set_ylim(*ends)
    ax.locator_params(nbins=4)
    ax.ticklabel_format(scilimits=(-3, 4))  # long numbers do not fit side by side


def histogram(ax: Any, predictions: np.ndarray, colour: str, is_filled: bool) -> None:
    """Draw at the bottom how the predictions are spread; of several classes, as lines."""
    count, edges = np.histogram(predictions, bins=30)
    style: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "zorder": 1}
    style |= {"fill": True, "color": PALE, "alpha": 0.5} if is_filled else {"color": colour}
    ax.stairs(HIGHEST_BAR * count / count.max(), edges, **style)


def axis_labels(is_class: bool, is_compared: bool) -> tuple[str, str]:
    """Return what is on the horizontal and on the vertical axis."""
    if is_class:
        return "mean predicted probability", "observed fraction"
    unit = "SDs of labels" if is_compared else "task's units"
    return f"mean prediction ({unit})", f"mean label ({unit})"


def key(level: float) -> list[Any]:
    """Return what the legend of a figure explains."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    label = f"mean of a bin, {100 * level:g} % interval"
    return [
        Line2D([], [], color=COLOURS[0], marker="o", markersize=3.5, linewidth=1.2, label=label),
        Line2D([], [], color="0.35", linestyle="--", linewidth=1.0, label="as predicted"),
        Patch(color=PALE, alpha=0.5, label="predictions"),
    ]
