"""What networks take of many rows: exact quantiles without sorting, single precision where it does."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmtl.neural_network._inputs import Inputs
from skmtl.neural_network._moments import quantiles

SHARES = (0.01, 0.5, 0.99)
COLUMNS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "sorted": lambda rng, n: np.sort(rng.exponential(size=n)),
    "a period of the pilot": lambda rng, n: np.tile([0.0, 1.0, 2.0, 3.0, 4.0], n // 5 + 1)[:n],
    "counts": lambda rng, n: rng.poisson(1.0, n).astype(float),
    "rare ones": lambda rng, n: (rng.random(n) < 0.005).astype(float),
    "one value": lambda rng, n: np.full(n, 3.0),
}
wide = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@wide
@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize("n", [1, 2, 99, 100, 3999, 4001, 20_003])
def test_quantiles_are_exact(n, column, dtype, rng):
    """The order of the rows does not matter, nor whether rows are counted by weights."""
    values = column(rng, n).astype(dtype)
    found = quantiles(values, None, SHARES)
    ranks = [max(-(-n * percent // 100) - 1, 0) for percent in (1, 50, 99)]
    assert_array_equal(found, np.sort(values)[ranks])
    assert_array_equal(found, quantiles(rng.permutation(values), None, SHARES))
    assert_array_equal(found, quantiles(values, np.ones(n), SHARES))


def table(rng, n=9000):
    """Columns far from zero, of other sizes, with gaps, outliers, rare values, one that is constant."""
    X = rng.normal(size=(n, 7)) * [1.0, 1e5, 1e-4, 3.0, 1.0, 1.0, 0.0]
    X += [0.0, 0.0, 0.0, 2020.0, 0.0, 0.0, 0.1]
    X[:, 5] = rng.random(n) < 0.003
    X[rng.random(X.shape) < 0.05] = np.nan
    X[7, 0], X[8, 1] = 1e9, -1e12
    return X


def test_single_precision_does(rng):
    """A table in single precision, never made double, becomes the same numbers."""
    X = table(rng).astype(np.float32)
    single, double = (Inputs(True, True).fit(given, None) for given in (X, X.astype(np.float64)))
    assert_array_equal(single.fill, double.fill)
    assert_allclose(
        single.transform(X, np.float32), double.transform(X.astype(np.float64), float), atol=2e-5
    )


@wide
def test_rows_in_another_order(dtype, rng):
    """What is made of a row does not hang on where it stands."""
    X = table(rng).astype(dtype)
    order = rng.permutation(len(X))
    found = Inputs(True, False).fit(X[order], None).transform(X, np.float32)
    assert_allclose(found, Inputs(True, False).fit(X, None).transform(X, np.float32), atol=1e-5)


@pytest.mark.parametrize("first", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_dense_after_sparse_and_back(first, rng):
    """Tables of one kind after the other: the same numbers, in fit, update and transform."""
    X = table(rng, 600)
    other = sparse.csr_array if first is np.asarray else np.asarray
    wanted = Inputs(True, True).fit(X, None).update(X[:200] + 1.0, None).transform(X, np.float64)
    mixed = Inputs(True, True).fit(first(X), None).update(other(X[:200] + 1.0), None)
    for make in (np.asarray, sparse.csr_array):
        found = mixed.transform(make(X), np.float64)
        found = found if isinstance(found, np.ndarray) else found.toarray()
        assert_allclose(found, wanted, atol=1e-9)


@wide
def test_rows_far_from_those_of_fit(dtype, rng):
    """Whatever comes later becomes a finite number, zero in a column that was constant."""
    X = np.column_stack([rng.normal(size=50), np.full(50, 1e-30), np.ones(50), np.arange(50) == 3])
    inputs = Inputs(True, False).fit(X.astype(dtype), None)
    far = np.array([[1.0], [-1.0]], dtype=dtype) * np.finfo(dtype).max
    found = inputs.transform(np.repeat(far, 4, axis=1), np.float32)
    assert_array_equal(found[:, [1, 2]], 0.0)
    assert_array_equal(np.abs(found[:, [0, 3]]), 6.0)
    inputs.update(np.repeat(far, 4, axis=1), None)
    assert np.isfinite(inputs.transform(X.astype(dtype), np.float32)).all()


TAILS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "exponential": lambda rng, n: rng.exponential(size=n),
    "lognormal": lambda rng, n: np.exp(2.0 * rng.normal(size=n)),
    "an outlier": lambda rng, n: np.append(rng.normal(size=n - 1), 1e4),
    "both tails are far": lambda rng, n: np.repeat(
        [-7.0, 0.0, 7.0], [n // 100, n - 2 * (n // 100), n // 100]
    ),
    "one tail is far": lambda rng, n: np.append(
        np.zeros(n - n // 50), np.linspace(5.0, 6.0, n // 50)
    ),
    "nearly tails": lambda rng, n: (
        np.where(np.arange(n) % 210 < 4, 7.0, 0.01) * rng.choice([-1.0, 1.0], n)
    ),
    "less than a tail": lambda rng, n: np.append(np.zeros(n - n // 200), np.ones(n // 200)),
    "gaps": lambda rng, n: np.where(rng.random(n) < 0.4, np.nan, 5.0 + rng.exponential(size=n)),
    "one value": lambda rng, n: np.full(n, 3.0),
    "huge": lambda rng, n: 1e18 * rng.normal(size=n),
    "tiny": lambda rng, n: 1e-25 * rng.normal(size=n),
}


@wide
@pytest.mark.parametrize("column", TAILS.values(), ids=TAILS)
@pytest.mark.parametrize("n", [1, 60, 600, 20_000])
def test_fences_that_limit_nothing_are_left_out(n, column, dtype, rng):
    """What is made of the rows, and of others however far, is the same with them."""
    with np.errstate(over="ignore"):
        X = column(rng, n)[:n, None].astype(dtype)
    middle = 0.0 if np.isnan(X).all() else np.nanmedian(X)
    far = (
        middle + np.outer([-1e6, -20.0, -7.0, 0.0, 7.0, 20.0, 1e6], np.nanmax(np.abs(X)))
    ).astype(dtype)
    with_fences, without = (Inputs(True, False, more).fit(X, None) for more in (True, False))
    assert_array_equal(without.fill, with_fences.fill)
    for rows in (X, far):
        wanted = with_fences.transform(rows, dtype)
        assert_allclose(without.transform(rows, dtype), wanted, atol=2e-5)
