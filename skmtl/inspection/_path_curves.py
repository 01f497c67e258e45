"""Curves over the strength of a penalty: sizes of coefficients, and scores of folds."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ._joint_steps import row_scale


class FeatureCurves(NamedTuple):
    """Sizes of shape (n_alphas, n_features), what they are, and how many features are in."""

    values: np.ndarray
    quantity: str
    n_in: np.ndarray


class ScoreCurves(NamedTuple):
    """Strengths, and mean scores at them, a curve a name; with standard errors where folds tell them."""

    strengths: np.ndarray
    means: dict[Hashable, np.ndarray]
    std_errors: dict[Hashable, np.ndarray]


def feature_curves(path: Any, tasks: Sequence[Hashable], is_scaled: bool) -> FeatureCurves:
    """Return the norms of the coefficients of each feature, or those of the only column."""
    rows = np.concatenate([np.arange(path.coef.shape[1])[path.task_columns[t]] for t in tasks])
    coef = path.coef[:, rows]
    n_in = coef.any(axis=1).sum(axis=1)
    if is_scaled:
        coef = coef / row_scale(coef.transpose(1, 0, 2).reshape(len(rows), -1))[:, None]
    one = len(rows) == 1
    values = coef[:, 0] if one else np.linalg.norm(coef, axis=1)
    what = "coefficient" if one else "norm of coefficients"
    of = f" of {tasks[0]}" if len(tasks) == 1 else f" over {len(tasks)} tasks"
    return FeatureCurves(values, f"{what}{of}{', scaled' if is_scaled else ''}", n_in)


def strength_name(model: Any) -> str:
    """Return what the strengths of a model with a grid are called: alpha or C."""
    results = vars(model).get("cv_results_", {})
    for name in ("alpha", "C"):
        if f"param_{name}" in results:
            return name
    raise ValueError(
        "estimator must keep cv_results_ over alpha or C, as MultiTaskGLMCV does, got "
        f"{type(model).__name__}"
    )


def score_curves(model: Any, tasks: Sequence[Hashable] | None) -> ScoreCurves:
    """Return the mean scores, by sharing where several were tried; or of tasks, at the sharing that was chosen."""
    results, name = model.cv_results_, strength_name(model)
    strengths = np.unique(results[f"param_{name}"])
    points: dict[Hashable, np.ndarray] = {
        "mean of the tasks": np.arange(len(results[f"param_{name}"]))
    }
    sharings = results.get("param_sharing")
    if sharings is not None:
        points = {f"sharing {s:g}": np.flatnonzero(sharings == s) for s in np.unique(sharings)}
    asked: dict[Hashable, tuple[Hashable, np.ndarray]]
    if tasks is None:
        asked = {curve: ("score", where) for curve, where in points.items()}
    else:
        chosen_points = next(where for where in points.values() if model.best_index_ in where)
        asked = {task: (task, chosen_points) for task in tasks}
    means: dict[Hashable, np.ndarray] = {}
    errors: dict[Hashable, np.ndarray] = {}
    for curve, (scored, where) in asked.items():
        where = where[np.argsort(results[f"param_{name}"][where])]
        means[curve] = results[f"mean_test_{scored}"][where]
        folds = folds_of(results, scored, where)
        has_choice = tasks is not None or model.best_index_ in where
        if folds is not None and has_choice:
            errors[curve] = std_error(folds)
    return ScoreCurves(strengths, means, errors)


def folds_of(results: Any, scored: Hashable, where: np.ndarray) -> np.ndarray | None:
    """Return the scores of folds, of shape (n_folds, n_strengths); None where none were kept."""
    scores, fold = [], 0
    while f"split{fold}_test_{scored}" in results:
        scores.append(results[f"split{fold}_test_{scored}"][where])
        fold += 1
    return np.array(scores) if scores else None


def std_error(folds: np.ndarray) -> np.ndarray:
    """Return standard errors of means over folds that have a score; NaN of fewer than two."""
    known = np.isfinite(folds)
    count = known.sum(axis=0)
    total = np.where(known, folds, 0.0).sum(axis=0)
    mean = total / np.maximum(count, 1)
    squares = np.where(known, (np.where(known, folds, 0.0) - mean) ** 2, 0.0).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(count > 1, np.sqrt(squares / (count - 1) / count), np.nan)
