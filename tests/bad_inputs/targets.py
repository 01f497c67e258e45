"""y in fit: no targets, containers that hold none, declared types that do not fit."""

import numpy as np
import pandas as pd
from scipy import sparse

from skmtl import TaskTargets

from .columns import one
from .subjects import N_ROWS, Subject
from .table import BadInput, always, bad_param, bad_y

WHOLE: list[BadInput] = [
    bad_y("None", lambda y: None, "requires y to be passed.*None", where=always),
    bad_y("empty dict", lambda y: {}, "y must hold at least one task"),
    bad_y("empty frame", lambda y: pd.DataFrame(), "y must hold at least one task"),
    bad_y(
        "frame without columns",
        lambda y: pd.DataFrame(index=range(N_ROWS)),
        "y must hold at least one task",
    ),
    bad_y("a string", lambda y: "died", r"y should be.*'died'"),
    bad_y("a number", lambda y: 3.0, r"y should be.*3\.0"),
    bad_y("an iterator", lambda y: iter([1.0]), r"y should be.*iterator"),
    bad_y("a set", lambda y: {1.0, 2.0}, r"y should be.*\{1.0, 2.0\}"),
    bad_y("a class", lambda y: dict, r"y should be.*<class 'dict'>"),
    bad_y("3-D", lambda y: np.zeros((N_ROWS, 2, 2)), r"y should be.*\(30, 2, 2\)"),
    bad_y("no columns", lambda y: np.zeros((N_ROWS, 0)), r"y should be.*\(30, 0\)"),
    bad_y(
        "sparse", lambda y: sparse.csr_array(np.eye(N_ROWS)), "y must be dense, got a sparse matrix"
    ),
    bad_y("complex", lambda y: np.ones((N_ROWS, 2)) * 1j, "Complex data not supported"),
    bad_y(
        "a list of ragged lists",
        lambda y: [[1.0]] * (N_ROWS - 1) + [[1.0, 2.0]],
        "y.*(ragged|one length|inhomogeneous)",
    ),
    bad_y("a list of dicts", lambda y: [{"a": 1.0}] * N_ROWS, "'y'.*dict"),
    bad_y(
        "a frame that is longer",
        lambda y: pd.DataFrame(dict.fromkeys("ab", np.arange(99.5))),
        r"inconsistent.*\[30, 100\]",
    ),
    bad_y(
        "an array that is shorter",
        lambda y: np.random.default_rng(0).normal(size=(9, 2)),
        r"inconsistent.*\[30, 9\]",
        where=lambda s: s.types == {"regression"},
    ),
    bad_y(
        "a name given twice",
        lambda y: pd.DataFrame(np.ones((N_ROWS, 2)), columns=["a", "a"]),
        "task names must be unique.*'a'",
    ),
    bad_y(
        "names that read alike",
        lambda y: {1: [1.0] * N_ROWS, "1": [1.0] * N_ROWS},
        "task names must differ as text, got 1 and '1'",
    ),
    bad_y(
        "a tuple as a name",
        lambda y: {("a", "b"): [1.0] * N_ROWS},
        r"task names must not be tuples, got \('a', 'b'\)",
    ),
    bad_y(
        "a frame with a MultiIndex",
        lambda y: pd.DataFrame({("a", "b"): [1.0] * N_ROWS}),
        r"task names must not be tuples, got \('a', 'b'\)",
    ),
    bad_y(
        "tasks of other lengths",
        lambda y: {"a": [1.0, 2.0], "b": [1.0]},
        "tasks must have the same number of samples.*'a': 2, 'b': 1",
    ),
    bad_y(
        "Series of other indexes",
        lambda y: {
            "a": pd.Series(np.arange(30.0)),
            "b": pd.Series(np.arange(30.0), index=np.arange(30) + 1),
        },
        "tasks must have the same row index.*'b'.*'a'",
    ),
    bad_y("no rows", lambda y: {"a": [], "b": []}, r"inconsistent.*\[30, 0\]"),
    bad_y("an array of records", lambda y: np.zeros(N_ROWS, dtype=[("a", float)]), "'y'.*(void|a)"),
    bad_y("a function of a dict", lambda y: y.items, r"y should be.*method"),
    bad_y("keys without columns", lambda y: y.keys(), r"y.*(\(\)|dict_keys)"),
    bad_y(
        "several outcomes for one",
        lambda y: {"a": y, "b": y},
        r"y must be one outcome.*2.*IndependentTasks",
        where=one,
    ),
    bad_y(
        "a frame of several for one",
        lambda y: pd.DataFrame({"a": y, "b": y}),
        r"y must be one outcome.*2.*IndependentTasks",
        where=one,
    ),
    bad_y(
        "an array of several for one",
        lambda y: np.column_stack([y, y]),
        r"y must be one outcome|1d array.*\(30, 2\)",
        where=one,
    ),
]


def declares(subject: Subject) -> bool:
    """Whether the estimator lets types be declared, and has tasks of all types."""
    return subject.has("task_types")


DECLARED: list[BadInput] = [
    bad_param("task_types", {"age": "binary"}, r"task_types.*\['age'\]", where=declares),
    bad_param("task_types", "numeric", "task_types.*'numeric'", where=declares),
    bad_param("task_types", {"days": "numeric"}, "task_types of 'days'.*'numeric'", where=declares),
    bad_param("task_types", {"days": None}, "task_types of 'days'.*None", where=declares),
    bad_param("task_types", {"days": int}, "task_types of 'days'.*int", where=declares),
    bad_param("task_types", ["regression"], r"task_types.*\['regression'\]", where=declares),
    bad_param("task_types", 3, "task_types.*3", where=declares),
    bad_param("task_types", True, "task_types.*True", where=declares),
    bad_param("task_types", {"days": "binary"}, "'days'.*'binary'.*real numbers", where=declares),
    bad_param(
        "task_types", {"days": "multiclass"}, "'days'.*'multiclass'.*real numbers", where=declares
    ),
    bad_param("task_types", {"died": "regression"}, "'died'.*'regression'.*labels", where=declares),
    bad_param("task_types", {"died": "count"}, "'died'.*'count'.*labels", where=declares),
    bad_param("task_types", {"stage": "binary"}, "'stage'.*'binary'.*3 classes", where=declares),
    bad_param(
        "task_types",
        "count",
        "cannot be of type 'count'|'count', so must not be negative",
        where=declares,
    ),
    bad_param(
        "task_types", {"days": ["count"]}, r"task_types of 'days'.*\['count'\]", where=declares
    ),
    bad_y(
        "a negative count",
        lambda y: y | {"visits": np.where(y["visits"] == 0, -2.0, y["visits"])},
        "'visits'.*'count'.*negative.*-2",
        where=lambda s: "count" in s.types,
    ),
    bad_y(
        "an infinite count",
        lambda y: y | {"visits": np.where(y["visits"] == 0, np.inf, y["visits"])},
        "infin.*'visits'",
        where=lambda s: "count" in s.types,
    ),
    bad_y(
        "a count of strings",
        lambda y: y | {"visits": np.resize(["a", "b"], N_ROWS)},
        "'visits'.*'count'.*labels",
        where=lambda s: "count" in s.types,
    ),
    bad_y(
        "TaskTargets without a task of task_types",
        lambda y: TaskTargets(y).select(["days", "died"]),
        r"task_types.*\['visits'\]",
        where=lambda s: "count" in s.types,
    ),
]

TABLE = [*WHOLE, *DECLARED]
