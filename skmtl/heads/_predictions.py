"""Predictions: what is predicted of some samples, by task."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np

from ..tasks import TaskInfo, final_step, read_like
from ._base import Head
from ._classification import probabilities

ByTask = dict[Hashable, np.ndarray]
METHODS = ("predict", "predict_proba", "decision_function")


class Predictions:
    """What is predicted of some samples, by task. Nothing is computed before it is asked for, and nothing twice.

    info has the tasks, with their types, classes and events; methods are those of scikit-learn's estimators that there
    are. "predict" gives classes, numbers and mean counts, of shape (n_samples,); "predict_proba" probabilities of shape
    (n_samples, n_classes), of tasks that have classes; "decision_function" raw predictions, of shape (n_samples,), or
    (n_samples, n_classes) for several classes.
    """

    def __init__(
        self, info: Mapping[Hashable, TaskInfo], methods: Mapping[str, Callable[[], ByTask]]
    ) -> None:
        self.info = info
        self.methods = methods
        self._computed: dict[str, ByTask] = {}

    @classmethod
    def of_raw(
        cls, info: Mapping[Hashable, TaskInfo], heads: tuple[Head, ...], raw: np.ndarray
    ) -> "Predictions":
        """Return what heads read off raw predictions of shape (n_samples, n_columns)."""
        methods = {
            "predict": lambda: {head.name: head.decode(raw) for head in heads},
            "predict_proba": lambda: probabilities(heads, raw),
            "decision_function": lambda: {head.name: head.decision(raw) for head in heads},
        }
        return cls(info, methods)

    @classmethod
    def of_model(cls, fitted: Any, X: Any, info: Mapping[Hashable, TaskInfo]) -> "Predictions":
        """Return those of a joint model, or a pipeline or search that ends in one."""
        known = final_step(fitted).tasks_

        def by_task(predicted: Any) -> ByTask:
            return dict(predicted) if isinstance(predicted, Mapping) else {known[0]: predicted}

        methods: dict[str, Callable[[], ByTask]] = {
            "predict": lambda: read_like(fitted.predict(X), known)
        }
        if hasattr(fitted, "predict_proba"):
            methods["predict_proba"] = lambda: by_task(fitted.predict_proba(X))
        if hasattr(fitted, "decision_function"):
            methods["decision_function"] = lambda: by_task(fitted.decision_function(X))
        return cls(info, methods)

    @property
    def task_types(self) -> dict[Hashable, str | None]:
        """Type of each task."""
        return {name: info.type for name, info in self.info.items()}

    def classes(self, name: Hashable) -> np.ndarray:
        """Return the sorted classes of a task: none of numbers."""
        classes = self.info[name].class_labels
        return np.empty(0) if classes is None else classes

    def offers(self, name: Hashable, method: str) -> bool:
        """Whether a method answers for a task."""
        return name in self.of(method)

    def of(self, method: str) -> ByTask:
        """Return what a method gives, by task: nothing where there is no such method."""
        if method not in self.methods:
            return {}
        if method not in self._computed:
            self._computed[method] = self.methods[method]()
        return self._computed[method]

    def predictions(self) -> ByTask:
        """Return classes, numbers and mean counts."""
        return self.of("predict")

    def decisions(self) -> ByTask:
        """Return raw predictions."""
        return self.of("decision_function")

    def probabilities(self) -> ByTask:
        """Return probabilities of classes."""
        return self.of("predict_proba")

    def means(self) -> ByTask:
        """Return what deviances compare with the targets: probabilities of classes, and means of numbers."""
        return {**self.predictions(), **self.probabilities()}
