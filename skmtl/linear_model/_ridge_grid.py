"""Errors of rows left out for a grid of strengths and sharings, and what is chosen by them."""

import warnings
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..model_selection import Fold
from ..penalties import MeanRegularized, StarQuadratic
from ..tasks import FitData, labels_of
from ..utils import binary_unit, take_rows
from ._cross_validate import CONSTANT
from ._leave_one_out import Prior, RidgeInputs, leave_one_out
from ._path import ridge_path
from ._ridge_scores import LeftOut
from .problems import Prepared, label_weight, label_weights

NOISE_TO_SIGNAL = np.geomspace(1e-4, 1e3, 15)
SAME_SCORE = 10  # decimals of a score beyond which it is rounding
SAME_VALUE = 10 * np.finfo(np.float64).eps


class RidgeGrid(NamedTuple):
    """Strengths by sharings, and the rest of MeanRegularized."""

    alphas: np.ndarray
    sharings: np.ndarray
    signs: str
    pool_intercept: bool

    def penalty(self, alpha: Any, sharing: float) -> MeanRegularized:
        """Return the penalty of a pair."""
        return MeanRegularized(alpha, sharing, signs=self.signs, pool_intercept=self.pool_intercept)


class Errors(NamedTuple):
    """Mean squared errors of rows left out, of shape (n_alphas, n_sharings, n_tasks), in units_of the tasks.

    NaN where nothing could be left out. variance is that of each task's targets, n_labels the weight of its labels: as
    many copies as a whole weight stands for. metrics, of the same shape as squared, are what is scored in place of R2.
    """

    squared: np.ndarray
    variance: np.ndarray
    n_labels: np.ndarray
    metrics: np.ndarray | None = None

    @classmethod
    def of(
        cls, fit_data: FitData, squared: np.ndarray, metrics: np.ndarray | None = None
    ) -> "Errors":
        """Add what errors are measured by."""
        variance, n_labels = np.full(len(fit_data.targets), np.nan), np.zeros(len(fit_data.targets))
        for t, (name, unit) in enumerate(
            zip(fit_data.targets, units_of(fit_data).tolist(), strict=True)
        ):
            labels = labels_of(fit_data.targets, name, fit_data.weights)
            if len(labels.values):
                weight, values = labels.weight, labels.values.astype(np.float64) / unit
                mean = np.average(values, weights=weight)
                mean_square = np.average((values - mean) ** 2, weights=weight)
                variance[t] = (
                    mean_square if np.sqrt(mean_square) > SAME_VALUE * abs(mean) else np.nan
                )
                n_labels[t] = labels.total
        return cls(squared, variance, n_labels, metrics)

    @property
    def scores(self) -> np.ndarray:
        """The score of each task, of shape (n_alphas, n_sharings, n_tasks); NaN where there is none."""
        return self.explained if self.metrics is None else self.metrics

    @property
    def explained(self) -> np.ndarray:
        """R2 of each task; NaN where its targets are all the same."""
        return 1.0 - self.squared / self.variance

    @property
    def mean_scores(self) -> np.ndarray:
        """The mean over the tasks that have a score; NaN where none has."""
        scores = self.scores
        known = ~np.isnan(scores).any(axis=(0, 1))
        return (
            scores[:, :, known].mean(axis=2) if known.any() else np.full(scores.shape[:2], np.nan)
        )


def units_of(fit_data: FitData) -> np.ndarray:
    """Return a power of two for each task, in units of which squares of its targets and errors are numbers."""
    labels = [
        labels_of(fit_data.targets, name, fit_data.weights).values for name in fit_data.targets
    ]
    return binary_unit([np.abs(values.astype(float)).max(initial=0.0) for values in labels])


def default_alphas(prepared: Prepared) -> np.ndarray:
    """Return strengths by the ratios of noise to signal that they suit: multiples of the features' total variance."""
    design = prepared.layout.design
    weight = label_weights(prepared.fits, design.shape[0])
    total = float(design.squares(weight).sum() / weight.sum())
    return (total if total > 0 else 1.0) * NOISE_TO_SIGNAL


