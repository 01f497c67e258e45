"""Predictions of samples that the model has not seen, by task."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.parallel import Parallel, delayed

from ..heads import METHODS, ByTask, Predictions
from ..tasks import TaskTargets, among_all, check_lengths, final_step, read_like, read_targets
from ..utils import (
    Jobs,
    n_rows,
    read_groups,
    require,
    require_estimator,
    row_index,
    take_rows,
)
from ._folds import Fold, check_folds, split_rows

# What is predicted of a class that the training part of a fold lacks.
OF_ABSENT_CLASS = {"predict_proba": 0.0, "decision_function": -np.inf}


def cross_val_predict(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    cv: Any = None,
    n_jobs: int | None = None,
    method: str = "predict",
    params: Mapping[str, Any] | None = None,
) -> Any:
    """Predict every task of each sample, by a model fitted without the sample's fold.

    scikit-learn's function of this name predicts ``TaskTargets`` as a matrix, and cannot gather probabilities by
    task. This one answers as the estimator does.

    Parameters
    ----------
    estimator : estimator
        A joint model, or a pipeline or search that ends in one. It is cloned, not fitted.

    X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
        Inputs.

    y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
        Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed. They are made
        ``TaskTargets`` once, so that each task has the type and the classes of the whole data in every fold.

    groups : array-like of shape (n_samples,), default=None
        Group of each sample, for splitters that know groups; by default those of ``y``.

    cv : int, splitter or iterable of (train, test), default=None
        Folds, in which each sample must be tested once. None is ``TaskStratifiedKFold()``, an integer
        ``TaskStratifiedKFold(cv)``; both never split a group.

    n_jobs : int, default=None
        Number of folds fitted at the same time; None is one, -1 all processors.

    method : {"predict", "predict_proba", "decision_function"}, default="predict"
        What the models are asked for.

    params : dict, default=None
        Arguments of the estimator's ``fit``, such as ``{"sample_weight": ...}``; what has a row for each sample is
        split like ``X`` (a plain dict has not: make weights by task ``TaskTargets``). With metadata routing, what
        the estimator and the splitter request.

    Returns
    -------
    predicted : TaskTargets, data frame, ndarray or dict
        For ``method="predict"`` the kind of container that ``y`` is (``TaskTargets`` for a dict). Otherwise a dict of
        arrays of shape (n_samples,) or (n_samples, n_classes) by task, or an array for 1-D ``y``. Columns
        are the sorted classes of the whole data; a class that a model has not seen has probability 0, or decision
        value minus infinity, in its fold.

    Raises
    ------
    ValueError
        If ``method`` is none of those, if the folds do not test each sample once, or if ``params`` are not what
        estimator and splitter take.

    See Also
    --------
    TaskStratifiedKFold : The default folds.
    skmtl.metrics.task_scores : A table of scores of such predictions.

    Examples
    --------
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.metrics import task_scores
    >>> from skmtl.model_selection import cross_val_predict
    >>> X = [[0.1 * i] for i in range(20)]
    >>> y = {"ill": [i > 11 for i in range(20)], "dose": [0.3 * i for i in range(20)]}
    >>> cross_val_predict(MultiTaskGLM(), X, y)
    TaskTargets(20 samples; ill: binary, dose: regression)
    >>> probability = cross_val_predict(MultiTaskGLM(), X, y, method="predict_proba")
    >>> probability["ill"].shape
    (20, 2)
    >>> task_scores(y, probability, metrics="roc_auc").round(2)
            type  n_labels  roc_auc
    task
    ill   binary        20     0.91
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {METHODS}, got {method!r}")
    require_estimator("estimator", estimator, "cross_val_predict(estimator, X, y)")
    require("n_jobs", n_jobs, Jobs())
    targets, layout, _ = read_targets(y)
    predictions = out_of_fold(
        estimator, X, targets, (method,), groups=groups, cv=cv, n_jobs=n_jobs, params=params
    )
    if method == "predict":
        like = y if row_index(X) is None else X
        return layout.pack(read_like(predictions.predictions(), targets.tasks), like)
    return layout.pack_arrays(predictions.of(method))


def out_of_fold(
    estimator: Any,
    X: Any,
    targets: TaskTargets,
    methods: Sequence[str],
    *,
    groups: Any = None,
    cv: Any = None,
    n_jobs: int | None = None,
    params: Mapping[str, Any] | None = None,
) -> Predictions:
    """Ask models, each fitted without a fold, about that fold; all methods of one fit."""
    groups = None if groups is None else read_groups(groups)
    check_lengths(X=X, y=targets, groups=groups)
    splitter = check_folds(cv)
    routed = route(estimator, splitter, params, groups)
    splits = split_rows(splitter, X, targets, **{"groups": groups, **routed.split})
    rows = np.concatenate([test for _, test in splits])
    check_partition(rows, targets.shape[0])
    parts = Parallel(n_jobs=n_jobs)(
        delayed(predict_fold)(clone(estimator), X, targets, train, test, methods, routed.fit)
        for train, test in splits
    )
    order = np.argsort(rows)
    gathered: dict[str, Callable[[], ByTask]] = {
        method: partial(gather, targets, parts, order, method) for method in methods
    }
    if "predict" in methods:
        gathered["predict"] = partial(gather_targets, targets, parts, order)
    return Predictions(targets._info, gathered)


