"""X in fit: of another shape, of no numbers, with gaps."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from .subjects import Subject
from .table import BadInput, bad_X, joint


def with_value(value, dtype=float):
    """Return a change of X: one of its values is another."""

    def change(X):
        X = X.astype(dtype)
        X[2, 1] = value
        return X

    return change


def frame_with(column):
    """Return a change of X: a data frame with one column that holds something else."""

    def change(X):
        frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
        return frame.assign(x1=column(len(X)))

    return change


def dates(n):
    """Return days as pandas has them."""
    return pd.date_range("2026-01-01", periods=n)


def takes_no_gaps(subject: Subject) -> bool:
    """Whether NaN in X is refused."""
    return not subject.name.startswith("MultiTaskMLP")


def reads(subject: Subject) -> bool:
    """Whether the package reads X, not scikit-learn's estimators."""
    return "scikit-learn" not in subject.name


SHAPES: list[BadInput] = [
    bad_X("1-D", lambda X: X[:, 1], "Expected 2D array, got 1D array.*Reshape"),
    bad_X("scalar", lambda X: 3.0, "Expected 2D array.*3.0"),
    bad_X("3-D", lambda X: X[:, :, None], "Found array with dim 3"),
    bad_X("4-D", lambda X: X[:, :, None, None], "Found array with dim 4"),
    bad_X("transposed", lambda X: X.T, r"inconsistent numbers of samples: \[[34], 30\]"),
    bad_X("no rows", lambda X: X[:0], r"Found array with 0 sample|inconsistent.*\[0, 30\]"),
    bad_X("no columns", lambda X: X[:, :0], r"0 feature\(s\)|n_features=0"),
    bad_X("shorter", lambda X: X[:-3], r"inconsistent numbers of samples: \[27, 30\]"),
    bad_X(
        "longer", lambda X: np.vstack([X, X[:2]]), r"inconsistent numbers of samples: \[32, 30\]"
    ),
    bad_X("one row", lambda X: X[:1], r"inconsistent numbers of samples: \[1, 30\]"),
    bad_X(
        "ragged lists",
        lambda X: [*X.tolist()[:-1], [1.0]],
        "X must hold numbers in rows of one length.*3|4 values and of 1 values",
    ),
    bad_X(
        "list of scalars and lists",
        lambda X: [1.0, *X.tolist()[1:]],
        "X must hold numbers in rows of one length.*a single value",
    ),
    bad_X(
        "shorter, sparse",
        lambda X: sparse.csr_array(X[:-3]),
        r"inconsistent.*\[27, 30\]",
        where=joint,
    ),
    bad_X(
        "no columns, sparse", lambda X: sparse.csr_array(X[:, :0]), r"0 feature\(s\)|n_features=0"
    ),
    bad_X("shorter, pandas", lambda X: pd.DataFrame(X[:-3]), r"inconsistent.*\[27, 30\]"),
    bad_X("shorter, polars", lambda X: pl.DataFrame(X[:-3]), r"inconsistent.*\[27, 30\]"),
    bad_X(
        "empty frame",
        lambda X: pd.DataFrame(),
        "0 sample|at least one|n_features=0|0 feature|inconsistent.*\\[0, 30\\]",
    ),
    bad_X("a series", lambda X: pd.Series(X[:, 1]), "Expected 2D array|Expected a 2-dimensional"),
]