def leave_one_out_errors(
    fit_data: FitData, prepared: Prepared, grid: RidgeGrid, metrics: Mapping[Hashable, Any] | None
) -> Errors:
    """Leave out each row with all its labels, exactly; target scales and signs stay those of all rows.

    metrics, by task, are what is scored; None stands for R2.
    """
    inputs = RidgeInputs.of(prepared.layout)
    free = leave_one_out(inputs, prepared)
    separate = [free.separate(alpha) for alpha in grid.alphas.tolist()]
    squared = np.full((len(grid.alphas), len(grid.sharings), len(fit_data.targets)), np.nan)
    places = [fit_data.targets.tasks.index(fit.head.name) for fit in prepared.fits]
    scales = np.array([fit.head.scale for fit in prepared.fits])
    units = scales / units_of(fit_data)[places]
    scored = None if metrics is None else np.full(squared.shape, np.nan)
    for j, sharing in enumerate(grid.sharings.tolist()):
        labels = free
        if grid.pool_intercept and prepared.layout.fit_intercept and sharing > 0:
            labels = leave_one_out(inputs.with_pooled_intercept(sharing), prepared)
        for i, alpha in enumerate(grid.alphas.tolist()):
            prior = prior_of(grid.penalty(alpha, sharing), prepared, separate[i])
            residuals = labels.residuals(prior)
            squared[i, j, places] = mean_squares(residuals, prepared) * units**2
            for fit, t, errors in zip(prepared.fits, places, residuals, strict=True):
                metric = None if metrics is None else metrics.get(fit.head.name)
                if scored is not None and metric is not None:
                    rows = np.arange(fit_data.X.shape[0]) if fit.rows is None else fit.rows
                    left_out = LeftOut(rows, errors * fit.head.scale)
                    scored[i, j, t] = left_out.scores(fit_data, fit.head.name, metric)
    return Errors.of(fit_data, squared, scored)


def prior_of(penalty: MeanRegularized, prepared: Prepared, separate: np.ndarray) -> Prior:
    """Return the prior covariance of a penalty, whose signs are those of the separate fits."""
    learns = penalty.unbound(prepared.columns) is not None
    bound = penalty.bind(prepared.columns, separate if learns else None)
    assert isinstance(bound, StarQuadratic)
    return Prior(bound.specific, bound.common)


def mean_squares(residuals: Sequence[np.ndarray], prepared: Prepared) -> np.ndarray:
    """Return the mean squared error of each task that is fitted, in units of its scale."""
    pairs = zip(residuals, map(label_weight, prepared.fits), strict=True)
    return np.array([weight @ errors**2 / weight.sum() for errors, weight in pairs])


def fold_errors(
    fit_data: FitData,
    grid: RidgeGrid,
    folds: Sequence[Fold],
    settings: Mapping[str, Any],
    metrics: Mapping[Hashable, Any] | None,
) -> Errors:
    """Leave out fold by fold, everything fitted anew; settings are further arguments of ridge_path."""
    shape = (len(grid.alphas), len(grid.sharings), len(fit_data.targets))
    squared, total = np.zeros(shape), np.zeros(len(fit_data.targets))
    units = units_of(fit_data)
    kept: dict[Hashable, list[LeftOut]] = {name: [] for name in metrics or ()}
    for train, test in folds:
        part = of_rows(fit_data, train)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=CONSTANT, category=UserWarning)
            path = ridge_path(
                part.X, part.targets, sample_weight=part.weights, **grid._asdict(), **settings
            )
        X, targets, weights = of_rows(fit_data, test)[:3]
        for t, name in enumerate(fit_data.targets):
            labels = labels_of(targets, name, weights)
            if not len(labels_of(part.targets, name, part.weights).values):
                continue
            raw = labels.pick(X) @ path.coef[:, :, t].reshape(-1, X.shape[1]).T
            errors = labels.values[:, None] - raw - path.intercept[:, :, t].ravel()
            squared[:, :, t] += (labels.weight @ (errors / units[t]) ** 2).reshape(shape[:2])
            total[t] += labels.total
            if name in kept:
                kept[name].append(LeftOut(labels.pick(test), errors.reshape(-1, *shape[:2])))
    squared = np.divide(squared, total, out=np.full(shape, np.nan), where=total > 0)
    return Errors.of(
        fit_data, squared, None if metrics is None else scores_of(fit_data, kept, metrics, shape)
    )


