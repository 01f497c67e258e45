"""How related tasks are, before a model of all of them is chosen."""

import warnings
from collections.abc import Hashable
from itertools import combinations
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from scipy import stats
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from ..compose import Joint
from ..linear_model import MultiTaskGLM
from ..model_selection import (
    check_folds,
    check_partition,
    split_rows,
    warn_of_gaps,
)
from ..penalties import MeanRegularized
from ..tasks import TaskTargets, check_lengths, groups_of, read_targets
from ..utils import Jobs, Number, Seed, require
from ._association import UNKNOWN, associate, deviations
from ._separate import Halves, HeldOut, Separate, compare_halves, out_of_fold
from ._task_affinity import TaskAffinity
from ._transfer import Gain, Receiver, correlate_residuals

STRENGTH = 30.0  # as MultiTaskGLM has it: python -m tests.benchmarks.defaults compares
FEWEST_FOLDS = 4


def task_affinity(
    X: Any,
    y: Any,
    *,
    estimator: Any = None,
    cv: Any = None,
    groups: Any = None,
    n_repeats: int = 5,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> TaskAffinity:
    """Measure how related tasks are, pair by pair, before a model of all is chosen.

    Three questions are asked of models that were fitted to each task alone. Do they learn the same function of the
    inputs (``correlation``)? Does what one has learned help to predict another task (``transfer``)? Have tasks
    anything in common that the inputs do not tell (``residual``)?

    Parameters
    ----------
    X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
        Inputs. Without an estimator of your own they are numbers, dense and finite.

    y : dict, TaskTargets, data frame or array-like of shape (n_samples, n_tasks)
        Targets of at least two tasks; NaN, None, ``pd.NA`` or null where a label was not observed. Tasks need not have
        a labelled sample in common. Counts, and classes with numbers for names, are declared by ``TaskTargets``.

    estimator : estimator, default=None
        A joint model, or a pipeline that ends in one; a clone is fitted to each task alone. None is
        ``make_pipeline(StandardScaler(), MultiTaskGLM(MeanRegularized(alpha=30, sharing=0)))``.

    cv : int, splitter or iterable of (train, test), default=None
        Folds, at least 4, in which each sample must be tested once. None is ten, an integer that many, shuffled and
        balanced in classes and missing labels as by ``TaskStratifiedKFold``, but not in numbers: folds with equal
        quantiles are more alike than samples are, and standard errors would be too small.

    groups : array-like of shape (n_samples,), default=None
        Group of each sample, such as the patient, which no fold splits. Samples of different folds are taken to be
        independent.

    n_repeats : int, default=5
        How many times the folds are cut into halves.

    n_jobs : int, default=None
        Number of folds and halves worked on at the same time; None is one, -1 all processors.

    random_state : int, RandomState instance or None, default=None
        Seed of folds and halves; an int makes the answer reproducible.

    Returns
    -------
    affinity : TaskAffinity
        Data frames: ``tasks``, a row a task; ``correlation``, ``lower``, ``transfer`` and ``residual``, tasks by tasks,
        and standard errors of three of them.

    Raises
    ------
    ImportError
        If pandas is not installed (``pip install 'skmtl[plot]'``).

    ValueError
        If there are fewer than two tasks or four folds, if the folds do not test each sample once, or if a task has
        fewer than two labels a fold or labels of one class only.

    See Also
    --------
    group_tasks : Propose which tasks to train together.

    Notes
    -----
    **correlation.** Models of each task are fitted to one half of the folds, A, and to the other, B, and predict raw
    (means, log-odds, logits of classes or log-means) for all samples. With f_s^A the predictions for task s, less
    their mean,

        c_st = mean of f_s^A f_t^B,    correlation = c_st / sqrt(c_ss c_tt),

    where c is averaged over both directions and ``n_repeats`` halvings. No label is in both halves. Given the inputs,
    noise in the labels therefore adds nothing to c in expectation, neither to c_ss, which the variance of
    one fit would overstate, nor to c_st, whatever the noise of the two tasks has in common: it is the correlation of
    fitted weights, in the metric of the inputs' covariance, corrected for attenuation [1]_. Penalties shrink: what is
    compared is what models of half of the rows can learn, mostly the directions in which inputs vary much. Where c_tt
    is not above zero (one-sided test at 5 %) the task has no signal to be sure of, and its correlations are NaN.

    Tasks with more than two classes have a matrix of c, with all contrasts of classes. Its squared norm, less that of
    its noise, takes the place of c^2: the root of the RV coefficient [2]_. It has no sign, and is below 1 where one
    task has more directions than the other: of a task with K equally strong contrasts and one of one column it is
    at most K^(-1/4).

    **transfer.** What the model of task t leaves, out of fold, y - E[y], is regressed by least squares on its own raw
    predictions, with and without those of task s; coefficients are fitted without the fold that is predicted. The
    answer is the fall of squared errors as a fraction of the labels' variance (of the indicators of classes). Useless
    predictions give slightly less than zero in expectation. It is how much stacking linear predictions would gain.

    **residual.** The correlation of y - E[y], out of fold, over samples that have labels of both tasks (at least 20).
    It joins noise that tasks have in common and what the models have missed in both. Models of several tasks do not use
    it unless labels of one task are inputs for another.

    **Standard errors** are the jackknife's over folds. For ``correlation`` the models of a half are fitted again
    without each of its folds, and the ratio is linearised; for the others the out-of-fold models stay as they are.
    Intervals have Student's distribution with one degree of freedom less than folds. None of this corrects for the
    number of pairs: of the 190 pairs of twenty unrelated tasks, about ten have intervals without zero.

    Each task is fitted ``n_folds + n_repeats * (n_folds + 2)`` times, by default 70.

    References
    ----------
    .. [1] C. Spearman, "The proof and measurement of association between two things", American Journal of Psychology
       15, 72-101, 1904.

    .. [2] P. Robert, Y. Escoufier, "A unifying tool for linear multivariate statistical methods: the RV-coefficient",
       Applied Statistics 25, 257-265, 1976.

    Examples
    --------
    Two groups of two tasks; tasks of one group have weights that correlate by 0.9.

    >>> from skmtl.datasets import make_structured
    >>> from skmtl.inspection import task_affinity
    >>> X, y, truth = make_structured(
    ...     400, 20, 4, structure="clusters", random_state=0, return_truth=True
    ... )
    >>> truth.clusters
    {'y0': 1, 'y1': 0, 'y2': 1, 'y3': 0}
    >>> affinity = task_affinity(X, y, random_state=0)
    >>> affinity.correlation.round(1)
    task   y0   y1   y2   y3
    task
    y0    1.0  0.2  0.9  0.1
    y1    0.2  1.0  0.5  1.0
    y2    0.9  0.5  1.0  0.4
    y3    0.1  1.0  0.4  1.0
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("task_affinity needs pandas: pip install 'skmtl[plot]'") from error
    require("n_repeats", n_repeats, Number(1, whole=True))
    targets = read_targets(y).targets
    groups = groups_of(targets, groups)
    check_lengths(X=X, y=targets, groups=groups)
    if len(targets) < 2:
        raise ValueError(f"y must hold at least two tasks to compare, got {list(targets)}")
    require("estimator", estimator, Joint())
    require("random_state", random_state, Seed())
    require("n_jobs", n_jobs, Jobs())
    random = check_random_state(random_state)
    fold = folds(cv, X, targets, groups, random)
    check_labels(targets, int(fold.max()) + 1)
    separate = Separate(default_estimator() if estimator is None else estimator, X, targets)
    evidence = gather(separate, fold, cut(int(fold.max()) + 1, n_repeats, random), n_jobs)
    names = pd.Index(list(targets), name="task", tupleize_cols=False)

    def square(table: np.ndarray) -> Any:
        return pd.DataFrame(table, index=names, columns=names)

    tasks = pd.DataFrame(evidence.tasks(), index=names)
    correlation, transfer, residual = (
        evidence.correlation(),
        evidence.transfer(),
        evidence.residual(),
    )
    return TaskAffinity(
        tasks, *map(square, correlation), *map(square, transfer), *map(square, residual[:2])
    )


def default_estimator() -> Any:
    """Return a pipeline of separate linear models."""
    return make_pipeline(StandardScaler(), MultiTaskGLM(MeanRegularized(STRENGTH, sharing=0.0)))


def folds(cv: Any, X: Any, targets: TaskTargets, groups: Any, random: Any) -> np.ndarray:
    """Return the number of the fold that tests each sample."""
    balanced = targets
    if cv is None or isinstance(cv, Integral):
        balanced = classes_only(targets)
    splitter = check_folds(cv, n_splits=10, shuffle=True, random_state=random)
    pairs = split_rows(splitter, X, balanced, FEWEST_FOLDS, groups=groups)
    tests = [test for _, test in pairs]
    check_partition(np.concatenate(tests), targets.shape[0])
    warn_of_gaps(pairs, targets.shape[0])
    fold = np.empty(targets.shape[0], dtype=np.intp)
    for number, test in enumerate(tests):
        fold[test] = number
    return fold


def classes_only(targets: TaskTargets) -> TaskTargets:
    """Return targets to balance folds on: numbers only say where they are missing.

    Folds with the same quantiles of a number are more alike than new samples would be, and errors found by comparing
    folds too small: by a quarter for two tasks alone.
    """
    columns = {
        name: column if name in targets.classes else np.where(targets.observed(name), 1.0, np.nan)
        for name, column in targets.items()
    }
    declared = {name: targets.task_types[name] for name in targets.classes}
    with warnings.catch_warnings():  # reading the labels has warned of them
        warnings.simplefilter("ignore", UserWarning)
        return TaskTargets(columns, task_types=declared)


def check_labels(targets: TaskTargets, n_folds: int) -> None:
    """Raise ValueError where a task has too few labels to be compared."""
    for name in targets:
        known = targets.observed(name)
        if known.sum() < 2 * n_folds:
            raise ValueError(
                f"task {name!r} must have at least two labels a fold, {2 * n_folds}, got {known.sum()}"
            )
        if len(np.unique(targets[name][known])) < 2:
            raise ValueError(f"task {name!r} must have labels that differ, got one value only")


def cut(n_folds: int, n_repeats: int, random: Any) -> list[np.ndarray]:
    """Return masks of the folds that make one half."""
    order = [random.permutation(n_folds) for _ in range(n_repeats)]
    return [positions < n_folds // 2 for positions in order]


class Evidence(NamedTuple):
    """What separate models say, in and between halves and out of fold."""

    separate: Separate
    fold: np.ndarray
    halves: Halves
    predicted: HeldOut

    def tasks(self) -> dict[str, list]:
        """Return what is known of each task, by column of a table."""
        separate, columns = self.separate, self.separate.columns
        gains = [self._receiver(name).explained() for name in columns]
        reliable = [self._reliability(part) for part in columns.values()]
        return {
            "type": [separate.targets.task_types[name] for name in columns],
            "n_labels": [int(separate.targets.observed(name).sum()) for name in columns],
            "explained": [gain.value for gain in gains],
            "reliability": [estimate.value for estimate in reliable],
            "reliability_std_error": [estimate.std_error for estimate in reliable],
        }

    def correlation(self) -> np.ndarray:
        """Return correlations of signals, their standard errors and lower bounds."""
        C, columns = self.halves.covariance, list(self.separate.columns.values())
        sure = [self._is_sure(part) for part in columns]
        answer = blank(len(columns), 3)
        for s, t in combinations(range(len(columns)), 2):
            a, b = columns[s], columns[t]
            estimate = UNKNOWN
            if sure[s] and sure[t]:
                estimate = associate(C[:, a, b], C[:, a, a], C[:, b, b])
            answer[:, s, t] = answer[:, t, s] = estimate
        for t in range(len(columns)):
            answer[:, t, t] = (1.0, 0.0, 1.0) if sure[t] else UNKNOWN
        return answer

    def transfer(self) -> np.ndarray:
        """Return what the task of a row adds to that of a column, and its standard error."""
        columns = self.separate.columns
        answer = np.zeros((2, len(columns), len(columns)))
        for t, to in enumerate(columns):
            receiver = self._receiver(to)
            for s, source in enumerate(columns):
                if s != t:
                    answer[:, s, t] = receiver.gain(self._free(to), self._free(source))
        return answer

    def residual(self) -> np.ndarray:
        """Return correlations of residuals, their standard errors and lower bounds."""
        separate = self.separate
        left = [
            separate.labels(name) - self.predicted.expected[:, part]
            for name, part in separate.columns.items()
        ]
        answer = blank(len(left), 3)
        for s, t in combinations(range(len(left)), 2):
            answer[:, s, t] = answer[:, t, s] = correlate_residuals(left[s], left[t], self.fold)
        for t in range(len(left)):
            answer[:, t, t] = (1.0, 0.0, 1.0)
        return answer

    def _receiver(self, name: Hashable) -> Receiver:
        expected = self.predicted.expected[:, self.separate.columns[name]]
        return Receiver(self.separate.labels(name), expected, self.predicted.signal, self.fold)

    def _free(self, name: Hashable) -> np.ndarray:
        """Return positions, after the constant, of the columns of a task; all but one tell those of classes."""
        part = self.separate.columns[name]
        width = part.stop - part.start
        return 1 + np.arange(part.start, part.start + max(1, width - 1))

    def _own(self, part: slice) -> tuple[float, float]:
        """Return the variance of a task's signal, noise taken out, and its standard error."""
        within = np.trace(self.halves.covariance[:, part, part], axis1=1, axis2=2)
        return float(within[0]), float(np.linalg.norm(deviations(within)))

    def _is_sure(self, part: slice) -> bool:
        """Whether the variance of a task's signal is above zero for sure."""
        value, error = self._own(part)
        return value > stats.t.ppf(0.95, len(self.halves.covariance) - 2) * error

    def _reliability(self, part: slice) -> Gain:
        value, error = self._own(part)
        whole = float(self.halves.variance[part].sum())
        return Gain(value / whole, error / whole) if whole > 0.0 else Gain(np.nan, np.nan)


def blank(n_tasks: int, depth: int) -> np.ndarray:
    """Return tables of numbers that are not known."""
    return np.full((depth, n_tasks, n_tasks), np.nan)


def gather(separate: Separate, fold: np.ndarray, cuts: list[np.ndarray], n_jobs: Any) -> Evidence:
    """Fit all models, and keep what they say."""
    numbers = range(int(fold.max()) + 1)
    parallel = Parallel(n_jobs=n_jobs)
    parts = parallel(delayed(out_of_fold)(separate, fold, number) for number in numbers)
    back = np.argsort(np.concatenate([np.flatnonzero(fold == number) for number in numbers]))
    predicted = HeldOut(*(np.concatenate(pieces)[back] for pieces in zip(*parts, strict=True)))
    halves = parallel(delayed(compare_halves)(separate, fold, half) for half in cuts)
    return Evidence(
        separate, fold, Halves(*(np.mean(m, axis=0) for m in zip(*halves, strict=True))), predicted
    )
