"""What a fitted joint model has learnt, as inputs for a new task."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from ..tasks import check_predict, final_step, inputs_of


def scores_of_tasks(model: Any, X: Any) -> np.ndarray:
    """Return the raw predictions of all tasks in units of their targets, over the root of how many there are."""
    final = final_step(model)
    raw = model.decision_function(X)
    raw = raw if isinstance(raw, dict) else {final.tasks_[0]: raw}
    scale = {head.name: head.scale for head in final._heads}
    columns = [raw[name].reshape(len(raw[name]), -1) / scale[name] for name in final.tasks_]
    features = np.hstack(columns)
    return features / np.sqrt(features.shape[1])


def score_in_common(model: Any, X: Any) -> np.ndarray:
    """Return the score of the common vector of a linear model, in units of targets."""
    final = final_step(model)
    if not hasattr(final, "shared_coef_"):
        raise ValueError(
            f"basis='shared' needs a model with a common vector, shared_coef_, which {type(final).__name__} has not: "
            "penalties such as MeanRegularized have one"
        )
    scale = np.concatenate(
        [np.full(head.columns.stop - head.columns.start, head.scale) for head in final._heads]
    )
    rows = final.shared_coef_ / scale[:, None]
    size = np.abs(rows).max(axis=1)  # they are multiples of one another
    common = rows[size.argmax()]
    return np.asarray(numbers_of(model, X) @ common).reshape(-1, 1)


def representation(model: Any, X: Any) -> np.ndarray:
    """Return the shared hidden values of a network, over the root of how many there are."""
    final = final_step(model)
    if not hasattr(final, "transform"):
        raise ValueError(
            f"basis='representation' needs a model with transform, which {type(final).__name__} has not: "
            "MultiTaskMLP has it"
        )
    features = final.transform(inputs_of(model, X))
    return features / np.sqrt(features.shape[1])


BASES: dict[str, Callable[[Any, Any], np.ndarray]] = {
    "tasks": scores_of_tasks,
    "shared": score_in_common,
    "representation": representation,
}


def numbers_of(model: Any, X: Any) -> Any:
    """Return the inputs as the joint model at the end of a pipeline gets them, as an array or sparse."""
    X = check_predict(final_step(model), inputs_of(model, X))
    return X if sparse.issparse(X) else np.asarray(X, dtype=np.float64)


def features_of(model: Any, X: Any, basis: str, residual: float) -> Any:
    """Return what the model has learnt, and the inputs times the root of residual, side by side."""
    learnt = BASES[basis](model, X)
    wrong = ~np.isfinite(learnt).all(axis=1)
    if wrong.any():
        raise ValueError(
            f"model must give finite numbers for basis={basis!r}, but {type(final_step(model)).__name__} gives "
            f"infinite ones or NaN for {np.count_nonzero(wrong)} of {len(learnt)} samples"
        )
    if residual == 0.0:
        return learnt
    beyond = numbers_of(model, X) * np.sqrt(residual)
    if sparse.issparse(beyond):
        return sparse.hstack([sparse.csr_array(learnt), beyond], format="csr")
    return np.hstack([learnt, beyond])
