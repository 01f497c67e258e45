"""What tasks gain by sharing, as a figure."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from ._compare import compare_sharing
from ._figures import MOST_PANELS, given_axes
from ._joint_steps import chosen_tasks
from ._sharing_comparison import SharingComparison
from ._sharing_figures import (
    by_metric,
    curve_panels,
    draw_curves,
    draw_gain_curves,
    draw_gains,
    gain_panels,
    show_legend,
)

KINDS = ("gain", "curve")


class SharingDisplay:
    """Gains and losses by sharing, task by task, with intervals; or learning curves.

    It is made by ``from_estimator``, or of the result of ``compare_sharing``.

    Parameters
    ----------
    comparison : SharingComparison
        Scores of a joint and of other models on the same folds.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panels: of gains one a metric; of curves one a task, or a single one for all.

    ax_ : matplotlib Axes
        The first of them.

    figure_ : matplotlib Figure
        The figure.

    See Also
    --------
    compare_sharing : How the numbers are computed.

    Notes
    -----
    ``kind="gain"``: a row a task, the largest gain on top; the mean difference of scores, joint less other, in the
    units of the metric, and its interval. Colours and markers are verdicts, whose p-values are adjusted for the number
    of tasks; intervals are not, so that one may exclude zero where the verdict is "no evidence". Tasks with different
    metrics are in separate panels.

    ``kind="curve"``: a panel a task, mean scores by the number of labels of the task that the models learnt from. An
    arrow up or down marks sizes at which the joint model helps or hurts. Where there are more than 24 tasks, one panel
    has the gains of all by the number of training rows, with their median, and names the tasks that end highest and
    lowest.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmtl import MultiTaskRidge
    >>> from skmtl.datasets import make_multitask
    >>> from skmtl.inspection import SharingDisplay
    >>> X, y = make_multitask(60, 5, n_tasks=3, random_state=0)
    >>> display = SharingDisplay.from_estimator(MultiTaskRidge(), X, y, n_repeats=2, random_state=0)
    >>> display.ax_.get_xlabel()
    'difference of d2, joint less separate: mean and 95 % interval'
    >>> plt.close(display.figure_)
    """

    def __init__(self, comparison: SharingComparison) -> None:
        self.comparison = comparison

    @classmethod
    def from_estimator(
        cls,
        joint: Any,
        X: Any,
        y: Any,
        *,
        kind: str = "gain",
        against: str | None = None,
        tasks: str | Sequence[Hashable] | None = None,
        ax: Any = None,
        **options: Any,
    ) -> "SharingDisplay":
        """Compare a joint model with others, and draw the result.

        Parameters
        ----------
        joint : estimator
            A joint model, or a pipeline or search that ends in one. It is cloned, not fitted.

        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame or array-like of shape (n_samples, n_tasks)
            Targets, one column a task.

        kind : {"gain", "curve"}, default="gain"
            What to draw; curves need ``train_sizes``.

        against : {"separate", "pooled"}, default=None
            The other model, as in ``plot``.

        tasks : str or sequence of str, default=None
            Tasks to draw; all by default.

        ax : matplotlib Axes or array of Axes, default=None
            Where to draw, as in ``plot``.

        **options : object
            Other arguments of ``compare_sharing``.

        Returns
        -------
        display : SharingDisplay
            The display; its ``comparison`` has the numbers.

        Raises
        ------
        ValueError
            As ``compare_sharing`` and ``plot`` do.
        """
        comparison = compare_sharing(joint, X, y, **options)
        return cls(comparison).plot(ax, kind=kind, against=against, tasks=tasks)

    @classmethod
    def from_comparison(
        cls,
        comparison: SharingComparison,
        *,
        kind: str = "gain",
        against: str | None = None,
        tasks: str | Sequence[Hashable] | None = None,
        ax: Any = None,
    ) -> "SharingDisplay":
        """Draw the result of ``compare_sharing``.

        Parameters
        ----------
        comparison : SharingComparison
            The result.

        kind : {"gain", "curve"}, default="gain"
            What to draw; curves need ``train_sizes``.

        against : {"separate", "pooled"}, default=None
            The other model, as in ``plot``.

        tasks : str or sequence of str, default=None
            Tasks to draw; all by default.

        ax : matplotlib Axes or array of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : SharingDisplay
            The display.

        Raises
        ------
        ValueError
            As ``plot`` does.
        """
        return cls(comparison).plot(ax, kind=kind, against=against, tasks=tasks)

    def plot(
        self,
        ax: Any = None,
        *,
        kind: str = "gain",
        against: str | None = None,
        tasks: str | Sequence[Hashable] | None = None,
    ) -> "SharingDisplay":
        """Draw gains, or learning curves.

        Parameters
        ----------
        ax : matplotlib Axes or array of Axes, default=None
            One Axes for each metric (gains) or each task (curves), or one for the gains of all tasks over training
            rows. None makes a figure.

        kind : {"gain", "curve"}, default="gain"
            Gains of each task, trained on the most rows; or curves over the number of labels.

        against : {"separate", "pooled"}, default=None
            The other model. None is the first for gains, and all for curves of single tasks.

        tasks : str or sequence of str, default=None
            Tasks to draw; all by default.

        Returns
        -------
        display : SharingDisplay
            This object.

        Raises
        ------
        ImportError
            If matplotlib is not installed (``pip install 'skmtl[plot]'``).

        ValueError
            If a parameter is none of those named, the number of Axes is another, or there is no curve to draw.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {KINDS}, got {kind!r}")
        self.comparison.gains(against)
        names = chosen_tasks(tasks, self.comparison.tasks)
        if kind == "gain":
            self._plot_gains(ax, names, against)
        else:
            self._plot_curves(ax, names, against)
        return self

    def _plot_gains(self, ax: Any, names: list[Hashable], against: str | None) -> None:
        """Draw a panel a metric."""
        rows = [row for row in self.comparison.gains(against) if row.task in names]
        groups = by_metric(rows, self.comparison.metrics)
        self._take(ax, len(groups), lambda: gain_panels([len(each) for each in groups.values()]))
        for panel, (metric, each) in zip(self.axes_, groups.items()):
            draw_gains(panel, each, metric, self.comparison.confidence_level)
        show_legend(self.axes_, "verdict, adjusted for the number of tasks", ax is None)

    def _plot_curves(self, ax: Any, names: list[Hashable], against: str | None) -> None:
        """Draw a panel a task, or one for all."""
        n_sizes = len(self.comparison.train_sizes)
        if n_sizes < 2:
            raise ValueError(f"kind='curve' needs at least two train_sizes, got {n_sizes}")
        is_one = ax is not None and np.size(ax) == 1
        together = len(names) > MOST_PANELS or (len(names) > 1 and is_one)
        self._take(
            ax, 1 if together else len(names), lambda: curve_panels(1 if together else len(names))
        )
        if together:
            draw_gain_curves(self.ax_, self.comparison, names, against)
        else:
            for panel, name in zip(self.axes_, names):
                draw_curves(panel, self.comparison, name, against)
        show_legend(self.axes_, None, ax is None)

    def _take(self, ax: Any, n: int, make: Any) -> None:
        """Keep the Axes that are given, or new ones."""
        axes = make() if ax is None else given_axes(ax, (n,), f"{n} Axes")
        self.axes_, self.ax_, self.figure_ = axes, axes[0], axes[0].figure
