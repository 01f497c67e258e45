"""Joint models against separate ones, on the same repeated folds."""

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from ..compose import Joint, alone
from ..heads import Predictions
from ..metrics import TaskSample, TaskScorer
from ..model_selection import weight_name
from ..tasks import TaskTargets, check_lengths, check_weights, final_step, groups_of, read_targets
from ..utils import Jobs, Number, Seed, require, require_estimator, take_rows
from ._sharing_comparison import JOINT, SharingComparison
from ._sharing_folds import Fold, check_train_sizes, nested, repeated_folds
from ._sharing_statistics import ADJUSTMENTS


def compare_sharing(
    joint: Any,
    X: Any,
    y: Any,
    *,
    separate: Any = None,
    pooled: Any = None,
    metrics: Any = None,
    cv: Any = None,
    n_repeats: int = 5,
    train_sizes: Any = None,
    groups: Any = None,
    sample_weight: Any = None,
    confidence_level: float = 0.95,
    adjustment: str = "holm",
    n_jobs: int | None = None,
    random_state: Any = None,
) -> SharingComparison:
    """Compare a joint model with separate ones, task by task, on the same folds.

    Sharing can help one task and hurt another. Both models are fitted to the training part of repeated folds, and
    scored on the rest; for each task the answer is the mean difference, how sure it is, and a verdict.

    Parameters
    ----------
    joint : estimator
        A joint model, or a pipeline or search that ends in one. Like the others it is cloned, not fitted.

    X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
        Inputs.

    y : dict, TaskTargets, data frame or array-like of shape (n_samples, n_tasks)
        Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

    separate : estimator, default=None
        A joint model that shares nothing, such as ``IndependentTasks(...)``; None fits ``joint`` to each task alone.

    pooled : estimator, default=None
        A joint model that shares everything, such as ``MultiTaskRidge(sharing=1)``; None compares with none.

    metrics : str, callable or dict of {task: str or callable}, default=None
        A name of ``sklearn.metrics.get_scorer_names()``, or a scorer, for all tasks or by task; where tasks are
        named, the others are not compared. None is ``"d2"``, the fraction of deviance explained. Greater is better.

    cv : int, splitter or iterable of (train, test), default=None
        Folds. None is five, an integer that many, of a shuffled ``TaskStratifiedKFold``, drawn ``n_repeats`` times; of
        anything else the folds are taken as they are, at least two.

    n_repeats : int, default=5
        How many times folds are drawn, where ``cv`` is None or an integer.

    train_sizes : array-like of shape (n_sizes,), default=None
        For learning curves: fractions in (0, 1] of the training rows of each fold, or numbers of rows. Smaller
        parts lie within larger ones. None trains on whole training sets only.

    groups : array-like of shape (n_samples,), default=None
        Group of each sample, such as the patient, which neither folds nor parts of training rows split.

    sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets, default=None
        Weights of the samples, or of each sample in each task, in fits and scores.

    confidence_level : float, default=0.95
        Level of the intervals, between 0 and 1; verdicts have an error rate of one less this.

    adjustment : {"holm", "fdr"}, default="holm"
        How verdicts account for the number of tasks. "holm" bounds the chance of any false alarm; "fdr" bounds the
        expected fraction of false alarms among all alarms, and finds more where tasks are many.

    n_jobs : int, default=None
        Number of folds worked on at the same time; None is one, -1 all processors.

    random_state : int, RandomState instance or None, default=None
        Seed of folds and of parts of training rows; an int makes these reproducible. Random models have their own.

    Returns
    -------
    comparison : SharingComparison
        ``frame()`` is a table, a row a task; ``scores`` holds those of each fold.

    Raises
    ------
    ValueError
        If a parameter or the data break a rule; if a metric does not fit a task, or the models disagree on its type.

    See Also
    --------
    SharingDisplay : A figure of gains by task, or of learning curves.
    task_affinity : How related tasks are, before a joint model is chosen.
    skmtl.GatedTasks : A model that takes of sharing, by task, what serves it.

    Notes
    -----
    With d_j the difference of a task's scores, joint less other, in fold j of J, s^2 the variance of d_1, ..., d_J
    around their mean, and n_test and n_train numbers of labels of the task,

        standard_error^2 = (1 / J + n_test / n_train) s^2,

    Nadeau and Bengio's correction [1]_ (n_test / n_train is a mean over folds), and mean / standard_error is taken to
    have Student's distribution with J - 1 degrees of freedom. Folds share their training rows and repeats all rows, so
    that s^2 / J alone is far too small, the more so the more repeats. The correction rests on an assumption about how
    strongly folds correlate; it is an approximation that errs on the side of caution in most settings [1]_ [2]_. With
    ``train_sizes``, n_train is that of whole training sets: test sets overlap as before, and parts of training sets
    less than wholes. The numbers of smaller parts would take away nearly all power.

    What is compared is the expected scores of the two *methods*, each trained on another sample of that size from the
    same population, at the strengths given, or tuned within ``fit``. It is no statement about one fitted model.

    **Verdict.** "helps" or "hurts" where the two-sided p-value, adjusted for the number of tasks, is below
    ``1 - confidence_level``; else "no evidence", which is no evidence of no difference: see the interval. With
    ``adjustment="holm"`` [3]_ the chance of a verdict on *any* task without a difference is then at most that, as far
    as the approximation holds; with ``"fdr"`` [4]_, of all verdicts at most that fraction is expected to be false, if
    tasks are not negatively dependent. Intervals and ``p_value`` are by task, not adjusted: among 100 tasks without a
    difference, five intervals exclude zero. Other models (``pooled``) and other numbers of training rows are families
    of their own, as are comparisons that you repeat with other models until one pleases.

    Folds in which a score of a task is undefined are left out for that task; ``n_folds`` counts those that stay. With
    fewer than two, or where all differences are the same number other than 0, there is no standard error, and no
    evidence. Differences below a millionth of the task's largest score count as zero, since solvers
    stop somewhere.

    **False alarms**, as simulated (``python -m tests.benchmarks.false_alarms``): of eight tasks without a difference,
    in 150 data sets of 100 or 300 rows, at most 5 % had a p-value below 0.05, and at most 4 % of the data sets any
    verdict; with s^2 / J it was 27-43 % of the tasks, and 61-89 % of the data sets. One task that has nothing in common
    with the other seven was found to be hurt, by "holm", in 94 of 100 data sets with 120 labels to train on (D2 lower
    by 0.36 on average), and in 12 of 100 with 40 labels (by 0.48): to find harm takes labels.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52, 239-281, 2003.

    .. [2] R. R. Bouckaert, E. Frank, "Evaluating the replicability of significance tests for comparing learning
       algorithms", PAKDD 2004, LNCS 3056, 3-12.

    .. [3] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6,
       65-70, 1979.

    .. [4] Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B
       57, 289-300, 1995.

    Examples
    --------
    Four tasks have much in common. The other is their opposite, and spoilt by a model that shares with equal signs.

    >>> from skmtl import MultiTaskRidge
    >>> from skmtl.datasets import make_multitask
    >>> from skmtl.inspection import compare_sharing
    >>> X, y = make_multitask(
    ...     500, 80, n_tasks=5, relatedness=0.98, noise=0.5, missing=0.7, random_state=0
    ... )
    >>> y["y3"] = -y["y3"]
    >>> joint = MultiTaskRidge(10.0, sharing=0.9, signs="same")
    >>> comparison = compare_sharing(joint, X, y, random_state=0)
    >>> comparison
    SharingComparison of 5 tasks on 25 folds
    joint against separate, 400 training rows: helps y1, y2; no evidence on y0, y4; hurts y3
    >>> columns = ["n_labels", "joint", "other", "difference", "standard_error", "verdict"]
    >>> comparison.frame()[columns].round(2)
          n_labels  joint  other  difference  standard_error      verdict
    task
    y0       120.0   0.70   0.64        0.07            0.04  no evidence
    y1       120.0   0.70   0.62        0.08            0.02        helps
    y2       120.0   0.76   0.70        0.06            0.02        helps
    y3       120.0   0.00   0.56       -0.56            0.08        hurts
    y4       120.0   0.57   0.48        0.10            0.05  no evidence
    """
    rules = check_rules(n_repeats, confidence_level, adjustment)
    require_estimator("joint", joint, "compare_sharing(joint, X, y)")
    for name, model in {"joint": joint, "separate": separate, "pooled": pooled}.items():
        require(name, model, Joint())
    require("random_state", random_state, Seed())
    require("n_jobs", n_jobs, Jobs())
    targets = read_targets(y).targets
    groups = groups_of(targets, groups)
    check_lengths(X=X, y=targets, groups=groups)
    weights = check_weights(sample_weight, targets)
    # whether a metric fits a task's type, the models decide
    asked = TaskScorer(metrics).by_task(dict.fromkeys(targets))
    random = check_random_state(random_state)
    folds = repeated_folds(cv, rules.n_repeats, X, targets, groups, random)
    sizes = check_train_sizes(train_sizes, folds)
    models = {JOINT: joint, "separate": separate}
    models |= {} if pooled is None else {"pooled": pooled}
    data = Data(X, targets, weights, asked)
    parts = [nested(train, sizes, groups, random) for train, _ in folds]
    return compare(data, models, folds, parts, rules, n_jobs)


