"""What networks take: gaps filled, outliers limited, columns standardised; sparse as dense."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmtl.neural_network._inputs import Inputs

kinds = pytest.mark.parametrize("standardize", [True, False])


def table(rng, n=200):
    """Columns of very different sizes, with gaps and zeros."""
    X = rng.normal(size=(n, 5)) * [1.0, 1e3, 1e-6, 1.0, 1.0] + [0.0, 5e3, 0.0, 1.0, 0.0]
    X[:, 3] = rng.poisson(1.0, n)
    X[rng.random(X.shape) < 0.2] = np.nan
    X[:, 4] = np.where(rng.random(n) < 0.7, 0.0, rng.normal(size=n))
    return X


def made(X, standardize=True, indicator=False, weight=None, of=None):
    """Return what is made of X, or of other rows, by inputs fitted to X."""
    inputs = Inputs(standardize, indicator).fit(X, weight)
    found = inputs.transform(X if of is None else of, np.float64)
    return found if isinstance(found, np.ndarray) else found.toarray()


def test_medians(rng):
    """A gap is the median, of an even number of values the lower."""
    X = table(rng)
    found = made(X, standardize=False)
    for column, own in zip(X.T, found.T):
        gaps = np.isnan(column)
        values = np.sort(column[~gaps])
        assert_array_equal(own[gaps], values[(len(values) - 1) // 2])
        assert_array_equal(own[~gaps], column[~gaps])


def test_standardised(rng):
    """Mean 0, deviation 1, of filled columns."""
    X = table(rng)[:, :4]
    found = made(X)
    assert_allclose(found.mean(axis=0), 0.0, atol=0.02)  # but for what is clipped
    assert_allclose(found.std(axis=0), 1.0, atol=0.02)
    filled = made(X, standardize=False)
    wanted = np.clip((filled - filled.mean(axis=0)) / filled.std(axis=0), -6, 6)
    assert_allclose(found, wanted, atol=1e-9)


@kinds
def test_weights_are_copies(standardize, rng):
    """A weight of two is two rows."""
    X = table(rng)
    weight = rng.integers(0, 4, len(X)).astype(float)
    again = np.repeat(X, weight.astype(int), axis=0)
    found = made(X[weight > 0], standardize, weight=weight[weight > 0], of=X)
    assert_allclose(found, made(again, standardize, of=X), atol=1e-12)
    halved = made(X[weight > 0], standardize, weight=weight[weight > 0] / 2, of=X)
    assert_allclose(halved, found, atol=1e-12)


def test_fences(rng):
    """Ten ranges beyond the tails a value counts as no more, and what is made of it is at most six."""
    X = rng.normal(size=(500, 2))
    X[3, 0] = 1e12
    low, high = np.quantile(X[:, 0], [0.01, 0.99], method="inverted_cdf")
    limited = X.copy()
    limited[3, 0] = high + 10 * (high - low)
    assert_allclose(made(X), made(limited), atol=1e-12)
    assert np.abs(made(X)).max() == 6.0
    assert made(X)[np.arange(500) != 3, 0].std() > 0.2  # the rest can still be told apart
    assert_array_equal(made(X, standardize=False), X)


def test_rare_values_are_not_outliers(rng):
    """Where both tails are the same value, nothing is limited: a rare 1 among zeros stays what it is."""
    X = np.zeros((1000, 1))
    X[:5] = 1.0
    found = made(X)
    assert_allclose(found[0, 0] - found[-1, 0], min(1 / X.std(), 6 + X.mean() / X.std()))


@kinds
@pytest.mark.parametrize("indicator", [True, False])
def test_columns_without_anything(standardize, indicator):
    """Constant columns, and those of gaps alone, become zeros, or stay."""
    X = np.column_stack([np.full(30, 7.0), np.full(30, np.nan), np.arange(30.0), np.zeros(30)])
    found = made(X, standardize, indicator)
    assert np.isfinite(found).all()
    assert_array_equal(found[:, 0], 0.0 if standardize else 7.0)
    assert_array_equal(found[:, [1, 3]], 0.0)
    if indicator:
        assert_array_equal(found[:, 4:], 1.0)
    assert found.shape == (30, 5 if indicator else 4)


@kinds
def test_indicators(standardize, rng):
    """A column for each with gaps in fit, of zeros and ones, also where other rows have none."""
    X = table(rng)
    found = made(X, standardize, True)
    assert_array_equal(found[:, 5:], np.isnan(X[:, :4]))
    other = np.nan_to_num(X)
    other[:, 4] = np.nan
    assert_array_equal(made(X, standardize, True, of=other)[:, 5:], np.zeros((200, 4)))


@kinds
@pytest.mark.parametrize("indicator", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_sparse_is_dense(standardize, indicator, weighted, rng):
    """The same numbers, though never made dense."""
    X = table(rng)
    weight = rng.uniform(0.5, 2, len(X)) if weighted else None
    dense = made(X, standardize, indicator, weight)
    assert_allclose(made(sparse.csr_matrix(X), standardize, indicator, weight), dense, atol=1e-9)
    assert_allclose(made(sparse.csr_array(X), standardize, indicator, weight), dense, atol=1e-9)


@pytest.mark.parametrize("shift", [20.0, -20.0])
def test_zeros_beyond_the_fence(shift, rng):
    """A zero that a sparse matrix leaves out is limited like one in a dense table."""
    X = rng.uniform(-1.0, 1.0, (1000, 2)) / 4 + shift
    X[:3] = 0.0
    wanted = made(X)
    assert wanted[3:].std() > 0.4  # the zeros have not taken all of the scale
    assert_allclose(made(sparse.csr_array(X)), wanted, atol=1e-9)


def test_sparse_stays_sparse(rng):
    """No more numbers are kept than there were."""
    X = sparse.random(300, 400, density=0.02, random_state=0, format="csr")
    found = Inputs(True, False).fit(X, None).transform(X, np.float32)
    assert found.X.nnz == X.nnz and found.X.dtype == np.float32
    assert found.offset.shape == (400,) and found.offset.dtype == np.float32


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge(make, dtype, rng):
    """Values of 1e30, single ones or all, become numbers in single precision."""
    X = rng.normal(size=(100, 3))
    X[0, 0], X[1, 1], X[:, 2] = 1e30, -1e30, 1e30 * X[:, 2]
    X = make(X.astype(dtype))
    inputs = Inputs(True, False).fit(X, None)
    found = inputs.transform(X, np.float32)
    found = found if isinstance(found, np.ndarray) else found.toarray()
    assert np.abs(found).max() <= 6.0
    assert_allclose(found[:, 2].std(), 1.0, atol=0.02)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e-30, 1e155, 1e299])
def test_units_do_not_matter(make, size, rng):
    """Columns in other units become the same numbers, however large the units are."""
    X = table(rng)
    X[3, 0] = 1e7  # an outlier, which its fence limits
    X = np.nan_to_num(X) if make is not np.asarray else X
    units = size * np.array([1.0, 1e-3, 1.0, 1.0, 1.0])
    assert_allclose(made(make(X * units)), made(make(X)), atol=1e-3 if size < 1e-300 else 1e-9)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_too_large_to_take_as_they_are(make, rng):
    """Without standardisation nothing is clipped in silence: what single precision cannot square is refused."""
    X = rng.normal(size=(100, 3))
    assert np.isfinite(made(make(1e14 * X), False)).all()
    with pytest.raises(
        ValueError, match=r"X must be within .*1e\+15.* with standardize=False, got 1e\+20"
    ):
        X[3, 1] = 1e20
        made(make(X), False)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e15, 1e200, 1e307])
def test_units_of_weights_do_not_matter(make, size, rng):
    """Only ratios of weights do: a column is not constant because weights are large."""
    X = np.nan_to_num(table(rng))
    weight = rng.uniform(0.5, 2.0, len(X))
    found = made(make(X), weight=size * weight)
    assert_allclose(found, made(make(X), weight=weight), atol=1e-3 if size < 1e-300 else 1e-9)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_more_rows(make, rng):
    """Means and deviations of parts are those of all."""
    X = np.clip(table(rng), -1e4, 1e4)
    weight = rng.uniform(0.5, 2, len(X))
    filled = Inputs(False, False).fit(X, None).transform(X, np.float64)
    X = make(filled)
    parts = Inputs(True, False).fit(X[:80], weight[:80])
    fill, high = parts.fill.copy(), parts.high.copy()
    parts.update(X[80:150], weight[80:150]).update(X[150:], weight[150:])
    whole = Inputs(True, False).fit(X, weight)
    found, wanted = (inputs.transform(X, np.float64) for inputs in (parts, whole))
    if make is not np.asarray:
        found, wanted = found.toarray(), wanted.toarray()
    assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
    assert_array_equal(parts.fill, fill)
    assert_array_equal(parts.high, high)


def test_nothing_is_written_to(rng):
    """The table of the user stays as it is."""
    X = table(rng)
    for given in (X, sparse.csr_matrix(X)):
        data = given if given is X else given.data
        before = data.copy()
        made(given, True, True)
        assert_array_equal(data, before)
