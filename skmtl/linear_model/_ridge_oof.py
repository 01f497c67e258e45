"""What ridge regressions predict for rows that were left out, at one choice of strengths and sharing."""

import warnings
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from ..base import mean_over_folds
from ..heads import TaskFit
from ..model_selection import Fold
from ..penalties import MeanRegularized
from ..tasks import FitData
from ._cross_validate import CONSTANT
from ._leave_one_out import RidgeInputs, leave_one_out
from ._ridge import MultiTaskRidge
from ._ridge_grid import of_rows, prior_of
from .problems import Prepared, label_weight

FAINT = 1e-12
"""Weight, relative to those of labels, of a made-up label: a model without it is what it would be with it."""


def predict_left_out(
    settings: Mapping[str, Any],
    folds: Sequence[Fold] | None,
    fit_data: FitData,
    prepared: Prepared,
    penalty: MeanRegularized,
) -> np.ndarray:
    """Return predictions of shape (n_samples, n_tasks), by fold or by row; settings are those of MultiTaskRidge."""
    if folds is None:
        return predict_rows(fit_data, prepared, penalty)
    params = {name: vars(penalty)[name] for name in ("alpha", "sharing", "signs", "pool_intercept")}
    parts = []
    for train, test in folds:
        part = of_rows(fit_data, train)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=CONSTANT, category=UserWarning)
            model = MultiTaskRidge(**params, **settings).fit(part.X, part.targets, part.weights)
        parts.append((test, fit_data.X[test] @ model.coef_.T + model.intercept_))
    return mean_over_folds(parts, (fit_data.X.shape[0], prepared.n_columns))


def predict_rows(fit_data: FitData, prepared: Prepared, penalty: MeanRegularized) -> np.ndarray:
    """Leave out each row with all its labels; target scales and learned signs stay those of all rows.

    Where a row has no label of a task it gets one of next to no weight, whose error tells the prediction.
    """
    n_samples = fit_data.X.shape[0]
    predictions = np.tile(np.concatenate([head.rest for head in prepared.heads]), (n_samples, 1))
    known = RidgeInputs.of(prepared.layout)
    free = leave_one_out(known, prepared)
    filled = prepared._replace(fits=[with_all_rows(fit, n_samples) for fit in prepared.fits])
    separate = [
        free.separate(strength_of(penalty, fit.head.name))[:, t]
        for t, fit in enumerate(prepared.fits)
    ]
    prior = prior_of(penalty, prepared, np.column_stack(separate))
    is_pooled = penalty.pool_intercept and prepared.layout.fit_intercept and penalty.sharing > 0
    inputs = known.with_pooled_intercept(penalty.sharing) if is_pooled else known
    residuals = leave_one_out(inputs, filled).residuals(prior)
    for fit, errors, given in zip(filled.fits, residuals, prepared.fits, strict=True):
        predicted = (fit.y[:, 0] - errors) * fit.head.scale
        if inputs.has_centres and len(given.y) == 1:
            predicted[slice(None) if given.rows is None else given.rows] = np.nan
        predictions[:, fit.head.columns.start] = predicted
    return predictions


def strength_of(penalty: MeanRegularized, name: Hashable) -> float:
    """Return the strength of a task."""
    return penalty.alpha[name] if isinstance(penalty.alpha, Mapping) else penalty.alpha


def with_all_rows(fit: TaskFit, n_samples: int) -> TaskFit:
    """Return a task with a label in every row: where it had none the mean, of next to no weight."""
    if fit.rows is None:
        return fit
    observed = label_weight(fit)
    y = np.full((n_samples, 1), np.average(fit.y[:, 0], weights=observed))
    weight = np.full((n_samples, 1), FAINT * observed.max())
    y[fit.rows, 0], weight[fit.rows, 0] = fit.y[:, 0], observed
    return TaskFit(fit.head, None, y, weight)
