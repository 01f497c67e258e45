"""Predictions of all tasks, made once, that scikit-learn's scorers ask one task at a time."""

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from ..tasks import (
    TaskTargets,
    as_log_odds,
    check_same_rows,
    final_step,
    has_names,
    read_common,
    read_like,
    read_targets,
)
from ._codes import UNKNOWN, encode

Arrays = Mapping[Hashable, np.ndarray]
NO_LABELS = np.empty(0)


class Predictions:
    """What is predicted for some samples. Each method is called once, when it is first asked for."""

    def __init__(
        self,
        task_types: Mapping[Hashable, str | None],
        classes: Arrays,
        methods: Mapping[str, Callable[[], Arrays]],
        events: Mapping[Hashable, Any],
    ) -> None:
        self.task_types = task_types
        self.classes = classes
        self.events = events
        self._methods = methods
        self._found: dict[str, Arrays] = {}

    @classmethod
    def of_model(cls, fitted: Any, X: Any, some: Sequence[Hashable] | None = None) -> "Predictions":
        """Predictions of the tasks, or some of them, of a joint model, or a pipeline or search that ends in one."""
        final = final_step(fitted)
        tasks, classes = final.tasks_, final.classes_

        def predict() -> Arrays:
            found = read_like(fitted.predict(X), tasks)
            return {t: encode(found[t], classes[t]) if t in classes else found[t] for t in tasks}

        def call(method: Callable[[Any], Any]) -> Callable[[], Arrays]:
            return lambda: by_task(method(X), tasks)

        methods: dict[str, Callable[[], Arrays]] = {"predict": predict}
        if hasattr(fitted, "predict_proba"):
            methods["predict_proba"] = call(fitted.predict_proba)
        if hasattr(fitted, "decision_function"):
            methods["decision_function"] = call(fitted.decision_function)
        events = TaskTargets._carry(dict.fromkeys(tasks, NO_LABELS), final._info).events
        types = {name: final.task_types_[name] for name in (tasks if some is None else some)}
        return cls(types, classes, methods, events)

    def event_of(self, name: Hashable, targets: TaskTargets) -> Any:
        """The class of two that targets name as the event, else the one that is known here; None where nobody knows."""
        named = targets._info[name].event
        return self.events.get(name) if named is None else named

    @classmethod
    def to_score(
        cls, fitted: Any, X: Any, y: Any, asked: Sequence[Hashable] | None = None
    ) -> tuple[TaskTargets, "Predictions"]:
        """Targets of the tasks of a fitted model that y has, and its predictions of them; some are asked for."""
        check_same_rows(X=X, y=y)
        known = final_step(fitted).tasks_
        targets = read_common(y, known if asked is None else asked, known)
        return targets, cls.of_model(fitted, X, targets.tasks)

    @classmethod
    def of_values(cls, values: Any, targets: TaskTargets) -> "Predictions":
        """Predictions given as numbers, classes or probabilities of the tasks of targets."""
        predicted, probability = {}, {}
        for name, array in read_values(values, targets).items():
            classes = targets.classes.get(name)
            if classes is None:
                is_unlabelled = targets.task_types[name] is None
                predicted[name] = array if is_unlabelled else numbers(name, array)
                continue
            codes = None if array.ndim == 2 else encode(array, classes)
            are_risks = not isinstance(values, TaskTargets) and may_be_risks(array, classes)
            if codes is None or are_risks or np.any((codes == UNKNOWN) & present(array)):
                probability[name] = as_probability(name, array, classes)
                known = present(probability[name]).all(axis=1)
                codes = np.where(known, probability[name].argmax(axis=1), UNKNOWN)
            predicted[name] = codes
        methods = {"predict": lambda: predicted, "predict_proba": lambda: probability}
        types = {name: targets.task_types[name] for name in predicted}
        return cls(types, targets.classes, methods, targets.events)

    def offers(self, name: Hashable, method: str) -> bool:
        """Whether a method answers for a task."""
        return method in self._methods and name in self.of(method)

    def of(self, method: str) -> Arrays:
        """Return what a method says, by task; codes of classes where they are predicted."""
        if method not in self._found:
            self._found[method] = self._methods[method]()
        return self._found[method]


def by_task(found: Any, tasks: tuple[Hashable, ...]) -> Arrays:
    """Return arrays by task; of a single task, what is no mapping is its array."""
    return found if isinstance(found, Mapping) else {tasks[0]: found}


def present(values: np.ndarray) -> np.ndarray:
    """Return the mask of values that are neither NaN nor None."""
    if values.dtype == object:
        return np.array([value is not None for value in values], dtype=bool)
    return values == values


