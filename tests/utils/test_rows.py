"""Rows of tables of any kind."""

import numpy as np
import pytest
from scipy import sparse

from skmtl import TaskTargets
from skmtl.utils import n_rows, take_rows

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
