"""groups, of fit and of TaskTargets, and the column of groups of TaskPerGroup."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl

from skmtl import TaskTargets

from .subjects import GROUPS, N_ROWS, ROWS, Subject
from .table import BadInput, bad_fit

OF_GROUPS = {
    "longer": (np.arange(N_ROWS + 2), r"inconsistent.*(32|\[30, 32\])"),
    "shorter": (np.arange(N_ROWS - 1), r"inconsistent.*29"),
    "empty": ([], r"inconsistent.*0"),
    "a number": (3, r"groups must be one column, got.*\(\)"),
    "a string": ("ward", r"groups must be one column, got.*\(\)"),
    "two columns": (np.column_stack([GROUPS, GROUPS]), r"groups must be one column.*\(30, 2\)"),
    "a frame": (pd.DataFrame({"a": GROUPS, "b": GROUPS}), r"groups must be one column.*\(30, 2\)"),
    "a dict": ({"ward": GROUPS}, r"groups must be one column, got.*\(\)"),
    "a function": (len, r"groups must be one column, got.*\(\)"),
    "a generator": ("generator", r"groups must be one column, got.*\(\)"),
    "NaN": (np.where(ROWS == 3, np.nan, GROUPS), "groups contains NaN.*1 of 30.*row 3"),
    "None": (np.where(ROWS == 3, None, GROUPS), "groups contains NaN.*1 of 30.*row 3"),
    "None among strings": (
        np.where(ROWS == 3, None, GROUPS.astype(str)),
        "groups contains NaN.*row 3",
    ),
    "pd.NA": (pd.Series(GROUPS, dtype="Int64").mask(ROWS == 3), "groups contains NaN.*row 3"),
    "null": (pl.Series([None, *GROUPS[1:].tolist()]), "groups contains NaN.*row 0"),
    "NaT": (
        pd.Series(pd.date_range("2026", periods=N_ROWS)).mask(ROWS == 3),
        "groups contains NaN.*row 3",
    ),
    "masked": (np.ma.masked_equal(GROUPS, 3), "groups contains NaN.*row 3"),
    "nan of a cast": (np.where(ROWS == 3, "nan", GROUPS.astype(str)), "groups contains NaN.*row 3"),
    "all missing": (np.full(N_ROWS, np.nan), "groups contains NaN.*30 of 30"),
    "lists in cells": (
        [[1]] * (N_ROWS - 1) + [[1, 2]],
        "groups must be numbers or strings, got list",
    ),
    "dicts in cells": ([{"a": 1}] * N_ROWS, "groups must be numbers or strings, got dict"),
}

OF_FEW = {
    "one group only": (np.zeros(N_ROWS, dtype=int), "n_groups.*1|at least 2 groups.*got 1"),
    "one group only, of strings": (np.full(N_ROWS, "ward"), "n_groups.*1|at least 2 groups.*got 1"),
}


def makes_folds(subject: Subject) -> bool:
    """Whether the estimator makes folds of its own."""
    return subject.has("cv") and subject.name != "MultiTaskRidgeCV"


def bad_groups(name, value, match, **settings) -> BadInput:
    """Return a bad input of the groups of fit."""
    make = (
        (lambda call: (v for v in GROUPS))
        if isinstance(value, str) and name == "a generator"
        else lambda call: value
    )
    return bad_fit(name, "groups", make, match, **settings)


def bad_carried(name, value, match, where) -> BadInput:
    """Return a bad input of groups that the targets carry."""
    return BadInput(
        f"groups of TaskTargets: {name}",
        lambda call: replace(call, y=TaskTargets(call.y, groups=value)),
        match,
        where,
    )


def bad_ward(name, value, match, dtype=object) -> BadInput:
    """Return a bad input of the column of groups."""

    def spoil(call):
        X = call.X.astype(dtype)
        X[3, 0] = value
        return replace(call, X=X)

    return BadInput(f"column of groups: {name}", spoil, match, lambda subject: not subject.is_joint)


WARDS = [
    bad_ward("NaN", np.nan, "group must be known of each row.*NaN|X contains NaN", float),
    bad_ward("inf", np.inf, "X contains infinity", float),
    bad_ward("None", None, "group must be known of each row.*None"),
    bad_ward("pd.NA", pd.NA, "group must be known of each row.*NA"),
    bad_ward("a string among numbers", "north", "group must hold numbers or strings, not both"),
    bad_ward("a list", [1], "group|not 'list'"),
    bad_ward("a dict", {"a": 1}, "group|not 'dict'"),
]

TABLE = [
    *(bad_groups(name, *row) for name, row in OF_GROUPS.items()),
    *(bad_groups(name, *row, where=makes_folds) for name, row in OF_FEW.items()),
    *(bad_carried(name, *row, makes_folds) for name, row in OF_FEW.items()),
    *WARDS,
]
