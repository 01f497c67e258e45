"""A table of scores by task."""

from collections.abc import Collection, Hashable, Mapping
from typing import Any

from ..heads import Predictions
from ..tasks import CLASS_TYPES, TaskTargets, check_weights, read_targets, warn_of_indexes
from ..utils import warn
from ._bootstrap import Bootstrap
from ._predictions import of_values, to_score
from ._rules import DEFAULT_ORDER, DEFAULTS, Metric, check_metric, fits, is_of_event
from ._score import TaskSample


def task_scores(
    y_true: Any,
    y_pred: Any,
    X: Any = None,
    metrics: Any = None,
    *,
    sample_weight: Any = None,
    n_bootstraps: int = 0,
    groups: Any = None,
    confidence_level: float = 0.95,
    random_state: Any = None,
) -> Any:
    """Score the predictions of several tasks, one row a task.

    Each task is scored on the samples that have a label (and a weight above zero) in it.

    Parameters
    ----------
    y_true : dict, TaskTargets, data frame or array-like of shape (n_samples,) or (n_samples, n_tasks)
        Targets; NaN, None, ``pd.NA`` or null where a label was not observed. With predictions instead of a
        model, types and classes are those of ``y_true``, or of ``y_pred`` where only that is a
        ``TaskTargets``: counts, and classes with numbers for names, are declared so. Of a cohort that recorded some of
        the outcomes, or others as well, the tasks that both sides have by name are scored, with a warning for the rest.

    y_pred : estimator, dict, TaskTargets, data frame or array-like
        A fitted joint model (or a pipeline or search that ends in one), which predicts for ``X``; or predictions by
        task, in any container of targets: numbers, classes, or, in a dict, probabilities of shape
        (n_samples, n_classes), which sum to one, or those of the second of two classes of shape (n_samples,). Numbers
        that are all classes themselves (0 and 1) are classes; but real ones, where the classes are integers and
        ``y_pred`` is no ``TaskTargets``, are probabilities. A dict may leave tasks out; what is left out is not scored.

    X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features), default=None
        Inputs; only with a model.

    metrics : str, callable, list of these, or dict of {task: these}, default=None
        Names of ``sklearn.metrics.get_scorer_names()`` or scorers, as in ``task_scorer``; or ``"d2"``, the fraction of
        deviance explained (R2 for regression), and measures of calibration (see Notes). Where tasks are named, the
        others are not scored; a metric for all tasks is NaN for those whose type it does not fit. By default ``"d2"``
        and: the area under the receiver's curve, log loss, accuracy and calibration for classes, of two classes also
        average precision and Brier score; mean absolute and root mean squared error for regression; mean absolute error
        and mean Poisson deviance for counts.

    sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets, default=None
        Weights of the samples, or of each sample in each task.

    n_bootstraps : int, default=0
        How often samples are drawn again, with replacement, for intervals of the scores; 0 for none. All tasks and
        metrics are scored on the same draws; a thousand take the time of a thousand tables.

    groups : array-like of shape (n_samples,), default=None
        Group of each sample, such as the patient, by default those of ``y_true``: whole groups are drawn. Without them,
        rows of one patient count as
        independent, and intervals are too narrow.

    confidence_level : float, default=0.95
        The share of the draws that an interval holds, between its two quantiles.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    table : pandas.DataFrame
        A row a task. Columns: ``type``; ``n_labels``, the number of labels scored; a column a metric, in scikit-learn's
        sense that greater is better (``"neg_..."``), but for calibration; with draws, each followed by its interval,
        ``"<metric>_low"`` and ``"<metric>_high"``. NaN where a metric does not fit the task's type (``"r2"`` of
        classes, ``"f1"`` of more than two), where a default one does not fit its kind of predictions, where a metric
        was not asked for the task, and where it is undefined.

    Raises
    ------
    ImportError
        If pandas is not installed (``pip install 'skmtl[plot]'``).

    ValueError
        If a metric that was asked for a task by name does not fit its type, or one for all tasks fits none, or cannot
        score a task; if predictions are missing where there are labels, or do not fit the targets; if both sides have
        no task in common. The message names the task.

    Warns
    -----
    UserWarning
        If a metric is undefined for the labels of a task: none, one class only, ...; if one side has tasks that the
        other has not (but a dict of predictions may leave tasks out).

    See Also
    --------
    task_scorer : Scores for scikit-learn's tools.
    skmtl.model_selection.cross_val_predict : Predictions for each sample, of a model that has not seen it.

    Notes
    -----
    What metrics need to be defined, and which class is the event: see ``task_scorer``. Where no class is
    known to be the event, default metrics of it are left out with a warning.

    Of the calibration metrics greater is not better, so that ``task_scorer`` refuses them. ``"calibration_slope"`` is b
    of the logistic regression of the labels of two classes on a + b logit(p), p the predicted probability of the
    second: 1 is best, below 1 predictions are too extreme. ``"calibration_intercept"`` is a where b = 1, calibration
    in the large: above 0 risks are too low [1]_ [2]_. Of a regression they are the slope of the labels on the
    predictions, and the mean of label less prediction. Where a logistic regression has no optimum they are NaN.
    ``"expected_calibration_error"`` is the mean difference between the share of a class and its mean predicted
    probability, absolute, over ten bins with the same number of labels [3]_; of several classes the mean over them. It
    is above 0 also for perfect predictions: of n labels by about sqrt(10 p (1 - p) 2 / (pi n)).

    Intervals are quantiles of the scores of the draws (percentile bootstrap). Draws in which a score is undefined are
    left out, and where that is most of them there is no interval. They say how sure a score is of this model, not of a
    model fitted to other samples.

    References
    ----------
    .. [1] D. R. Cox (1958). Two further applications of a model for binary regression. Biometrika 45, 562-565.
    .. [2] B. Van Calster et al. (2019). Calibration: the Achilles heel of predictive analytics. BMC Medicine 17, 230.
    .. [3] M. P. Naeini, G. Cooper and M. Hauskrecht (2015). Obtaining well calibrated probabilities using Bayesian
       binning. AAAI.

    Examples
    --------
    >>> from skmtl import MultiTaskGLM, TaskTargets
    >>> from skmtl.metrics import task_scores
    >>> X = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]]
    >>> y = {"ill": ["no", "no", "yes", "no", "yes", None], "dose": [0.1, 1.2, 1.9, 3.3, 4.0, 4.8]}
    >>> y = TaskTargets(y, events={"ill": "yes"})
    >>> model = MultiTaskGLM().fit(X, y)
    >>> table = task_scores(y, model, X)
    >>> table[["type", "n_labels", "d2"]].round(2)
                type  n_labels    d2
    task
    ill       binary         5  0.14
    dose  regression         6  0.63
    >>> task_scores(y, model.predict(X), metrics={"ill": "accuracy"})
            type  n_labels  accuracy
    task
    ill   binary         5       0.8
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("task_scores needs pandas: pip install 'skmtl[plot]'") from error
    targets, predictions = read(y_true, y_pred, X)
    weights = check_weights(sample_weight, targets)
    groups = targets.groups if groups is None else groups
    drawn = Bootstrap.of(n_bootstraps, groups, confidence_level, random_state, targets.shape[0])
    asked = ask(metrics, predictions)
    samples = {name: TaskSample.of(name, predictions, targets, weights, X) for name in asked}
    rows, undefined = {}, list[str]()
    if metrics is None:
        asked, undefined = without_events(asked, samples)
    intervals = drawn.intervals(samples, asked)
    for name, sample in samples.items():
        row: dict[str, Any] = {"type": sample.kind, "n_labels": len(sample.labels.values)}
        for position, metric in enumerate(asked[name]):
            score = sample.score(metric)
            row[title(metric)] = score.value
            if n_bootstraps:
                low, high = intervals[name, position]
                row |= {f"{title(metric)}_low": low, f"{title(metric)}_high": high}
            if score.why is not None:
                undefined.append(f"{title(metric)} of {name!r} ({score.why})")
        rows[name] = row
    if undefined:
        warn(f"undefined, so NaN in the table: {', '.join(undefined)}")
    index = pd.Index(list(rows), name="task", tupleize_cols=False)
    columns = ordered({column for row in rows.values() for column in row}, metrics)
    return pd.DataFrame(list(rows.values()), index=index, columns=columns)


def ordered(columns: Collection[str], metrics: Any) -> list[str]:
    """Return columns of the table in the order in which metrics were asked for."""
    if metrics is None:
        titles = list(DEFAULT_ORDER)
    else:
        given = metrics.values() if isinstance(metrics, Mapping) else [metrics]
        titles = [title(metric) for some in given for metric in several(some)]
    scores = [f"{metric}{end}" for metric in dict.fromkeys(titles) for end in ("", "_low", "_high")]
    return ["type", "n_labels", *(column for column in scores if column in columns)]


def read(y_true: Any, y_pred: Any, X: Any) -> tuple[Any, Predictions]:
    """Return the targets, and the predictions that a model makes or that are given."""
    if hasattr(y_true, "predict"):
        raise ValueError(
            f"y_true must be targets, got {type(y_true).__name__}: the order is task_scores(y_true, model, X)"
        )
    is_model = hasattr(y_pred, "predict")
    if is_model and X is None:
        raise ValueError(f"X must be given with a model, {type(y_pred).__name__}, to predict for")
    if not is_model and X is not None:
        raise ValueError(
            "X must be given with a model only, but y_pred holds predictions: the order is "
            "task_scores(y_true, model, X)"
        )
    if is_model:
        return to_score(y_pred, X, y_true)
    warn_of_indexes(y_true=y_true, y_pred=y_pred)
    targets, _, are_typed = read_targets(y_true)
    if isinstance(y_pred, TaskTargets) and not are_typed:
        targets = targets._like(y_pred._info)
    return targets, of_values(y_pred, targets)


def ask(metrics: Any, predictions: Predictions) -> dict[Hashable, list[Metric]]:
    """Return the metrics of each task to be scored, each of which fits the task's type."""
    kinds = predictions.task_types
    if metrics is None:
        return {name: defaults(name, predictions) for name in kinds}
    if not isinstance(metrics, Mapping):
        return fitting(several(metrics), predictions)
    unknown = [name for name in metrics if name not in kinds]
    if unknown or not metrics:
        raise ValueError(
            f"metrics must name tasks that are predicted, {list(kinds)}, got {list(metrics)}"
        )
    asked = {}
    for name, some in metrics.items():
        asked[name] = several(some)
        for metric in asked[name]:
            check_metric(metric, name, kinds[name])
    return asked


