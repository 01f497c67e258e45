"""Texts and numbers that stand for a missing label."""

import decimal
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl import MultiTaskGLM, TaskTargets

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

CAST = {
    "numpy": np.array(["I", "II", np.nan, "I"]),
    "<NA>": ["I", "II", "<NA>", "I"],
    "NaT": ["I", "II", "NaT", "I"],
    "category": pd.Series(["I", "II", "nan", "I"], dtype="category"),
}


@pytest.mark.parametrize("column", CAST.values(), ids=CAST.keys())
def test_cast_missing(column):
    """A missing value that was cast to a string is missing, with a warning."""
    with pytest.warns(UserWarning, match="'stage'.*cast"):
        y = TaskTargets({"stage": column})
    assert_array_equal(y.classes["stage"], ["I", "II"])
    assert_array_equal(y.observed("stage"), [True, True, False, True])
    kept = TaskTargets({"stage": column}, missing=[])
    assert len(kept.classes["stage"]) == 3


@pytest.mark.parametrize("mark", ["?", "NA", "", "None"])
def test_usual_codes(mark):
    """Other texts are classes, with a warning; named ones are missing, without."""
    column = np.array(["I", "II", mark, "I"])
    with pytest.warns(UserWarning, match="'stage'.*missing"):
        assert len(TaskTargets({"stage": column}).classes["stage"]) == 3
    for missing in ([mark], {"stage": [mark]}, mark):
        y = TaskTargets({"stage": column}, missing=missing)
        assert_array_equal(y.classes["stage"], ["I", "II"])


def test_named_codes():
    """Codes of any kind, in any container, and in targets that were made already."""
    frame = {
        "stay": [3, -9, 4, 12],
        "stage": ["I", "?", "II", "I"],
        "ok": [True, False, True, True],
    }
    for y in (frame, pd.DataFrame(frame), pl.DataFrame(frame), TaskTargets(frame, missing=[])):
        y = TaskTargets(y, missing=["?", -9, 1])
        assert_array_equal(y["stay"], [3, np.nan, 4, 12])
        assert_array_equal(y.observed("stage"), [True, False, True, True])
        assert y.observed("ok").all() and y.task_types["stage"] == "binary"
        assert_array_equal(y.distinct("stay"), [3, 4, 12])
    with pytest.raises(ValueError, match="missing names tasks.*'lived'"):
        TaskTargets(frame, missing={"lived": [1]})
    with pytest.raises(ValueError, match="missing must hold"):
        TaskTargets(frame, missing=[[1]])


@pytest.mark.parametrize("dates", [["2020-03-01", "2020-03-02"], ["1/2/2020", "31/12/2020"]])
def test_dates_in_strings(dates):
    """They are classes, with a warning."""
    with pytest.warns(UserWarning, match="'discharged'.*dates"):
        TaskTargets({"discharged": dates * 5})


def test_no_warning():
    """Ordinary labels are not warned of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TaskTargets({"stage": ["I", None, "II-1", "no"], "days": [1.0, np.nan, 2, 3]})


CODES = [900000000000207008, 900000000000207009, None, 900000000000207008]
BIG = {
    "list": CODES,
    "objects": np.array(CODES, dtype=object),
    "Int64": pd.Series(CODES, dtype="Int64"),
    "pyarrow": pd.Series(CODES, dtype="int64[pyarrow]"),
    "polars": pl.Series(CODES),
    "masked": np.ma.masked_array([*CODES[:2], 0, CODES[3]], [0, 0, 1, 0]),
    "decimals": [None if c is None else decimal.Decimal(c) for c in CODES],
    "polars decimals": pl.Series([None if c is None else decimal.Decimal(c) for c in CODES]),
    "category": pd.Series(pd.Categorical(CODES[:2] + [None, CODES[0]], categories=CODES[:2])),
}


@pytest.mark.parametrize("column", BIG.values(), ids=BIG.keys())
def test_codes_beyond_floats(column):
    """Eighteen digits stay eighteen digits beside a missing label."""
    y = TaskTargets({"code": column})
    assert_array_equal(y.classes["code"], CODES[:2])
    assert_array_equal(y.observed("code"), [True, True, False, True])
    X = np.array([[0.0], [5.0], [1.0], [0.0]])
    model = MultiTaskGLM().fit(X, {"code": column})
    assert model.predict(X)["code"].tolist()[:2] == CODES[:2]
    three = TaskTargets({"code": [*CODES, 5]}, "multiclass")
    assert three.classes["code"].tolist() == [5, *CODES[:2]]


def test_whole_numbers_of_any_size():
    """Beyond 64 bits they are numbers where floats tell them apart, else refused."""
    assert TaskTargets({"t": [10**30, 2, 3]})["t"].dtype == np.float64
    assert TaskTargets({"t": [2**63 + 1, 2**63 + 2]})["t"].dtype == np.uint64
    for column in ([10**30, 10**30 + 1], [10**400, 1]):
        with pytest.raises(ValueError, match="'t'"):
            TaskTargets({"t": column})


def test_decimals():
    """Decimals are numbers."""
    costs = [decimal.Decimal("1.25"), None, decimal.Decimal("3"), decimal.Decimal("NaN")]
    assert_array_equal(TaskTargets({"cost": costs})["cost"], [1.25, np.nan, 3.0, np.nan])


def test_mixtures_show_the_value():
    """The message shows the value to be mended, and how to say that it is missing."""
    for column in ([3, 11, "120 +"], pd.Series(pd.Categorical([1, 2, "120 +"]))):
        with pytest.raises(ValueError, match=r"'stay'.*'120 \+'.*missing="):
            TaskTargets({"stay": column})
    y = TaskTargets({"size": pd.Series(pd.Categorical([1, 2, 3, "unknown"]))}, missing=["unknown"])
    assert_array_equal(y.classes["size"], [1, 2, 3])


def test_dictionary_of_pyarrow():
    """A factor of a parquet file."""
    pa = pytest.importorskip("pyarrow")
    array = pa.array(["I", "II", None, "III"] * 5).dictionary_encode()
    frame = pd.DataFrame({"stage": pd.Series(pd.arrays.ArrowExtensionArray(array))})
    X = np.arange(20.0)[:, None]
    model = MultiTaskGLM().fit(X, frame)
    assert model.classes_["stage"].tolist() == ["I", "II", "III"]
    assert set(model.predict(X)["stage"]) <= {"I", "II", "III"}
    table = pa.table({"stage": array, "days": np.arange(20) / 3})
    assert MultiTaskGLM().fit(X, table).predict(X).column_names == ["stage", "days"]
