"""One ordinary scikit-learn estimator a task: how it is fitted, and what it says."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from ..base import Answers, ByTask, RawAnswers
from ..heads import NEVER, ClassificationHead, CountHead, Head
from ..tasks import Labels, TaskTargets, task_view
from ..utils import take_rows
from ._joined import logarithm
from ._rules import is_joint


@dataclass(frozen=True)
class Member:
    """The head of a task, and its fitted classifier or regressor; None where the task has too few labels."""

    head: Head
    fitted: Any

    def prediction(self, X: Any) -> np.ndarray:
        """Return classes, numbers or mean counts."""
        found = np.asarray(self.fitted.predict(X))
        if isinstance(self.head, ClassificationHead):
            return found.astype(self.head.classes.dtype)
        found = found.astype(np.float32 if found.dtype == np.float32 else np.float64)
        return np.maximum(found, 0.0) if isinstance(self.head, CountHead) else found

    def decision(self, X: Any) -> np.ndarray:
        """Return what the estimator has of raw predictions, or the logarithms of probabilities and counts."""
        if not isinstance(self.head, ClassificationHead):
            found = self.prediction(X)
            return logarithm(found) if isinstance(self.head, CountHead) else found
        if hasattr(self.fitted, "decision_function"):
            found = np.asarray(self.fitted.decision_function(X))
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

    @property
    def has_probability(self) -> bool:
        """Whether the estimator says probabilities, as those of too few labels can."""
        return self.fitted is None or hasattr(self.fitted, "predict_proba")

    def _aligned(self, found: np.ndarray, absent: float) -> np.ndarray:
        assert isinstance(self.head, ClassificationHead)
        classes, seen = self.head.classes, self.fitted.classes_
        if len(classes) == len(seen):
            return found
        wide = np.full((len(found), len(classes)), absent, dtype=found.dtype)
        wide[:, np.searchsorted(classes, np.asarray(seen).astype(classes.dtype))] = found
        return wide


def members_of(heads: tuple[Head, ...], fitted: Mapping[Hashable, Any]) -> tuple[Member, ...]:
    """Return a member for each head."""
    return tuple(Member(head, fitted.get(head.name)) for head in heads)


@dataclass(frozen=True)
class MemberAnswers(Answers):
    """What the members say of some samples; a task with too few labels has the constant of its head."""

    members: tuple[Member, ...]
    X: Any
    n_samples: int

    def predictions(self) -> ByTask:
        return self._constants().predictions() | {
            member.head.name: member.prediction(self.X) for member in self._fitted()
        }

    def decisions(self) -> ByTask:
        return self._ordered(
            self._constants().decisions()
            | {member.head.name: member.decision(self.X) for member in self._fitted()}
        )

    def probabilities(self) -> ByTask:
        classifiers = [m for m in self._fitted() if isinstance(m.head, ClassificationHead)]
        return self._ordered(
            self._constants().probabilities()
            | {member.head.name: member.probability(self.X) for member in classifiers}
        )

    def _fitted(self) -> list[Member]:
        return [member for member in self.members if member.fitted is not None]

    def _constants(self) -> RawAnswers:
        """Return what the heads without an estimator say."""
        heads, raw, start = [], [np.empty(0)], 0
        for head in (member.head for member in self.members if member.fitted is None):
            heads.append(replace(head, columns=slice(start, start + head.width)))
            raw.append(head.rest)
            start += head.width
        return RawAnswers(np.tile(np.concatenate(raw), (self.n_samples, 1)), tuple(heads))

    def _ordered(self, found: ByTask) -> ByTask:
        return {m.head.name: found[m.head.name] for m in self.members if m.head.name in found}


def fit_member(
    estimator: Any,
    X: Any,
    targets: TaskTargets,
    name: Hashable,
    labels: Labels,
    weight: np.ndarray | None,
) -> Any:
    """Fit a clone of an estimator to the labels of one task; return a classifier or a regressor."""
    rows = np.arange(targets.shape[0]) if labels.rows is None else labels.rows
    fitted = without_types(clone(estimator)) if is_joint(estimator) else clone(estimator)
    given = weight_argument(fitted, name, weight)
    X = X if labels.rows is None else take_rows(X, rows)
    if is_joint(estimator):
        return task_view(fitted.fit(X, targets.select([name])[rows], **given), name)
    classes = targets.classes.get(name)
    return fitted.fit(X, labels.values.astype(float if classes is None else classes.dtype), **given)


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
    if get_config()["enable_metadata_routing"] or has_fit_parameter(estimator, "sample_weight"):
        return {"sample_weight": weight}
    if isinstance(estimator, Pipeline) and has_fit_parameter(
        estimator.steps[-1][1], "sample_weight"
    ):
        return {f"{estimator.steps[-1][0]}__sample_weight": weight}
    raise ValueError(
        f"sample_weight must be None, since the estimator of task {name!r}, {type(estimator).__name__}, takes none"
    )
