"""SharingComparison: which tasks gain by sharing, and how sure that is."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ._sharing_statistics import HELPS, HURTS, UNKNOWN, adjust, corrected, paired, verdict, won

JOINT = "joint"


class TaskGain(NamedTuple):
    """A row of the table: what a joint model gains in a task."""

    task: Hashable
    against: str
    train_size: float
    n_labels: float
    joint: float
    other: float
    difference: float
    standard_error: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    folds_won: float
    n_folds: int
    verdict: str


@dataclass(frozen=True, eq=False, repr=False)
class SharingComparison:
    """What a joint model gains and loses, task by task, and how sure that is.

    It is made by ``compare_sharing``, whose page says how the numbers are computed.

    Parameters
    ----------
    metrics : dict of {task: str or callable}
        The metric of each task; greater is better.

    scores : dict of {str: ndarray of shape (n_sizes, n_folds, n_tasks)}
        Scores of the test rows by "joint", "separate" and, where asked for, "pooled"; NaN where undefined.

    n_train_labels : ndarray of shape (n_sizes, n_folds, n_tasks)
        Labels of each task that the models learnt from.

    n_fold_labels : ndarray of shape (n_folds, n_tasks)
        Labels of each task in whole training sets.

    n_test_labels : ndarray of shape (n_folds, n_tasks)
        Labels of each task that they were scored on.

    train_sizes : ndarray of shape (n_sizes,)
        Numbers of training rows, as means over folds, from the smallest up.

    confidence_level : float
        Level of the intervals; verdicts have an error rate of one less this.

    adjustment : {"holm", "fdr"}, default="holm"
        How p-values are adjusted for the number of tasks.

    See Also
    --------
    compare_sharing : Compare a joint model with separate ones.
    SharingDisplay : A figure of gains by task, or of learning curves.

    Examples
    --------
    >>> from skmtl import MultiTaskRidge
    >>> from skmtl.datasets import make_multitask
    >>> from skmtl.inspection import compare_sharing
    >>> X, y = make_multitask(60, 20, n_tasks=3, relatedness=1.0, random_state=0)
    >>> comparison = compare_sharing(MultiTaskRidge(sharing=0.9), X, y, random_state=0)
    >>> comparison
    SharingComparison of 3 tasks on 25 folds
    joint against separate, 48 training rows: no evidence on y0, y1, y2
    >>> comparison.scores["joint"].shape
    (1, 25, 3)
    """

    metrics: Mapping[Hashable, Any]
    scores: Mapping[str, np.ndarray]
    n_train_labels: np.ndarray
    n_fold_labels: np.ndarray
    n_test_labels: np.ndarray
    train_sizes: np.ndarray
    confidence_level: float
    adjustment: str = "holm"

    @property
    def tasks(self) -> tuple[Hashable, ...]:
        """Names of the tasks."""
        return tuple(self.metrics)

    @property
    def others(self) -> tuple[str, ...]:
        """What the joint model was compared with: "separate", and "pooled" where it was asked for."""
        return tuple(name for name in self.scores if name != JOINT)

    def frame(self) -> Any:
        """Return a table with a row for each task, other model and number of training rows.

        Returns
        -------
        table : pandas.DataFrame
            The index is the task. Columns: ``against``, the other model; ``train_size``, the number of training rows,
            and ``n_labels``, that of labels of the task among them, as means over folds; ``joint`` and ``other``, mean
            scores; ``difference``, joint less other, its ``standard_error``, and the ends ``low`` and ``high`` of its
            interval; ``p_value`` of the task alone, and ``p_adjusted`` for the number of tasks; ``folds_won``, the
            fraction of folds in which the joint model was better (ties are half won); ``n_folds``, the number of folds
            in which the task has scores; ``verdict``: "helps", "no evidence" or "hurts".

        Raises
        ------
        ImportError
            If pandas is not installed (``pip install 'skmtl[plot]'``).
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError(
                "SharingComparison.frame needs pandas: pip install 'skmtl[plot]'"
            ) from error
        index = pd.Index([row.task for row in self._rows], name="task", tupleize_cols=False)
        columns = TaskGain._fields[1:]
        return pd.DataFrame([row[1:] for row in self._rows], index=index, columns=columns)

    def gains(self, against: str | None = None, size: int = -1) -> list[TaskGain]:
        """Return the rows of one other model and one number of training rows.

        Parameters
        ----------
        against : {"separate", "pooled"}, default=None
            The other model; None is the first.

        size : int, default=-1
            Position in ``train_sizes``; the last by default.

        Returns
        -------
        rows : list of named tuples
            Those of ``frame``, in the order of the tasks.

        Raises
        ------
        ValueError
            If the joint model was not compared with such a model.
        """
        against = self.others[0] if against is None else against
        if against not in self.others:
            raise ValueError(f"against must be one of {self.others}, got {against!r}")
        return self._families[against][size]

    @cached_property
    def _families(self) -> dict[str, list[list[TaskGain]]]:
        sizes = range(len(self.train_sizes))
        return {other: [self._of(other, size) for size in sizes] for other in self.others}

    @property
    def _rows(self) -> list[TaskGain]:
        return [row for family in self._families.values() for rows in family for row in rows]

    def _of(self, against: str, size: int) -> list[TaskGain]:
        """Return the rows of a family of tasks whose p-values are adjusted together."""
        rows = [self._row(against, size, place) for place in range(len(self.tasks))]
        adjusted = adjust(np.array([row.p_value for row in rows]), self.adjustment)
        level = self.confidence_level
        return [
            row._replace(p_adjusted=p, verdict=verdict(row.difference, p, level))
            for row, p in zip(rows, adjusted.tolist())
        ]

    def _row(self, against: str, size: int, place: int) -> TaskGain:
        """Return the row of a task, before p-values are adjusted."""
        joint, other = (self.scores[name][size, :, place] for name in (JOINT, against))
        trained = self.n_train_labels[size, :, place]
        usable = ~np.isnan(joint) & ~np.isnan(other) & (trained > 0)
        ratios = self.n_test_labels[usable, place] / self.n_fold_labels[usable, place]
        differences = paired(joint[usable], other[usable])
        statistics = corrected(differences, mean(ratios), self.confidence_level)
        return TaskGain(
            self.tasks[place],
            against,
            float(self.train_sizes[size]),
            float(trained.mean()),
            mean(joint[usable]),
            mean(other[usable]),
            *statistics,
            np.nan,
            won(differences),
            len(differences),
            UNKNOWN,
        )

    def __repr__(self) -> str:
        n_folds = len(self.n_test_labels)
        lines = [f"SharingComparison of {len(self.tasks)} tasks on {n_folds} folds"]
        for against in self.others:
            for size, n_rows in enumerate(self.train_sizes.tolist()):
                sentence = summary(self.gains(against, size))
                lines.append(f"joint against {against}, {n_rows:.0f} training rows: {sentence}")
        return "\n".join(lines)


def mean(values: np.ndarray) -> float:
    """Return the mean; NaN of nothing."""
    return float(values.mean()) if len(values) else np.nan


def summary(rows: list[TaskGain], most: int = 8) -> str:
    """Return which tasks have which verdict; of many, how many."""
    parts = []
    for answer in (HELPS, UNKNOWN, HURTS):
        names = [str(row.task) for row in rows if row.verdict == answer]
        if names:
            listed = ", ".join(names) if len(rows) <= most else f"{len(names)} of {len(rows)} tasks"
            parts.append(f"{answer} {listed}" if answer != UNKNOWN else f"{answer} on {listed}")
    return "; ".join(parts)