class Rules(NamedTuple):
    """What was checked."""

    n_repeats: int
    confidence_level: float
    adjustment: str


def check_rules(n_repeats: Any, confidence_level: Any, adjustment: Any) -> Rules:
    """Raise ValueError where a number or a name breaks its rule."""
    require("n_repeats", n_repeats, Number(1, whole=True))
    require("confidence_level", confidence_level, Number(0.0, 1.0, closed=False, below=True))
    if adjustment not in ADJUSTMENTS:
        raise ValueError(f"adjustment must be one of {tuple(ADJUSTMENTS)}, got {adjustment!r}")
    return Rules(int(n_repeats), float(confidence_level), adjustment)


class Data(NamedTuple):
    """What is fitted and scored; weights are None where all are one."""

    X: Any
    targets: TaskTargets
    weights: np.ndarray | None
    metrics: Mapping[Hashable, Any]

    def n_labels(self, rows: np.ndarray) -> list[int]:
        """Return the number of labels of each task among some rows."""
        known = np.ones(len(rows), dtype=bool)
        counts = []
        for name in self.metrics:
            place = self.targets.tasks.index(name)
            if self.weights is not None:
                of_task = self.weights if self.weights.ndim == 1 else self.weights[:, place]
                known = of_task[rows] > 0
            counts.append(int((self.targets.observed(name)[rows] & known).sum()))
        return counts


