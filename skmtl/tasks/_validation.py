"""The one door for X, y and sample_weight from outside."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils import get_tags
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from ..utils import is_frame, sum_duplicates, warn
from ._columns import FEW
from ._layout import Layout, read_targets
from ._numbers import naming, refuse_times, require_table
from ._pairing import check_same_rows
from ._targets import TaskTargets
from ._types import check_task_types, warn_of_many_classes
from ._weights import check_weights

X_RULES = {"accept_sparse": "csr", "dtype": [np.float64, np.float32]}


class Typed(NamedTuple):
    """Targets whose types are settled, and the tasks whose type the user declared."""

    targets: TaskTargets
    declared: frozenset[Hashable]


Typing = Callable[[TaskTargets], Typed]


class FitData(NamedTuple):
    """The data of a fit: checked, typed and of one length.

    inferred names the tasks whose type was not declared: in those, too few labels are an error.
    """

    X: Any
    targets: TaskTargets
    weights: np.ndarray | None
    layout: Layout
    inferred: frozenset[Hashable]


def check_fit(
    estimator: Any, X: Any, y: Any, sample_weight: Any, typing: Typing, reset: bool = True
) -> FitData:
    """Check the arguments of fit; typing settles what the tasks are in this estimator.

    reset says that the features are these from now on; otherwise they must be those known.
    """
    require_target(estimator, y)
    table, X = X, check_inputs(estimator, X, reset)
    return _check_targets(table, X, y, sample_weight, typing)


def check_inputs(estimator: Any, X: Any, reset: bool) -> Any:
    """Check X, and return it in floating point, dense or CSR with each entry given once."""
    require_table(X)
    refuse_times(X)
    finite = finite_rule(estimator)
    table = sum_duplicates(X)
    try:
        with naming("X", table):
            return validate_data(estimator, table, reset=reset, ensure_all_finite=finite, **X_RULES)
    except ValueError as error:
        if "X contains NaN" not in str(error):
            raise
        raise ValueError(
            f"Input X contains NaN, which {type(estimator).__name__} does not take: fill gaps before it in a pipeline, "
            "with SimpleImputer(add_indicator=True), or use MultiTaskMLP, which takes them"
        ) from error


def check_fit_around(
    estimator: Any, X: Any, y: Any, sample_weight: Any, typing: Typing, reset: bool = True
) -> FitData:
    """Check the arguments of fit where X goes as it is to other estimators, which check it."""
    require_target(estimator, y)
    table, X = X, as_table(estimator, X)
    validate_data(estimator, X, reset=reset, skip_check_array=True)
    return _check_targets(table, X, y, sample_weight, typing)


def check_predict_around(estimator: Any, X: Any) -> Any:
    """Check the argument of predict where it goes as it is to other estimators: names and number of features."""
    return validate_data(estimator, as_table(estimator, X), reset=False, skip_check_array=True)


def as_table(estimator: Any, X: Any) -> Any:
    """Return X if it is a frame or sparse, else as an array of whatever values, with two dimensions."""
    require_table(X)
    if is_frame(X) or sparse.issparse(X):
        return sum_duplicates(X)
    with naming("X", X):
        return check_array(
            X, dtype=None, ensure_all_finite=False, ensure_min_features=1, estimator=estimator
        )


def require_target(estimator: Any, y: Any) -> None:
    """Raise ValueError where there is no y."""
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None; y should be a 1d array, "
            "a matrix, a data frame or a dict of targets"
        )


def _check_targets(table: Any, X: Any, y: Any, sample_weight: Any, typing: Typing) -> FitData:
    """Read y and the weights of an X that was checked; table is X with the index it has."""
    targets, layout, has_types = read_targets(y)
    check_consistent_length(X, targets)
    check_same_rows(X=table, y=y)
    targets, declared = typing(targets)
    inferred = frozenset() if has_types else frozenset(targets) - declared
    return FitData(X, targets, check_weights(sample_weight, targets), layout, inferred)


def check_predict(estimator: Any, X: Any) -> Any:
    """Check the argument of predict."""
    return check_inputs(estimator, X, reset=False)


def finite_rule(estimator: Any) -> bool | str:
    """Return whether X must be finite; "allow-nan" where the estimator fills gaps itself."""
    return "allow-nan" if get_tags(estimator).input_tags.allow_nan else True


def as_declared(task_types: Any) -> Typing:
    """Take the declared types, and infer the others."""

    def settle(targets: TaskTargets) -> Typed:
        declared = check_task_types(task_types, targets.tasks)
        typed = targets.declared_as(declared)
        for name in typed.suspects():
            warn(
                f"task {name!r} is taken as regression, but has at most {FEW} distinct values, all whole: "
                "if they are codes of classes, or counts, declare it in task_types"
            )
        return Typed(typed, frozenset(declared))

    return settle


def as_regression(targets: TaskTargets) -> Typed:
    """Take every task as regression."""
    labels = [name for name in targets if targets._info[name].are_labels]
    if labels:
        raise ValueError(
            f"tasks {labels} cannot be of type 'regression': their targets are labels, not numbers; MultiTaskGLM takes "
            "tasks of all types"
        )
    return Typed(targets.declared_as(dict.fromkeys(targets, "regression")), frozenset())


def as_classes(targets: TaskTargets) -> Typed:
    """Take every task as classes: binary where there are at most two, unless declared otherwise."""
    numbers = [name for name in targets if targets.distinct(name) is None]
    if numbers:
        raise ValueError(
            f"Unknown label type: continuous. Tasks {numbers} cannot be classes: their targets are real numbers; "
            "MultiTaskGLM takes tasks of all types"
        )
    kinds = {}
    for name, kind in targets.task_types.items():
        classes = targets.distinct(name)
        several = kind == "multiclass" or (classes is not None and len(classes) > 2)
        kinds[name] = "multiclass" if several else "binary"
        if several and kind != "multiclass":
            warn_of_many_classes(name, targets[name])
    return Typed(targets.declared_as(kinds), frozenset())
