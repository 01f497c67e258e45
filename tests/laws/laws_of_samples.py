"""Weights are copies, missing labels are absent ones, and without sharing a task is fitted as if it were alone."""

from dataclasses import replace

import numpy as np

from .comparisons import comparable, need_same, need_same_answers
from .draws import DEFINED, Draw
from .law import law
from .specs import Spec, may_overflow
from .tables import N_NEW

# The first may weigh rows anew in folds that it makes, the second draws batches.
NOT_COPIES = {"gated", "stacked", "mlp"}


def takes_copies(spec: Spec) -> bool:
    """Whether a row of weight two is two rows: not where rows are left out one by one."""
    return comparable(spec) and spec.model not in NOT_COPIES and spec.folds == "given"


@law("copies", takes_copies)
def copies(draw: Draw) -> None:
    """Weights that are whole numbers are copies of rows."""
    counts = np.random.default_rng(draw.spec.seed).integers(1, 4, draw.spec.n)
    weight = draw.table.weight
    per_row = counts if weight is None or weight.ndim == 1 else counts[:, None]
    weighted = replace(draw.table, weight=(1.0 if weight is None else weight) * per_row)
    rows = np.repeat(np.arange(draw.spec.n), counts)
    first = np.r_[np.cumsum(counts) - counts, len(rows) + np.arange(N_NEW)]
    other = draw.changed(draw.table.rows(rows))
    once = lambda answers: {name: values[first] for name, values in answers.items()}
    need_same(draw.changed(weighted), other, once)


@law(
    "weight_zero",
    lambda spec: comparable(spec) and spec.model != "mlp" and not may_overflow(spec),
)
def weight_zero(draw: Draw) -> None:
    """A row of weight zero is no row."""
    n, weight = draw.spec.n, draw.table.weight
    extra = np.arange(n)[:: max(1, n // 4)]
    table = draw.table.rows(np.r_[np.arange(n), extra])
    ones = np.ones(n) if weight is None else weight
    y = {k: np.r_[v[:n], np.roll(v[:n], 1)[extra]] for k, v in table.y.items()}
    X = np.vstack([draw.table.X, 3 * draw.table.X[extra][:, ::-1]])
    table = replace(table, X=X, y=y, weight=np.concatenate([ones, 0 * ones[extra]]))
    once = np.r_[np.arange(n), len(table.X) + np.arange(N_NEW)]
    other = draw.changed(table)
    need_same(draw, other, lambda answers: {name: values[once] for name, values in answers.items()})


@law(
    "missing",
    lambda spec: comparable(spec) and spec.model != "groups" and spec.mask != "none",
)
def missing(draw: Draw) -> None:
    """A missing label is one of weight zero, whatever stands there."""
    table, n = draw.table, draw.spec.n
    y = {}
    for name, column in table.y.items():
        known = column[~np.isnan(column)]
        y[name] = np.where(np.isnan(column), np.resize(known, n), column)
    need_same(draw, draw.changed(replace(table, y=y, weight=table.pair_weight)))


@law(
    "alone",
    lambda spec: (
        comparable(spec)
        and spec.model in DEFINED - {"groups", "ridge_cv", "logistic_cv", "glm_cv"}
        and spec.penalty == "mean"
        and spec.sharing == 0.0
    ),
)
def alone(draw: Draw) -> None:
    """Without sharing, a task's fit is that of its labelled rows alone."""
    table, answers = draw.table, {}
    for name in table.y:
        one = table.tasks([name])
        labelled = one.rows(np.flatnonzero(one.pair_weight[:, 0] > 0))
        single = draw.changed(labelled)
        single.need_converged()
        answers |= single.fitted.answers(draw.points)
    need_same_answers(draw, answers)
