"""Rows of tables of any kind."""

import numpy as np
import pytest
from scipy import sparse

from skmtl import TaskTargets
from skmtl.utils import append_columns, n_rows, sum_duplicates, take_rows

ROWS = np.array([2, 0])


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array", "coo_matrix", "lil_array"])
def test_sparse(kind):
    made = {
        "csr_matrix": sparse.csr_matrix,
        "csc_array": sparse.csc_array,
        "coo_matrix": sparse.coo_matrix,
        "lil_array": sparse.lil_array,
    }[kind](np.arange(6).reshape(3, 2))
    assert n_rows(made) == 3
    assert take_rows(made, ROWS).toarray().tolist() == [[4, 5], [0, 1]]


@pytest.mark.parametrize("kind", ["csr_array", "csr_matrix", "csc_array", "coo_array"])
@pytest.mark.parametrize("dtype", [bool, np.uint8, int, np.float32, float])
def test_entries_given_twice(kind, dtype):
    """They are summed as ``toarray`` sums them, in a copy; what has none is not copied."""
    rows, columns = np.array([0, 0, 0, 1, 2]), np.array([1, 0, 1, 1, 0])
    values = np.array([200, 1, 100, 3, 1]).astype(dtype)
    if kind.startswith("csr"):
        entries = (values, columns, np.array([0, 3, 4, 5]))
    elif kind.startswith("csc"):
        entries = (values, columns[:5], np.array([0, 3, 5]))
    else:
        entries = (values, (rows, columns))
    table = getattr(sparse, kind)(entries, shape=(3, 2))
    before, dense = table.data.copy(), table.toarray()
    found = sum_duplicates(table)
    assert found.has_canonical_format and found.dtype == dtype
    assert found.nnz < 5 and np.array_equal(found.toarray(), dense)
    assert np.array_equal(table.data, before)
    assert sum_duplicates(found) is found


@pytest.mark.parametrize("dtype", [bool, np.int64, np.uint8, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.coo_array])
def test_appended_numbers_are_not_rounded(make, dtype):
    """The table takes the dtype that holds both."""
    if dtype == np.float16 and make is not np.asarray:
        pytest.skip("SciPy has no sparse arrays in half precision")
    table = np.array([[0, 1], [1, 0], [0, 0]], dtype=dtype)
    column = np.array([0.1, -1e-9, 3.7])
    found = append_columns(make(table), {"predicted a": column})
    found = found if isinstance(found, np.ndarray) else found.toarray()
    assert np.array_equal(found, np.column_stack([table.astype(float), column]))


def test_numbers_beside_strings():
    """They stay numbers."""
    found = append_columns(
        np.array([["u", "v"], ["w", "x"]]), {"predicted a": np.array([0.1, 2.0])}
    )
    assert found.tolist() == [["u", "v", 0.1], ["w", "x", 2.0]]


def test_frames_and_series():
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    frame = pd.DataFrame({0: [1, 2, 3], "b": list("uvw")}, index=[7, 8, 9])
    pd.testing.assert_frame_equal(take_rows(frame, ROWS), frame.iloc[ROWS])
    pd.testing.assert_series_equal(take_rows(frame["b"], ROWS), frame["b"].iloc[ROWS])
    found = take_rows(pl.DataFrame({"a": [1, 2, 3]}), ROWS)
    assert isinstance(found, pl.DataFrame) and found["a"].to_list() == [3, 1]
    assert take_rows(pl.Series([1, 2, 3]), ROWS).to_list() == [3, 1]


def test_arrays_lists_and_targets():
    assert take_rows(np.arange(6).reshape(3, 2), ROWS).tolist() == [[4, 5], [0, 1]]
    assert take_rows(["one", "two", "three"], ROWS) == ["three", "one"]
    found = take_rows(TaskTargets({"a": ["x", "y", "z"]}), ROWS)
    assert isinstance(found, TaskTargets) and list(found["a"]) == ["z", "x"]


@pytest.mark.parametrize(
    "table, n", [([1, 2], 2), ((1,), 1), (np.zeros((4, 2)), 4), ("text", None), (3.0, None)]
)
def test_number_of_rows(table, n):
    assert n_rows(table) == n
    assert n_rows({"a": [1, 2]}) is None and n_rows(np.float64(1)) is None
