"""Folds of any splitter: what it is given to stratify by, and what folds must keep to be honest."""

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.model_selection import (
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
    check_cv,
)

from ..tasks import TaskTargets, groups_of
from ..utils import Rule, group_codes, require, warn
from ._strata import strata
from ._stratified import TaskStratifiedKFold


class Splitting(Rule):
    """What makes folds."""

    def admits(self, value: Any) -> bool:
        if value is None or isinstance(value, Integral):
            return value is None or (not isinstance(value, bool) and int(value) >= 2)
        if isinstance(value, type | str | bytes | Mapping):
            return False
        return hasattr(value, "split") or isinstance(value, Iterable)

    def __str__(self) -> str:
        return "None, an integer of at least 2, a splitter or an iterable of (train, test)"


Fold = tuple[np.ndarray, np.ndarray]

BY_CLASSES = (
    RepeatedStratifiedKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    StratifiedShuffleSplit,
)
"""scikit-learn's splitters that stratify by the classes of one outcome, without missing labels."""


def check_folds(
    cv: Any, *, n_splits: int = 5, shuffle: bool = False, random_state: Any = None
) -> Any:
    """Return what makes the folds, as scikit-learn's check_cv does; raise ValueError where folds given are no pairs.

    Where at most the number of folds is given they are ours, by default n_splits. As in scikit-learn they are not
    shuffled; an estimator or function shuffles them that has a seed for it.
    """
    require("cv", cv, Splitting())
    if cv is None or isinstance(cv, Integral):
        seed = random_state if shuffle else None
        n_splits = n_splits if cv is None else int(cv)
        return TaskStratifiedKFold(n_splits, shuffle=shuffle, random_state=seed)
    if isinstance(cv, Iterable) and not hasattr(cv, "split"):
        cv = [pair_of(number, fold) for number, fold in enumerate(cv)]
    return check_cv(cv)


def split_rows(
    splitter: Any, X: Any, targets: TaskTargets, fewest: int = 1, groups: Any = None, **given: Any
) -> list[Fold]:
    """Return the training and test rows of all folds, checked; given are further arguments of split.

    groups are those of the targets where none are given.
    """
    y = class_codes(splitter, targets) if isinstance(splitter, BY_CLASSES) else targets
    groups = groups_of(targets, groups)
    if groups is not None:
        given["groups"] = groups
    folds = check_rows(splitter.split(X, y, **given), targets.shape[0], fewest)
    warn_of_split_groups(folds, groups)
    return folds


def warn_of_split_groups(folds: Sequence[Fold], groups: np.ndarray | None) -> None:
    """Warn where a splitter that does not know groups has put one into training and test rows."""
    if groups is None:
        return
    codes = group_codes(groups)
    for train, test in folds:
        both = np.intersect1d(codes[train], codes[test])
        if len(both):
            warn(
                f"cv puts {len(both)} groups into the training rows and the test rows of a fold: an integer, or a "
                "splitter of groups, keeps them together"
            )
            return


def class_codes(splitter: Any, targets: TaskTargets) -> np.ndarray:
    """Return the class of each sample in the only task, missing labels as one more class."""
    if len(targets) != 1 or not targets.classes:
        raise ValueError(
            f"cv={splitter} stratifies by the classes of one task, but y has {targets.task_types}: "
            "skmtl.model_selection.TaskStratifiedKFold balances folds in all tasks"
        )
    return strata(targets, 2).ravel()


def check_rows(folds: Iterable[Any], n_samples: int, fewest: int = 1) -> list[Fold]:
    """Return folds as positions of rows; raise ValueError where they are too few, or train on what they test."""
    checked = []
    for number, fold in enumerate(folds):
        train, test = pair_of(number, fold)
        learnt = positions(train, n_samples, f"training rows of fold {number} of cv")
        tested = positions(test, n_samples, f"test rows of fold {number} of cv")
        shared = np.intersect1d(learnt, tested)
        if len(shared):
            raise ValueError(
                f"cv must not test rows that were trained on, but fold {number} does, with {len(shared)} rows such as "
                f"{shared[0]}"
            )
        checked.append((learnt, tested))
    if len(checked) < fewest:
        least = "one fold" if fewest == 1 else f"{fewest} folds"
        raise ValueError(f"cv must have at least {least}, got {len(checked) or 'none'}")
    return checked


def pair_of(number: int, fold: Any) -> tuple[Any, Any]:
    """Return training and test rows; raise ValueError where a fold is no pair of them."""
    is_several = isinstance(fold, Sequence | np.ndarray) and not isinstance(fold, str)
    if not is_several or len(fold) != 2:
        size = f" of {len(fold)}" if is_several else ""
        raise ValueError(
            f"fold {number} of cv must be a pair (train, test), got {type(fold).__name__}{size}: {reprlib.repr(fold)}"
        )
    return fold[0], fold[1]


def positions(rows: Any, n_samples: int, what: str) -> np.ndarray:
    """Return positions, where rows may be a mask."""
    rows = np.asarray(rows)
    if rows.ndim != 1 or not rows.size:
        raise ValueError(f"{what} must be one row or more, got an array of shape {rows.shape}")
    if rows.dtype.kind == "b" and len(rows) == n_samples:
        rows = np.flatnonzero(rows)
    elif rows.dtype.kind not in "iu":
        raise ValueError(
            f"{what} must be positions or a mask of {n_samples}, got {rows.dtype} of shape {rows.shape}"
        )
    if not rows.size or rows.min() < 0 or rows.max() >= n_samples:
        got = f"{rows.min()} to {rows.max()}" if rows.size else "none"
        raise ValueError(f"{what} must be positions in [0, {n_samples}), got {got}")
    return rows


def warn_of_gaps(folds: Sequence[Fold], n_samples: int) -> None:
    """Warn where a splitter keeps rows from training, and what follows trains on all rows that it does not test."""
    rest = [number for number, fold in enumerate(folds) if len(np.union1d(*fold)) < n_samples]
    if rest:
        warn(
            f"only the test rows of cv are used, and all others trained on, but folds {rest} leave others out of their "
            "training rows, as folds in order of time do: models then learn from rows after those they are tested on"
        )
