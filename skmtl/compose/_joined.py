"""What fitted joint models expect of tasks, for models that are made of them."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import get_tags

from ..heads import ByTask, Head, Predictions
from ..model_selection import out_of_fold
from ..tasks import Labels, TaskTargets, as_log_odds, final_step, lacks_of
from ..utils import is_estimator


class Asked(NamedTuple):
    """A task, and the method by which a model says what it expects of it."""

    head: Head
    method: str

    def read(self, predicted: np.ndarray) -> np.ndarray:
        """Return numbers, means, probabilities (of classes alone: 0 and 1), or decision values, 1-D for two classes."""
        if self.method == "decision_function":
            return as_log_odds(predicted)
        return self.head.as_mean(predicted) if self.method == "predict" else predicted


def asked_of_means(heads: Sequence[Head]) -> tuple[Asked, ...]:
    """Return the methods that say means and probabilities."""
    return tuple(Asked(head, "predict_proba" if head.has_classes else "predict") for head in heads)


def asked_of_what_there_is(heads: Sequence[Head], fitted: Any) -> tuple[Asked, ...]:
    """Return the same methods, but decision values, or classes, of tasks that have no probabilities."""
    lacks = lacks_of(fitted)
    return tuple(
        Asked(head, "predict" if head.name in lacks.decisions else "decision_function")
        if head.name in lacks.probabilities
        else mean
        for head, mean in zip(heads, asked_of_means(heads), strict=True)
    )


def check_same_tasks(fitted: Any, targets: TaskTargets, parameter: str) -> None:
    """Raise ValueError where a fitted joint model takes tasks to be of other types."""
    types = final_step(fitted).task_types_
    for name, kind in targets.task_types.items():
        if types[name] != kind:
            raise ValueError(
                f"{parameter} must take task {name!r} as of type {kind!r}, as it is declared or inferred, but "
                f"{type(final_step(fitted)).__name__} takes it as {types[name]!r}: declare it in task_types"
            )


def check_probabilities(fitted: Any, parameter: str) -> None:
    """Raise ValueError where a fitted joint model has no probabilities of a task with classes."""
    lacking = lacks_of(fitted).probabilities
    if lacking:
        raise ValueError(
            f"{parameter} must have predict_proba for tasks with classes, {list(lacking)}, which "
            f"{type(final_step(fitted)).__name__} has not with what it is made of"
        )


def finite(means: ByTask, part: str) -> ByTask:
    """Return means and probabilities; raise ValueError where some are not finite, and say whose they are."""
    for name, mean in means.items():
        wrong = ~np.isfinite(mean)
        if wrong.any():
            n_samples = np.count_nonzero(wrong.reshape(len(mean), -1).any(axis=1))
            raise ValueError(
                f"{part} must predict finite numbers, but predicts {mean[wrong][0]} of task {name!r}, for "
                f"{n_samples} of {len(mean)} samples"
            )
    return means


def means_of(predictions: Predictions, asked: Sequence[Asked]) -> ByTask:
    """Return what is expected of tasks, and ask for nothing else."""
    return {
        each.head.name: each.read(predictions.of(each.method)[each.head.name]) for each in asked
    }


def held_out_means(
    model: Any,
    X: Any,
    targets: TaskTargets,
    asked: Sequence[Asked],
    part: str,
    labels: Mapping[Hashable, Labels] | None = None,
    **given: Any,
) -> ByTask:
    """Return what a part of a model expects out of fold, checked to be finite.

    Where labels are given, those of their samples need be. given are the folds and what else ``out_of_fold`` takes.
    """
    methods = tuple(dict.fromkeys(each.method for each in asked))
    means = means_of(out_of_fold(model, X, targets, methods, **given), asked)
    needed = means if labels is None else {n: labels[n].pick(mean) for n, mean in means.items()}
    finite(needed, f"{part}, fitted without a fold,")
    return means


def input_tags_of(tags: Any, models: Sequence[Any]) -> Any:
    """Return tags that take what all models take; what is no estimator, fit refuses."""
    inputs = [get_tags(model).input_tags for model in models if is_estimator(model)]
    tags.input_tags.sparse = all(each.sparse for each in inputs)
    tags.input_tags.allow_nan = all(each.allow_nan for each in inputs)
    return tags