def scores_of(
    fit_data: FitData,
    kept: Mapping[Hashable, list[LeftOut]],
    metrics: Mapping[Hashable, Any],
    shape: tuple[int, ...],
) -> np.ndarray:
    """Return the metrics of what folds left out; NaN where that is nothing."""
    scored = np.full(shape, np.nan)
    for name, parts in kept.items():
        if parts:
            values = LeftOut.of(parts).scores(fit_data, name, metrics[name])
            scored[:, :, fit_data.targets.tasks.index(name)] = values
    return scored


def of_rows(fit_data: FitData, rows: np.ndarray) -> FitData:
    """Return some of the rows, in which too few labels are no error."""
    weights = None if fit_data.weights is None else fit_data.weights[rows]
    X = take_rows(fit_data.X, rows)
    return FitData(X, fit_data.targets[rows], weights, fit_data.layout, frozenset())


def best(grid: RidgeGrid, scores: np.ndarray) -> tuple[int, int]:
    """Return the place of the best score; of equals that of the least sharing, then of the strongest alpha."""
    worst = 0.0 if np.isnan(scores).all() else -np.inf
    rounded = np.round(np.where(np.isnan(scores), worst, scores), SAME_SCORE)
    alphas, sharings = np.meshgrid(grid.alphas, grid.sharings, indexing="ij")
    order = np.lexsort((-alphas.ravel(), sharings.ravel(), -rounded.ravel()))
    i, j = np.unravel_index(order[0], scores.shape)
    return int(i), int(j)


def pooled_strengths(errors: Errors, grid: RidgeGrid, i: int, j: int) -> np.ndarray:
    """Return one strength per task: its evidence, with the common strength as its prior.

    The minimiser over the grid of n_t / 2 log error_t(alpha) + (log alpha - log alpha_i)^2 / 2.
    """
    away = np.log(grid.alphas / grid.alphas[i]) ** 2 / 2.0
    strengths = np.full(len(errors.n_labels), grid.alphas[i])
    for t in np.flatnonzero(~np.isnan(errors.explained[i, j])):
        squared = np.maximum(errors.squared[:, j, t], np.finfo(np.float64).tiny)
        strengths[t] = grid.alphas[np.argmin(errors.n_labels[t] / 2.0 * np.log(squared) + away)]
    return strengths


def table(
    errors: Errors, grid: RidgeGrid, tasks: tuple[Hashable, ...], scored: Collection[Hashable]
) -> dict[str, Any]:
    """Return what scikit-learn's searches have in cv_results_, a row a pair, alpha by alpha."""
    alphas, sharings = (a.ravel() for a in np.meshgrid(grid.alphas, grid.sharings, indexing="ij"))
    joint = errors.mean_scores.ravel()
    results = {
        "param_alpha": alphas,
        "param_sharing": sharings,
        "params": [{"alpha": a, "sharing": s} for a, s in zip(alphas.tolist(), sharings.tolist())],
        "mean_test_score": joint,
        "rank_test_score": 1 + np.sum(joint[:, None] < joint, axis=1),
    }
    scores = errors.scores
    return results | {
        f"mean_test_{name}": scores[:, :, tasks.index(name)].ravel() for name in scored
    }


def best_by_task(
    errors: Errors, grid: RidgeGrid, tasks: tuple[Hashable, ...], scored: Collection[Hashable]
) -> dict[Hashable, dict[str, float]]:
    """Return the pair that is best for each task alone, and its score there; NaN where it cannot be scored."""
    pairs = {}
    for name in scored:
        scores = errors.scores[:, :, tasks.index(name)]
        i, j = best(grid, scores)
        pair = (grid.alphas[i], grid.sharings[j], scores[i, j])
        pair = (np.nan,) * 3 if np.isnan(scores[i, j]) else pair
        pairs[name] = dict(zip(("alpha", "sharing", "score"), map(float, pair), strict=True))
    return pairs
