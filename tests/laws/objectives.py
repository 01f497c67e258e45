"""The objective of a fit, from the documentation: tasks, their inputs about their centre, and the penalty."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from certificates import LOSSES, Task

from .losses import LONG
from .tables import Table


@dataclass(frozen=True)
class Objective:
    """sum_t sum_i s_it loss_t(y_it, x_i W_t + b_t) + penalty(W): y in units of ``task.scale``, from ``shift``.

    X and its centres are in extended precision, so that what varies keeps its digits however far from zero it is.
    """

    X: np.ndarray
    flat: np.ndarray
    tasks: list[Task]
    shift: np.ndarray
    prior: Any
    fit_intercept: bool

    @property
    def pools(self) -> bool:
        """Whether intercepts are penalised, which are then those at a common centre."""
        return getattr(self.prior, "pooling", None) is not None

    @cached_property
    def common_centre(self) -> np.ndarray:
        """The mean of X, weighted by the total weight of each sample; zero without intercepts."""
        total = sum(task.weight for task in self.tasks).astype(LONG)
        return total @ self.X / total.sum() if self.fit_intercept else np.zeros(self.X.shape[1])

    def inputs(self, X: np.ndarray) -> np.ndarray:
        """Return rows as those of the fit: columns that were constant in it are zero."""
        return np.where(self.flat, 0.0, X).astype(LONG)

    def centre(self, t: int) -> np.ndarray:
        """Return the centre of a task: the mean of its labelled rows where intercepts are free."""
        if self.pools or not self.fit_intercept:
            return self.common_centre
        weight = self.tasks[t].weight.astype(LONG)
        return weight @ self.X / weight.sum()


class Setting(NamedTuple):
    """Parameters of an objective; with pool_intercept the targets keep their means, for intercepts are compared."""

    fit_intercept: bool
    pool_intercept: bool
    scale_targets: bool
    scales: dict | None = None


def objective(table: Table, define: Callable, setting: Setting) -> Objective:
    """Return the objective on a table; define makes the penalty of tasks."""
    flat = constant_to_rounding(table.X) & setting.fit_intercept
    if setting.scales is None and setting.scale_targets:
        setting = setting._replace(scales=units_of(table))
    described = [
        describe(name, table.types[name], column, s, setting)
        for (name, column), s in zip(table.y.items(), table.pair_weight.T, strict=True)
    ]
    tasks, shifts = ([pair[k] for pair in described] for k in (0, 1))
    X = np.where(flat, 0.0, table.X).astype(LONG)
    return Objective(X, flat, tasks, np.array(shifts, LONG), define(tasks), setting.fit_intercept)


def constant_to_rounding(X: np.ndarray) -> np.ndarray:
    """Return which columns only rounding keeps from being constant: intercepts make up for them."""
    return np.ptp(X, axis=0) <= 8 * np.spacing(np.abs(X).max(axis=0))


def describe(
    name: str, kind: str, column: np.ndarray, s: np.ndarray, setting: Setting
) -> tuple[Task, float]:
    """Return a task, and what was taken off its targets."""
    seen, scale, shift, classes = s > 0, LONG(1), LONG(0), ()
    y = np.where(seen, column, 0.0).astype(LONG)
    if kind == "regression":
        mean = s.astype(LONG) @ y / s.astype(LONG).sum()
        if setting.scales is not None:
            scale = LONG(setting.scales[name])
        shift = mean if setting.fit_intercept and not setting.pool_intercept else shift
        y = np.where(seen, (y - shift) / scale, 0.0)[:, None]
    elif kind == "count":
        y = y[:, None]
    else:
        classes = tuple(np.unique(column[seen]))
        y = np.array([[float(value == k) for k in classes] for value in column])
        y = y if kind == "multiclass" else y[:, 1:]
    return Task(name, LOSSES[kind], y, s, scale, classes), shift


def units_of(table: Table) -> dict:
    """Return the deviation of each regression; of one that does not vary, the geometric mean of the others, or 1."""
    found = {}
    for (name, column), s in zip(table.y.items(), table.pair_weight.T, strict=True):
        if table.types[name] == "regression":
            y = np.where(s > 0, column, 0.0).astype(LONG)
            mean = s.astype(LONG) @ y / s.astype(LONG).sum()
            found[name] = deviation(y - mean, s, mean, LONG(0))
    known = [sd for sd in found.values() if sd]
    rest = np.exp(np.mean(np.log(known))) if known else LONG(1)
    return {name: sd or rest for name, sd in found.items()}


def deviation(centred: np.ndarray, s: np.ndarray, mean: float, flat: float = LONG(1)) -> float:
    """Return the weighted standard deviation; flat where that is rounding of the mean."""
    size = np.abs(centred[s > 0]).max() or LONG(1)
    weight = s.astype(LONG) / s.max()
    sd = size * np.sqrt(weight @ (centred / size) ** 2 / weight.sum())
    return sd if sd > 10 * np.finfo(float).eps * abs(mean) else flat
