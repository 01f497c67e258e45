"""Scores of tasks in folds, and which point of a grid they speak for."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

JOINT = "score"
"""What the mean over tasks is called beside their names."""

DIGITS = 10
"""Decimals of a score beyond which it is rounding."""


@dataclass(frozen=True)
class Scores:
    """Scores of shape (n_folds, n_rows, n_others, n_tasks), the strongest penalty in the first row.

    A task that cannot be scored in a fold is NaN there, at all points; what is minus infinity is never chosen.
    """

    tasks: tuple[Hashable, ...]
    values: np.ndarray

    @classmethod
    def of(cls, tasks: tuple[Hashable, ...], values: np.ndarray) -> "Scores":
        """Leave a task out of a fold in which it cannot be scored at some point: points must be comparable."""
        undefined = np.isnan(values).any(axis=(1, 2), keepdims=True)
        if undefined.all():
            raise ValueError(f"no task of {list(tasks)} can be scored in any fold")
        return cls(tasks, np.where(undefined, np.nan, values))

    @property
    def left_out(self) -> dict[Hashable, int]:
        """Tasks that were left out of folds, and of how many."""
        counts = np.isnan(self.values[:, 0, 0]).sum(axis=0).tolist()
        return {task: count for task, count in zip(self.tasks, counts, strict=True) if count}

    @property
    def joint(self) -> np.ndarray:
        """Means over the tasks, of shape (n_folds, n_rows, n_others)."""
        return mean(self.values, axis=3)

    def of_task(self, task: Hashable) -> np.ndarray:
        """Return the scores of one task, of shape (n_folds, n_rows, n_others)."""
        return self.values[..., self.tasks.index(task)]

    def mean(self) -> np.ndarray:
        """Return the mean over folds of the joint score, of shape (n_rows, n_others)."""
        return mean(self.joint)

    def best(self) -> tuple[int, int]:
        """Return the point of the best mean score, the strongest of those that are equal."""
        return best_point(self.mean())

    def within_one_error(self) -> tuple[int, int]:
        """Return the strongest point beside the best one that is worse by at most one standard error.

        The error is that of the mean difference between the two, which folds give in pairs.
        """
        row, other = self.best()
        scores = self.joint[..., other]
        for stronger in range(row):
            with np.errstate(invalid="ignore"):  # scores of minus infinity
                loss = scores[:, row] - scores[:, stronger]
                loss = loss[~np.isnan(loss)]
                if len(loss) > 1 and loss.mean() <= loss.std(ddof=1) / np.sqrt(len(loss)):
                    return stronger, other
        return row, other

    def best_by_task(self, params: Mapping[str, np.ndarray]) -> dict[Hashable, dict[str, float]]:
        """Return the parameters and the mean score at the best point of each task; NaN where it cannot be scored."""
        by_task = {}
        for task in self.tasks:
            means = mean(self.of_task(task))
            point = None if np.isnan(means).all() else best_point(means)
            best = {
                name: np.nan if point is None else float(array[point])
                for name, array in params.items()
            }
            by_task[task] = best | {JOINT: np.nan if point is None else float(means[point])}
        return by_task

    def table(self, params: Mapping[str, np.ndarray]) -> dict[str, object]:
        """Return scores by point as scikit-learn's searches do: means, deviations and folds, jointly and by task."""
        flat = {f"param_{name}": array.ravel() for name, array in params.items()}
        names, points = list(params), np.column_stack([array.ravel() for array in params.values()])
        results: dict[str, object] = {
            **flat,
            "params": [dict(zip(names, p)) for p in points.tolist()],
        }
        for name in (JOINT, *self.tasks):
            scores = self.joint if name == JOINT else self.of_task(name)
            for fold, values in enumerate(scores):
                results[f"split{fold}_test_{name}"] = values.ravel()
            results[f"mean_test_{name}"] = mean(scores).ravel()
            with np.errstate(invalid="ignore"):
                spread = np.sqrt(mean((scores - mean(scores)) ** 2))
            results[f"std_test_{name}"] = spread.ravel()
        order = np.unique(-mean(self.joint).ravel(), return_inverse=True)
        counts = np.bincount(order[1].ravel())
        results[f"rank_test_{JOINT}"] = (1 + np.cumsum(counts) - counts)[order[1].ravel()]
        return results


def check_names(tasks: Iterable[Hashable]) -> None:
    """Raise ValueError where a task has the name that the joint score has in cv_results_."""
    if JOINT in tasks:
        raise ValueError(f"cv_results_ needs the name {JOINT!r} for itself: rename that task")


def mean(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Return the mean of what is not NaN; NaN where nothing else is."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def best_point(means: np.ndarray) -> tuple[int, int]:
    """Return the row and column of the largest mean, the first of those that are equal."""
    row, other = np.unravel_index(int(np.nanargmax(means.round(DIGITS))), means.shape)
    return int(row), int(other)
