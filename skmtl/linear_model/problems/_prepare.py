"""From checked data to the tasks, columns and layout of one fit."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ...heads import (
    Head,
    TaskFit,
    fit_weights,
    fits_of,
    labels_that_count,
    make_heads,
    order_of,
)
from ...penalties import FEATURES, ONE_COLUMN, Columns, Penalty
from ...tasks import FitData, TaskTargets
from ._layout import FitLayout

# The best quadratic strength for classes is about a quarter of that for squared loss.
LOGISTIC_BALANCE = 0.25


class Setup(NamedTuple):
    """What tells the joint linear models apart.

    balance_losses says that losses of classes take a quarter of the strength of the others.
    """

    penalty: Penalty
    typing: Any
    class_weight: Any = None
    scale_targets: bool = False
    balance_losses: bool = False


class Prepared(NamedTuple):
    """A fit ready to be solved; order are the columns of all heads that its columns are, from left to right.

    free are the tasks without a penalty, each of which is fitted alone, and tied is the fit of the others, if any.
    """

    heads: tuple[Head, ...]
    fits: list[TaskFit]
    columns: Columns
    order: np.ndarray
    layout: FitLayout
    free: tuple[TaskFit, ...] = ()
    tied: "Prepared | None" = None

    @property
    def penalized(self) -> "Prepared | None":
        """The fit of the tasks that have a penalty."""
        return self.tied if self.free else self

    def alone(self, fit: TaskFit) -> "Prepared":
        """Return the fit of one of the tasks without a penalty."""
        whole = self.layout
        layout = FitLayout.of(
            whole.design.X, [fit], whole.fit_intercept, False, FEATURES, whole.rounding
        )
        return self._replace(fits=[fit], order=order_of([fit]), layout=layout)

    @property
    def n_columns(self) -> int:
        """Number of columns of all heads, also those that are not fitted."""
        return self.heads[-1].columns.stop

    @property
    def null_value(self) -> float:
        """The loss of the best constant prediction; 1 where that is perfect."""
        return abs(float(self.layout.null_values.sum())) or 1.0

    @property
    def scale(self) -> np.ndarray:
        """Scale of the targets of each fitted column."""
        return np.repeat(
            [fit.head.scale for fit in self.fits], [len(fit.head.active) for fit in self.fits]
        )


def prepare(fit_data: FitData, setup: Setup, task_weight: Any, fit_intercept: bool) -> Prepared:
    """Make the heads, weigh the labels and lay out the data."""
    class_weight, labels = labels_that_count(fit_data.targets, fit_data.weights, setup.class_weight)
    heads = make_heads(fit_data.targets, labels, fit_data.inferred, setup.scale_targets)
    weights = fit_weights(heads, labels, class_weight, task_weight)
    return lay_out(fit_data, setup, fits_of(heads, labels, weights), heads, fit_intercept)


def lay_out(
    fit_data: FitData,
    setup: Setup,
    fits: list[TaskFit],
    heads: tuple[Head, ...],
    fit_intercept: bool,
) -> Prepared:
    """Lay out the data of the tasks to be fitted, those that the penalty leaves free set apart."""
    whole = lay_out_together(fit_data, setup, fits, heads, fit_intercept)
    names = setup.penalty.unpenalized(whole.columns)
    free = tuple(fit for fit in fits if fit.head.name in names)
    others = [fit for fit in fits if fit.head.name not in names]
    if not free:
        return whole
    tied = lay_out_together(fit_data, setup, others, heads, fit_intercept) if others else None
    return whole._replace(free=free, tied=tied)


def lay_out_together(
    fit_data: FitData,
    setup: Setup,
    fits: list[TaskFit],
    heads: tuple[Head, ...],
    fit_intercept: bool,
) -> Prepared:
    """Lay out the data of some tasks, and tell the penalty of their columns."""
    X = fit_data.X.astype(np.float64, copy=False)
    rounding = float(np.finfo(fit_data.X.dtype).eps)
    one_centre = setup.penalty.compares_intercepts
    layout = FitLayout.of(X, fits, fit_intercept, one_centre, setup.penalty.basis, rounding)
    order = order_of(fits)
    columns = describe(fits, fit_data.targets, setup.balance_losses)
    columns = replace(columns, places=order, n_rows=heads[-1].columns.stop)
    return Prepared(heads, fits, columns, order, layout)


def describe(fits: list[TaskFit], targets: TaskTargets, balance_losses: bool) -> Columns:
    """Tell the penalty what it may know of the columns."""
    tasks: list[Hashable] = []
    families: list[Hashable] = []
    labels: list[Hashable] = []
    curvature: list[float] = []
    for head in (fit.head for fit in fits):
        names = head.column_labels
        tasks += [head.name] * len(head.active)
        families += [ONE_COLUMN if names == [None] else tuple(names)] * len(head.active)
        labels += [names[position] for position in head.active]
        balanced = balance_losses and np.isfinite(head.loss.curvature) and not head.loss.quadratic
        curvature += [LOGISTIC_BALANCE if balanced else 1.0] * len(head.active)
    return Columns(tuple(tasks), tuple(families), tuple(labels), np.array(curvature), targets.tasks)
