"""How close to the optimum predictions must be."""

import numpy as np

from . import losses
from .fits import Answers
from .law import need
from .optimum import Answer
from .specs import Spec

EPS = np.finfo(float).eps
ROUNDINGS = 100
# What is asked of predictions: a part of their deviation, and one of that of the labels, of which tol=1e-16
# promises 1e-8; of probabilities, and of means, whose curvature may be small where they are not fitted.
OF_PREDICTIONS, OF_LABELS = 1e-6, 1e-7
OF_PROBABILITIES, OF_MEANS = 1e-5, 1e-5


def precision(spec: Spec) -> float:
    """Return the rounding of predictions."""
    return float(np.finfo(np.float32).eps) if spec.precision == 32 else EPS


def tolerance_of(spec: Spec) -> float:
    """Return how many times what is asked a fit may be off.

    Where a task's labels are all of rows in which a feature is constant, a weak penalty alone bends what is seen of it,
    and a slope of rounding moves predictions of other rows: by less than 1e-6 deviations.
    """
    return 10.0 if spec.mask == "constant" else 1.0


def allowed(answer: Answer, rounding: float, tolerance: float = 1.0) -> np.ndarray:
    """Return by how much responses may differ from those of the optimum.

    That is tolerance times what is asked, or a hundred roundings: of the sums that X @ coef + intercept makes, and of
    each input, as they move the optimum. A careful solution in doubles attains these.
    """
    moved = ROUNDINGS * (rounding * answer.size + answer.slack)
    if answer.loss == "squared":
        asked = OF_PREDICTIONS * answer.raw.std() + OF_LABELS * answer.deviation
        return np.maximum(tolerance * asked, moved).astype(float)
    if answer.loss == "softmax":
        return np.maximum(tolerance * OF_PROBABILITIES, moved.max(axis=1, keepdims=True)).astype(
            float
        )
    with np.errstate(over="ignore"):
        low, high = (losses.response(answer.loss, answer.raw + k * moved) for k in (-1, 1))
        middle = losses.response(answer.loss, answer.raw)
    shift = np.maximum(high - middle, middle - low)
    asked = (
        OF_PROBABILITIES if answer.loss == "logistic" else OF_MEANS * (middle + np.median(middle))
    )
    return np.maximum(tolerance * asked, shift).astype(float)


def beyond(values: np.ndarray) -> np.ndarray:
    """Return which means of counts are beyond what single precision holds, where answers may be infinite."""
    return np.abs(values) > np.finfo(np.float32).max


def need_answers(given: Answers, wanted: Answers, bound: Answers) -> None:
    """Raise Violation unless answers are within bounds of others."""
    for name, right in wanted.items():
        with np.errstate(invalid="ignore", over="ignore"):
            is_same = (given[name] == right) | (beyond(given[name]) & beyond(right))
            off = np.where(is_same, 0.0, np.abs(given[name] - right) / bound[name])
        off = np.where(np.isnan(off), np.inf, off)
        worst = np.unravel_index(np.argmax(off), off.shape)
        need(
            bool(off[worst] <= 1),
            (
                f"predictions of {name}: {given[name][worst]:.10g} for {right[worst]:.10g}, "
                f"{off[worst]:.2g} times what is allowed"
            ),
        )
