"""Whether what is predicted comes true, task by task."""

from collections.abc import Hashable, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ._calibration_bins import TaskCalibration, calibrations
from ._calibration_figures import axis_labels, histogram, key, square
from ._figures import COLOURS, MOST_PANELS, PALE, given_axes, new_panels, short

MOST_NAMED = 4  # of many tasks in one panel
NUMBERS, CLASSES = "numbers", "classes"


class TaskCalibrationDisplay:
    """Mean labels over mean predictions in bins of predictions, a panel a task, with intervals.

    It is made by ``from_estimator`` and ``from_predictions``.

    Parameters
    ----------
    calibrations : dict of {task: TaskCalibration}
        The bins of each task.

    confidence_level : float, default=0.95
        That of the intervals.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panels: one a task, or one for all tasks with classes and one for all with numbers.

    ax_ : matplotlib Axes
        The first of them.

    figure_ : matplotlib Figure
        The figure.

    lines_ : dict of {task: dict of {class: matplotlib Line2D}}
        The curves; of a regression or count task under the key None.

    See Also
    --------
    skmtl.model_selection.cross_val_predict : Predictions by models that have not seen the sample.
    sklearn.calibration.CalibrationDisplay : The same for a single binary task.

    Notes
    -----
    Bins have about equally many predictions each, between quantiles as in ``sklearn.calibration.calibration_curve``
    with ``strategy="quantile"``; where many predictions are equal, some have more and some are empty and left
    out. On the dashed diagonal, what is predicted comes true on average. The shape at the bottom is a histogram of the
    predictions.

    Tasks with two classes show the event (``TaskTargets.events``), without one the second, which the title names, and
    tasks with more a curve a class. Intervals
    are Wilson's for fractions, and Student's for means of numbers (also of counts, whose variance is not assumed). They
    take samples for independent, and are for one bin each: of ten bins that are well calibrated, one outside
    its 95 % interval is no surprise. They miss ties of patients, hospitals or survey weights.

    Of more than 24 tasks, one panel has all with classes and one all with numbers, these in standard deviations
    of the task's labels. Named are the four whose labels are farthest from the diagonal on average, which are also
    those with few labels: look at them alone, with their intervals.

    Use predictions for samples that the model has not seen: those of ``cross_val_predict``, or a test set. On
    training rows, overfitted models look calibrated.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.inspection import TaskCalibrationDisplay
    >>> from skmtl.model_selection import cross_val_predict
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 3))
    >>> y = {"ill": X[:, 0] > rng.normal(size=300), "died": X[:, 1] > 1 + rng.normal(size=300)}
    >>> risk = cross_val_predict(MultiTaskGLM(), X, y, method="predict_proba")
    >>> display = TaskCalibrationDisplay.from_predictions(y, risk, n_bins=5)
    >>> [ax.get_title() for ax in display.axes_]
    ['ill=True', 'died=True']
    >>> plt.close(display.figure_)
    """

    def __init__(
        self, calibrations: Mapping[Hashable, TaskCalibration], confidence_level: float = 0.95
    ) -> None:
        self.calibrations = calibrations
        self.confidence_level = confidence_level

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        tasks: str | Sequence[Hashable] | None = None,
        n_bins: int = 10,
        confidence_level: float = 0.95,
        ax: Any = None,
    ) -> "TaskCalibrationDisplay":
        """Draw how well a fitted model predicts samples that it has not seen.

        Parameters
        ----------
        estimator : estimator
            A fitted joint model, or a pipeline or search that ends in one.

        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame or array-like of shape (n_samples, n_tasks)
            Targets; missing labels are left out.

        tasks : str or sequence of str, default=None
            Tasks to draw, in this order; all by default.

        n_bins : int, default=10
            Largest number of bins.

        confidence_level : float, default=0.95
            That of the intervals.

        ax : matplotlib Axes or array of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : TaskCalibrationDisplay
            The display.

        Raises
        ------
        ValueError
            If a task is unknown, or has no labels or no probabilities; or as ``plot`` does.
        """
        check_is_fitted(estimator)
        check_numbers(n_bins, confidence_level)
        drawn = calibrations(y, estimator, X, tasks, n_bins, confidence_level)
        return cls(drawn, confidence_level).plot(ax)

    @classmethod
    def from_predictions(
        cls,
        y: Any,
        predicted: Any,
        *,
        tasks: str | Sequence[Hashable] | None = None,
        n_bins: int = 10,
        confidence_level: float = 0.95,
        ax: Any = None,
    ) -> "TaskCalibrationDisplay":
        """Draw how well predictions fit labels.

        Parameters
        ----------
        y : dict, TaskTargets, data frame or array-like of shape (n_samples, n_tasks)
            Targets; missing labels are left out.

        predicted : dict of {task: array-like of shape (n_samples,) or (n_samples, n_classes)}
            Probabilities, as ``cross_val_predict`` gives them with ``method="predict_proba"``, or those of the second
            of two classes; of regression and count tasks predicted means. Tasks may be left out.

        tasks : str or sequence of str, default=None
            Tasks to draw, in this order; all that are predicted by default.

        n_bins : int, default=10
            Largest number of bins.

        confidence_level : float, default=0.95
            That of the intervals.

        ax : matplotlib Axes or array of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : TaskCalibrationDisplay
            The display.

        Raises
        ------
        ValueError
            If predictions do not fit the targets, if a task is unknown, or has no labels or no probabilities; or as
            ``plot`` does.
        """
        check_numbers(n_bins, confidence_level)
        drawn = calibrations(y, predicted, None, tasks, n_bins, confidence_level)
        return cls(drawn, confidence_level).plot(ax)

    def plot(self, ax: Any = None) -> "TaskCalibrationDisplay":
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes or array of Axes, default=None
            One Axes for each task, or one that all share, which must then all have classes or all have numbers. None
            makes a figure with a panel a task, or with one for all of a kind where there are more than 24.

        Returns
        -------
        display : TaskCalibrationDisplay
            This object.

        Raises
        ------
        ValueError
            If there is neither one Axes nor one for each task, or if tasks that share one are of both kinds.
        """
        groups = self._groups(ax)
        if ax is None:
            size = (2.6, 2.5) if len(groups) > 2 else (3.6, 3.5)
            one = {"figsize": (5.0, 5.0)} if len(groups) == 1 else {}
            axes = new_panels(len(groups), "TaskCalibrationDisplay", size, **one)
        else:
            n_tasks = len(self.calibrations)
            axes = given_axes(ax, (1, n_tasks), f"one Axes or {n_tasks}, one a task")
        self.axes_, self.ax_, self.figure_ = axes, axes[0], axes[0].figure
        self.lines_: dict[Hashable, dict[Any, Any]] = {}
        for panel, names in zip(axes, groups):
            if len(names) == 1:
                self._draw_task(panel, names[0])
            else:
                self._draw_together(panel, names, titled=len(groups) > 1)
        self._label(groups, is_ours=ax is None)
        return self

    def _groups(self, ax: Any) -> list[list[Hashable]]:
        """Return which tasks share a panel."""
        names = list(self.calibrations)
        if not names:
            raise ValueError("calibrations must have at least one task, got none")
        kinds: dict[str, list[Hashable]] = {}
        for name in names:
            kinds.setdefault(self._kind(name), []).append(name)
        n_given = 0 if ax is None else np.asarray(ax, dtype=object).size
        if n_given == 1 and len(kinds) > 1:
            raise ValueError(
                f"tasks in one Axes must all have classes or all have numbers, got {kinds}"
            )
        if n_given == 1 or (ax is None and len(names) > MOST_PANELS):
            return list(kinds.values())
        return [[name] for name in names]

    def _kind(self, name: Hashable) -> str:
        """Return whether a task has classes or numbers."""
        return CLASSES if self.calibrations[name].is_class else NUMBERS

    def _draw_task(self, ax: Any, name: Hashable) -> None:
        """Draw the curves of a task with their intervals, and a histogram of its predictions."""
        calibration = self.calibrations[name]
        several = len(calibration.bins) > 1
        self.lines_[name] = {}
        drawn = []
        for k, (label, bins) in enumerate(calibration.bins.items()):
            colour = COLOURS[k % len(COLOURS)]
            reach = np.clip([bins.observed - bins.low, bins.high - bins.observed], 0.0, None)
            bars = ax.errorbar(
                bins.predicted,
                bins.observed,
                yerr=reach,
                color=colour,
                marker="o",
                markersize=3.5,
                linewidth=1.2,
                elinewidth=0.9,
                zorder=3,
            )
            self.lines_[name][label] = bars.lines[0]
            drawn += [bins.predicted, bins.observed, bins.low, bins.high]
            histogram(ax, bins.predictions, colour, is_filled=not several)
        square(ax, np.concatenate(drawn), calibration.is_class)
        only = next(iter(calibration.bins))
        ax.set_title(
            short(f"{name}={only}" if calibration.is_class and not several else name),
            fontsize="medium",
        )
        if several:
            place = {"loc": "best", "framealpha": 0.7, "edgecolor": "none", "fontsize": "x-small"}
            lines = self.lines_[name].values()
            labels = [short(label, 14) for label in calibration.bins]
            ax.legend(lines, labels, handlelength=1.2, labelspacing=0.2, **place)

    def _draw_together(self, ax: Any, names: list[Hashable], titled: bool) -> None:
        """Draw the curves of tasks of a kind, the farthest from the diagonal in colour where they are many."""
        compared = {name: self.calibrations[name].as_compared() for name in names}
        curves = [
            (name, label, bins)
            for name, one in compared.items()
            for label, bins in one.bins.items()
        ]
        coloured = list(range(len(curves)))
        if len(curves) > len(COLOURS):
            distances = np.array([bins.distance for *_, bins in curves])
            coloured = np.argsort(-distances, kind="stable")[:MOST_NAMED].tolist()
        for k, (name, label, bins) in enumerate(curves):
            style: dict[str, Any] = {"color": PALE, "linewidth": 0.6, "alpha": 0.7}
            if k in coloured:
                text = short(name if label is None else f"{name}={label}", 22)
                colour = COLOURS[coloured.index(k)]
                style = {"color": colour, "linewidth": 1.5, "label": text, "zorder": 3}
                style |= {"marker": "o", "markersize": 3.5}
            (line,) = ax.plot(bins.predicted, bins.observed, **style)
            self.lines_.setdefault(name, {})[label] = line
        ends = [part for *_, bins in curves for part in (bins.predicted, bins.observed)]
        square(ax, np.concatenate(ends), self._kind(names[0]) == CLASSES)
        if titled:
            ax.set_title(f"{len(names)} tasks with {self._kind(names[0])}", fontsize="medium")
        n_others = len(curves) - len(coloured)
        if n_others:
            ax.plot([], [], color=PALE, linewidth=0.6, label=f"{n_others} others")
        ax.legend(loc="upper left", frameon=False, fontsize="small")

    def _label(self, groups: list[list[Hashable]], is_ours: bool) -> None:
        """Say what the axes are, on each panel or once for all."""
        labels = [axis_labels(self._kind(names[0]) == CLASSES, len(names) > 1) for names in groups]
        if is_ours and len(set(labels)) == 1:
            self.figure_.supxlabel(labels[0][0], fontsize="medium")
            self.figure_.supylabel(labels[0][1], fontsize="medium")
        else:
            size = "small" if len(groups) > 2 else "medium"
            for ax, (across, up) in zip(self.axes_, labels):
                ax.set_xlabel(across, fontsize=size)
                ax.set_ylabel(up, fontsize=size)
        if is_ours and len(groups) == len(self.calibrations):
            place = {"loc": "outside upper center", "ncols": 3, "columnspacing": 1.5}
            handles = key(self.confidence_level)
            self.figure_.legend(handles=handles, frameon=False, fontsize="small", **place)


def check_numbers(n_bins: Any, confidence_level: Any) -> None:
    """Raise where bins or intervals cannot be made."""
    if not isinstance(n_bins, Integral) or n_bins < 1:
        raise ValueError(f"n_bins must be a whole number of at least 1, got {n_bins!r}")
    if not 0.0 < confidence_level < 1.0:
        raise ValueError(
            f"confidence_level must be between 0 and 1, exclusive, got {confidence_level!r}"
        )
