"""One metric of one task."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn import config_context
from sklearn.metrics import check_scoring

from ..heads import Predictions
from ..tasks import CLASS_TYPES, Labels, TaskTargets, check_numbers, labels_of
from ..utils import take_rows
from ._calibration import CALIBRATION
from ._codes import UNKNOWN, encode
from ._d2 import explained
from ._predictions import PredictedClasses, PredictedNumbers, event_of
from ._rules import D2, Metric, check_event, check_metric, is_of_event, why_undefined

# Metrics that take the classes without a label as an argument, with which they are as defined as without.
TAKES_CLASSES = frozenset(
    {"d2_brier_score", "d2_log_loss_score", "neg_brier_score", "neg_log_loss", "top_k_accuracy"}
)


class Score(NamedTuple):
    """A score; NaN where the metric is undefined, and why."""

    value: float
    why: str | None = None


@dataclass(frozen=True)
class TaskSample:
    """The labels of one task, and what is predicted for them. X are the inputs of all samples, where known.

    event is the class of two that is the event; None where nobody knows.
    """

    name: Hashable
    predictions: Predictions
    labels: Labels
    is_weighted: bool
    X: Any
    event: Any = None

    @classmethod
    def of(
        cls,
        name: Hashable,
        predictions: Predictions,
        targets: TaskTargets,
        weights: np.ndarray | None,
        X: Any,
    ) -> "TaskSample":
        """Take the labelled samples with a weight above zero."""
        if predictions.info[name].type not in (*CLASS_TYPES, None):
            check_numbers(targets, name)
        labels = labels_of(targets, name, weights)
        event = event_of(name, targets, predictions)
        return cls(name, predictions, labels, weights is not None, X, event)

    @property
    def kind(self) -> str | None:
        """Type of the task."""
        return self.predictions.info[self.name].type

    @property
    def weight(self) -> np.ndarray | None:
        """Weights of the labels; None where all are one."""
        return self.labels.weight if self.is_weighted else None

    def score(self, metric: Metric) -> Score:
        """Score the task; raise ValueError that names metric and task where that goes wrong."""
        check_metric(metric, self.name, self.kind)
        if self.kind is None:
            return Score(np.nan, "no label")
        is_class = self.kind in CLASS_TYPES
        classes = self.predictions.classes(self.name)
        known = encode(self.labels.values, classes) if is_class else self._numbers()
        check_event(metric, self.name, classes, self.event)
        why = why_undefined(metric, self.kind, known, len(classes))
        if why is not None:
            return Score(np.nan, why)
        self._check_predicted()
        try:
            value = float(self._compute(metric, known, classes))
        except (AttributeError, TypeError, ValueError) as error:
            if isinstance(error, AttributeError) and is_class and not self._has_probabilities():
                error = AttributeError(
                    f"it needs probabilities, but what is predicted are classes: give probabilities of shape "
                    f"(n_samples, {len(classes)})"
                )
            raise ValueError(
                f"metric {metric!r} cannot score task {self.name!r} of type {self.kind!r}: {error}"
            ) from error
        return Score(value, "no number is the best" if np.isnan(value) else None)

    def _compute(self, metric: Metric, known: np.ndarray, classes: np.ndarray) -> float:
        if metric == D2:
            return explained(self.kind, known, self._mean(), self.weight)
        is_reversed = is_of_event(metric) and len(classes) == 2 and self.event == classes[0]
        known = 1 - known if is_reversed else known
        if isinstance(metric, str) and metric in CALIBRATION:
            mean = self._mean()[:, ::-1] if is_reversed else self._mean()
            return CALIBRATION[metric](str(self.kind), known, mean, self.labels.weight)
        if not isinstance(metric, str):
            view, labels = self._view(classes), self.labels.values
            labels = classes[known] if len(classes) else labels
            rows = self.labels.rows
            X = self.X if rows is None or self.X is None else take_rows(self.X, rows)
            return check_scoring(scoring=metric)(view, X, labels, **self._weight_argument())
        if metric == "roc_auc" and len(classes) > 2:
            metric = "roc_auc_ovr"
        codes = np.arange(len(classes))
        # With routing, a scorer takes more arguments of its metric than the weight.
        with config_context(enable_metadata_routing=True):
            labels_argument = {"labels": codes} if metric in TAKES_CLASSES else {}
            scorer = check_scoring(scoring=metric)
            view = self._view(codes, is_reversed)
            return scorer(view, None, known, **labels_argument, **self._weight_argument())

    def _has_probabilities(self) -> bool:
        return self.predictions.offers(self.name, "predict_proba")

    def _weight_argument(self) -> dict[str, np.ndarray]:
        return {} if self.weight is None else {"sample_weight": self.weight}

    def _view(
        self, classes: np.ndarray, is_reversed: bool = False
    ) -> PredictedClasses | PredictedNumbers:
        if len(classes):
            sample = (self.predictions, self.name, self.labels.rows)
            return PredictedClasses(*sample, classes, is_reversed)
        return PredictedNumbers(self.predictions, self.name, self.labels.rows)

    def _mean(self) -> np.ndarray:
        method = "predict_proba" if self.kind in CLASS_TYPES else "predict"
        if not self.predictions.offers(self.name, method):
            raise ValueError("it needs probabilities (predict_proba), which there are none of")
        return self.labels.pick(self.predictions.of(method)[self.name])

    def _numbers(self) -> np.ndarray:
        if not len(self.labels.values):
            return np.empty(0)
        return self.labels.values.astype(np.float64)

    def _check_predicted(self) -> None:
        predicted = self.labels.pick(self.predictions.of("predict")[self.name])
        if self.kind in CLASS_TYPES:
            absent = encode(predicted, self.predictions.classes(self.name)) == UNKNOWN
        else:
            absent = np.isnan(predicted)
        if absent.any():
            raise ValueError(
                f"task {self.name!r} must have a prediction for each labelled sample, but {int(absent.sum())} of "
                f"{len(absent)} are missing"
            )