def check_partition(tested: np.ndarray, n_samples: int) -> None:
    """Raise ValueError where folds do not test each sample once."""
    if not np.array_equal(np.sort(tested), np.arange(n_samples)):
        raise ValueError("cv must test each sample once (a partition), which these folds do not")


class Routed(NamedTuple):
    """Arguments of the estimator's fit, and of the splitter's split."""

    fit: Mapping[str, Any]
    split: Mapping[str, Any]


class FoldPredictions(NamedTuple):
    """What one fold's model predicts, by method and task, and its classes."""

    predicted: Mapping[str, ByTask]
    classes: Mapping[Hashable, np.ndarray]

    def aligned(self, name: Hashable, classes: np.ndarray | None, method: str) -> np.ndarray:
        """Return a task's array, with a column for each of the classes where it has a column a class."""
        array = np.asarray(self.predicted[method][name])
        if classes is None or array.ndim == 1:
            return array
        return among_all(array, self.classes[name], classes, OF_ABSENT_CLASS[method])


def gather(
    targets: TaskTargets, parts: list[FoldPredictions], order: np.ndarray, method: str
) -> ByTask:
    """Return probabilities or decision values of every sample."""
    classes = {name: all_classes(name, targets, parts) for name in parts[0].classes}
    gathered = {}
    for name in parts[0].predicted[method]:
        pieces = [part.aligned(name, classes.get(name), method) for part in parts]
        gathered[name] = np.concatenate(pieces)[order]
    return gathered


def gather_targets(
    targets: TaskTargets, parts: list[FoldPredictions], order: np.ndarray
) -> TaskTargets:
    """Return predictions of every sample, of which all is known that is known of one fold's."""
    folds = [read_like(part.predicted["predict"], targets.tasks) for part in parts]
    columns = {name: np.concatenate([fold[name] for fold in folds])[order] for name in targets}
    return TaskTargets._carry(columns, folds[0]._info, targets._rows)


def folds_once(cv: Any, X: Any, targets: TaskTargets, groups: Any) -> list[Fold]:
    """Return the folds, for several models to be held out alike."""
    folds = split_rows(check_folds(cv), X, targets, groups=groups)
    check_partition(np.concatenate([test for _, test in folds]), targets.shape[0])
    return folds


def route(estimator: Any, splitter: Any, params: Mapping[str, Any] | None, groups: Any) -> Routed:
    """Give each argument to whom it belongs."""
    params = dict(params or {})
    if not get_config()["enable_metadata_routing"]:
        return Routed(params, {"groups": groups})
    if groups is not None:
        params["groups"] = groups
    router = MetadataRouter(owner="cross_val_predict")
    router.add(splitter=splitter, method_mapping=MethodMapping().add(caller="fit", callee="split"))
    router.add(estimator=estimator, method_mapping=MethodMapping().add(caller="fit", callee="fit"))
    routed = process_routing(router, "fit", **params)
    return Routed(routed.estimator.fit, routed.splitter.split)


def predict_fold(
    model: Any,
    X: Any,
    targets: TaskTargets,
    train: np.ndarray,
    test: np.ndarray,
    methods: Sequence[str],
    params: Mapping[str, Any],
) -> FoldPredictions:
    """Fit on one part of the rows, and ask about the other."""
    n_samples = targets.shape[0]
    given = {
        key: take_rows(value, train) if n_rows(value) == n_samples else value
        for key, value in params.items()
    }
    model.fit(take_rows(X, train), targets[train], **given)
    predictions = Predictions.of_model(model, take_rows(X, test), targets._info)
    for method in methods:
        if method not in predictions.methods:
            raise AttributeError(
                f"{type(model).__name__} has no {method} of the tasks {list(targets)}"
            )
    predicted = {method: predictions.of(method) for method in methods}
    return FoldPredictions(predicted, final_step(model).classes_)


def all_classes(name: Hashable, targets: TaskTargets, parts: list[FoldPredictions]) -> np.ndarray:
    """Return the classes that a task has in the whole data, and in any fold's model."""
    declared = targets.classes.get(name)
    known = [] if declared is None else [declared]
    return np.unique(np.concatenate([*known, *(part.classes[name] for part in parts)]))
