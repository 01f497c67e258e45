"""What estimators may be given to compose from."""

from collections.abc import Hashable, Mapping
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.utils import get_tags

from ..utils import Rule, is_estimator


def is_joint(estimator: Any) -> bool:
    """Whether an estimator is for several tasks: ordinary ones that predict are classifiers, regressors, clusterers."""
    return hasattr(estimator, "predict") and get_tags(estimator).estimator_type is None


class OfOneTask(Rule):
    """None, a classifier (or a regressor), or a joint estimator, which one task is given to; or a dict by task."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def admits(self, value: Any) -> bool:
        if value is None:
            return True
        if isinstance(value, Mapping):
            return all(map(is_estimator, value.values()))
        of_kind = is_classifier if self.kind == "classifier" else is_regressor
        return is_estimator(value) and (of_kind(value) or is_joint(value))

    def __str__(self) -> str:
        return f"None, a {self.kind}, a joint estimator or a dict {{task: estimator}}"


class Joint(Rule):
    """None, or an estimator that takes several tasks."""

    def admits(self, value: Any) -> bool:
        return value is None or (is_estimator(value) and is_joint(value))

    def __str__(self) -> str:
        return (
            "None or a joint estimator (IndependentTasks makes one of classifiers and regressors)"
        )


class TaskName(Rule):
    """What a task can be called."""

    def admits(self, value: Any) -> bool:
        return isinstance(value, Hashable) and not isinstance(value, tuple)

    def __str__(self) -> str:
        return "the name of a task"
