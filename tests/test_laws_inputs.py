"""X may be sparse, single precision, read-only, mapped from a file, or a frame."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler
from zoo import CASES, ByContent, assert_same_numbers, by_column, numbers

pytestmark = pytest.mark.parametrize("case", CASES, ids=str)
SHAPES = [pytest.param(70, 5, id="tall"), pytest.param(40, 55, id="wide")]


@pytest.mark.parametrize("n, d", SHAPES)
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array])
def test_sparse(case, make, n, d):
    """Sparse = dense, in fit and in predict, centres included."""
    X, y = case.data(n=n, d=d)
    X = np.where(np.abs(X) < 0.7, 0.0, X)
    dense, found = case.new().fit(X, y), case.new().fit(make(X), y)
    assert_same_numbers(numbers(found), numbers(dense))
    for name, wanted in dense.decision_function(X).items():
        atol = 1e-6 * np.abs(wanted).max()
        assert_allclose(found.decision_function(make(X))[name], wanted, rtol=0, atol=atol)


def in_pieces(table):
    """Return a CSR array of a table, every entry in two pieces and out of order; zeros are entries too."""
    n, d = table.shape
    one = table // 2 if table.dtype.kind == "i" else table
    other = table - one if table.dtype.kind == "i" else table
    values = np.stack([one, other], axis=2).reshape(n, -1)[:, ::-1]
    columns = np.tile(np.repeat(np.arange(d), 2)[::-1], n)
    found = sparse.csr_array((values.ravel(), columns, np.arange(n + 1) * 2 * d), shape=(n, d))
    assert np.array_equal(found.toarray(), table)
    return found


@pytest.mark.parametrize("dtype", [bool, np.int64])
def test_sparse_integers_in_pieces(case, dtype):
    """CSR of whole numbers, or of true and false, with entries given twice = the dense table in floats."""
    X, y = case.data()
    table = (X > 0.5).astype(dtype) if dtype is bool else np.rint(2 * X).astype(dtype)
    pieces, floats = in_pieces(table), table.astype(float)
    # Folds by what is in a row would all be the same one.
    by_content = isinstance(case.model.get_params().get("cv"), ByContent)
    params = {"cv": KFold(3)} if by_content else {}
    dense, found = case.new(**params).fit(floats, y), case.new(**params).fit(pieces, y)
    assert_same_numbers(numbers(found), numbers(dense))
    for name, wanted in dense.decision_function(floats).items():
        atol = 1e-6 * np.abs(wanted).max()
        assert_allclose(found.decision_function(pieces)[name], wanted, rtol=0, atol=atol)


@pytest.mark.parametrize("n, d", SHAPES)
def test_single_precision(case, n, d):
    """float32 in, float32 coefficients and predictions out, close to those of float64."""
    X, y = case.data(n=n, d=d)
    X = X.astype(np.float32)
    single, double = case.new().fit(X, y), case.new().fit(X.astype(np.float64), y)
    if case.is_linear:
        assert single.coef_.dtype == single.intercept_.dtype == np.float32
        assert double.coef_.dtype == np.float64
    assert {raw.dtype for raw in single.decision_function(X).values()} == {np.dtype(np.float32)}
    assert_same_numbers(numbers(single), numbers(double), 1e-4)


def test_far_from_zero(case):
    """Features like years: a common shift of X moves intercepts alone."""
    X, y = case.data()
    if not case.has_intercept or "shift" in case.excepted:
        pytest.skip(case.excepted.get("shift", "nothing takes up the shift"))
    shifted, straight = case.new().fit(X + 2000.0, y), case.new().fit(X, y)
    if not case.is_linear:
        found, wanted = shifted.decision_function(X + 2000.0), straight.decision_function(X)
        assert_same_numbers(by_column(found), by_column(wanted))
        return
    size = np.abs(straight.coef_).max(axis=1, keepdims=True)
    assert_allclose(shifted.coef_ / size, straight.coef_ / size, atol=1e-6)


def test_read_only(case):
    """Nothing that was passed in is written to."""
    X, y = case.data()
    weight = np.ones((len(X), len(y)))
    for array in (X, weight, *y.values()):
        array.setflags(write=False)
    before = {name: column.copy() for name, column in y.items()}
    model = case.new().fit(X, y, sample_weight=weight)
    model.predict(X)
    assert_same_numbers(numbers(model), numbers(case.new().fit(X.copy(), before)))


def test_memory_mapped(case, tmp_path):
    """X in a file, in either order."""
    X, y = case.data()
    wanted = numbers(case.new().fit(X, y))
    for order in "CF":
        path = tmp_path / f"X{order}.npy"
        np.save(path, np.asarray(X, order=order))
        mapped = np.load(path, mmap_mode="r")
        assert_same_numbers(numbers(case.new().fit(mapped, y)), wanted)


def test_views(case):
    """Strided X and targets."""
    X, y = case.data()
    wide, pair = np.repeat(X, 2, axis=1), {k: np.repeat(v, 3) for k, v in y.items()}
    found = case.new().fit(wide[:, ::2], {k: v[::3] for k, v in pair.items()})
    assert_same_numbers(numbers(found), numbers(case.new().fit(X, y)))


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames(case, library):
    """Names of features are kept, and checked."""
    frames = pytest.importorskip(library)
    X, y = case.data()
    frame = frames.DataFrame({f"x{j}": X[:, j] for j in range(X.shape[1])})
    if not hasattr(StandardScaler().fit(frame), "feature_names_in_"):
        pytest.skip("this scikit-learn does not know the frame")
    model = case.new().fit(frame, y)
    assert list(model.feature_names_in_) == list(frame.columns)
    assert_same_numbers(numbers(model), numbers(case.new().fit(X, y)))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[list(reversed(frame.columns))])


def test_constant_features(case):
    """A feature that never varies has a coefficient of zero, if there is an intercept."""
    X, y = case.data()
    if not case.is_linear or not case.has_intercept:
        pytest.skip("there is no coefficient, or the constant is the intercept")
    model = case.new().fit(np.column_stack([X, np.full(len(X), 3.0)]), y)
    assert_allclose(model.coef_[:, -1], 0.0, atol=1e-8 * np.abs(model.coef_).max())
