"""One fold of a cross-validation: a warm-started path on its training rows, scored on its test rows."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from ..heads import Head, Predictions
from ..metrics import TaskSample
from ..penalties import Penalty
from ..tasks import FitData, TaskInfo
from ..utils import few_threads, gram_operations
from ._scores import mean
from ._warm_path import SCORED, warm_path
from .problems import Coefficients, Prepared, Setup, prepare


@dataclass(frozen=True)
class Fold:
    """What a fold needs. model has the parameters of the fit; label says which fold it is in messages."""

    model: Any
    fit_data: FitData
    setup: Setup
    penalties: list[list[Penalty]]
    metrics: Mapping[Hashable, Any]
    train: np.ndarray
    test: np.ndarray
    context: Any
    label: str

    def run(self) -> "Tested":
        """Fit and score each penalty."""
        # A fold may run in a separate process.
        with few_threads(gram_operations(self.fit_data.X)):
            return self._run()

    def _run(self) -> "Tested":
        begin = perf_counter()
        self.context.call_on_fit_task_begin(estimator=self.model)
        prepared = self._prepare()
        sample = FoldRows.of(self.fit_data, self.test, prepared)
        scores, kept = [], []
        model = self.model
        steps = warm_path(prepared, self.penalties, model.max_iter, model.tol, loosest=SCORED)
        for _ in range(sum(map(len, self.penalties))):
            step = self.context.subcontext(task_name="strength")
            step.call_on_fit_task_begin(estimator=self.model)
            raw = sample.raw(next(steps))
            scores.append(sample.score(raw, self.metrics))
            if self.model.store_oof:
                kept.append(raw)
            step.call_on_fit_task_end(estimator=self.model)
            if self.model.verbose > 1:
                print(f"{self.label} point {len(scores)}: score {mean(np.array(scores[-1])):.4g}")
        self.context.call_on_fit_task_end(estimator=self.model)
        if self.model.verbose:
            best = np.max(mean(np.array(scores), axis=1), initial=-np.inf)
            spent = perf_counter() - begin
            print(f"{self.label} {len(scores)} points, best score {best:.4g}, {spent:.1f} s")
        shape = (len(self.penalties), -1, len(self.metrics))
        return Tested(np.reshape(scores, shape), self.test, kept)

    def _prepare(self) -> Prepared:
        """Lay out the training rows; a task with too few labels there is no error."""
        fit_data, rows = self.fit_data, self.train
        weights = None if fit_data.weights is None else fit_data.weights[rows]
        part = FitData(
            fit_data.X[rows], fit_data.targets[rows], weights, fit_data.layout, frozenset()
        )
        try:
            return prepare(part, self.setup, self.model.task_weight, self.model.fit_intercept)
        except ValueError as error:
            raise ValueError(f"{self.label} cannot be fitted: {error}") from error


class Tested(NamedTuple):
    """Scores of a fold, of shape (n_penalties, n_others, n_tasks); NaN for a task that it cannot fit or score.

    raw are predictions of its test rows at each point, where they are kept.
    """

    scores: np.ndarray
    rows: np.ndarray
    raw: list[np.ndarray]


@dataclass(frozen=True)
class FoldRows:
    """The test rows of a fold, task by task, and the heads that predict them."""

    X: Any
    heads: tuple[Head, ...]
    tasks: Mapping[Hashable, TaskSample]
    info: Mapping[Hashable, TaskInfo]

    @classmethod
    def of(cls, fit_data: FitData, rows: np.ndarray, prepared: Prepared) -> "FoldRows":
        """Take the rows."""
        X, targets = fit_data.X[rows], fit_data.targets[rows]
        weights = None if fit_data.weights is None else fit_data.weights[rows]
        nothing = Predictions(targets._info, {})
        fitted = [head.name for head in prepared.heads if len(head.active)]
        tasks = {name: TaskSample.of(name, nothing, targets, weights, X) for name in fitted}
        return cls(X, prepared.heads, tasks, targets._info)

    def raw(self, solution: Coefficients) -> np.ndarray:
        """Return the raw predictions of the rows."""
        return self.X @ solution.W.T + solution.intercept

    def score(self, raw: np.ndarray, metrics: Mapping[Hashable, Any]) -> list[float]:
        """Return the score of each task that has a metric."""
        predictions = Predictions.of_raw(self.info, self.heads, raw)
        with np.errstate(over="ignore"):  # scored as minus infinity
            predictions.predictions()
        return [self._score(name, metric, predictions) for name, metric in metrics.items()]

    def _score(self, name: Hashable, metric: Any, predictions: Predictions) -> float:
        """Return a task's score; minus infinity where a label is predicted beyond what a number holds."""
        if name not in self.tasks:
            return np.nan
        task, predicted = self.tasks[name], predictions.predictions()[name]
        is_number = self.info[name].class_labels is None
        if is_number and not np.isfinite(task.labels.pick(predicted)).all():
            return -np.inf
        return replace(task, predictions=predictions).score(metric).value
