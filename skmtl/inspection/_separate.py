"""Models fitted to one task alone, and what they say of all samples."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from ..tasks import TaskTargets, among_all, final_step
from ..utils import take_rows


class Separate(NamedTuple):
    """An estimator, to be fitted to each task alone, and the data."""

    estimator: Any
    X: Any
    targets: TaskTargets

    @property
    def columns(self) -> dict[Hashable, slice]:
        """The columns of each task: one a class where there are more than two classes, else one."""
        columns, start = {}, 0
        for name in self.targets:
            columns[name] = slice(start, start + self.width(name))
            start = columns[name].stop
        return columns

    def width(self, name: Hashable) -> int:
        """Return the number of columns of a task."""
        several = self.targets.task_types[name] == "multiclass"
        return len(self.targets.classes[name]) if several else 1

    def fit(self, name: Hashable, rows: np.ndarray) -> Any:
        """Fit a clone to one task, on those of the rows (a mask) that have its label."""
        known = np.flatnonzero(rows & self.targets.observed(name))
        y = self.targets.select([name])[known]
        return clone(self.estimator).fit(take_rows(self.X, known), y)

    def signal(self, model: Any, name: Hashable) -> np.ndarray:
        """Return the raw predictions of all samples, of shape (n_samples, width), less their means.

        Only contrasts of classes matter, so that means over classes are taken off as well.
        """
        raw = self._wide(model, name, np.asarray(model.decision_function(self.X)[name]))
        if np.isnan(raw).any():
            raise ValueError(f"estimator must predict numbers, but predicts NaN of task {name!r}")
        raw = np.where(np.isfinite(raw), raw, 0.0)
        if raw.shape[1] > 1:
            raw = raw - raw.mean(axis=1, keepdims=True)
        return raw - raw.mean(axis=0)

    def signals(self, rows: np.ndarray) -> np.ndarray:
        """Return those of all tasks, side by side, fitted to some of the rows (a mask)."""
        return np.hstack([self.signal(self.fit(name, rows), name) for name in self.targets])

    def expected(self, model: Any, name: Hashable) -> np.ndarray:
        """Return the expected labels of all samples, as ``labels`` has them: means or probabilities."""
        if name not in self.targets.classes:
            return np.asarray(model.predict(self.X)[name], dtype=np.float64)[:, None]
        probability = self._wide(model, name, np.asarray(model.predict_proba(self.X)[name]))
        return probability if self.width(name) > 1 else probability[:, -1:]

    def labels(self, name: Hashable) -> np.ndarray:
        """Return the labels as numbers, of shape (n_samples, width): NaN where missing, 0 and 1 for classes."""
        known = self.targets.observed(name)
        numbers = np.full((len(known), self.width(name)), np.nan)
        values = self.targets[name][known]
        classes = self.targets.classes.get(name)
        if classes is None:
            numbers[known, 0] = values
        else:
            among = classes if self.width(name) > 1 else classes[-1:]
            numbers[known] = np.asarray(values)[:, None] == among
        return numbers

    def _wide(self, model: Any, name: Hashable, array: np.ndarray) -> np.ndarray:
        """Return an array with a column for each class of the whole data, zero where the model has none."""
        array = array.reshape(len(array), -1)
        classes = self.targets.classes.get(name)
        if classes is None or array.shape[1] in (1, len(classes)):
            return array
        return among_all(array, final_step(model).classes_[name], classes, 0.0)


class HeldOut(NamedTuple):
    """What models that have not seen a sample say of it: raw predictions and expected labels, by column."""

    signal: np.ndarray
    expected: np.ndarray


def out_of_fold(separate: Separate, fold: np.ndarray, number: int) -> HeldOut:
    """Return predictions of the samples of one fold by models of all others."""
    test, signals, expected = fold == number, [], []
    for name in separate.targets:
        model = separate.fit(name, ~test)
        signals.append(separate.signal(model, name)[test])
        expected.append(separate.expected(model, name)[test])
    return HeldOut(np.hstack(signals), np.hstack(expected))


class Halves(NamedTuple):
    """Covariances of predictions that two halves of the rows give, and the mean variance of either.

    covariance has shape (1 + n_folds, n_columns, n_columns): with all rows, then without each of the folds.
    """

    covariance: np.ndarray
    variance: np.ndarray


def compare_halves(separate: Separate, fold: np.ndarray, half: np.ndarray) -> Halves:
    """Compare models of one half of the folds (a mask) with those of the other.

    No label is in both halves, so neither noise in labels nor its correlation between tasks adds to a covariance.
    """
    side = half[fold]
    whole = {which: separate.signals(side == which) for which in (False, True)}
    covariances = [covariance(whole[False], whole[True])]
    for number, which in enumerate(half.tolist()):
        without = separate.signals((side == which) & (fold != number))
        covariances.append(covariance(without, whole[not which]))
    variance = np.mean([np.mean(signal**2, axis=0) for signal in whole.values()], axis=0)
    return Halves(np.stack(covariances), variance)


def covariance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return covariances of columns in both directions, averaged."""
    product = one.T @ other / len(one)
    return (product + product.T) / 2
