"""One ordinary scikit-learn estimator a task: how it is fitted, and what it says."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from ..heads import NEVER, Head, Predictions, log_odds
from ..model_selection import weight_name
from ..tasks import Labels, Lacks, TaskInfo, TaskTargets, task_view
from ..utils import n_rows, take_rows
from ._rules import is_joint


@dataclass(frozen=True)
class Constant:
    """What stands in for the estimator of a task with too few labels: the constant of its head."""

    head: Head

    @property
    def classes_(self) -> np.ndarray:
        """All classes of the task."""
        return self._own.classes

    def predict(self, X: Any) -> np.ndarray:
        """Return the same class or number for each sample."""
        return self._own.decode(self._raw(X))

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the same raw prediction for each sample."""
        return self._own.decision(self._raw(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the same probabilities for each sample."""
        return self._own.probability(self._raw(X))

    @property
    def _own(self) -> Any:
        """The head, alone."""
        return replace(self.head, columns=slice(0, self.head.width))

    def _raw(self, X: Any) -> np.ndarray:
        return np.tile(self.head.rest, (n_rows(X) or 0, 1))


@dataclass(frozen=True)
class Member:
    """The head of a task, and its fitted classifier or regressor."""

    head: Head
    fitted: Any

    @property
    def has_probability(self) -> bool:
        """Whether there are classes, and their probabilities."""
        return self.head.has_classes and hasattr(self.fitted, "predict_proba")

    @property
    def has_decision(self) -> bool:
        """Whether there is anything that raw predictions can be read off."""
        is_number = not self.head.has_classes
        return is_number or self.has_probability or hasattr(self.fitted, "decision_function")

    def prediction(self, X: Any) -> np.ndarray:
        """Return classes, numbers or mean counts."""
        return self.head.from_ordinary(np.asarray(self.fitted.predict(X)))

    def decision(self, X: Any) -> np.ndarray:
        """Return what the estimator has of raw predictions, or the logarithms of probabilities and counts."""
        if hasattr(self.fitted, "decision_function"):
            raw = np.asarray(self.fitted.decision_function(X))
        elif self.head.has_classes:
            raw = log_odds(np.asarray(self.fitted.predict_proba(X)))
        else:
            return self.head.raw_of_mean(self.prediction(X))
        if self.head.width == 1:
            return raw
        return self._widened(raw if raw.ndim > 1 else np.outer(raw, (-0.5, 0.5)), NEVER)

    def probability(self, X: Any) -> np.ndarray:
        """Return probabilities of all classes of the task, 0 for those that the estimator has not seen."""
        return self._widened(np.asarray(self.fitted.predict_proba(X)), 0.0)

    def _widened(self, values: np.ndarray, absent: float) -> np.ndarray:
        """Return values by class of the estimator with a column for each class of the task."""
        seen = self.head.from_ordinary(np.asarray(self.fitted.classes_))
        return self.head.widened(values, seen, absent)


def members_of(heads: tuple[Head, ...], fitted: Mapping[Hashable, Any]) -> tuple[Member, ...]:
    """Return a member for each head."""
    return tuple(Member(head, fitted.get(head.name, Constant(head))) for head in heads)


def lacks_of_members(members: tuple[Member, ...]) -> Lacks:
    """Return the tasks whose estimators have no probabilities, and no decision values."""
    classes = [member for member in members if member.head.has_classes]
    return Lacks(
        tuple(member.head.name for member in classes if not member.has_probability),
        tuple(member.head.name for member in classes if not member.has_decision),
    )


def predictions_of(
    info: Mapping[Hashable, TaskInfo], members: tuple[Member, ...], X: Any
) -> Predictions:
    """Return what the members predict of some samples."""
    with_probability = [member for member in members if member.has_probability]
    with_decision = [member for member in members if member.has_decision]
    methods = {
        "predict": lambda: {m.head.name: m.prediction(X) for m in members},
        "predict_proba": lambda: {m.head.name: m.probability(X) for m in with_probability},
        "decision_function": lambda: {m.head.name: m.decision(X) for m in with_decision},
    }
    return Predictions(info, methods)


def fit_member(
    estimator: Any,
    X: Any,
    targets: TaskTargets,
    head: Head,
    labels: Labels,
    weight: np.ndarray | None,
) -> Any:
    """Fit a clone of an estimator to the labels of one task; return a classifier or a regressor."""
    given = weight_argument(estimator, head.name, weight)
    try:
        return fit_one(clone(estimator), X, targets, head, labels, given)
    except (TypeError, ValueError, OverflowError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"{type(estimator).__name__} of task {head.name!r} cannot be fitted: {error}"
        ) from error


def fit_one(
    fitted: Any,
    X: Any,
    targets: TaskTargets,
    head: Head,
    labels: Labels,
    given: Mapping[str, Any],
) -> Any:
    """Fit an estimator to the labels of one task; given are further arguments of fit."""
    X = X if labels.rows is None else take_rows(X, labels.rows)
    if is_joint(fitted):
        y = labelled(targets, head.name, labels)
        return task_view(without_types(fitted).fit(X, y, **given), head.name)
    return fitted.fit(X, head.as_ordinary(labels.values), **given)


def learn_member(
    estimator: Any,
    former: Any,
    X: Any,
    targets: TaskTargets,
    head: Head,
    labels: Labels,
    weight: np.ndarray | None,
) -> Any:
    """Let what an estimator has become, or a clone of it, go on with the labels of one task."""
    given = {} if weight is None else {"sample_weight": weight}
    X = X if labels.rows is None else take_rows(X, labels.rows)
    if is_joint(estimator):
        joint = without_types(clone(estimator)) if former is None else former.fitted
        y = labelled(targets, head.name, labels)
        return task_view(joint.partial_fit(X, y, **given), head.name)
    if head.has_classes:
        given["classes"] = head.as_ordinary(targets.classes[head.name])
    fitted = clone(estimator) if former is None else former
    return fitted.partial_fit(X, head.as_ordinary(labels.values), **given)


def labelled(targets: TaskTargets, name: Hashable, labels: Labels) -> TaskTargets:
    """Return the targets of one task, of the samples that have labels."""
    y = targets.select([name])
    return y if labels.rows is None else y[labels.rows]


def without_types(estimator: Any) -> Any:
    """Let a joint estimator take the type that its only task comes with: it may declare those of others."""
    declared = {
        key: "auto"
        for key, value in estimator.get_params().items()
        if key.split("__")[-1] == "task_types" and isinstance(value, Mapping)
    }
    return estimator.set_params(**declared)


def weight_argument(estimator: Any, name: Hashable, weight: np.ndarray | None) -> dict[str, Any]:
    """Return the weights as an argument of fit; those of a pipeline go to its last step."""
    if weight is None:
        return {}
    takes = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if not get_config()["enable_metadata_routing"] and not has_fit_parameter(
        takes, "sample_weight"
    ):
        raise ValueError(
            f"sample_weight must be None, since the estimator of task {name!r}, {type(estimator).__name__}, takes none"
        )
    return {weight_name(estimator): weight}