def several(metrics: Any) -> list[Metric]:
    """Return one metric, or more, as a list."""
    is_group = isinstance(metrics, list | tuple | set | frozenset)
    return list(metrics) if is_group else [metrics]


def fitting(metrics: list[Metric], predictions: Predictions) -> dict[Hashable, list[Metric]]:
    """Return, of metrics for all tasks, those that fit each; raise ValueError where one fits none."""
    kinds = predictions.task_types
    n_classes = {name: len(predictions.classes(name)) for name in kinds}
    for metric in metrics:
        if not any(fits(metric, kind, n_classes[name]) for name, kind in kinds.items()):
            first = next(iter(kinds))
            check_metric(metric, first, kinds[first], n_classes[first])
        check_metric(metric, next(iter(kinds)), None)
    return {
        name: [metric for metric in metrics if fits(metric, kind, n_classes[name])]
        for name, kind in kinds.items()
    }


def defaults(name: Hashable, predictions: Predictions) -> list[Metric]:
    """Return the default metrics of a task; of classes without probabilities, accuracy."""
    kind = predictions.task_types[name]
    if kind in CLASS_TYPES and not predictions.offers(name, "predict_proba"):
        return ["accuracy"]
    return list(DEFAULTS[kind]) if kind is not None else []


def without_events(
    asked: dict[Hashable, list[Metric]], samples: Mapping[Hashable, TaskSample]
) -> tuple[dict[Hashable, list[Metric]], list[str]]:
    """Return default metrics without those of an event where nobody knows it, and what they are."""
    kept, undefined = {}, list[str]()
    for name, metrics in asked.items():
        is_unknown = samples[name].kind == "binary" and samples[name].event is None
        kept[name] = [m for m in metrics if not (is_unknown and is_of_event(m))]
        lost = [str(m) for m in metrics if m not in kept[name]]
        if lost:
            hint = f"TaskTargets(y, events={{{name!r}: ...}})"
            undefined.append(
                f"{' and '.join(lost)} of {name!r} (no class is said to be the event: {hint})"
            )
    return kept, undefined


def title(metric: Metric) -> str:
    """Return the name of a metric's column."""
    return metric if isinstance(metric, str) else repr(metric)
