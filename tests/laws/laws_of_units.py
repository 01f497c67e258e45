"""No answer depends on units, offsets, the order of things, or columns that say nothing."""

from dataclasses import replace

import numpy as np

from .comparisons import comparable, need_same
from .draws import Draw
from .law import Inapplicable, law
from .penalties import degree
from .specs import Spec
from .tables import N_NEW

POWERS = (-20, -10, 10, 20, 30)  # of two
SHIFTS = (2.0, 1e3, 5e4, 1e6, 1e9)  # in standard deviations, in whole ones
CONSTANTS = (0.0, 1.0, -7.1, 37.7, 2.0**30)
BY_ORDER = {"Temporal", "Temporal-smooth"}


def by_seed(spec: Spec, values: tuple):
    """Return one of the values, by the seed."""
    return values[spec.seed % len(values)]


@law(
    "units_of_X",
    lambda spec: (
        comparable(spec)
        and degree(spec) is not None
        and spec.pool == "no"  # a penalty on intercepts has the units of the targets alone
        and spec.model not in ("mlp", "new_task", "stacked", "gated")
        and not (spec.model == "glm_cv" and spec.folds == "rows")
    ),
)
def units_of_X(draw: Draw) -> None:
    """X times c, with strengths that follow, gives the same predictions; c is a power of two, which costs no digit."""
    c = 2.0 ** by_seed(draw.spec, POWERS)
    if not 2.0**-40 <= c * np.median(draw.table.unit) <= 2.0**40:
        c = 1 / c
    table = draw.table.inputs(lambda X: X * c)
    whole = draw.spec.container in ("ints", "bools")
    spec = replace(draw.spec, container="csr") if whole else draw.spec
    need_same(draw, draw.changed(table, spec, c ** degree(draw.spec)))


@law(
    "units_of_y",
    lambda spec: (
        comparable(spec) and "r" in spec.tasks and (spec.scaled == "yes") and spec.model != "mlp"
    ),
)
def units_of_y(draw: Draw) -> None:
    """With scaled targets, y times c has c times the predictions."""
    c = 2.0 ** by_seed(draw.spec, POWERS)
    numbers = {name for name, kind in draw.table.types.items() if kind == "regression"}
    times = lambda columns, k: {n: v * k if n in numbers else v for n, v in columns.items()}
    table = replace(draw.table, y=times(draw.table.y, c))
    need_same(draw, draw.changed(table), lambda answers: times(answers, 1 / c))


@law(
    "offsets",
    lambda spec: (
        comparable(spec)
        and spec.intercept == "yes"
        and spec.container == "dense"
        and spec.precision == 64
        and spec.model not in ("new_task",)
    ),
)
def offsets(draw: Draw) -> None:
    """With intercepts, an offset of a column changes no prediction; the offsets are ones that cost X no digit."""
    rng = np.random.default_rng(draw.spec.seed)
    sizes = np.full(draw.spec.d, by_seed(draw.spec, SHIFTS))
    if draw.spec.seed % 3 == 0:
        sizes = 10.0 ** rng.uniform(0, 9, draw.spec.d)
    offset = draw.table.unit * np.round(sizes) * rng.choice([-1.0, 1.0], draw.spec.d)
    table = draw.table.inputs(lambda X: X + offset)
    if np.any(table.X - offset != draw.table.X) or np.any(table.X_new - offset != draw.table.X_new):
        raise Inapplicable("the offset costs digits")
    need_same(draw.changed(table), draw)


@law("order_of_rows", lambda spec: comparable(spec) and spec.model != "mlp")
def order_of_rows(draw: Draw) -> None:
    """Rows in another order give the same predictions."""
    order = np.random.default_rng(draw.spec.seed).permutation(draw.spec.n)
    back = np.r_[np.argsort(order), draw.spec.n + np.arange(N_NEW)]
    other = draw.changed(draw.table.rows(order))
    need_same(draw, other, lambda answers: {name: values[back] for name, values in answers.items()})


@law("order_of_features", lambda spec: comparable(spec) and spec.model != "mlp" and spec.d > 1)
def order_of_features(draw: Draw) -> None:
    """Columns in another order give the same predictions."""
    order = np.random.default_rng(draw.spec.seed).permutation(draw.spec.d)
    table = draw.table.inputs(lambda X: X[:, order])
    need_same(draw, draw.changed(table))


@law(
    "order_of_tasks",
    lambda spec: (
        comparable(spec)
        and spec.model not in ("groups", "new_task")
        and spec.penalty not in BY_ORDER
        and len(spec.tasks) > 1
    ),
)
def order_of_tasks(draw: Draw) -> None:
    """Tasks in another order give the same predictions."""
    table = draw.table.tasks(list(draw.table.y)[::-1])
    need_same(draw, draw.changed(table))


@law(
    "constant_column",
    lambda spec: (
        comparable(spec)
        and spec.intercept == "yes"
        and spec.container == "dense"
        and spec.model not in ("mlp", "new_task")
    ),
)
def constant_column(draw: Draw) -> None:
    """A column that is constant, or is but for rounding, changes nothing."""
    value = by_seed(draw.spec, CONSTANTS) * draw.table.unit[0]

    def beside(X):
        column = np.full(len(X), value)
        if draw.spec.seed % 2 and draw.spec.precision == 64:
            column[::2] = np.nextafter(value, np.inf) if value else 0.0
        return np.column_stack([X, column])

    table = draw.table.inputs(beside)
    need_same(draw, draw.changed(table))


@law("container", lambda spec: comparable(spec) and spec.container != "dense")
def container(draw: Draw) -> None:
    """A sparse matrix, of whatever numbers and with entries given twice or zero, is the dense one."""
    if draw.spec.model == "mlp" and draw.estimator().solver == "adam":
        raise Inapplicable("of a gradient that is zero but for single precision Adam makes a step")
    need_same(draw, draw.changed(draw.table, replace(draw.spec, container="dense")))


@law("precision", lambda spec: comparable(spec) and spec.precision == 32 and spec.model != "mlp")
def single_precision(draw: Draw) -> None:
    """In single precision the answers are those in double, as far as single precision holds them."""
    need_same(draw, draw.changed(draw.table, replace(draw.spec, precision=64)))