VALUES: list[BadInput] = [
    bad_X("NaN", with_value(np.nan), "X contains NaN", where=takes_no_gaps),
    bad_X("None", with_value(None, object), "X contains NaN|None", where=takes_no_gaps),
    bad_X("inf", with_value(np.inf), "X contains infinity"),
    bad_X("-inf", with_value(-np.inf), "X contains infinity"),
    bad_X("inf, single precision", with_value(np.inf, np.float32), "X contains infinity"),
    bad_X("inf, sparse", lambda X: sparse.csr_array(with_value(np.inf)(X)), "X contains infinity"),
    bad_X(
        "NaN, sparse",
        lambda X: sparse.csc_array(with_value(np.nan)(X)),
        "X contains NaN",
        where=takes_no_gaps,
    ),
    bad_X(
        "pd.NA",
        with_value(pd.NA, object),
        "X contains NaN|missing values|NAType",
        where=takes_no_gaps,
    ),
    bad_X(
        "NaN, pandas",
        lambda X: pd.DataFrame(with_value(np.nan)(X)),
        "X contains NaN",
        where=takes_no_gaps,
    ),
    bad_X("null, polars", frame_with(lambda n: [None] * n), "X contains NaN", where=takes_no_gaps),
    bad_X("complex", with_value(1j, complex), "Complex data not supported"),
    bad_X("too large for a float", with_value(10**400, object), "too large"),
    bad_X("strings", lambda X: X.astype(str).astype(object) + " mg", "could not convert.*mg"),
    bad_X("a string", with_value("120 +", object), r"could not convert.*'120 \+'"),
    bad_X("fixed strings", lambda X: np.char.add(X.astype(str), "mg"), "could not convert.*mg"),
    bad_X("bytes", lambda X: np.char.add(X.astype(str), "mg").astype(bytes), "mg|bytes"),
    bad_X(
        "a list in a cell",
        with_value([1.0, 2.0], object),
        r"X.*got \[1.0, 2.0\] in row [12] of column [01]",
        where=reads,
    ),
    bad_X("a dict in a cell", with_value({"a": 1}, object), "X.*dict|not 'dict'"),
    bad_X(
        "dates", lambda X: X.astype("datetime64[s]"), "X must hold numbers.*datetime64", where=reads
    ),
    bad_X(
        "durations",
        lambda X: X.astype("timedelta64[s]"),
        "X must hold numbers.*timedelta64",
        where=reads,
    ),
    bad_X("dates in cells", with_value(datetime.date(2026, 1, 1), object), "date"),
    bad_X(
        "records",
        lambda X: np.array(
            [tuple(r) for r in X], dtype=[(f"x{j}", float) for j in range(X.shape[1])]
        ),
        "X|Expected 2D",
    ),
    bad_X(
        "sparse of complex",
        lambda X: sparse.csr_array(X.astype(complex)),
        "Complex data not supported",
    ),
]

FRAMES: list[BadInput] = [
    bad_X("a column of strings", frame_with(lambda n: ["a"] * n), "could not convert.*'a'"),
    bad_X(
        "a column of dates",
        frame_with(dates),
        "X must hold numbers, but column 'x1' has dtype Datetime.*",
        where=reads,
    ),
    bad_X(
        "a column of categories",
        frame_with(lambda n: pd.Categorical(["a"] * n)),
        "could not convert.*'a'",
    ),
    bad_X(
        "a column of lists",
        frame_with(lambda n: [[1.0]] * n),
        r"X.*got \[1.0\] in row 0 of column 'x1'",
        where=reads,
    ),
    bad_X(
        "a column of durations",
        frame_with(lambda n: dates(n) - dates(n)[0]),
        "column 'x1' has dtype Duration",
        where=reads,
    ),
    bad_X("a column of intervals", frame_with(lambda n: pd.interval_range(0, n)), "Interval"),
    bad_X("a column of periods", frame_with(lambda n: dates(n).to_period("D")), "Period"),
    bad_X(
        "names of two types",
        lambda X: pd.DataFrame(X).rename(columns={0: "age"}),
        r"string names.*\['int', 'str'\]",
    ),
    bad_X(
        "polars with strings",
        lambda X: pl.DataFrame(X).with_columns(pl.lit("a").alias("column_1")),
        "could not convert.*'?a'?",
    ),
    bad_X(
        "polars with dates",
        lambda X: pl.DataFrame(X).with_columns(pl.lit(datetime.date(2026, 1, 1)).alias("column_1")),
        "X must hold numbers, but column 'column_1' has dtype Date",
        where=reads,
    ),
    bad_X(
        "polars with lists",
        lambda X: pl.DataFrame(X).with_columns(pl.Series("column_1", [[1.0, 2.0]] * len(X))),
        "X|list",
        where=reads,
    ),
    bad_X(
        "a column name given twice",
        lambda X: pd.DataFrame(X, columns=["x", *["z"] * (X.shape[1] - 1)]),
        "X.*unique.*z",
    ),
]

THINGS: list[BadInput] = [
    bad_X("nothing", lambda X: None, "X.*None|array\\(None|requires"),
    bad_X("a file name", lambda X: "patients.csv", "X|patients.csv"),
    bad_X("a dict", lambda X: {"age": X[:, 1]}, "X.*dict|Expected 2D"),
    bad_X("an iterator", lambda X: iter(X), "X|iterator"),
    bad_X("a function", lambda X: len, "X|function"),
    bad_X("a class", lambda X: dict, "X|type"),
    bad_X("a set", lambda X: {1.0, 2.0}, "X|set"),
    bad_X("a generator of rows", lambda X: (row for row in X), "X|generator"),
    bad_X("an empty list", lambda X: [], "Expected 2D array|0 sample"),
]

TABLE = [*SHAPES, *VALUES, *FRAMES, *THINGS]
