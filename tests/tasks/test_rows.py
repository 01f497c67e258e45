"""Groups and the row index of targets, through slices, copies and joins."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.model_selection import cross_val_predict

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

IDS = 900000000000207000 + np.repeat(np.arange(3), 2)
GROUPS = {
    "int64": IDS,
    "objects": IDS.astype(object),
    "list": IDS.tolist(),
    "Int64": pd.Series(IDS, dtype="Int64"),
    "pyarrow": pd.Series(IDS, dtype="int64[pyarrow]"),
    "polars": pl.Series(IDS),
    "strings": [f"p{i}" for i in IDS],
    "category": pd.Series(IDS).astype("category"),
}


def frame():
    """Six visits with an index of their own."""
    died = [0, 1, 0, 1, 1, 0]
    return pd.DataFrame({"died": died, "days": np.arange(6) / 2}, index=[5, 3, 1, 0, 2, 4])


@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS.keys())
def test_groups_are_carried(groups):
    """Exact, whatever the container, through everything that keeps or chooses rows."""
    y = TaskTargets(frame(), groups=groups)
    assert len(set(y.groups.tolist())) == 3
    same = [y.copy(), copy.copy(y), copy.deepcopy(y), y | {"new": np.zeros(6)}, TaskTargets(y)]
    same += [y.select(["days"]), pickle.loads(pickle.dumps(y)), y.declared_as({"days": "count"})]
    for other in same:
        assert_array_equal(other.groups, y.groups)
        assert other.index.equals(y.index)
    assert_array_equal(y[[0, 5]].groups, y.groups[[0, 5]])
    assert_array_equal(y[y["died"] == 1].groups, y.groups[y["died"] == 1])
    assert_array_equal(np.concatenate([y[:2], y[2:]]).groups, y.groups)


MISSING = {
    "NaN": [1.0, np.nan, 2, 2, 3, 3],
    "None": np.array(["a", None, "b", "b", "c", "c"], dtype=object),
    "cast": np.array(["a", np.nan, "b", "b", "c", "c"]),
    "Int64": pd.Series([1, None, 2, 2, 3, 3], dtype="Int64"),
    "polars": pl.Series([1, None, 2, 2, 3, 3]),
    "masked": np.ma.masked_array([1, 0, 2, 2, 3, 3], [0, 1, 0, 0, 0, 0]),
}


@pytest.mark.parametrize("groups", MISSING.values(), ids=MISSING.keys())
def test_missing_groups(groups):
    """A sample without a group is refused, as by scikit-learn."""
    with pytest.raises(ValueError, match="groups contains NaN: the group of 1 of 6"):
        TaskTargets(frame(), groups=groups)


def test_rows_by_label():
    """An Index asks by label where targets have one, and is refused where they have none."""
    table = frame()
    y = TaskTargets(table)
    some = table[table.days > 1].index
    assert_array_equal(y[some]["days"], table.days[some])
    assert_array_equal(y[:3][pd.Index([1, 5])]["days"], table.days[[1, 5]])
    with pytest.raises(KeyError, match="such as 9"):
        y[pd.Index([1, 9])]
    with pytest.raises(TypeError, match="Index"):
        TaskTargets({"a": np.arange(6.0)})[some]
    with pytest.raises(KeyError, match="several rows"):
        y[[0, 0]][pd.Index([5])]
    with pytest.raises(ValueError, match="mask"):
        y[(table.days > 1).reset_index(drop=True)]
    assert_array_equal(y[table.days > 1]["days"], table.days[table.days > 1])
    with pytest.raises(ValueError, match="'new'.*index"):
        y["new"] = pd.Series(np.zeros(6))


def test_frames_and_predictions_keep_the_index():
    """Patient ids stay with what is predicted for them."""
    table = frame()
    X = pd.DataFrame({"x": [0.0, 1, 0, 2, 2, 1]}, index=table.index)
    y = TaskTargets(table)
    pd.testing.assert_frame_equal(y.to_frame(), table)
    assert list(y.to_frame(index=list("abcdef")).index) == list("abcdef")
    predicted = MultiTaskGLM().fit(X, y).predict(X[:2])
    assert list(predicted.to_frame().index) == [5, 3]
    for inputs in (X, X.to_numpy()):
        found = cross_val_predict(MultiTaskGLM(), inputs, y, cv=2)
        assert found.index.equals(table.index)


def test_few_rows_are_shown():
    """The prediction for one patient can be read."""
    y = TaskTargets({"died": ["no", "yes"], "days": [1.23456, np.nan]}, {"days": "regression"})
    assert repr(y) == (
        "TaskTargets(2 samples; died: binary ['no', 'yes'], days: regression (1 missing) [1.23, nan])"
    )


def test_concat():
    """Cohorts with other tasks: what one lacks is missing there."""
    a = TaskTargets({"stage": ["I", "II", "III"], "days": [1, 2, 30]}, groups=["p", "p", "q"])
    b = TaskTargets({"died": [0, 1], "stage": ["IV", None]}, groups=["r", "s"])
    joined = TaskTargets.concat([a, b])
    assert joined.tasks == ("stage", "days", "died") and joined.shape == (5, 3)
    assert_array_equal(joined.classes["stage"], ["I", "II", "III", "IV"])
    assert_array_equal(joined["days"], [1, 2, 30, np.nan, np.nan])
    assert_array_equal(joined.observed("died"), [False] * 3 + [True] * 2)
    assert_array_equal(joined.classes["died"], [0, 1])
    assert_array_equal(joined.groups, ["p", "p", "q", "r", "s"])
    with pytest.raises(ValueError, match="'visits'.*one type"):
        TaskTargets.concat([TaskTargets({"visits": [1, 2, 3]}, k) for k in ("count", "multiclass")])
    with pytest.raises(ValueError, match="groups"):
        TaskTargets.concat([a, TaskTargets({"died": [0, 1]})])
    with pytest.raises(ValueError, match="TaskTargets"):
        TaskTargets.concat([a, {"died": [0, 1]}])
    indexed = TaskTargets.concat([TaskTargets(frame()), TaskTargets(frame())])
    assert list(indexed.index) == list(frame().index) * 2
