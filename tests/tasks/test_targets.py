"""TaskTargets: a dict that scikit-learn can slice, and that remembers what its tasks are."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.utils import check_consistent_length, indexable, resample, shuffle

from skmtl import TaskTargets

pd = pytest.importorskip("pandas")


@pytest.fixture
def y():
    """Six samples of four tasks; no label of the third class among the first four."""
    return TaskTargets(
        {
            "died": ["no", "yes", None, "no", "yes", "no"],
            "stage": ["I", "II", "I", None, "III", "II"],
            "days": [1.0, 2.0, np.nan, 3.0, 2.5, 1.5],
            "visits": [0, 1, 2, 3, 4, 50],
        },
        task_types={"visits": "count"},
    )


def test_is_a_dict(y):
    """It is one, with the shape of a matrix."""
    assert isinstance(y, dict)
    assert y.shape == (6, 4) and len(y) == 4
    assert list(y) == list(y.tasks) == ["died", "stage", "days", "visits"]
    assert y.task_types == {
        "died": "binary",
        "stage": "multiclass",
        "days": "regression",
        "visits": "count",
    }
    assert set(y.classes) == {"died", "stage"}
    assert_array_equal(y.classes["stage"], ["I", "II", "III"])
    assert_array_equal(y.observed("died"), [True, True, False, True, True, True])
    assert_array_equal(y["days"], [1.0, 2.0, np.nan, 3.0, 2.5, 1.5])
    with pytest.raises(TypeError):
        hash(y)


ROWS = {
    "list": [0, 3],
    "integers": np.array([0, 3]),
    "mask": np.array([True, False, False, True, False, False]),
    "series": pd.Series([True, False, False, True, False, False]),
    "numbers in a series": pd.Series([0, 3]),
    "slice": slice(0, 4, 3),
    "list of booleans": [True, False, False, True, False, False],
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
@pytest.mark.parametrize("ellipsis", [False, True], ids=["rows", "rows and ..."])
def test_rows(y, rows, ellipsis):
    """Any kind of rows, also as scikit-learn asks for them."""
    part = y[rows, ...] if ellipsis else y[rows]
    assert isinstance(part, TaskTargets) and part.shape == (2, 4)
    assert_array_equal(part["died"], ["no", "no"])
    assert_array_equal(part["visits"], [0, 3])
    assert part.task_types == y.task_types
    for name in y.classes:
        assert_array_equal(part.classes[name], y.classes[name])


def test_slices_of_slices(y):
    """Types and classes go through any number of slices, empty ones too."""
    part = y[[0, 1, 2, 3]][np.array([True, True, False, False])][[0]]
    for end in (part, y[[]], y[np.zeros(6, bool)], y[6:]):
        assert end.task_types == y.task_types
        assert_array_equal(end.classes["stage"], ["I", "II", "III"])
    assert y[[]].shape == (0, 4)


def test_whole_numbers_in_a_slice(y):
    """A fold that holds whole numbers alone, or two values, changes nothing."""
    whole = y[[0, 1, 3]]
    assert whole.task_types["days"] == "regression"
    assert TaskTargets(whole).task_types == y.task_types
    assert TaskTargets(dict(whole)).task_types != y.task_types


def test_keys(y):
    """Scalars are task names, nothing else is."""
    with pytest.raises(KeyError, match="lived"):
        y["lived"]
    with pytest.raises(KeyError, match="3"):
        y[3]
    for key in (("died", "stage"), (slice(None), 0), ([0, 1], "died")):
        with pytest.raises((TypeError, KeyError)):
            y[key]
    with pytest.raises((TypeError, IndexError)):
        y[["died", "stage"]]
    with pytest.raises(IndexError):
        y[[99]]
    with pytest.raises(ValueError, match="tuple"):
        TaskTargets({("a", "b"): [1.0, 2.0]})
    with pytest.raises(ValueError, match="tuple"):
        y[("a", "b")] = np.zeros(6)
    assert TaskTargets({1: [1.5, 2.0, 3.0], "b": [1, 0, 1]})[1][0] == 1.5


def test_setting(y):
    """A task that is set is checked like those that were there."""
    y["los"] = [1, 2, 3, 4, 5, None]
    assert y.shape == (6, 5) and y.task_types["los"] == "regression"
    y["died"] = np.array(["a", "b", "c", "a", "b", "c"])
    assert_array_equal(y.classes["died"], ["a", "b", "c"])
    for bad in ([1, 2], [[1.0]] * 6, [1, "a", 2, 3, 4, 5], [np.inf] * 6):
        with pytest.raises(ValueError, match="'bad'"):
            y["bad"] = bad
    assert "bad" not in y
    y.update({"more": np.zeros(6)})
    assert y.setdefault("more") is y["more"]
    with pytest.raises(ValueError, match="'more'"):
        y.update({"more": np.zeros(5)})
    del y["more"]
    assert y.shape == (6, 5) and "more" not in y.task_types


def test_copies(y):
    """copy, | and copy.copy give TaskTargets; a copy shares nothing."""
    made = y.copy()
    assert isinstance(made, TaskTargets) and made == y
    made["days"][0] = 99
    assert y["days"][0] == 1.0
    assert isinstance(copy.copy(y), TaskTargets) and isinstance(copy.deepcopy(y), TaskTargets)
    assert copy.deepcopy(y).task_types == y.task_types
    joined = y | {"new": np.arange(6)}
    assert isinstance(joined, TaskTargets) and joined.shape == (6, 5)
    assert "new" not in y and joined.task_types["visits"] == "count"
    backwards = {"new": np.arange(6)} | y
    assert isinstance(backwards, TaskTargets) and backwards.task_types["visits"] == "count"
    typed = y | TaskTargets({"new": np.arange(6)}, "count")
    assert typed.task_types["new"] == "count"
    other = y.copy()
    other |= {"died": np.zeros(6)}
    assert isinstance(other, TaskTargets) and other["died"].dtype.kind in "if"
    with pytest.raises(ValueError, match="'short'"):
        y | {"short": [1.0]}


def test_equality(y):
    """== answers, and does not raise."""
    assert y == y.copy() and not y != y.copy()  # noqa: SIM202
    assert y != y[[0, 1]]
    assert y != {"died": 1} and y != 3 and y != None  # noqa: E711
    assert y != "died" and not y == []  # noqa: SIM201
    assert y == dict(y)
    changed = y.copy()
    changed["days"][0] = 7.0
    assert y != changed
    missing = y.copy()
    missing["died"][0] = None
    assert y != missing


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(y, protocol):
    """Types and classes survive."""
    again = pickle.loads(pickle.dumps(y[[0, 1]], protocol))
    assert again == y[[0, 1]] and again.task_types == y.task_types
    assert_array_equal(again.classes["stage"], ["I", "II", "III"])


def test_array(y):
    """__array__ is an object matrix, without declared types, of which a warning tells."""
    with pytest.warns(UserWarning, match=r"nor the declared types \{'visits': 'count'\}"):
        matrix = np.asarray(y)
    assert matrix.dtype == object and matrix.shape == (6, 4)
    assert matrix[0].tolist() == ["no", "I", 1.0, 0]
    numbers = TaskTargets({"a": [1.0, np.nan], "b": [2, 3]})
    assert_array_equal(np.asarray(numbers, dtype=float), [[1, 2], [np.nan, 3]])


def test_concatenate(y):
    """np.concatenate joins rows, and keeps types and classes."""
    joined = np.concatenate([y[[0, 1]], y[[4]], y[[2, 3, 5]]])
    assert isinstance(joined, TaskTargets) and joined.task_types == y.task_types
    assert joined[np.array([0, 1, 3, 4, 2, 5])] == y
    assert_array_equal(joined.classes["stage"], y.classes["stage"])
    with pytest.raises(ValueError):
        np.concatenate([y, TaskTargets({"other": [1.0, 2.0]})])


def test_scikit_learn_utilities(y):
    """Where a plain dict fails."""
    check_consistent_length(np.zeros((6, 2)), y)
    with pytest.raises(ValueError):
        check_consistent_length(np.zeros((4, 2)), y)
    assert indexable(np.zeros((6, 2)), y)[1] is y
    order = shuffle(np.arange(6), random_state=0)
    assert shuffle(y, random_state=0) == y[order]
    assert resample(y, random_state=0).task_types == y.task_types


def test_made_from_targets(y):
    """TaskTargets of TaskTargets keeps types, and may declare others."""
    assert TaskTargets(y).task_types == y.task_types
    other = TaskTargets(y, {"visits": "regression"})
    assert other.task_types["visits"] == "regression" and y.task_types["visits"] == "count"


def test_repr(y):
    """It says the tasks, their types and what is missing."""
    text = repr(y)
    for part in ("6", "died", "binary", "1 missing", "count"):
        assert part in text


def test_empty():
    """No task is an error."""
    with pytest.raises(ValueError, match="at least one task"):
        TaskTargets({})
    for other in ([1, 2], np.zeros(3), None, "abc"):
        with pytest.raises(ValueError, match="dict"):
            TaskTargets(other)


def test_lengths_and_indexes():
    """All tasks have one length, all Series one index."""
    with pytest.raises(ValueError, match="dose.*60.*ill.*59"):
        TaskTargets({"dose": np.zeros(60), "ill": np.zeros(59)})
    a, b = pd.Series([1.0, 2.0], index=[0, 1]), pd.Series([1.0, 2.0], index=[1, 0])
    with pytest.raises(ValueError, match="index.*'b'"):
        TaskTargets({"a": a, "b": b})
    assert TaskTargets({"a": a, "b": a, "c": np.zeros(2)}).shape == (2, 3)
