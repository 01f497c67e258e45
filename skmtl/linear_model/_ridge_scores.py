"""Metrics of rows left out, where they are not squared errors."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np

from ..heads import Predictions
from ..metrics import TaskSample
from ..tasks import FitData, labels_of
from ..utils import take_rows


class LeftOut(NamedTuple):
    """Labels of a task that were left out, by their rows, and the errors of what was predicted for them.

    errors has shape (n_rows, ...), one number a model; a row that several folds leave out is there several times.
    """

    rows: np.ndarray
    errors: np.ndarray

    @classmethod
    def of(cls, parts: list["LeftOut"]) -> "LeftOut":
        """Put the parts that folds leave out together."""
        return cls(*(np.concatenate(pieces) for pieces in zip(*parts, strict=True)))

    def scores(self, fit_data: FitData, name: Hashable, metric: Any) -> np.ndarray:
        """Return the metric of each model; NaN where it says nothing."""
        shape = self.errors.shape[1:]
        columns = self.errors.reshape(len(self.rows), -1).T
        return np.reshape(
            [self._score(fit_data, name, metric, column) for column in columns], shape
        )

    def _score(self, fit_data: FitData, name: Hashable, metric: Any, errors: np.ndarray) -> float:
        """Return the metric of one model; minus infinity where its predictions are beyond what a number holds."""
        rows = self.rows[~np.isnan(errors)]
        weights = None if fit_data.weights is None else fit_data.weights[rows]
        labels = labels_of(fit_data.targets[rows], name, weights)
        predicted = labels.values.astype(np.float64) - errors[~np.isnan(errors)]
        if not np.isfinite(predicted).all():
            return -np.inf
        info = {name: fit_data.targets._info[name]}
        predictions = Predictions(info, {"predict": lambda: {name: predicted}})
        X = None if isinstance(metric, str) else take_rows(fit_data.X, rows)
        return TaskSample(name, predictions, labels, weights is not None, X).score(metric).value
