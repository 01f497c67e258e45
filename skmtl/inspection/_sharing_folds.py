"""Repeated folds, and nested parts of their training rows."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from ..model_selection import Fold, check_folds, split_rows
from ..tasks import TaskTargets
from ..utils import group_codes

FEWEST_FOLDS = 2


def repeated_folds(
    cv: Any, n_repeats: int, X: Any, targets: TaskTargets, groups: Any, random: Any
) -> list[Fold]:
    """Return training and test rows of all folds: ours, repeated, where at most their number is given."""
    if cv is None or isinstance(cv, Integral):
        seeds = random.randint(np.iinfo(np.int32).max, size=n_repeats).tolist()
        splitters = [check_folds(cv, shuffle=True, random_state=seed) for seed in seeds]
    else:
        splitters = [check_folds(cv)]
    return [
        fold
        for splitter in splitters
        for fold in split_rows(splitter, X, targets, FEWEST_FOLDS, groups=groups)
    ]


def check_train_sizes(train_sizes: Any, folds: list[Fold]) -> list[Any]:
    """Return fractions or numbers of training rows, from the smallest up."""
    if train_sizes is None:
        return [1.0]
    sizes = list(train_sizes)
    most = min(len(train) for train, _ in folds)
    for size in sizes:
        is_number = isinstance(size, Real) and not isinstance(size, bool | np.bool_)
        whole = isinstance(size, Integral)
        if not is_number or not (2 <= size <= most if whole else 0.0 < size <= 1.0):
            raise ValueError(
                f"train_sizes must be fractions in (0, 1] or integers in [2, {most}], the smallest training set, "
                f"got {size!r}"
            )
    if not sizes or len({isinstance(size, Integral) for size in sizes}) > 1:
        raise ValueError(f"train_sizes must be all fractions or all integers, got {sizes}")
    return sorted(set(sizes))


def nested(train: np.ndarray, sizes: Sequence[Any], groups: Any, random: Any) -> list[np.ndarray]:
    """Return parts of the training rows, each within the next; whole groups, so that parts may be smaller."""
    n_rows = len(train)
    of_row = np.arange(n_rows)
    if groups is not None:
        of_row = group_codes(groups[train])
    place = random.permutation(int(of_row.max()) + 1)[of_row]
    order = np.argsort(place, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(place[order])) + 1, n_rows)
    wanted = [int(s) if isinstance(s, Integral) else max(2, round(s * n_rows)) for s in sizes]
    taken = [ends[max(0, np.searchsorted(ends, n, side="right") - 1)] for n in wanted]
    return [np.sort(train[order[:n]]) for n in taken]
