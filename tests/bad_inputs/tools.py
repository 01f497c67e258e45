"""Tools beside the estimators: targets, splitters, out-of-fold predictions, comparisons, paths."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

from skmtl import MultiTaskGLM, MultiTaskRidge, TaskTargets, task_view
from skmtl.inspection import compare_sharing, group_tasks, task_affinity
from skmtl.linear_model import regularization_path, ridge_path
from skmtl.metrics import task_scores
from skmtl.model_selection import TaskStratifiedKFold, cross_val_predict
from skmtl.penalties import L21

from .folds import HALVES
from .subjects import GROUPS, N_ROWS, NUMBERS, ROWS, outcomes
from .table import REFUSED

NAN = float("nan")
LISTED = ROWS.tolist()


@dataclass(frozen=True)
class BadCall:
    """A call of inputs and numbers as outcomes that must be refused; match is a regular expression for the message."""

    name: str
    call: Callable[[Any, Any], Any]
    match: str
    errors: tuple[type, ...] = REFUSED

    def __str__(self) -> str:
        return self.name


def with_argument(function, argument, value, match):
    """Return a call with a bad argument of a name."""
    return BadCall(
        f"{function.__name__}, {argument}={' '.join(repr(value).split())[:40]}",
        lambda X, y: function(X, y, **{argument: value}),
        match,
    )


def predict(X, y, **given):
    """Predict out of fold."""
    return cross_val_predict(MultiTaskRidge(), X, y, **{"cv": 2} | given)


def compare(X, y, **given):
    """Compare joint and separate models."""
    return compare_sharing(MultiTaskRidge(), X, y, **{"cv": 2, "n_repeats": 1} | given)


def affinity(X, y, **given):
    """Measure how tasks are related."""
    return task_affinity(X, y, **{"cv": 4, "n_repeats": 1} | given)


def path(X, y, **given):
    """Return a path of strengths."""
    return regularization_path(X, y, L21(), **{"alphas": 2} | given)


def ridges(X, y, **given):
    """Return a path of ridge regressions."""
    return ridge_path(X, y, **{"alphas": [1.0]} | given)


def split(X, y, **given):
    """Make folds."""
    groups = given.pop("groups", None)
    return list(TaskStratifiedKFold(**{"n_splits": 2} | given).split(X, y, groups))


def targets(X, y, **given):
    """Make targets."""
    return TaskTargets(y, **given)


SEEDS = [
    (-1, "random_state must be.*-1"),
    ("a", "random_state must be.*'a'"),
    (1.5, "random_state must be.*1.5"),
]
JOBS = [(0, "n_jobs must be.*0"), ("two", "n_jobs must be.*'two'"), (1.5, "n_jobs must be.*1.5")]
CVS = [
    ("5", "cv must be.*'5'"),
    (1, "(cv|n_splits) must be.*1"),
    (2.5, "cv must be.*2.5"),
    (31, "n_splits.*31.*30"),
    ([1, 2], "fold 0 of cv must be a pair.*1"),
    ([], "cv must have at least"),
    ([(ROWS, ROWS)] * 4, "cv must not test rows that were trained on"),
    ([(ROWS[:9], ROWS + 5)] * 4, r"test rows of fold 0.*\[0, 30\)"),
]
GROUPINGS = [
    (ROWS[:-1], "inconsistent.*29"),
    (np.where(ROWS == 3, NAN, GROUPS), "groups contains NaN.*row 3"),
    (np.zeros(N_ROWS), "n_groups.*1"),
    (3, "groups must be one column"),
]
WEIGHTS = [
    (np.ones(9), r"sample_weight must have shape.*\(9,\)"),
    (-np.ones(N_ROWS), "sample_weight.*-1"),
    (np.zeros(N_ROWS), "sample_weight must not be all zero"),
    ("a", "sample_weight.*'a'"),
]

OF_ARGUMENTS = [
    *(with_argument(f, "random_state", *row) for f in (compare, affinity) for row in SEEDS),
    *(with_argument(f, "n_jobs", *row) for f in (predict, compare, affinity) for row in JOBS),
    *(with_argument(f, "cv", *row) for f in (predict, compare, affinity) for row in CVS),
    *(with_argument(f, "groups", *row) for f in (predict, compare, affinity, split) for row in GROUPINGS),
    *(with_argument(f, "sample_weight", *row) for f in (compare, path, ridges) for row in WEIGHTS),
    *(with_argument(compare, "n_repeats", v, f"n_repeats must be.*{v}") for v in (0, 1.5, None)),
    *(with_argument(compare, "confidence_level", v, f"confidence_level must be.*{v}") for v in (0, 95, NAN)),
    *(with_argument(compare, "metrics", v, f"(metric|{v}).*") for v in ("mse", 3)),
    *(with_argument(compare, "train_sizes", v, "train_sizes must be") for v in ([0], [2.0], [0.5, 10], ["a"], [-3])),
    with_argument(compare, "metrics", {"age": "r2"}, "metric must name tasks.*'age'"),
    with_argument(compare, "adjustment", "tukey", "adjustment must be one of.*'tukey'"),
    with_argument(compare, "separate", Ridge(), "separate must be.*Ridge"),
    with_argument(compare, "separate", "ridge", "separate must be.*'ridge'"),
    with_argument(compare, "pooled", MultiTaskGLM, "pooled must be.*MultiTaskGLM"),
    *(with_argument(affinity, "n_repeats", v, f"n_repeats must be.*{v}") for v in (0, 1.5, None)),
    with_argument(affinity, "estimator", Ridge(), "estimator must be.*Ridge"),
    with_argument(affinity, "estimator", MultiTaskGLM, "estimator must be.*MultiTaskGLM"),
    with_argument(predict, "method", "transform", "method must be one of.*'transform'"),
    with_argument(predict, "cv", tuple(HALVES[:1]), "cv must test each sample once"),
    *(with_argument(path, "alphas", v, "alphas.*must be") for v in (0, [0.0], [], "auto", [NAN])),
    *(with_argument(path, "eps", v, f"eps.*must be.*{v}") for v in (0.0, 2.0, "a")),
    with_argument(path, "max_iter", 0, "max_iter.*must be.*0"),
    with_argument(path, "task_weight", {"age": 1.0}, r"task_weight.*\['age'\]"),
    *(with_argument(ridges, "alphas", v, "alphas?.*must be") for v in ([-1.0], [0.0], [], "auto", [NAN], None)),
    *(with_argument(ridges, "sharings", v, "sharings?.*must be") for v in ([2.0], [], "auto")),
    with_argument(ridges, "signs", "x", "signs.*'x'"),
    *(with_argument(split, "n_splits", v, f"n_splits must be.*{v}") for v in (1, 0, 2.5, "2", True, None)),
    with_argument(split, "n_splits", 31, "n_splits.*31.*30"),
    with_argument(split, "shuffle", "yes", "shuffle must be True or False.*'yes'"),
    with_argument(split, "random_state", 3, "random_state must be None without shuffle"),
    *(with_argument(targets, "events", v, "events.*") for v in ({"age": 1}, {"days": 1.0}, "yes", ["days"])),
    *(with_argument(targets, "missing", v, "missing.*") for v in ({"age": [1]}, [[1]], {"days": len})),
    *(with_argument(targets, "groups", *row) for row in GROUPINGS[:2] + GROUPINGS[3:]),
    *(with_argument(targets, "task_types", v, "task_types.*") for v in ({"age": "binary"}, "numeric", 3, {"days": None})),
]  # fmt: skip

BAD_SEEDS = [
    BadCall(f"TaskStratifiedKFold, random_state={seed!r}", lambda X, y, seed=seed: split(X, y, shuffle=True, random_state=seed), match)
    for seed, match in SEEDS
]  # fmt: skip

OTHERS = [
    BadCall("cross_val_predict, no estimator", lambda X, y: cross_val_predict(MultiTaskRidge, X, y), "estimator must be.*MultiTaskRidge"),
    BadCall("cross_val_predict, a string", lambda X, y: cross_val_predict("ridge", X, y), "estimator must be a model, got str"),
    BadCall("cross_val_predict, X shorter", lambda X, y: predict(X[:-1], y), r"inconsistent.*\[29, 30\]"),
    BadCall("cross_val_predict, no y", lambda X, y: predict(X, None), "y.*None"),
    BadCall("cross_val_predict, weights as a dict", lambda X, y: predict(X, y, params={"sample_weight": dict.fromkeys(y, np.ones(N_ROWS))}), r"sample_weight of task 'days'.*\(15,\)"),
    BadCall("compare_sharing, a class", lambda X, y: compare_sharing(MultiTaskGLM, X, y), "joint must be.*MultiTaskGLM"),
    BadCall("compare_sharing, scikit-learn's", lambda X, y: compare_sharing(Ridge(), X, y), "joint must be.*Ridge"),
    BadCall("compare_sharing, X shorter", lambda X, y: compare(X[:-1], y), r"inconsistent.*\[29, 30\]"),
    BadCall("task_affinity, X shorter", lambda X, y: affinity(X[:-1], y), r"inconsistent.*\[29, 30\]"),
    BadCall("task_affinity, one task", lambda X, y: affinity(X, {"days": y["days"]}), "y must hold at least two tasks.*days"),
    BadCall("task_affinity, few labels", lambda X, y: affinity(X, y | {"lab": np.where(ROWS < 3, y["lab"], NAN)}), "task 'lab' must have at least two labels a fold"),
    BadCall("task_affinity, one value", lambda X, y: affinity(X, y | {"lab": np.ones(N_ROWS)}), "task 'lab' must have labels that differ"),
    BadCall("group_tasks of a matrix", lambda X, y: group_tasks(np.eye(3)), "affinity must be what task_affinity returns, got ndarray"),
    BadCall("regularization_path, a class", lambda X, y: regularization_path(X, y, L21), "penalty.*L21"),
    BadCall("regularization_path, NaN", lambda X, y: path(np.where(X == X[0, 0], NAN, X), y), "X contains NaN"),
    BadCall("task_view of an unfitted model", lambda X, y: task_view(MultiTaskRidge(), "days"), "not fitted yet", (Exception,)),
    BadCall("task_view of scikit-learn's", lambda X, y: task_view(Ridge().fit(X, ROWS), "days"), "Ridge is no joint model"),
    BadCall("task_view of a string", lambda X, y: task_view("ridge", "days"), "fitted must be a model, got str"),
    BadCall("task_scores, nothing", lambda X, y: task_scores(y, None), "y_pred.*None|y.*None"),
    BadCall("TaskTargets of an array", lambda X, y: TaskTargets(X), "y must be a dict of columns or a data frame, got ndarray"),
    BadCall("TaskTargets of None", lambda X, y: TaskTargets(None), "y must be a dict of columns.*NoneType"),
    BadCall("TaskTargets of nothing", lambda X, y: TaskTargets({}), "y must hold at least one task"),
    BadCall("TaskTargets, an unknown task", lambda X, y: TaskTargets(y)["age"], "'age' is no task", (KeyError,)),
    BadCall("TaskTargets, select", lambda X, y: TaskTargets(y).select(["age"]), "'age' is no task", (KeyError,)),
    BadCall("TaskTargets, rows beyond", lambda X, y: TaskTargets(y)[[0, 99]], "index 99 is out of bounds.*30", (IndexError, ValueError)),
    BadCall("TaskTargets, a mask that is shorter", lambda X, y: TaskTargets(y)[ROWS[:9] > 3], "boolean index did not match.*30.*9", (IndexError, ValueError)),
    BadCall("TaskTargets, rows by name", lambda X, y: TaskTargets(y)[["days", "cost"]], "rows must be integers or a boolean mask"),
    BadCall("TaskTargets, a task that is longer", lambda X, y: TaskTargets(y).update(age=np.ones(99)), "task 'age' must have 30 samples, got 99"),
    BadCall("TaskTargets.concat of dicts", lambda X, y: TaskTargets.concat([y, y]), "parts must be one or more TaskTargets"),
    BadCall("TaskTargets.observed, an unknown task", lambda X, y: TaskTargets(y).observed("age"), "'age' is no task", (KeyError,)),
    BadCall("TaskTargets.to_frame, a shorter index", lambda X, y: TaskTargets(y).to_frame(index=LISTED[:-1]), "index.*29.*30|index.*30.*29"),
]  # fmt: skip

TABLE = [*OF_ARGUMENTS, *BAD_SEEDS, *OTHERS]


def good():
    """Return inputs and outcomes."""
    X, y = outcomes(0.0)
    return X, {name: y[name] for name in NUMBERS}
