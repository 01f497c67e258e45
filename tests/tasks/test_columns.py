"""What a column of targets may hold, what is missing in it, and what is refused by name."""

import datetime

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl import MultiTaskGLM, TaskTargets

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

NUMBERS = {
    "list": [1.0, None, 2.5, 4.0],
    "floats": np.array([1.0, np.nan, 2.5, 4.0]),
    "float32": np.array([1.0, np.nan, 2.5, 4.0], dtype=np.float32),
    "objects": np.array([1.0, None, 2.5, 4], dtype=object),
    "objects, NaN": np.array([1, np.nan, 2.5, 4], dtype=object),
    "objects, NA": np.array([1, pd.NA, 2.5, 4], dtype=object),
    "objects, NaT": np.array([1, pd.NaT, 2.5, 4], dtype=object),
    "masked": np.ma.masked_array([1.0, 9.0, 2.5, 4.0], [0, 1, 0, 0]),
    "masked NaN": np.ma.masked_array([1.0, np.nan, 2.5, 4.0], [0, 0, 0, 0]),
    "series": pd.Series([1.0, None, 2.5, 4.0]),
    "Float64": pd.Series([1.0, pd.NA, 2.5, 4.0], dtype="Float64"),
    "object series": pd.Series([1.0, pd.NA, 2.5, 4.0], dtype=object),
    "polars null": pl.Series([1.0, None, 2.5, 4.0]),
    "polars NaN": pl.Series([1.0, float("nan"), 2.5, 4.0]),
    "polars decimal": pl.Series([1.0, None, 2.5, 4.0]).cast(pl.Decimal(8, 2)),
}
LABELS = {
    "list": ["b", None, "a", "c"],
    "list, NaN": ["b", np.nan, "a", "c"],
    "objects, NA": np.array(["b", pd.NA, "a", "c"], dtype=object),
    "masked": np.ma.masked_array(["b", "x", "a", "c"], [0, 1, 0, 0]),
    "series": pd.Series(["b", None, "a", "c"]),
    "object series": pd.Series(["b", None, "a", "c"], dtype=object),
    "category": pd.Series(["b", None, "a", "c"], dtype="category"),
    "ordered": pd.Series(pd.Categorical(["b", None, "a", "c"], ["c", "b", "a"], ordered=True)),
    "Categorical": pd.Categorical(["b", None, "a", "c"]),
    "polars": pl.Series(["b", None, "a", "c"]),
    "polars category": pl.Series(["b", None, "a", "c"], dtype=pl.Categorical),
    "polars enum": pl.Series(["b", None, "a", "c"], dtype=pl.Enum(["c", "b", "a"])),
}
TRUTHS = {
    "list": [True, None, False, True],
    "objects": np.array([True, np.nan, False, True], dtype=object),
    "boolean": pd.Series([True, pd.NA, False, True], dtype="boolean"),
    "object series": pd.Series([True, None, False, True], dtype=object),
    "polars": pl.Series([True, None, False, True]),
    "masked": np.ma.masked_array([True, True, False, True], [0, 1, 0, 0]),
}
WHOLE = {
    "Int64": pd.Series([3, pd.NA, -1, 7], dtype="Int64"),
    "polars": pl.Series([3, None, -1, 7]),
    "objects": np.array([3, None, -1, 7], dtype=object),
    "masked": np.ma.masked_array([3, 5, -1, 7], [0, 1, 0, 0]),
    "UInt8": pl.Series([3, None, 1, 7], dtype=pl.UInt8),
}
OBSERVED = [True, False, True, True]


@pytest.mark.parametrize("column", NUMBERS.values(), ids=NUMBERS.keys())
def test_numbers(column):
    """Numbers from anywhere, NaN where they are missing."""
    y = TaskTargets({"t": column})
    assert_array_equal(y["t"], [1.0, np.nan, 2.5, 4.0])
    assert y["t"].dtype.kind == "f"
    assert y.task_types == {"t": "regression"} and y.classes == {}
    assert_array_equal(y.observed("t"), OBSERVED)


@pytest.mark.parametrize("column", LABELS.values(), ids=LABELS.keys())
def test_labels(column):
    """Strings and categories are classes, sorted whatever the order of categories."""
    y = TaskTargets({"t": column})
    assert y.task_types == {"t": "multiclass"}
    assert_array_equal(y.classes["t"], ["a", "b", "c"])
    assert_array_equal(y.observed("t"), OBSERVED)
    assert y["t"][0] == "b" and y["t"][3] == "c"


@pytest.mark.parametrize("column", TRUTHS.values(), ids=TRUTHS.keys())
def test_truths(column):
    """Booleans are classes, missing ones or not."""
    y = TaskTargets({"t": column})
    assert y.task_types == {"t": "binary"}
    assert_array_equal(y.classes["t"], [False, True])
    assert y.classes["t"].dtype == bool
    assert_array_equal(y.observed("t"), OBSERVED)
    assert y["t"][0] == True and y["t"][2] == False  # noqa: E712


