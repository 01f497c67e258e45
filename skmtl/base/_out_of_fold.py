"""Out-of-fold predictions that a fitted model keeps: under the same names in all estimators."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..heads import Head
from ..tasks import FitData, TaskTargets
from ._answers import ByTask, RawAnswers


def oof_attributes(raw: np.ndarray, heads: tuple[Head, ...], came: FitData) -> dict[str, Any]:
    """Return the attributes that say what raw predictions of shape (n_samples, n_columns) stand for: NaN for none."""
    said, layout = RawAnswers(raw, heads), came.layout
    predicted = TaskTargets._carry(where_known(said), came.targets._info, came.targets._rows)
    found = {
        "oof_decision_": layout.pack_arrays(said.decisions()),
        "oof_prediction_": layout.pack(predicted, None),
    }
    if came.targets.classes:
        found["oof_probability_"] = layout.pack_arrays(said.probabilities())
    return found


def where_known(said: RawAnswers) -> ByTask:
    """Return what is predicted of each task: NaN or None where nothing is."""
    found = {}
    for head in said.heads:
        known = ~np.isnan(said.raw[:, head.columns]).any(axis=1)
        values = head.decode(np.nan_to_num(said.raw))
        if not known.all():
            is_number = values.dtype.kind == "f"
            values = values if is_number else values.astype(object)
            values[~known] = np.nan if is_number else None
        found[head.name] = values
    return found


def mean_over_folds(parts: Iterable[tuple[np.ndarray, np.ndarray]], shape: tuple) -> np.ndarray:
    """Return the mean of the raw predictions (rows, raw) of folds; NaN for rows that are in none."""
    total, count = np.zeros(shape), np.zeros(shape[0])
    for rows, raw in parts:
        total[rows] += raw
        count[rows] += 1
    return np.divide(total, count[:, None], out=np.full(shape, np.nan), where=count[:, None] > 0)
