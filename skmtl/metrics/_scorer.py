"""Scorers of joint models, for scikit-learn's searches and validation."""

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

import numpy as np
from sklearn.utils.metadata_routing import UNUSED

from ..tasks import check_weights, final_step
from ..utils import Configurable, OneOf, Rule, warn
from ._calibration import CALIBRATION
from ._predictions import to_score
from ._rules import D2, Metric, check_metric
from ._score import Score, TaskSample

MEAN = "mean"


class Scoring(Rule):
    """What a scorer is made of."""

    def admits(self, value: Any) -> bool:
        return value is None or isinstance(value, str | Mapping) or callable(value)

    def __str__(self) -> str:
        return "None, the name of a metric, a scorer or a dict {task: metric}"


class TaskScorer(Configurable):
    """A scorer of joint models; made by ``task_scorer``, which documents it."""

    # scikit-learn reads from ``score`` what can be requested: the weights, but not the estimator.
    __metadata_request__score: ClassVar[dict[str, Any]] = {"estimator": UNUSED}
    _rules: ClassVar[dict[str, Rule]] = {"average": OneOf(MEAN, None)}

    def __init__(self, metric: Any = None, *, average: str | None = MEAN) -> None:
        self.metric = metric
        self.average = average

    @classmethod
    def of(cls, scoring: Any) -> "TaskScorer":
        """Return the scorer that a parameter scoring is, or stands for."""
        return scoring if isinstance(scoring, TaskScorer) else cls(scoring)

    def __call__(
        self, estimator: Any, X: Any, y: Any, sample_weight: Any = None
    ) -> float | dict[Hashable, float]:
        """Score a fitted joint model."""
        return self.score(estimator, X, y, sample_weight)

    def score(
        self, estimator: Any, X: Any, y: Any, sample_weight: Any = None
    ) -> float | dict[Hashable, float]:
        """Score a fitted joint model."""
        self.check_params()
        final = final_step(estimator)
        metrics = self.by_task(final.task_types_)
        targets, predictions = to_score(estimator, X, y, tuple(metrics))
        weights = check_weights(sample_weight, targets)
        scores = {
            name: TaskSample.of(name, predictions, targets, weights, X).score(metric)
            for name, metric in metrics.items()
            if name in targets
        }
        mean = mean_of(scores)
        if self.average == MEAN:
            return mean
        values = {name: score.value for name, score in scores.items()}
        return {**dict.fromkeys(metrics, np.nan), **values, MEAN: mean}

    def by_task(
        self, task_types: Mapping[Hashable, str | None], parameter: str = "metric"
    ) -> dict[Hashable, Metric]:
        """Return the metric of each task to be scored, which fits its type; parameter is the one that holds it."""
        if not isinstance(self.metric, Mapping):
            metrics = dict.fromkeys(task_types, D2 if self.metric is None else self.metric)
        else:
            metrics = {t: D2 if m is None else m for t, m in self.metric.items()}
        unknown = [name for name in metrics if name not in task_types]
        if unknown or not metrics:
            raise ValueError(
                f"{parameter} must name tasks of the model, {list(task_types)}, got {list(metrics)}"
            )
        for name, metric in metrics.items():
            if isinstance(metric, str) and metric in CALIBRATION:
                raise ValueError(
                    f"metric {metric!r} of task {name!r} is no score to choose by, as greater is not better: "
                    "'neg_log_loss' and 'neg_brier_score' reward calibration, task_scores reports it"
                )
            check_metric(metric, name, task_types[name])
        if self.average is None and MEAN in metrics:
            raise ValueError("average=None needs the key 'mean' for itself: rename the task 'mean'")
        return metrics


def mean_of(scores: Mapping[Hashable, Score]) -> float:
    """Return the mean of the scores that are defined; warn of the others, raise where there is none."""
    left_out = ", ".join(f"{t!r} ({score.why})" for t, score in scores.items() if score.why)
    values = [score.value for score in scores.values() if score.why is None]
    if not values:
        raise ValueError(f"no task can be scored: {left_out}")
    if left_out:
        warn(f"left out of the mean score: {left_out}")
    return float(np.mean(values))


def task_scorer(metric: Any = None, *, average: str | None = MEAN) -> TaskScorer:
    """Make a scorer of joint models for the ``scoring`` of scikit-learn's tools.

    It applies scikit-learn's scorers, task by task, to the samples that have a label (and a weight above
    zero) in the task.

    Parameters
    ----------
    metric : str, callable or dict of {task: str or callable}, default=None
        A name of ``sklearn.metrics.get_scorer_names()``, or a scorer such as ``sklearn.metrics.make_scorer``
        makes, for all tasks or by task; where tasks are named, the others are not scored. None, or ``"d2"``, is
        the fraction of deviance explained: of squared error for regression (R2), of log loss for classes, of
        Poisson deviance for counts.

    average : "mean" or None, default="mean"
        ``"mean"``: the scorer returns the mean over tasks. None: it returns a dict of each task's score and of
        their ``"mean"``, for tools that take several scores: ``GridSearchCV(refit="mean")``, ``cross_validate``.

    Returns
    -------
    scorer : object
        A callable ``scorer(estimator, X, y, sample_weight=None)``, where ``estimator`` is a fitted joint model, or
        a pipeline or search that ends in one, and ``sample_weight`` has shape (n_samples,) or
        (n_samples, n_tasks), or is a frame or ``TaskTargets``. It has ``get_params``, ``set_params`` and
        ``set_score_request`` (metadata routing).

    Raises
    ------
    ValueError
        When the scorer is called: if a metric does not fit a task's type, or cannot score it; if a named task is
        none of the model; if no task can be scored. The message names the metric and the task.

    Warns
    -----
    UserWarning
        When the scorer is called: if a task cannot be scored with these labels, or is not among those of y, as in a
        cohort that recorded some of the outcomes. It is left out of the mean, and is NaN in the dict.

    See Also
    --------
    task_scores : A table of scores by task.

    Notes
    -----
    What a test fold must hold of a task for its score to be defined: one label for accuracy, log loss and
    errors; two different ones for other metrics; every class of the task for the areas under curves
    (``"roc_auc..."``, ``"average_precision"``). Labels of a class that the model has not seen leave the
    task out too: make ``TaskTargets`` once, from the whole data, so that models of all folds know all classes.

    ``"roc_auc"`` means ``"roc_auc_ovr"`` where a task has more than two classes. Metrics of the event
    (``"f1"``, ``"precision"``, ``"average_precision"``, ...) need to know which of two classes that is: the one named
    in ``TaskTargets(y, events=...)``, the higher of two ordered categories, else True or 1; where none is, they raise.

    A mean over metrics of different scales (an area under a curve, a squared error in days) is ruled by the
    largest scale; ``"d2"`` puts tasks of all types on one.

    Examples
    --------
    >>> from sklearn.model_selection import GridSearchCV
    >>> from skmtl import MultiTaskGLM, TaskTargets
    >>> from skmtl.datasets import load_support2
    >>> from skmtl.metrics import task_scorer
    >>> from skmtl.penalties import MeanRegularized
    >>> X, y = load_support2(return_X_y=True)
    >>> X, y = X[["age", "meanbp", "crea"]].fillna(0)[:300], y[:300]
    >>> scorer = task_scorer(average=None)
    >>> search = GridSearchCV(
    ...     MultiTaskGLM(penalty=MeanRegularized()),
    ...     {"penalty__sharing": [0.0, 0.5]},
    ...     scoring=scorer,
    ...     refit="mean",
    ... )
    >>> scorer
    TaskScorer(average=None)
    """
    return TaskScorer(metric, average=average)
