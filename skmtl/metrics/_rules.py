"""Which of scikit-learn's metrics fit which tasks, and what labels they need."""

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from sklearn.metrics import get_scorer_names

from ..tasks import CLASS_TYPES
from ._calibration import CALIBRATION, OF_TYPES
from ._codes import UNKNOWN

D2 = "d2"
"""Name of the fraction of deviance explained, whatever the task's type."""


NUMBER_METRICS = frozenset(
    {
        "d2_absolute_error_score",
        "explained_variance",
        "neg_max_error",
        "neg_mean_absolute_error",
        "neg_mean_absolute_percentage_error",
        "neg_mean_gamma_deviance",
        "neg_mean_poisson_deviance",
        "neg_mean_squared_error",
        "neg_mean_squared_log_error",
        "neg_median_absolute_error",
        "neg_root_mean_squared_error",
        "neg_root_mean_squared_log_error",
        "r2",
    }
)

CLASS_STEMS = (
    "accuracy",
    "average_precision",
    "balanced_accuracy",
    "d2_brier_score",
    "d2_log_loss_score",
    "f1",
    "jaccard",
    "matthews_corrcoef",
    "neg_brier_score",
    "neg_log_loss",
    "neg_negative_likelihood_ratio",
    "positive_likelihood_ratio",
    "precision",
    "recall",
    "roc_auc",
    "top_k_accuracy",
)

# Metrics of one of two classes, the event: of the other they are another number.
OF_EVENT = frozenset(
    {
        "average_precision",
        "calibration_intercept",
        "f1",
        "jaccard",
        "neg_negative_likelihood_ratio",
        "positive_likelihood_ratio",
        "precision",
        "recall",
    }
)

# Metrics of two classes alone: of several, they have averages of other names, such as "f1_macro".
OF_TWO_CLASSES = OF_EVENT - {"average_precision", "calibration_intercept"}

# Metrics that say something of a sample with one class, or of a single label.
OF_ANY_LABELS = frozenset(
    {"accuracy", "expected_calibration_error", "neg_brier_score", "neg_log_loss", "top_k_accuracy"}
)
OF_TWO_VALUES = frozenset(
    {
        "calibration_intercept",
        "calibration_slope",
        D2,
        "d2_absolute_error_score",
        "explained_variance",
        "r2",
    }
)
OF_EVERY_CLASS = ("average_precision", "roc_auc")

DEFAULTS = {
    "binary": (
        *(D2, "roc_auc", "average_precision", "neg_brier_score", "neg_log_loss", "accuracy"),
        *CALIBRATION,
    ),
    "multiclass": (
        *(D2, "roc_auc", "neg_log_loss", "accuracy"),
        "expected_calibration_error",
    ),
    "regression": (D2, "neg_mean_absolute_error", "neg_root_mean_squared_error"),
    "count": (D2, "neg_mean_absolute_error", "neg_mean_poisson_deviance"),
}
SCORES = [m for metrics in DEFAULTS.values() for m in metrics if m not in CALIBRATION]
DEFAULT_ORDER = (*dict.fromkeys(SCORES), *CALIBRATION)

Metric = str | Callable[..., Any]


def check_metric(metric: Any, name: Hashable, kind: str | None, n_classes: int = 0) -> None:
    """Raise ValueError where a metric is none, or does not fit the type of a task."""
    if not isinstance(metric, str):
        if not callable(metric):
            raise ValueError(
                f"the metric of task {name!r} must be a name or a scorer, got {metric!r}"
            )
    elif metric != D2 and metric not in CALIBRATION and metric not in get_scorer_names():
        raise ValueError(
            f"{metric!r}, asked for task {name!r}, is no metric: it must be 'd2', one of {list(CALIBRATION)}, or "
            "one of sklearn.metrics.get_scorer_names()"
        )
    elif not fits(metric, kind, n_classes):
        hint = " (metrics by task: {task: metric})"
        if metric in CALIBRATION:
            hint = f": it is for {' and '.join(OF_TYPES[metric])} tasks"
        elif kind in CLASS_TYPES and metric in OF_TWO_CLASSES:
            hint = f": it is for two classes, not {n_classes}"
        raise ValueError(
            f"metric {metric!r} does not fit task {name!r}, which is of type {kind!r}{hint}"
        )


def fits(metric: Metric, kind: str | None, n_classes: int = 0) -> bool:
    """Whether a metric is for tasks of a type, and of so many classes where these are known."""
    if kind is None or not isinstance(metric, str) or metric == D2:
        return True
    if metric in CALIBRATION:
        return kind in OF_TYPES[metric]
    if kind in CLASS_TYPES:
        return metric not in NUMBER_METRICS and not (n_classes > 2 and metric in OF_TWO_CLASSES)
    return not metric.startswith(CLASS_STEMS)


def check_event(metric: Any, name: Hashable, classes: np.ndarray, event: Any) -> None:
    """Raise ValueError where a metric is of the event, and nobody knows which of two classes that is."""
    if event is None and len(classes) == 2 and is_of_event(metric):
        labels = classes.tolist()
        raise ValueError(
            f"metric {metric!r} of task {name!r} is of the event, and none of its classes {labels} is said to be it: "
            f"TaskTargets(y, events={{{name!r}: {labels[1]!r}}})"
        )


def is_of_event(metric: Any) -> bool:
    """Whether a metric of two classes depends on which is the event."""
    return isinstance(metric, str) and metric in OF_EVENT


def why_undefined(
    metric: Metric, kind: str | None, known: np.ndarray, n_classes: int
) -> str | None:
    """Return why a metric says nothing of such labels, codes of classes or numbers; None if it does."""
    if not len(known):
        return "no label"
    if kind in CLASS_TYPES:
        if n_classes < 2:
            return "the model knows one class only"
        if (known == UNKNOWN).any():
            return "a class that the model has not seen"
    if not isinstance(metric, str) or metric in OF_ANY_LABELS:
        return None
    n_values = len(np.unique(known))
    if metric.startswith(OF_EVERY_CLASS) and n_values < n_classes:
        return f"labels of {n_values} of {n_classes} classes"
    if metric == "calibration_intercept" and kind == "regression":
        return None
    of_two = metric in OF_TWO_VALUES or metric.startswith(CLASS_STEMS)
    return "one value only" if of_two and n_values < 2 else None