def compare(
    data: Data,
    models: Mapping[str, Any],
    folds: list[Fold],
    parts: list[list[np.ndarray]],
    rules: Rules,
    n_jobs: int | None,
) -> SharingComparison:
    """Fit and score all models on all parts of all folds."""
    nested_scores = Parallel(n_jobs=n_jobs)(
        delayed(score_part)(data, models, part, test)
        for (_, test), nest in zip(folds, parts)
        for part in nest
    )
    shape = (len(folds), len(parts[0]), len(models), len(data.metrics))
    scores = np.moveaxis(np.array(nested_scores).reshape(shape), (2, 1), (0, 1))
    counts = np.array([[data.n_labels(part) for part in nest] for nest in parts])
    return SharingComparison(
        data.metrics,
        dict(zip(models, scores)),
        counts.swapaxes(0, 1),
        np.array([data.n_labels(train) for train, _ in folds]),
        np.array([data.n_labels(test) for _, test in folds]),
        np.array([[len(part) for part in nest] for nest in parts]).mean(axis=0),
        rules.confidence_level,
        rules.adjustment,
    )


def score_part(
    data: Data, models: Mapping[str, Any], train: np.ndarray, test: np.ndarray
) -> list[list[float]]:
    """Fit clones to the same training rows, and return their scores of the test rows, a list a model."""
    X, weights = take_rows(data.X, test), None if data.weights is None else data.weights[test]
    targets = data.targets[test]
    joint = fit_rows(models[JOINT], data, train)
    types = final_step(joint).task_types_
    known = {name: kind for name, kind in types.items() if kind is not None}
    scores = []
    for name, model in models.items():
        model = alone(models[JOINT], known) if model is None else model
        fitted = joint if name == JOINT else fit_rows(model, data, train)
        predictions = Predictions.of_model(fitted, X, final_step(fitted)._info)
        for task in data.metrics:
            if predictions.task_types[task] != types[task]:
                raise ValueError(
                    f"all models must take a task as the same type, but {task!r} is {types[task]!r} of the joint model "
                    f"and {predictions.task_types[task]!r} of the {name} one"
                )
        samples = {t: TaskSample.of(t, predictions, targets, weights, X) for t in data.metrics}
        scores.append([samples[t].score(metric).value for t, metric in data.metrics.items()])
    return scores


def fit_rows(model: Any, data: Data, rows: np.ndarray) -> Any:
    """Fit a clone to some rows."""
    fitted = clone(model)
    given = {} if data.weights is None else {weight_name(fitted): data.weights[rows]}
    return fitted.fit(take_rows(data.X, rows), data.targets[rows], **given)
