"""What fitted joint models say of some samples, in the order of the tasks of the model that is made of them."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import get_tags

from ..base import Answers, ByTask
from ..heads import ClassificationHead, CountHead, Head
from ..model_selection import OutOfFold, out_of_fold, say
from ..tasks import Labels, TaskTargets, final_step
from ..utils import is_estimator


@dataclass(frozen=True)
class JointAnswers(Answers):
    """What a fitted joint model says, which was given ``TaskTargets``."""

    fitted: Any
    X: Any

    def predictions(self) -> ByTask:
        return dict(say(self.fitted, "predict", self.X))

    def decisions(self) -> ByTask:
        return say(self.fitted, "decision_function", self.X)

    def probabilities(self) -> ByTask:
        has_classes = bool(final_step(self.fitted).classes_)
        return say(self.fitted, "predict_proba", self.X) if has_classes else {}


def check_same_tasks(fitted: Any, targets: TaskTargets, parameter: str) -> None:
    """Raise ValueError where a fitted joint model takes tasks to be of other types, or has no probabilities."""
    found = final_step(fitted).task_types_
    for name, kind in targets.task_types.items():
        if found[name] != kind:
            raise ValueError(
                f"{parameter} must take task {name!r} as of type {kind!r}, as it is declared or inferred, but "
                f"{type(final_step(fitted)).__name__} takes it as {found[name]!r}: declare it in task_types"
            )
    if targets.classes and not hasattr(fitted, "predict_proba"):
        raise ValueError(
            f"{parameter} must have predict_proba for tasks with classes, {list(targets.classes)}, which "
            f"{type(final_step(fitted)).__name__} has not with what it is made of"
        )


def numbers_and_classes(heads: Sequence[Head]) -> tuple[str, ...]:
    """Return the methods that say means of all tasks with these heads."""
    of_classes = {isinstance(head, ClassificationHead) for head in heads}
    return tuple(
        method
        for is_class, method in ((False, "predict"), (True, "predict_proba"))
        if is_class in of_classes
    )


def decision_of(head: Head, mean: np.ndarray) -> np.ndarray:
    """Return the raw prediction that a mean or probabilities stand for."""
    if isinstance(head, ClassificationHead):
        log = logarithm(mean)
        return log if head.width > 1 else log[:, -1] - log[:, 0]
    return logarithm(mean) if isinstance(head, CountHead) else mean


def logarithm(values: np.ndarray) -> np.ndarray:
    """Return logarithms, of nothing that of the least number there is."""
    return np.log(np.maximum(values, np.finfo(values.dtype).tiny))


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


def means_of(said: Answers | OutOfFold, heads: Sequence[Head]) -> ByTask:
    """Return means and probabilities of tasks with these heads, and ask for nothing else."""
    asked = numbers_and_classes(heads)
    means = dict(said.predictions()) if "predict" in asked else {}
    return means | (said.probabilities() if "predict_proba" in asked else {})


def held_out_means(
    model: Any,
    X: Any,
    targets: TaskTargets,
    heads: Sequence[Head],
    part: str,
    labels: Mapping[Hashable, Labels] | None = None,
    **given: Any,
) -> ByTask:
    """Return out-of-fold means and probabilities of a part of a model, checked to be finite.

    Where labels are given, those of their samples need be. given are the folds and what else ``out_of_fold`` takes.
    """
    held_out = out_of_fold(model, X, targets, numbers_and_classes(heads), **given)
    means = means_of(held_out, heads)
    needed = means if labels is None else {n: labels[n].pick(mean) for n, mean in means.items()}
    finite(needed, f"{part}, fitted without a fold,")
    return means


def input_tags_of(tags: Any, models: Sequence[Any]) -> Any:
    """Return tags that take what all models take; what is no estimator, fit refuses."""
    inputs = [get_tags(model).input_tags for model in models if is_estimator(model)]
    tags.input_tags.sparse = all(own.sparse for own in inputs)
    tags.input_tags.allow_nan = all(own.allow_nan for own in inputs)
    return tags
