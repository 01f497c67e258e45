"""Columns of y in fit: targets that no task can have."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

from .subjects import Subject
from .table import BadInput, always, bad_column


def with_label(value):
    """Return a change of a column: one of its labels is another."""

    def change(column):
        column = column.astype(object)
        column[1] = value
        return column

    return change


def only(*types):
    """Return which subjects take tasks of one of the types first, or only."""

    def where(subject: Subject) -> bool:
        return subject.tasks[0] in types

    return where


def one(subject: Subject) -> bool:
    """Whether the subject takes one outcome."""
    return not subject.is_joint


NUMBERS, LABELS = only("days"), only("died")
TASK = "(task |)({task}|'y')"


def infers(subject: Subject) -> bool:
    """Whether the type of the first task is inferred, not known from the estimator."""
    return subject.is_joint


COLUMNS: list[BadInput] = [
    bad_column(
        "longer",
        lambda c: np.append(c, c[:2]),
        "same number of samples.*{task}.*32|inconsistent.*32",
    ),
    bad_column("shorter", lambda c: c[:-1], "same number of samples.*{task}.*29|inconsistent.*29"),
    bad_column("inf", with_label(np.inf), f"infin.*{TASK}|y contains infinity", where=NUMBERS),
    bad_column(
        "-inf",
        lambda c: np.where(c == c[0], -np.inf, c),
        f"infin.*{TASK}|y contains infinity",
        where=NUMBERS,
    ),
    bad_column("a string among numbers", with_label("120 +"), rf"{TASK}.*'120 \+'", where=NUMBERS),
    bad_column("a number among strings", with_label(1.5), rf"{TASK}.*1\.5", where=LABELS),
    bad_column("a truth value among strings", with_label(True), rf"{TASK}.*True", where=LABELS),
    bad_column("a truth value among numbers", with_label(True), rf"{TASK}.*True", where=NUMBERS),
    bad_column("a list in a cell", with_label([1.0]), rf"{TASK}.*list"),
    bad_column("a dict in a cell", with_label({"a": 1}), rf"{TASK}.*dict"),
    bad_column("a tuple in a cell", with_label((1, 2)), rf"{TASK}.*tuple"),
    bad_column("a set in a cell", with_label({1}), rf"{TASK}.*set"),
    bad_column("bytes", lambda c: np.full(len(c), b"yes"), rf"{TASK}.*(bytes|\|S3)"),
    bad_column("bytes in cells", with_label(b"yes"), rf"{TASK}.*bytes"),
    bad_column("complex numbers", lambda c: np.arange(len(c)) * 1j, "[Cc]omplex"),
    bad_column("a complex number in a cell", with_label(1j), "[Cc]omplex"),
    bad_column(
        "dates", lambda c: np.arange(len(c)).astype("datetime64[D]"), rf"{TASK}.*datetime64"
    ),
    bad_column(
        "durations", lambda c: np.arange(len(c)).astype("timedelta64[D]"), rf"{TASK}.*timedelta64"
    ),
    bad_column(
        "dates in cells", lambda c: np.full(len(c), datetime.date(2026, 1, 1)), rf"{TASK}.*date"
    ),
    bad_column(
        "pandas dates",
        lambda c: pd.Series(pd.date_range("2026-01-01", periods=len(c))),
        rf"{TASK}.*[Dd]ate",
    ),
    bad_column(
        "pandas durations",
        lambda c: pd.Series(pd.to_timedelta(range(len(c)), "D")),
        rf"{TASK}.*([Dd]uration|timedelta)",
    ),
    bad_column(
        "pandas periods",
        lambda c: pd.Series(pd.period_range("2026-01", periods=len(c))),
        rf"{TASK}.*[Pp]eriod",
    ),
    bad_column(
        "pandas intervals",
        lambda c: pd.Series(pd.interval_range(0, len(c))),
        rf"{TASK}.*[Ii]nterval",
    ),
    bad_column("polars lists", lambda c: pl.Series([[1.0]] * len(c)), rf"{TASK}.*[Ll]ist"),
    bad_column(
        "polars structs", lambda c: pl.Series([{"a": 1}] * len(c)), rf"{TASK}.*[Ss]truct|dict"
    ),
    bad_column(
        "polars dates",
        lambda c: pl.Series([datetime.date(2026, 1, 1)] * len(c)),
        rf"{TASK}.*[Dd]ate",
    ),
    bad_column(
        "polars times", lambda c: pl.Series([datetime.time(3)] * len(c)), rf"{TASK}.*[Tt]ime"
    ),
    bad_column(
        "records", lambda c: np.zeros(len(c), dtype=[("a", float)]), rf"{TASK}.*(void|\[\('a')"
    ),
    bad_column("two columns", lambda c: np.column_stack([c, c]), rf"{TASK}.*(30, 2)"),
    bad_column(
        "three dimensions",
        lambda c: c.reshape(-1, 1, 1),
        rf"{TASK}.*\(30, 1, 1\)|Found array with dim 3",
    ),
    bad_column("a scalar", lambda c: 3.0, rf"{TASK}.*(3\.0|\(\))"),
    bad_column("a string", lambda c: "died", rf"{TASK}.*('died'|\(\))"),
    bad_column("None", lambda c: None, rf"{TASK}.*(\(\)|None)|y.*None"),
    bad_column(
        "empty", lambda c: c[:0], r"same number of samples.*{task}.*0|inconsistent.*\[30, 0\]"
    ),
    bad_column("a function", lambda c: len, rf"{TASK}.*(\(\)|function)"),
    bad_column("a generator", lambda c: (v for v in c), rf"{TASK}.*(\(\)|generator)"),
    bad_column(
        "a dict of labels",
        lambda c: dict(enumerate(c)),
        TASK + r".*(\(\)|\{0: )|y must be one outcome",
    ),
    bad_column(
        "sparse",
        lambda c: sparse.csr_array(np.ones((len(c), 1))),
        f"{TASK}.*sparse|y must be dense|Sparse",
    ),
    bad_column("ragged lists", lambda c: [[1.0], *c[1:]], rf"{TASK}.*list|inhomogeneous"),
    bad_column(
        "all missing",
        lambda c: np.full(len(c), np.nan),
        f"{TASK}.*(no label|missing|NaN)|y contains NaN",
        where=infers,
    ),
    bad_column(
        "all None",
        lambda c: np.full(len(c), None),
        f"{TASK}.*(no label|missing|NaN)|y.*known of each row",
        where=always,
    ),
    bad_column("all masked", lambda c: np.ma.masked_all(len(c)), f"{TASK}.*no label", where=infers),
    bad_column("NaN in the only outcome", with_label(np.nan), "y.*NaN", where=one),
    bad_column("pd.NA in the only outcome", with_label(pd.NA), "y.*NaN", where=one),
    bad_column(
        "one class only",
        lambda c: np.full(len(c), "no"),
        f"{TASK}.*one class only.*no|least two classes.*'no'",
        where=LABELS,
    ),
    bad_column(
        "all of one number",
        lambda c: np.zeros(len(c)),
        f"{TASK}.*one class only",
        where=lambda s: s.types >= {"count"},
    ),
    bad_column(
        "real numbers as classes",
        lambda c: np.linspace(0, 1, len(c)),
        f"continuous.*({TASK}|)",
        where=LABELS,
    ),
    bad_column(
        "strings as numbers",
        lambda c: np.resize(["a", "b"], len(c)),
        f"{TASK}.*'regression'|numbers",
        where=lambda s: s.types == {"regression"},
    ),
    bad_column(
        "strings as the only number",
        lambda c: np.resize(["a", "b"], len(c)),
        "numbers.*y|y.*numbers",
        where=lambda s: one(s) and NUMBERS(s),
    ),
    bad_column(
        "whole numbers no float holds", with_label(10**400), f"{TASK}.*too large", where=NUMBERS
    ),
    bad_column(
        "whole numbers that are names",
        lambda c: [10**30 + k for k in range(len(c))],
        f"{TASK}.*64 bits",
        where=NUMBERS,
    ),
    bad_column(
        "infinite decimals",
        with_label(Decimal("inf")),
        f"infin.*{TASK}|y contains infinity",
        where=NUMBERS,
    ),
    bad_column(
        "a category that is a date",
        lambda c: pd.Series(pd.date_range("2026-01-01", periods=len(c), unit="ns")).astype(
            "category"
        ),
        f"{TASK}.*(date|Timestamp)",
    ),
]

TABLE = COLUMNS
