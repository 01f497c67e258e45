"""Predictions come back in the container, with the dtypes and the rows, of what went in."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl import MultiTaskGLM, MultiTaskRidge, TaskTargets

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

STRINGS = ["a", "b", None, "a", "c", "b", "a", "c", "b", "a"]
TRUTHS = [True, False, None, True, True, False, True, False, True, False]
REALS = [0.5, 1.5, None, 2.5, 3.5, 0.1, 0.7, 0.2, 0.3, 0.9]
CODES = [1, 2, None, 1, 2, 1, 2, 1, 2, 1]


@pytest.fixture
def X(rng):
    """Ten samples."""
    return rng.normal(size=(10, 2))


PANDAS = {
    "object": (STRINGS, object),
    "str": (STRINGS, "str"),
    "string": (STRINGS, "string"),
    "category": (STRINGS, "category"),
    "ordered": (STRINGS, pd.CategoricalDtype(["c", "a", "b"], ordered=True)),
    "bool": ([bool(v) for v in TRUTHS], bool),
    "boolean": (TRUTHS, "boolean"),
    "float64": (REALS, "float64"),
    "float32": (REALS, "float32"),
    "Float64": (REALS, "Float64"),
    "Int64": (CODES, "Int64"),
    "int64": ([v or 1 for v in CODES], "int64"),
    "int8": ([v or 1 for v in CODES], "int8"),
}


@pytest.mark.parametrize("values, dtype", PANDAS.values(), ids=PANDAS.keys())
def test_pandas_dtypes(X, values, dtype):
    """The dtype of each column, ordered categories included."""
    frame = pd.DataFrame({"t": pd.Series(values, dtype=dtype), "u": np.arange(10.0) ** 1.5})
    found = MultiTaskGLM().fit(X, frame).predict(X)
    assert found["t"].dtype == frame["t"].dtype
    assert not found["t"].isna().any()
    assert set(found["t"]) <= set(frame["t"].dropna()) or "loat" in str(dtype)


POLARS = {
    "String": (STRINGS, pl.String),
    "Categorical": (STRINGS, pl.Categorical),
    "Enum": (STRINGS, pl.Enum(["c", "a", "b"])),
    "Boolean": (TRUTHS, pl.Boolean),
    "Float64": (REALS, pl.Float64),
    "Float32": (REALS, pl.Float32),
    "Int32": (CODES, pl.Int32),
    "UInt8": (CODES, pl.UInt8),
}


@pytest.mark.parametrize("values, dtype", POLARS.values(), ids=POLARS.keys())
def test_polars_dtypes(X, values, dtype):
    """The same for polars."""
    frame = pl.DataFrame({"t": pl.Series(values, dtype=dtype), "u": np.arange(10.0) ** 1.5})
    found = MultiTaskGLM().fit(X, frame).predict(X)
    assert isinstance(found, pl.DataFrame) and found.columns == ["t", "u"]
    assert found["t"].dtype == frame["t"].dtype
    assert found["t"].null_count() == 0


def test_means_of_whole_numbers(X):
    """A mean does not go into an integer column: it stays a mean."""
    y = np.arange(10) ** 2
    plain = MultiTaskRidge().fit(X, {"t": y, "u": REALS}).predict(X)["t"]
    for frame in (
        pd.DataFrame({"t": y, "u": REALS}),
        pd.DataFrame({"t": pd.Series(y, dtype="Int64"), "u": REALS}),
        pl.DataFrame({"t": y, "u": REALS}),
    ):
        found = MultiTaskRidge().fit(X, frame).predict(X)["t"].to_numpy()
        np.testing.assert_allclose(np.asarray(found, dtype=float), plain)


@pytest.mark.parametrize("rows", [slice(None), slice(2, 5), slice(0, 1)], ids=str)
def test_index(X, rows):
    """The index of X, where X has one; that of fit is forgotten."""
    names = [f"patient {i}" for i in range(10)]
    frame = pd.DataFrame({"t": STRINGS, "u": REALS}, index=names)
    inputs = pd.DataFrame(X, columns=["a", "b"], index=names)
    model = MultiTaskGLM().fit(inputs, frame)
    found = model.predict(inputs[rows])
    assert list(found.index) == names[rows]
    assert_array_equal(model.predict(inputs)["t"].loc[found.index], found["t"])
    plain = MultiTaskGLM().fit(X, frame).predict(X[rows])
    assert list(plain.index) == list(range(len(names[rows])))


def test_two_dimensions(X):
    """Numbers give numbers, labels labels, a mix of them objects; tasks are y0, y1, ..."""
    numbers = np.column_stack([np.arange(10.0) ** 1.5, np.sqrt(np.arange(10.0))])
    model = MultiTaskGLM().fit(X, numbers)
    assert model.tasks_ == ("y0", "y1")
    assert model.predict(X).dtype.kind == "f" and model.predict(X).shape == (10, 2)
    labels = np.array([["a", "x"], ["b", "y"]] * 5)
    assert model.fit(X, labels).predict(X).dtype.kind in "UO"
    assert isinstance(model.predict(X), np.ndarray)
    mixed = np.array([["a", 0.5], ["b", 1.5]] * 4 + [[None, 3.0], ["a", np.nan]], dtype=object)
    found = model.fit(X, mixed).predict(X)
    assert found.dtype == object and model.task_types_ == {"y0": "binary", "y1": "regression"}
    assert {type(v) for v in found[:, 0]} == {str}
    masked = np.ma.masked_array(numbers, numbers > 50)
    assert_array_equal(np.isnan(TaskTargets({"y0": masked[:, 0]})["y0"]), numbers[:, 0] > 50)
    as_list = model.fit(X, numbers.tolist()).predict(X)
    assert as_list.shape == (10, 2)
    one = model.fit(X, numbers[:, :1]).predict(X)
    assert one.shape == (10, 1)


def test_lists_of_both(X):
    """A list that mixes numbers and strings in a column is refused, not turned into strings."""
    with pytest.raises(ValueError, match="'y'"):
        MultiTaskGLM().fit(X, [1, "a"] * 5)
    with pytest.raises(ValueError, match="'y1'"):
        MultiTaskGLM().fit(X, [[0.5, 1], [0.7, "a"]] * 5)


def test_what_no_target_is(X):
    """Nothing, three dimensions, no column."""
    for bad in (None, np.zeros((10, 2, 2)), np.zeros((10, 0)), {}, pd.DataFrame(index=range(10))):
        with pytest.raises(ValueError):
            MultiTaskGLM().fit(X, bad)
    with pytest.raises(ValueError, match="inconsistent|number of samples"):
        MultiTaskGLM().fit(X, {"t": np.zeros(9)})


def test_series(X):
    """A Series is one task of that name; predictions are an array."""
    for column in (pd.Series(STRINGS, name="ward"), pl.Series("ward", STRINGS)):
        model = MultiTaskGLM().fit(X, column)
        assert model.tasks_ == ("ward",)
        assert isinstance(model.predict(X), np.ndarray) and model.predict(X).shape == (10,)
        assert model.predict_proba(X).shape == (10, 3)
        assert model.task("ward").predict(X).tolist() == model.predict(X).tolist()
    assert MultiTaskGLM().fit(X, pd.Series(REALS)).tasks_ == ("y",)


def test_predictions_carry_types(X):
    """Predictions are TaskTargets that know their types, though they may hold one class."""
    y = TaskTargets({"t": STRINGS, "u": REALS})
    found = MultiTaskGLM().fit(X, y).predict(X)
    assert found.task_types == y.task_types
    assert_array_equal(found[:1].classes["t"], ["a", "b", "c"])


ARROW = {
    "string": STRINGS,
    "large_string": STRINGS,
    "bool": TRUTHS,
    "double": REALS,
    "float": REALS,
    "int64": CODES,
    "uint8": CODES,
}


@pytest.mark.parametrize("alias, values", ARROW.items(), ids=ARROW.keys())
def test_types_of_pyarrow(X, alias, values):
    """In pandas, where "string[pyarrow]" names another type, and in tables of pyarrow."""
    pa = pytest.importorskip("pyarrow")
    column = pa.chunked_array([pa.array(values, type=pa.type_for_alias(alias))])
    series = pd.Series(pd.arrays.ArrowExtensionArray(column))
    frame = pd.DataFrame({"t": series, "u": np.arange(10.0) ** 1.5})
    assert MultiTaskGLM().fit(X, frame).predict(X)["t"].dtype == series.dtype
    table = pa.table({"t": column, "u": np.arange(10.0) ** 1.5})
    assert MultiTaskGLM().fit(X, table).predict(X)["t"].type == column.type


def test_types_of_pyarrow_with_parameters(X):
    """Decimals and dictionaries come back as the numbers and strings that they hold."""
    pa = pytest.importorskip("pyarrow")
    codes = pa.array([None if v is None else int(v) for v in CODES]).cast(pa.decimal128(19, 0))
    held = {"t": pa.array(STRINGS).dictionary_encode(), "u": codes}
    frame = pd.DataFrame(
        {
            k: pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([v])))
            for k, v in held.items()
        }
    )
    for y in (frame, pa.table(held)):
        found = MultiTaskGLM().fit(X, y).predict(X)
        assert set(np.asarray(found["t"]).tolist()) <= set("abc")
        assert set(np.asarray(found["u"]).tolist()) <= {1, 2}
