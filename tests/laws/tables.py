"""A table: inputs, outcomes with gaps, weights, and what says which rows are held out together."""

from dataclasses import dataclass, replace

import numpy as np

from skmtl import TaskTargets

from .features import features
from .labels import TYPES, anchored, labels, observed, weights
from .specs import Spec

N_NEW = 12  # rows that no fit sees
N_GROUPS = 3


@dataclass(frozen=True)
class Table:
    """X dense, y by task with NaN where a label is missing; X_new are rows to be predicted only.

    group is the group of each row, where groups are the tasks; fold says with which rows it is held out.
    """

    X: np.ndarray
    X_new: np.ndarray
    unit: np.ndarray
    y: dict[str, np.ndarray]
    types: dict[str, str]
    weight: np.ndarray | None
    fold: np.ndarray
    group: np.ndarray | None = None
    group_new: np.ndarray | None = None

    @property
    def targets(self) -> TaskTargets:
        """The outcomes, of declared types."""
        return TaskTargets(self.y, task_types=self.types)

    @property
    def pair_weight(self) -> np.ndarray:
        """The weight of each label, (n, n_tasks): zero where it is missing."""
        seen = np.column_stack([~np.isnan(column) for column in self.y.values()])
        if self.weight is None:
            return seen.astype(float)
        return seen * (self.weight if self.weight.ndim == 2 else self.weight[:, None])

    def rows(self, rows: np.ndarray) -> "Table":
        """Return some of the rows, or copies of them, in another order."""
        return replace(
            self,
            X=self.X[rows],
            y={name: column[rows] for name, column in self.y.items()},
            weight=None if self.weight is None else self.weight[rows],
            fold=self.fold[rows],
            group=None if self.group is None else self.group[rows],
        )

    def tasks(self, names: list[str]) -> "Table":
        """Return some of the tasks, in that order."""
        places = [list(self.y).index(name) for name in names]
        per_pair = self.weight is not None and self.weight.ndim == 2
        return replace(
            self,
            y={name: self.y[name] for name in names},
            types={name: self.types[name] for name in names},
            weight=self.weight[:, places] if per_pair else self.weight,
        )

    def inputs(self, change) -> "Table":
        """Return the table with changed inputs."""
        return replace(self, X=change(self.X), X_new=change(self.X_new))

    def hidden(self) -> "Table":
        """Return the table with the labels that weigh nothing missing."""
        nothing = self.pair_weight == 0
        y = {
            name: np.where(nothing[:, t], np.nan, column)
            for t, (name, column) in enumerate(self.y.items())
        }
        return replace(self, y=y)


def table_of(spec: Spec) -> Table:
    """Make the table of a draw."""
    rng = np.random.default_rng(spec.seed)
    X, Z, unit = features(spec, rng, spec.n + N_NEW)
    columns = {name: column[: spec.n] for name, column in labels(spec, rng, Z).items()}
    grouped = spec.model == "groups"
    groups = np.arange(len(X)) % N_GROUPS if grouped else np.zeros(len(X), dtype=int)
    group = groups[: spec.n] if grouped else None
    seen = observed(spec, rng)
    anchors = anchored(spec, columns, seen, group)
    weight = weights(spec, rng, anchors)
    y = {
        name: np.where(seen[:, t], column, np.nan)
        for t, (name, column) in enumerate(columns.items())
    }
    types = {name: TYPES[letter] for name, letter in zip(columns, spec.tasks, strict=True)}
    fold = np.argsort(rng.random(spec.n)) % 2
    new = groups[spec.n :] if grouped else None
    return Table(X[: spec.n], X[spec.n :], unit, y, types, weight, fold, group, new)


def groups_as_tasks(table: Table) -> Table:
    """Return a table with a task a group."""
    y, kind = table.y["y0"], table.types["y0"]
    columns = {f"{g}": np.where(table.group == g, y, np.nan) for g in np.unique(table.group)}
    return replace(table, y=columns, types=dict.fromkeys(columns, kind))