def read_values(values: Any, targets: TaskTargets) -> dict[Hashable, np.ndarray]:
    """Read predictions by task, of shape (n_samples,) or (n_samples, n_classes); warn of tasks that targets lack."""
    if not isinstance(values, Mapping) and has_names(values):
        named = read_targets(values).targets
        values = named if set(named) & set(targets) else values
    if not isinstance(values, Mapping):
        shape = np.shape(values)
        if len(targets) > 1 or len(shape) != 2 or shape[1] == 1:
            return of_length(targets.shape[0], dict(read_like(values, targets.tasks)))
        values = {targets.tasks[0]: np.asarray(values)}
    others = [name for name in values if name not in targets]
    if len(others) == len(values):
        raise ValueError(f"y_pred must have tasks of y_true, {list(targets)}, got {list(values)}")
    if others:
        told = f"tasks {others} of y_pred are not in y_true: they are not scored"
        warnings.warn(told, UserWarning, stacklevel=5)
        values = {name: array for name, array in values.items() if name in targets}
    wide = {name: np.asarray(array) for name, array in values.items() if np.ndim(array) == 2}
    flat = {name: array for name, array in values.items() if name not in wide}
    read = {**wide, **(TaskTargets(flat) if flat else {})}
    return of_length(targets.shape[0], {name: read[name] for name in values})


def of_length(n_samples: int, found: dict[Hashable, np.ndarray]) -> dict[Hashable, np.ndarray]:
    """Return predictions by task; raise ValueError where they are of another number of samples."""
    for name, array in found.items():
        if len(array) != n_samples:
            raise ValueError(
                f"y_pred of task {name!r} must have {n_samples} samples, got {len(array)}"
            )
    return found


def may_be_risks(array: np.ndarray, classes: np.ndarray) -> bool:
    """Whether numbers that are all 0 or 1 are probabilities: real ones, of whole classes 0 and 1, are."""
    whole = classes.dtype.kind in "iu" and classes.tolist() == [0, 1]
    return whole and array.ndim == 1 and array.dtype.kind == "f"


def numbers(name: Hashable, array: np.ndarray) -> np.ndarray:
    """Return predictions of a regression or count task."""
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise ValueError(
            f"y_pred of task {name!r} must be a column of numbers, got {array.dtype} of shape {array.shape} "
            "(if it has classes, say so: TaskTargets(y_true, task_types=...))"
        )
    return array.astype(np.float64)


def as_probability(name: Hashable, array: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return probabilities of shape (n_samples, n_classes), from them or from those of the second of two classes."""
    is_number = array.dtype.kind in "biuf"
    if array.ndim == 1 and len(classes) == 2 and is_number:
        array = np.column_stack([1.0 - array, array])
    if array.ndim == 1 or not is_number or array.shape[1] != len(classes):
        raise ValueError(
            f"y_pred of task {name!r} must hold classes, of {classes.tolist()}, or probabilities of shape "
            f"(n_samples, {len(classes)}), got {array.dtype} of shape {array.shape}"
        )
    if np.any((array < 0) | (array > 1)):
        outside = array[(array < 0) | (array > 1)][0]
        raise ValueError(
            f"y_pred of task {name!r} must hold probabilities in [0, 1], got {outside:g}"
        )
    total = array.sum(axis=1, dtype=np.float64)
    wrong = np.abs(total - 1.0) > np.sqrt(
        np.finfo(array.dtype if array.dtype.kind == "f" else float).eps
    )
    if wrong.any():
        warnings.warn(
            f"y_pred of task {name!r} must hold probabilities that sum to one in each row, got a sum of "
            f"{total[wrong][0]:g} in row {int(wrong.argmax())}",
            UserWarning,
            stacklevel=5,
        )
    return array


class PredictedClasses(ClassifierMixin, BaseEstimator):
    """The labelled samples of one classification task, as a classifier that ignores its argument.

    classes are the names under which it gives the classes: themselves, or their numbers; with is_reversed, the second
    of two classes stands for the first.
    """

    def __init__(
        self,
        predictions: Predictions,
        name: Hashable,
        rows: np.ndarray | None,
        classes: np.ndarray,
        is_reversed: bool = False,
    ) -> None:
        self.predictions = predictions
        self.name = name
        self.rows = rows
        self.classes = classes
        self.is_reversed = is_reversed

    @property
    def classes_(self) -> np.ndarray:
        return self.classes

    def predict(self, X: Any) -> np.ndarray:
        codes = self._of("predict")
        return self.classes[1 - codes if self.is_reversed else codes]

    @available_if(lambda self: self.predictions.offers(self.name, "predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        probability = self._of("predict_proba")
        return probability[:, ::-1] if self.is_reversed else probability

    @available_if(lambda self: self.predictions.offers(self.name, "decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        decision = as_log_odds(self._of("decision_function"))
        return -decision if self.is_reversed else decision

    def _of(self, method: str) -> np.ndarray:
        found = self.predictions.of(method)[self.name]
        return found if self.rows is None else found[self.rows]

    def __sklearn_is_fitted__(self) -> bool:
        return True


class PredictedNumbers(RegressorMixin, BaseEstimator):
    """The labelled samples of one regression or count task, as a regressor that ignores its argument."""

    def __init__(self, predictions: Predictions, name: Hashable, rows: np.ndarray | None) -> None:
        self.predictions = predictions
        self.name = name
        self.rows = rows

    def predict(self, X: Any) -> np.ndarray:
        found = self.predictions.of("predict")[self.name]
        return found if self.rows is None else found[self.rows]

    def __sklearn_is_fitted__(self) -> bool:
        return True