@pytest.mark.parametrize("column", WHOLE.values(), ids=WHOLE.keys())
def test_whole_numbers(column):
    """Integers with missing labels."""
    y = TaskTargets({"t": column})
    assert_array_equal(y.observed("t"), OBSERVED)
    assert y["t"][0] == 3 and y["t"][3] == 7
    assert y.task_types["t"] == "regression"


def test_minus_one_is_a_value():
    """It is not the sign of a missing label."""
    y = TaskTargets({"t": [-1, 1, -1, 1], "u": [-1.0, 2.0, 3.5, -1.0]})
    assert y.observed("t").all() and y.observed("u").all()
    assert_array_equal(y.classes["t"], [-1, 1])


def test_categories_keep_their_set():
    """A category that no sample has is a class all the same."""
    ordered = pd.Categorical(["low", "high", None], ["low", "mid", "high"], ordered=True)
    for column in (
        ordered,
        pd.Series(ordered),
        pl.Series(["low", "high", None], dtype=pl.Enum(["low", "mid", "high"])),
    ):
        y = TaskTargets({"t": column})
        assert_array_equal(y.classes["t"], ["high", "low", "mid"])
        assert y.task_types["t"] == "multiclass"


def test_numeric_categories():
    """Categories of numbers are classes, not numbers."""
    y = TaskTargets({"t": pd.Series([3, 1, 2, 1, None]).astype("category")})
    assert y.task_types["t"] == "multiclass"
    assert_array_equal(y.classes["t"], [1, 2, 3])


def test_input_is_not_changed():
    """Targets are read, not written, and a slice is a slice."""
    column = np.array([1.0, np.nan, 3.0])
    TaskTargets({"t": column})
    assert_array_equal(column, [1.0, np.nan, 3.0])


REFUSED = {
    "datetime64": np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]"),
    "timedelta64": np.array([1, 2], dtype="timedelta64[D]"),
    "pandas datetime": pd.to_datetime(pd.Series(["2020-01-01", None])),
    "pandas timedelta": pd.to_timedelta(pd.Series([1, 2]), unit="D"),
    "polars date": pl.Series([datetime.date(2020, 1, 1), None]),
    "polars duration": pl.Series([datetime.timedelta(1), None]),
    "dates": [datetime.date(2020, 1, 1), None],
    "timestamps": np.array([pd.Timestamp("2020"), None], dtype=object),
    "bytes": np.array([b"a", b"b"]),
    "bytes objects": [b"a", None],
    "polars bytes": pl.Series([b"a", b"b"]),
    "lists": np.array([[1], [2, 3]], dtype=object),
    "polars lists": pl.Series([[1], [2, 3]]),
    "two columns": np.zeros((2, 2)),
    "one column, 2-D": np.zeros((2, 1)),
    "scalar": np.array(3.0),
    "infinity": [1.0, np.inf],
    "infinity among objects": np.array([None, -np.inf], dtype=object),
    "pandas infinity": pd.Series([1.0, np.inf]),
    "polars infinity": pl.Series([1.0, np.inf]),
    "numbers and strings": [1, "a"],
    "numbers and strings, objects": np.array([1.5, "a"], dtype=object),
    "numbers and strings, series": pd.Series([1.5, "a"], dtype=object),
    "booleans and numbers": np.array([True, 3.5], dtype=object),
    "booleans and strings": np.array([True, "a"], dtype=object),
    "complex": np.array([1j, 2.0]),
    "dicts": np.array([{}, {}], dtype=object),
}


@pytest.mark.parametrize("column", REFUSED.values(), ids=REFUSED.keys())
def test_refused(column):
    """A ValueError that names the task: at construction, by assignment and in fit."""
    good = np.array([0.5, 1.0])
    with pytest.raises(ValueError, match="'onset'"):
        TaskTargets({"good": good, "onset": column})
    y = TaskTargets({"good": good})
    with pytest.raises(ValueError, match="'onset'"):
        y["onset"] = column
    with pytest.raises(ValueError, match="'onset'"):
        MultiTaskGLM().fit(np.zeros((2, 1)), {"good": good, "onset": column})


def test_duplicate_names():
    """Columns of a frame with one name twice."""
    frame = pd.DataFrame(np.zeros((3, 3)), columns=["a", "b", "a"])
    with pytest.raises(ValueError, match="'a'"):
        TaskTargets(frame)
    with pytest.raises(ValueError, match="'a'"):
        MultiTaskGLM().fit(np.zeros((3, 1)), frame)


def test_integer_column_names(rng):
    """Integers are names of tasks, not rows, nor positions."""
    frame = pd.DataFrame({1: [0.5, 1.5, 2.5, 0.1], 0: [1, 0, 1, 0], 7: [3.5, 1.0, 2.0, 4.0]})
    y = TaskTargets(frame)
    assert y.tasks == (1, 0, 7)
    assert_array_equal(y[1], frame[1])
    X = rng.normal(size=(4, 2))
    model = MultiTaskGLM().fit(X, frame)
    found = model.predict(X)
    assert list(found.columns) == [1, 0, 7]
    assert set(found[0]) <= {0, 1}
    assert model.task(1).predict(X).dtype.kind == "f"
