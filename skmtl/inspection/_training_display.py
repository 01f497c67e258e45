"""How the losses of the tasks went while a network was trained."""

from collections.abc import Hashable, Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..tasks import final_step
from ._figures import COLOURS, MOST_PANELS, PALE, name_ends, new_panels, short
from ._joint_steps import chosen_tasks

LEARNT, LEFT = COLOURS[:2]  # different to the colour-blind


class TrainingDisplay:
    """Losses of each task by epoch, of rows that were learnt from and rows that were held out.

    It is made by ``from_estimator``, or from curves.

    Parameters
    ----------
    train : dict of {task: array-like of shape (n_epochs,)}
        Loss per label of rows that were learnt from.

    validation : dict of {task: array-like of shape (n_epochs,)}
        Loss per label of rows that were held out; NaN where there was no label.

    best_epochs : array-like of shape (n_members,), default=()
        Epochs, counted from 1, whose weights were kept; 0 for the weights before the first.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panels: one a task, or a single one for all.

    figure_ : matplotlib Figure
        The figure.

    lines_ : dict of {task: list of matplotlib Line2D}
        The curves of each task: learnt from and held out, or one of them where a panel holds all tasks.

    See Also
    --------
    skmtl.MultiTaskMLP : The network.

    Notes
    -----
    A panel a task shows both losses in the units that the network minimises: half the squared error of a standardised
    regression target, log loss, or the Poisson loss of a count over its mean. Ticks at the bottom mark the epochs whose
    weights the members kept; after the last of them the curves are pale.

    Where all tasks share a panel it shows their held-out losses, each relative to its first: 0.9 is a loss that has
    fallen by a tenth. Up to eight tasks have colours. Of more, the panel names the two that end highest and lowest,
    and has the median. Where nothing was held out, it shows the losses of rows that were learnt from.

    The curves of a network are means over its members; one that stopped goes on with the losses of the weights it kept.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmtl import MultiTaskMLP
    >>> from skmtl.datasets import make_multitask
    >>> from skmtl.inspection import TrainingDisplay
    >>> X, y = make_multitask(120, 5, n_tasks=3, random_state=0)
    >>> model = MultiTaskMLP(8, n_members=3, max_iter=20, random_state=0).fit(X, y)
    >>> display = TrainingDisplay.from_estimator(model)
    >>> len(display.axes_)
    3
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        train: Mapping[Hashable, Any],
        validation: Mapping[Hashable, Any],
        best_epochs: Any = (),
    ) -> None:
        self.train = train
        self.validation = validation
        self.best_epochs = best_epochs

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, tasks: str | Sequence[Hashable] | None = None, ax: Any = None
    ) -> "TrainingDisplay":
        """Draw the curves of a fitted network.

        Parameters
        ----------
        estimator : MultiTaskMLP, Pipeline or search
            A fitted network, or what ends in one.

        tasks : str or sequence of str, default=None
            Tasks to draw; all by default.

        ax : matplotlib Axes or array of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : TrainingDisplay
            The display.

        Raises
        ------
        ValueError
            If the estimator has no curves, or as ``plot`` does.
        """
        check_is_fitted(estimator)
        model = final_step(estimator)
        curves = getattr(model, "task_loss_curve_", None)
        if curves is None:
            raise ValueError(
                "estimator must keep task_loss_curve_, as fit of MultiTaskMLP does and partial_fit does not, got "
                f"{type(model).__name__}"
            )
        display = cls(curves["train"], curves["validation"], model.n_iter_by_member_)
        return display.plot(ax, tasks=tasks)

    def plot(
        self, ax: Any = None, *, tasks: str | Sequence[Hashable] | None = None
    ) -> "TrainingDisplay":
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes or array of Axes, default=None
            One Axes for each task, or one that all share. None makes a figure with a panel a task, or with one for
            all where there are more than 24.

        tasks : str or sequence of str, default=None
            Tasks to draw, in this order; all by default.

        Returns
        -------
        display : TrainingDisplay
            This object.

        Raises
        ------
        ValueError
            If a task is unknown, curves differ in length, or there is neither one Axes nor one for each task.
        """
        names = self._named(tasks)
        if ax is None:
            axes = new_panels(
                1 if len(names) > MOST_PANELS else len(names), "TrainingDisplay", sharex=True
            )
        else:
            axes = np.ravel(np.asarray(ax, dtype=object))
        if len(axes) not in (1, len(names)):
            raise ValueError(f"ax must be one Axes or {len(names)}, one a task, got {len(axes)}")
        self.axes_, self.figure_ = axes, axes[0].figure
        self.lines_: dict[Hashable, list[Any]] = {}
        if len(axes) < len(names):
            self._draw_together(axes[0], names)
            return self
        for panel, name in zip(axes, names):
            self._draw_task(panel, name)
        if ax is None:
            self.figure_.supxlabel("epoch", fontsize="medium")
            self.figure_.supylabel("loss per label", fontsize="medium")
            place = {"loc": "outside upper center", "ncols": 3, "columnspacing": 1.5}
            self.figure_.legend(handles=self._legend(), frameon=False, **place)
        else:
            for panel in axes:
                panel.set(xlabel="epoch", ylabel="loss per label")
            axes[0].legend(handles=self._legend(), frameon=False, fontsize="small")
        return self

    def _named(self, tasks: Any) -> list[Hashable]:
        """Return the tasks to draw, once they are known to have curves."""
        names = chosen_tasks(tasks, [name for name in self.train if name in self.validation])
        n_epochs = len(self.train[names[0]])
        for name in names:
            lengths = len(self.train[name]), len(self.validation[name])
            if lengths != (n_epochs, n_epochs):
                raise ValueError(
                    f"all curves must have the same number of epochs, {n_epochs}; {name!r} has {lengths}"
                )
        return names

    def _draw_task(self, ax: Any, name: Hashable) -> None:
        """Draw the two curves of a task."""
        epochs = np.arange(1, len(self.train[name]) + 1)
        self.lines_[name] = [
            *ax.plot(epochs, self.train[name], color=LEARNT, label="rows learnt from"),
            *ax.plot(epochs, self.validation[name], color=LEFT, label="rows held out"),
        ]
        self._mark_kept(ax, len(epochs))
        ax.set_title(short(name), fontsize="medium")
        tidy(ax)
        ax.locator_params(axis="y", nbins=5)

    def _mark_kept(self, ax: Any, n_epochs: int) -> None:
        """Mark the epochs that were kept, and lay a veil over those after the last."""
        kept = np.asarray(self.best_epochs)
        if not kept.size:
            return
        style = {"linestyle": "none", "marker": "|", "markersize": 13, "zorder": 4}
        style |= {"color": ax.xaxis.label.get_color(), "transform": ax.get_xaxis_transform()}
        ax.plot(kept, np.zeros(kept.size), label="epochs kept", **style)
        if kept.max() < n_epochs:
            veil = {"color": ax.get_facecolor(), "alpha": 0.6, "linewidth": 0, "zorder": 2.4}
            ax.axvspan(kept.max(), n_epochs + 1, **veil)

    def _draw_together(self, ax: Any, names: list[Hashable]) -> None:
        """Draw the losses of all tasks, relative to their first."""
        left = any(np.isfinite(self.validation[name]).any() for name in names)
        curves = self.validation if left else self.train
        shown = {name: relative(np.asarray(curves[name], dtype=float)) for name in names}
        many = len(names) > len(COLOURS)
        epochs = np.arange(1, len(curves[names[0]]) + 1)
        for k, (name, curve) in enumerate(shown.items()):
            style: dict[str, Any] = {"color": COLOURS[k % len(COLOURS)], "label": short(name, 18)}
            if many:
                style = {"color": PALE, "label": "a task", "linewidth": 0.6, "alpha": 0.7}
            self.lines_[name] = ax.plot(epochs, curve, **style)
        ax.axhline(1.0, color=ax.xaxis.label.get_color(), linewidth=0.8, linestyle=":", zorder=4)
        if many:
            draw_median(ax, epochs, list(shown.values()), LEFT if left else LEARNT)
            name_ends(ax, len(epochs), shown)
        self._mark_kept(ax, len(epochs))
        kind = "held-out loss" if left else "loss of rows learnt from"
        ax.set(xlabel="epoch", ylabel=f"{kind}, relative to the first epoch")
        tidy(ax)
        handles = self._legend()
        low, high = ax.get_ylim()
        room = 0.02 + 0.07 * ceil(len(handles) / 3)
        ax.set_ylim(low, high + (high - low) * room)
        ax.legend(handles=handles, loc="upper right", ncols=3, frameon=False, fontsize="small")

    def _legend(self) -> list[Any]:
        """Return a line of each kind that is seen in any panel."""
        seen: dict[Any, Any] = {}
        for ax in self.axes_:
            for line in ax.lines:
                if not line.get_label().startswith("_") and np.isfinite(line.get_ydata()).any():
                    seen.setdefault((line.get_label(), line.get_color()), line)
        return list(seen.values())


def draw_median(ax: Any, epochs: np.ndarray, curves: list[np.ndarray], colour: str) -> None:
    """Draw the median over the tasks that have a loss."""
    known = ~np.isnan(curves).all(axis=0)
    median = np.nanmedian(np.array(curves)[:, known], axis=0)
    ax.plot(epochs[known], median, color=colour, linewidth=2.5, label="median of the tasks")


def tidy(ax: Any) -> None:
    """Count whole epochs, and leave room for the marks at the bottom."""
    ax.locator_params(axis="x", integer=True)
    ax.margins(x=0.02, y=0.1)


def relative(curve: np.ndarray) -> np.ndarray:
    """Return a curve relative to its first number, below 1 where it fell; losses of counts may be negative."""
    known = curve[~np.isnan(curve)]
    return 1.0 + (curve - known[0]) / abs(known[0]) if known.size and known[0] else curve
