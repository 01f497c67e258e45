"""Rows that come a part at a time, for estimators that learn from them so."""

import warnings
from collections.abc import Hashable, Mapping
from inspect import signature
from typing import Any

from sklearn.utils.parallel import Parallel, delayed

from ..heads import Head, labels_that_count, make_heads, open_heads
from ..tasks import (
    FitData,
    Labels,
    as_declared,
    as_known,
    check_classes,
    check_fit_around,
    with_classes,
)
from ._members import learn_member


def can_learn_parts(estimators: list[Any]) -> bool:
    """Whether there are estimators that have partial_fit; those that were not given are not asked."""
    return any(
        hasattr(estimator, "partial_fit") for estimator in estimators if estimator is not None
    )


def begin(model: Any, X: Any, y: Any, classes: Any, sample_weight: Any) -> None:
    """Settle what the tasks are, and learn from the first rows."""
    typing = with_classes(classes, as_declared(model.task_types))
    fit_data = check_fit_around(model, X, y, sample_weight, typing)
    _, labels = labels_that_count(fit_data.targets, fit_data.weights, None)
    with warnings.catch_warnings():
        # A task that has too few labels here learns from later rows.
        warnings.filterwarnings("ignore", message=".*its prediction is a constant")
        heads = open_heads(make_heads(fit_data.targets, labels, frozenset(), scale_targets=True))
    estimators = learn(model, fit_data, labels, heads, {})
    model._keep_members(fit_data, heads, estimators)


def go_on(model: Any, X: Any, y: Any, classes: Any, sample_weight: Any) -> None:
    """Learn from more rows of the tasks that are known."""
    check_classes(classes, model.classes_, model.tasks_)
    fit_data = check_fit_around(model, X, y, sample_weight, as_known(model._info), reset=False)
    _, labels = labels_that_count(fit_data.targets, fit_data.weights, None)
    estimators = learn(model, fit_data, labels, model._heads, model.estimators_)
    fit_data = fit_data._replace(layout=model._layout)
    model._keep_members(fit_data, model._heads, estimators)


def learn(
    model: Any,
    fit_data: FitData,
    labels: Mapping[Hashable, Labels],
    heads: tuple[Head, ...],
    former: Mapping[Hashable, Any],
) -> dict[Hashable, Any]:
    """Return the estimators of all tasks that have had labels; those with labels here have learnt from them."""
    estimators = model._estimators_of(fit_data.targets.task_types)
    for name, estimator in estimators.items():
        check_part(name, estimator, fit_data.weights is not None)
    labelled = [head for head in heads if labels[head.name].values.size]
    jobs = (
        delayed(learn_member)(
            estimators[head.name],
            former.get(head.name),
            fit_data.X,
            fit_data.targets,
            head,
            labels[head.name],
            None if fit_data.weights is None else labels[head.name].weight,
        )
        for head in labelled
    )
    learnt = zip((head.name for head in labelled), Parallel(n_jobs=model.n_jobs)(jobs))
    known = {**former, **dict(learnt)}
    return {head.name: known[head.name] for head in heads if head.name in known}


def check_part(name: Hashable, estimator: Any, is_weighted: bool) -> None:
    """Raise ValueError where the estimator of a task does not learn in parts, or not with weights."""
    if not hasattr(estimator, "partial_fit"):
        raise ValueError(
            f"partial_fit needs estimators that have it, but that of task {name!r}, {type(estimator).__name__}, has not"
        )
    if is_weighted and "sample_weight" not in signature(estimator.partial_fit).parameters:
        raise ValueError(
            f"sample_weight must be None, since partial_fit of the estimator of task {name!r}, "
            f"{type(estimator).__name__}, takes none"
        )
