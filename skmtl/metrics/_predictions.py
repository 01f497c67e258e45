"""Predictions of all tasks, made once, that scikit-learn's scorers ask one task at a time."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if

from ..heads import Predictions
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
from ..utils import warn
from ._codes import UNKNOWN, encode


def to_score(
    fitted: Any, X: Any, y: Any, asked: Sequence[Hashable] | None = None
) -> tuple[TaskTargets, Predictions]:
    """Return targets of the tasks of a fitted model that y has, and its predictions of them; some are asked for."""
    check_same_rows(X=X, y=y)
    final = final_step(fitted)
    targets = read_common(y, final.tasks_ if asked is None else asked, final.tasks_)
    info = {name: final._info[name] for name in targets}
    return targets, Predictions.of_model(fitted, X, info)


def of_values(values: Any, targets: TaskTargets) -> Predictions:
    """Return predictions given as numbers, classes or probabilities of the tasks of targets."""
    predicted, probability = {}, {}
    for name, array in read_values(values, targets).items():
        classes = targets.classes.get(name)
        if classes is None:
            is_unlabelled = targets.task_types[name] is None
            predicted[name] = array if is_unlabelled else numbers(name, array)
        elif array.ndim == 1 and are_classes(array, classes, isinstance(values, TaskTargets)):
            predicted[name] = array
        else:
            probability[name] = as_probability(name, array, classes)
            predicted[name] = most_probable(probability[name], classes)
    methods = {"predict": lambda: predicted, "predict_proba": lambda: probability}
    return Predictions({name: targets._info[name] for name in predicted}, methods)


def event_of(name: Hashable, targets: TaskTargets, predictions: Predictions) -> Any:
    """Return the class of two that targets name as the event, else the one that is known of predictions, if any."""
    named = targets._info[name].event
    return predictions.info[name].event_class if named is None else named


def are_classes(array: np.ndarray, classes: np.ndarray, are_targets: bool) -> bool:
    """Whether values of a task are its classes, or missing, and not probabilities."""
    if not are_targets and may_be_risks(array, classes):
        return False
    return not np.any((encode(array, classes) == UNKNOWN) & present(array))


def most_probable(probability: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the class of the largest probability, None where probabilities are missing."""
    known = ~np.isnan(probability).any(axis=1)
    labels = classes[np.where(known[:, None], probability, 0.0).argmax(axis=1)]
    if known.all():
        return labels
    return np.asarray(np.where(known, labels.astype(object), None))


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
        message = f"tasks {others} of y_pred are not in y_true: they are not scored"
        warn(message)
        values = {name: array for name, array in values.items() if name in targets}
    wide = {name: np.asarray(array) for name, array in values.items() if np.ndim(array) == 2}
    flat = {name: array for name, array in values.items() if name not in wide}
    read = {**wide, **(TaskTargets(flat) if flat else {})}
    return of_length(targets.shape[0], {name: read[name] for name in values})


def of_length(n_samples: int, predicted: dict[Hashable, np.ndarray]) -> dict[Hashable, np.ndarray]:
    """Return predictions by task; raise ValueError where they are of another number of samples."""
    for name, array in predicted.items():
        if len(array) != n_samples:
            raise ValueError(
                f"y_pred of task {name!r} must have {n_samples} samples, got {len(array)}"
            )
    return predicted


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
        warn(
            f"y_pred of task {name!r} must hold probabilities that sum to one in each row, got a sum of "
            f"{total[wrong][0]:g} in row {int(wrong.argmax())}"
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
        codes = encode(self._of("predict"), self.predictions.classes(self.name))
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
        values = self.predictions.of(method)[self.name]
        return values if self.rows is None else values[self.rows]

    def __sklearn_is_fitted__(self) -> bool:
        return True


class PredictedNumbers(RegressorMixin, BaseEstimator):
    """The labelled samples of one regression or count task, as a regressor that ignores its argument."""

    def __init__(self, predictions: Predictions, name: Hashable, rows: np.ndarray | None) -> None:
        self.predictions = predictions
        self.name = name
        self.rows = rows

    def predict(self, X: Any) -> np.ndarray:
        values = self.predictions.of("predict")[self.name]
        return values if self.rows is None else values[self.rows]

    def __sklearn_is_fitted__(self) -> bool:
        return True
