"""Out-of-fold predictions that a fitted model keeps: under the same names in all estimators."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..heads import ByTask, Head, Predictions
from ..tasks import TaskTargets
from ._joint_model import JointModel


class OutOfFoldModel(JointModel):
    """A joint model that may keep raw predictions, (n_samples, n_columns), of the rows of ``fit``: NaN for none."""

    _oof_raw: np.ndarray | None = None

    @property
    def oof_decision_(self) -> Any:
        """Raw predictions of the rows of ``fit``, by models that did not learn from them."""
        return self._layout.pack_arrays(self._oof_predictions().decisions())

    @property
    def oof_probability_(self) -> Any:
        """Probabilities of classes, by the same models."""
        predictions = self._oof_predictions()
        if not self.classes_:
            raise AttributeError("no task has classes: there are no probabilities")
        return self._layout.pack_arrays(predictions.probabilities())

    @property
    def oof_prediction_(self) -> Any:
        """Predictions of every task, by the same models."""
        predicted = where_known(self._heads, self._kept_raw())
        return self._layout.pack(TaskTargets._carry(predicted, self._info), None)

    def _forget_fit(self) -> None:
        self.__dict__.pop("_oof_raw", None)
        super()._forget_fit()

    def _oof_predictions(self) -> Predictions:
        return Predictions.of_raw(self._info, self._heads, self._kept_raw())

    def _kept_raw(self) -> np.ndarray:
        """Return the raw predictions that are kept; raise AttributeError where nothing is."""
        if self._oof_raw is None:
            raise AttributeError(
                f"{type(self).__name__} keeps no out-of-fold predictions: it is not fitted, or without store_oof=True, "
                "or with one member"
            )
        return self._oof_raw


def where_known(heads: tuple[Head, ...], raw: np.ndarray) -> ByTask:
    """Return what is predicted of each task: NaN or None where nothing is."""
    predictions = {}
    for head in heads:
        known = ~np.isnan(raw[:, head.columns]).any(axis=1)
        values = head.decode(np.nan_to_num(raw))
        if not known.all():
            is_number = values.dtype.kind == "f"
            values = values if is_number else values.astype(object)
            values[~known] = np.nan if is_number else None
        predictions[head.name] = values
    return predictions


def mean_over_folds(parts: Iterable[tuple[np.ndarray, np.ndarray]], shape: tuple) -> np.ndarray:
    """Return the mean of the raw predictions (rows, raw) of folds; NaN for rows that are in none."""
    total, count = np.zeros(shape), np.zeros(shape[0])
    for rows, raw in parts:
        total[rows] += raw
        count[rows] += 1
    return np.divide(total, count[:, None], out=np.full(shape, np.nan), where=count[:, None] > 0)
