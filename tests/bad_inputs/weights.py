"""sample_weight: of another shape, negative, missing, of tasks that are not there."""

import numpy as np
import pandas as pd
import polars as pl

from skmtl import TaskTargets

from .subjects import N_ROWS, ROWS, Subject
from .table import BadInput, bad_fit, joint

ONES = np.ones(N_ROWS)


def one(subject: Subject) -> bool:
    """Whether the subject takes one outcome."""
    return not subject.is_joint


def bad_weight(name, make, match, **settings) -> BadInput:
    """Return a bad input of the weights, made of the tasks of a call."""
    return bad_fit(name, "sample_weight", lambda call: make(call.y), match, **settings)


def with_weight(value, dtype=float):
    """Return weights, one of which is another."""
    return lambda y: np.where(ROWS == 3, value, ONES.astype(dtype))


def by_task(value):
    """Return weights by task, one of which is another."""

    def make(y):
        weights = np.ones((N_ROWS, len(y)))
        weights[
            np.flatnonzero([v is not None and v == v for v in next(iter(y.values()))])[0], 0
        ] = value
        return weights

    return make


TABLE: list[BadInput] = [
    bad_weight(
        "longer", lambda y: np.ones(N_ROWS + 2), r"sample_weight must have shape \(30,\).*\(32,\)"
    ),
    bad_weight(
        "shorter", lambda y: np.ones(N_ROWS - 1), r"sample_weight must have shape \(30,\).*\(29,\)"
    ),
    bad_weight("empty", lambda y: [], r"sample_weight must have shape \(30,\).*\(0,\)"),
    bad_weight("a number", lambda y: 2.0, r"sample_weight must have shape \(30,\).*\(\)"),
    bad_weight(
        "3-D",
        lambda y: np.ones((N_ROWS, 1, 1)),
        r"sample_weight must have shape \(30,\).*\(30, 1, 1\)",
    ),
    bad_weight(
        "a column too many",
        lambda y: np.ones((N_ROWS, 9)),
        r"sample_weight must have shape.*\(30, 9\)",
    ),
    bad_weight(
        "by task, transposed",
        lambda y: np.ones((len(y), N_ROWS)),
        r"sample_weight must have shape.*\(\d+, 30\)",
    ),
    bad_weight(
        "two columns for one outcome",
        lambda y: np.ones((N_ROWS, 2)),
        r"sample_weight must have shape.*\(30, 2\)",
        where=one,
    ),
    bad_weight("negative", with_weight(-1.0), "sample_weight.*-1.*>= 0"),
    bad_weight("negative, by task", by_task(-2.5), "sample_weight.*-2.5.*>= 0", where=joint),
    bad_weight("NaN", with_weight(np.nan), "sample_weight contains NaN"),
    bad_weight(
        "NaN, by task", by_task(np.nan), "sample_weight contains NaN: task {task}", where=joint
    ),
    bad_weight("None in cells", with_weight(None, object), "sample_weight contains NaN"),
    bad_weight("inf", with_weight(np.inf), "sample_weight contains infinity"),
    bad_weight("-inf", with_weight(-np.inf), "sample_weight contains infinity"),
    bad_weight("inf, by task", by_task(np.inf), "sample_weight contains infinity", where=joint),
    bad_weight("all zero", lambda y: 0 * ONES, "sample_weight must not be all zero"),
    bad_weight(
        "all zero, by task",
        lambda y: np.zeros((N_ROWS, len(y))),
        "sample_weight must not be all zero",
        where=joint,
    ),
    bad_weight("strings", lambda y: np.full(N_ROWS, "heavy"), "sample_weight.*'heavy'"),
    bad_weight("a string", lambda y: "balanced", "sample_weight.*'balanced'"),
    bad_weight("strings in cells", with_weight("heavy", object), "sample_weight.*'heavy'"),
    bad_weight("complex", lambda y: ONES * 1j, "Complex data not supported|sample_weight"),
    bad_weight("dates", lambda y: ROWS.astype("datetime64[D]"), "sample_weight.*datetime64"),
    bad_weight("too large for a float", with_weight(10**400, object), "sample_weight.*too large"),
    bad_weight("a list in a cell", lambda y: [[1.0], *ONES[1:].tolist()], "sample_weight"),
    bad_weight("ragged lists", lambda y: [[1.0, 2.0]] * 29 + [[1.0]], "sample_weight"),
    bad_weight("a function", lambda y: len, "sample_weight"),
    bad_weight("a generator", lambda y: (1.0 for _ in ROWS), "sample_weight"),
    bad_weight(
        "a Series that is shorter",
        lambda y: pd.Series(ONES[:-1]),
        r"sample_weight must have shape.*\(29,\)",
    ),
    bad_weight("a Series of strings", lambda y: pd.Series(["a"] * N_ROWS), "sample_weight.*'a'"),
    bad_weight(
        "a polars Series with null",
        lambda y: pl.Series([None] + [1.0] * 29),
        "sample_weight contains NaN",
        where=lambda s: s.is_joint,
    ),
    bad_weight(
        "dict, empty",
        lambda y: {},
        r"sample_weight must have the tasks of y.*got \[\]",
        where=joint,
    ),
    bad_weight(
        "dict without a task",
        lambda y: dict.fromkeys([*y][1:], ONES),
        "sample_weight must have the tasks of y.*{task}",
        where=joint,
    ),
    bad_weight(
        "dict with an unknown task",
        lambda y: dict.fromkeys([*y, "age"], ONES),
        "sample_weight must have the tasks of y.*'age'",
        where=joint,
    ),
    bad_weight(
        "dict, one longer",
        lambda y: dict.fromkeys(y, np.ones(99)),
        r"sample_weight of task {task}.*\(30,\).*\(99,\)",
        where=joint,
    ),
    bad_weight(
        "dict of numbers",
        lambda y: dict.fromkeys(y, 2.0),
        r"sample_weight of task {task}.*\(30,\).*\(\)",
        where=joint,
    ),
    bad_weight(
        "dict of strings",
        lambda y: dict.fromkeys(y, np.full(N_ROWS, "a")),
        "sample_weight.*'a'",
        where=joint,
    ),
    bad_weight(
        "dict of negative ones", lambda y: dict.fromkeys(y, -ONES), "sample_weight.*-1", where=joint
    ),
    bad_weight(
        "dict of None",
        lambda y: dict.fromkeys(y),
        r"sample_weight of task {task}.*(\(\)|None)",
        where=joint,
    ),
    bad_weight(
        "dict of weights for one outcome",
        lambda y: {"days": ONES},
        r"sample_weight must have the tasks of y.*days",
        where=one,
    ),
    bad_weight(
        "frame with another task",
        lambda y: pd.DataFrame(dict.fromkeys([*y, "age"], ONES)),
        "sample_weight must have the tasks of y.*'age'",
        where=joint,
    ),
    bad_weight(
        "frame that is longer",
        lambda y: pd.DataFrame(dict.fromkeys(y, np.ones(31))),
        r"sample_weight of task {task}.*\(31,\)",
        where=joint,
    ),
    bad_weight(
        "frame of strings",
        lambda y: pd.DataFrame(dict.fromkeys(y, "a"), index=ROWS),
        "sample_weight.*'a'",
        where=joint,
    ),
    bad_weight(
        "TaskTargets of other tasks",
        lambda y: TaskTargets({"age": ONES}),
        "sample_weight must have the tasks of y.*'age'",
        where=joint,
    ),
    bad_weight(
        "a task without weight",
        lambda y: np.column_stack([0 * ONES, *[ONES] * (len(y) - 1)]),
        "{task}.*(no label|weight zero)",
        where=joint,
    ),
]
