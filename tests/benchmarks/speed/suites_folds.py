"""The suite of folds: time and balance of TaskStratifiedKFold, beside scikit-learn's folds of one task."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold

from skmtl import TaskTargets
from skmtl.model_selection import TaskStratifiedKFold

from .measures import Settings, peak_memory, take_turns
from .problems import Size
from .racing import Suite
from .report import Row, Table

N_SPLITS = 5
OURS, ONE_TASK, RANDOM = "TaskStratifiedKFold", "StratifiedKFold, first task", "KFold, shuffled"
GROUPED, ONE_TASK_GROUPED = "TaskStratifiedKFold, groups", "StratifiedGroupKFold, first task"

Split = Callable[[], list]


class Case(NamedTuple):
    """Rows, tasks, and the rows of a group, None without groups."""

    n_samples: int
    n_tasks: int
    rows_per_group: int | None = None

    def __str__(self):
        groups = f", groups of {self.rows_per_group}" if self.rows_per_group else ""
        return f"n={self.n_samples}, T={self.n_tasks}, {N_SPLITS} folds{groups}"


CASES = (
    Case(20_000, 10),
    Case(20_000, 100),
    Case(1_000_000, 10),
    Case(20_000, 10, rows_per_group=4),
    Case(20_000, 10, rows_per_group=66),
)


def outcomes(n_samples: int, n_tasks: int) -> TaskTargets:
    """Return binary, continuous and multiclass tasks in turn; of every other task a fifth is missing."""
    rng = np.random.default_rng(0)
    columns, types = {}, {}
    for t in range(n_tasks):
        kind = ("binary", "regression", "multiclass")[t % 3]
        if kind == "binary":
            column = (rng.random(n_samples) < rng.uniform(0.02, 0.5)).astype(float)
        elif kind == "regression":
            column = rng.normal(size=n_samples)
        else:
            column = rng.choice(5, n_samples, p=[0.5, 0.3, 0.15, 0.04, 0.01]).astype(float)
        if t % 2:
            column[rng.random(n_samples) < 0.2] = np.nan
        columns[f"y{t}"], types[f"y{t}"] = column, kind
    return TaskTargets(columns, types)


def contestants(case: Case, y: TaskTargets) -> dict[str, Split]:
    """Return what makes folds, ours first."""
    first, X = y["y0"], np.zeros((case.n_samples, 1))
    ours = TaskStratifiedKFold(N_SPLITS, shuffle=True, random_state=0)
    if case.rows_per_group is None:
        one, random = (f(N_SPLITS, shuffle=True, random_state=0) for f in (StratifiedKFold, KFold))
        return {
            OURS: lambda: list(ours.split(X, y)),
            ONE_TASK: lambda: list(one.split(X, first)),
            RANDOM: lambda: list(random.split(X)),
        }
    n_groups = max(case.n_samples // case.rows_per_group, N_SPLITS)
    groups = np.random.default_rng(1).integers(0, n_groups, case.n_samples)
    grouped = StratifiedGroupKFold(N_SPLITS)
    return {
        GROUPED: lambda: list(ours.split(X, y, groups)),
        ONE_TASK_GROUPED: lambda: list(grouped.split(X, first, groups)),
    }


def unevenness(y: TaskTargets, folds: list) -> np.ndarray:
    """Return how many labels a fold has too many or too few at most, of each class, tenth and missing label."""
    fold = np.empty(y.shape[0], dtype=np.intp)
    for k, (_, test) in enumerate(folds):
        fold[test] = k
    worst = []
    for name, column in y.items():
        known = ~np.isnan(column)
        codes = np.zeros(len(column), dtype=np.intp)
        values = column[known]
        if y.task_types[name] == "regression":
            values = np.searchsorted(np.quantile(values, np.arange(1, 10) / 10), values)
        codes[known] = 1 + values.astype(np.intp)
        counts = np.bincount(codes * N_SPLITS + fold, minlength=(codes.max() + 1) * N_SPLITS)
        counts = counts.reshape(-1, N_SPLITS)
        worst += abs(counts - counts.mean(axis=1, keepdims=True)).max(axis=1).tolist()
    return np.array(worst)


def cases(size: Size) -> tuple[Case, ...]:
    """Return those of the suite, or, with and without groups, the one of the size that is given."""
    if size.name == "M":
        return CASES
    return Case(size.n_samples, size.n_tasks), Case(size.n_samples, size.n_tasks, 4)


def folds(size: Size, settings: Settings) -> Iterator[Table]:
    """Time, memory, and how far counts of labels are from equal shares."""
    for case in cases(size):
        y = outcomes(case.n_samples, case.n_tasks)
        jobs = contestants(case, y)
        timed = take_turns(jobs, settings)
        rival = list(timed.values())[1]
        rows = []
        for name, took in timed.items():
            off = unevenness(y, took.result)
            note = f"labels off by {off.max():.1f} at most, {off.mean():.1f} on average"
            peak = peak_memory(partial(jobs[name]))
            ratio = took.median / rival.median
            rows.append(Row(name, took.median, took.best, ratio, peak=peak, note=note))
        yield Table("folds", str(case), tuple(rows))


FOLD_SUITES = {"folds": Suite("folds alike in all tasks", ("M",), folds)}
