"""Which rows each network of an ensemble leaves out of its training, to stop on them."""

from fractions import Fraction
from typing import Any

import numpy as np
from sklearn.model_selection import BaseCrossValidator, check_cv

from ..model_selection import TaskStratifiedKFold
from ..tasks import TaskTargets


def splitter_of(cv: Any, n_members: int, n_items: int, seed: int) -> BaseCrossValidator:
    """Return what makes the folds: alike in all tasks, unless the user said how."""
    if cv is None:
        n_folds = min(n_members, n_items)
        return TaskStratifiedKFold(n_folds, shuffle=True, random_state=seed)
    return check_cv(cv)


def held_out(
    targets: TaskTargets, groups: Any, cv: Any, n_members: int, fraction: float, seed: int
) -> list[np.ndarray]:
    """Return the rows that each member holds out; with one member, about the given share of all."""
    n_samples = targets.shape[0]
    n_items = n_samples if groups is None else len(np.unique(groups))
    if n_items < 2:
        what = "samples" if groups is None else "groups"
        raise ValueError(
            f"MultiTaskMLP needs at least 2 {what} that have labels, to hold some out, got n_samples = {n_samples}"
            + ("" if groups is None else f" in {n_items} group")
        )
    whole = np.zeros((n_samples, 1))
    given = {} if groups is None else {"groups": groups}
    if n_members == 1 and cv is None:
        share = Fraction(fraction).limit_denominator(min(100, n_items))
        share = min(max(share, Fraction(1, n_items)), Fraction(n_items - 1, n_items))
        folds = TaskStratifiedKFold(share.denominator, shuffle=True, random_state=seed)
        tests = [test for _, test in folds.split(whole, targets, **given)]
        return [np.sort(np.concatenate(tests[: share.numerator]))]
    splitter = splitter_of(cv, n_members, n_items, seed)
    tests = [np.asarray(test) for _, test in splitter.split(whole, targets, **given)]
    if not tests:
        raise ValueError("cv must have at least one fold, got none")
    if any(len(test) in (0, n_samples) for test in tests):
        raise ValueError("each fold of cv must hold out some rows, and leave some")
    return [tests[m % len(tests)] for m in range(n_members)]
