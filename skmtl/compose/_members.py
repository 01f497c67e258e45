"""One ordinary scikit-learn estimator a task: how it is fitted, and what it says."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from ..base import Answers, ByTask
from ..heads import NEVER, ClassificationHead, CountHead, Head
from ..model_selection import weight_name
from ..tasks import Labels, Lacks, TaskTargets, among_all, task_view
from ..utils import n_rows, take_rows
from ._joined import decision_of, logarithm
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
        is_class = isinstance(self.head, ClassificationHead)
        return is_class and hasattr(self.fitted, "predict_proba")

    @property
    def has_decision(self) -> bool:
        """Whether there is anything that raw predictions can be read off."""
        is_number = not isinstance(self.head, ClassificationHead)
        return is_number or self.has_probability or hasattr(self.fitted, "decision_function")

    def prediction(self, X: Any) -> np.ndarray:
        """Return classes, numbers or mean counts."""
        found = np.asarray(self.fitted.predict(X))
        if isinstance(self.head, ClassificationHead):
            return as_labels(found, self.head.classes)
        found = found.astype(np.float32 if found.dtype == np.float32 else np.float64)
        return np.maximum(found, 0.0) if isinstance(self.head, CountHead) else found

    def decision(self, X: Any) -> np.ndarray:
        """Return what the estimator has of raw predictions, or the logarithms of probabilities and counts."""
        if hasattr(self.fitted, "decision_function"):
            found = np.asarray(self.fitted.decision_function(X))
        elif not isinstance(self.head, ClassificationHead):
            return decision_of(self.head, self.prediction(X))
        else:
            found = logarithm(np.asarray(self.fitted.predict_proba(X)))
            found = found if found.shape[1] > 2 else found[:, -1] - found[:, 0]
        if self.head.width == 1:
            return found
        if found.ndim == 1:
            found = np.column_stack([-0.5 * found, 0.5 * found])
        return self._aligned(found, NEVER)

    def probability(self, X: Any) -> np.ndarray:
        """Return probabilities of all classes of the task, 0 for those that the estimator has not seen."""
        return self._aligned(np.asarray(self.fitted.predict_proba(X)), 0.0)

    def _aligned(self, found: np.ndarray, absent: float) -> np.ndarray:
        assert isinstance(self.head, ClassificationHead)
        classes = as_labels(np.asarray(self.fitted.classes_), self.head.classes)
        return among_all(found, classes, self.head.classes, absent)


def has_fractions(classes: np.ndarray) -> bool:
    """Whether classes are numbers that are not all whole, which scikit-learn's classifiers do not take."""
    return classes.dtype.kind == "f" and bool((classes != np.round(classes)).any())


def as_labels(found: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return what a classifier says as labels of the task: it was given their positions where they have fractions."""
    return (
        classes[found]
        if has_fractions(classes) and found.dtype.kind in "iu"
        else found.astype(classes.dtype)
    )


def members_of(heads: tuple[Head, ...], fitted: Mapping[Hashable, Any]) -> tuple[Member, ...]:
    """Return a member for each head."""
    return tuple(Member(head, fitted.get(head.name, Constant(head))) for head in heads)


def lacks_of_members(members: tuple[Member, ...]) -> Lacks:
    """Return the tasks whose estimators have no probabilities, and no decision values."""
    classes = [member for member in members if isinstance(member.head, ClassificationHead)]
    return Lacks(
        tuple(member.head.name for member in classes if not member.has_probability),
        tuple(member.head.name for member in classes if not member.has_decision),
    )


@dataclass(frozen=True)
class MemberAnswers(Answers):
    """What the members say of some samples."""

    members: tuple[Member, ...]
    X: Any

    def predictions(self) -> ByTask:
        return {member.head.name: member.prediction(self.X) for member in self.members}

    def decisions(self) -> ByTask:
        able = [member for member in self.members if member.has_decision]
        return {member.head.name: member.decision(self.X) for member in able}

    def probabilities(self) -> ByTask:
        able = [member for member in self.members if member.has_probability]
        return {member.head.name: member.probability(self.X) for member in able}


def fit_member(
    estimator: Any,
    X: Any,
    targets: TaskTargets,
    name: Hashable,
    labels: Labels,
    weight: np.ndarray | None,
) -> Any:
    """Fit a clone of an estimator to the labels of one task; return a classifier or a regressor."""
    given = weight_argument(estimator, name, weight)
    try:
        return fit_one(clone(estimator), X, targets, name, labels, given)
    except (TypeError, ValueError, OverflowError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"{type(estimator).__name__} of task {name!r} cannot be fitted: {error}"
        ) from error


def fit_one(
    fitted: Any,
    X: Any,
    targets: TaskTargets,
    name: Hashable,
    labels: Labels,
    given: Mapping[str, Any],
) -> Any:
    """Fit an estimator to the labels of one task; given are further arguments of fit."""
    X = X if labels.rows is None else take_rows(X, labels.rows)
    if is_joint(fitted):
        own = labelled(targets, name, labels)
        return task_view(without_types(fitted).fit(X, own, **given), name)
    return fitted.fit(X, as_ordinary(labels.values, targets.classes.get(name)), **given)


def learn_member(
    estimator: Any,
    former: Any,
    X: Any,
    targets: TaskTargets,
    name: Hashable,
    labels: Labels,
    weight: np.ndarray | None,
) -> Any:
    """Let what an estimator has become, or a clone of it, go on with the labels of one task."""
    given = {} if weight is None else {"sample_weight": weight}
    X = X if labels.rows is None else take_rows(X, labels.rows)
    if is_joint(estimator):
        joint = without_types(clone(estimator)) if former is None else former.fitted
        return task_view(joint.partial_fit(X, labelled(targets, name, labels), **given), name)
    classes = targets.classes.get(name)
    if classes is not None:
        given["classes"] = as_ordinary(classes, classes)
    fitted = clone(estimator) if former is None else former
    return fitted.partial_fit(X, as_ordinary(labels.values, classes), **given)


def labelled(targets: TaskTargets, name: Hashable, labels: Labels) -> TaskTargets:
    """Return the targets of one task, of the samples that have labels."""
    own = targets.select([name])
    return own if labels.rows is None else own[labels.rows]


def as_ordinary(values: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
    """Return numbers, or classes as scikit-learn's classifiers take them: positions of those that have fractions."""
    if classes is None:
        return values.astype(float)
    values = values.astype(classes.dtype)
    return np.searchsorted(classes, values) if has_fractions(classes) else values


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
