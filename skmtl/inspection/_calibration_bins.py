"""How predictions compare with labels, in bins with equally many predictions."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from ..heads import Predictions
from ..metrics import UNKNOWN, encode, event_of, of_values, to_score
from ..tasks import CLASS_TYPES, TaskTargets, labels_of, read_targets
from ._joint_steps import chosen_tasks


class CalibrationBins(NamedTuple):
    """Predictions and labels of one task or class, in bins of predictions that are not empty.

    Attributes
    ----------
    predicted : ndarray of shape (n_bins,)
        Mean prediction in each bin.

    observed : ndarray of shape (n_bins,)
        Mean of the labels, of a class the fraction that has it.

    low : ndarray of shape (n_bins,)
        Lower end of the interval of that mean; NaN where a bin has too few labels.

    high : ndarray of shape (n_bins,)
        Its upper end.

    n_labels : ndarray of shape (n_bins,)
        Labels in each bin.

    predictions : ndarray of shape (n_samples,)
        All predictions for labelled samples.

    scale : float
        Standard deviation of the labels; 1 for a class.
    """

    predicted: np.ndarray
    observed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_labels: np.ndarray
    predictions: np.ndarray
    scale: float = 1.0

    @property
    def distance(self) -> float:
        """Mean distance of labels from predictions in bins, each label counting the same, in units of ``scale``."""
        gaps = np.abs(self.observed - self.predicted)
        return float(np.average(gaps, weights=self.n_labels) / self.scale)

    def standardised(self, centre: float) -> "CalibrationBins":
        """Return the bins with numbers in standard deviations of the labels from a centre."""

        def moved(values: np.ndarray) -> np.ndarray:
            return (values - centre) / self.scale

        return self._replace(
            predicted=moved(self.predicted),
            observed=moved(self.observed),
            low=moved(self.low),
            high=moved(self.high),
            predictions=moved(self.predictions),
            scale=1.0,
        )


class TaskCalibration(NamedTuple):
    """The bins of one task: those of each class drawn, by its name, or of a number, under None."""

    bins: dict[Any, CalibrationBins]
    is_class: bool
    centre: float = 0.0

    def as_compared(self) -> "TaskCalibration":
        """Return what can be compared with other tasks: numbers are standardised."""
        if self.is_class:
            return self
        return self._replace(
            bins={name: one.standardised(self.centre) for name, one in self.bins.items()},
            centre=0.0,
        )


def calibrations(
    y: Any, predicted: Any, X: Any, tasks: Any, n_bins: int, level: float
) -> dict[Hashable, TaskCalibration]:
    """Return the bins of tasks, of what a model predicts for X or of predictions."""
    if X is None:
        targets = read_targets(y).targets
        predictions = of_values(predicted, targets)
    else:
        targets, predictions = to_score(predicted, X, y)
    return {
        name: of_task(name, targets, predictions, n_bins, level)
        for name in chosen_tasks(tasks, list(predictions.task_types))
    }


def of_task(
    name: Hashable, targets: TaskTargets, predictions: Predictions, n_bins: int, level: float
) -> TaskCalibration:
    """Return the bins of one task, of samples with a label and a prediction."""
    labels = labels_of(targets, name, None)
    is_class = predictions.info[name].type in CLASS_TYPES
    method = "predict_proba" if is_class else "predict"
    if not predictions.offers(name, method):
        raise ValueError(f"task {name!r} must have probabilities of its classes, got none")
    predicted = np.asarray(labels.pick(predictions.of(method)[name]), dtype=float)
    known = np.isfinite(predicted.reshape(len(predicted), -1)).all(axis=1)
    if not is_class:
        values = labels.values.astype(float)[known]
        require(name, values)
        return TaskCalibration(
            {None: bins_of_numbers(values, predicted[known], n_bins, level)},
            False,
            float(values.mean()),
        )
    classes = predictions.classes(name)
    codes = encode(labels.values, classes)
    known &= codes != UNKNOWN
    require(name, codes[known])
    event = event_of(name, targets, predictions)
    drawn = list(range(len(classes))) if len(classes) > 2 else [len(classes) - 1]
    if len(classes) == 2 and event == classes[0]:
        drawn = [0]
    return TaskCalibration(
        {
            classes[k].item() if isinstance(classes[k], np.generic) else classes[k]: bins_of_class(
                codes[known] == k, predicted[known, k], n_bins, level
            )
            for k in drawn
        },
        True,
    )


def require(name: Hashable, labels: np.ndarray) -> None:
    """Raise where a task has nothing to compare."""
    if not len(labels):
        raise ValueError(
            f"task {name!r} must have a sample with a label and a prediction, got none"
        )


def bins_of_class(has: np.ndarray, risk: np.ndarray, n_bins: int, level: float) -> CalibrationBins:
    """Return how often a class is seen where it has such a probability, with Wilson's intervals."""
    where, count = quantile_bins(risk, n_bins)
    seen = np.bincount(where, weights=has, minlength=len(count))
    ends = [
        stats.binomtest(int(k), int(n)).proportion_ci(level, method="wilson")
        for k, n in zip(seen, count)
    ]
    low, high = np.array(ends).T
    predicted = np.bincount(where, weights=risk, minlength=len(count)) / count
    return CalibrationBins(predicted, seen / count, low, high, count, risk)


def bins_of_numbers(
    values: np.ndarray, predicted: np.ndarray, n_bins: int, level: float
) -> CalibrationBins:
    """Return mean labels where predictions are such, with Student's intervals."""
    where, count = quantile_bins(predicted, n_bins)
    mean = np.bincount(where, weights=values) / count
    squares = np.bincount(where, weights=(values - mean[where]) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(squares / (count - 1) / count)
        reach = stats.t.ppf(0.5 + level / 2, count - 1) * error
    scale = float(values.std())
    return CalibrationBins(
        np.bincount(where, weights=predicted) / count,
        mean,
        mean - reach,
        mean + reach,
        count,
        predicted,
        scale if scale > 0 else 1.0,
    )


def quantile_bins(predicted: np.ndarray, n_bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the bin of each prediction and how many each has, as scikit-learn's calibration_curve does."""
    edges = np.percentile(predicted, np.linspace(0.0, 100.0, n_bins + 1))
    interval = np.searchsorted(edges[1:-1], predicted)
    _, where, count = np.unique(interval, return_inverse=True, return_counts=True)
    return where.ravel(), count
