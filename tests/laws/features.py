"""Features: numbers on a binary grid, so that an offset or a power of two changes no digit of what varies."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from .specs import Spec

GRID = 2.0**16  # steps in a standard deviation
FAR = {"0": 0.0, "2": 2.0, "1e3": 1e3, "5e4": 5e4, "1e6": 1e6, "1e9": 1e9}
SPECIAL = {"constant", "rounding", "one_zero", "rare"}


class Features(NamedTuple):
    """X, the standardised numbers that it is made of, and the unit of each column."""

    X: np.ndarray
    Z: np.ndarray
    unit: np.ndarray


def power_of_two(size: float) -> float:
    """Return the power of two that is nearest."""
    return 2.0 ** round(np.log2(size))


def on_grid(values: np.ndarray) -> np.ndarray:
    """Round to the grid."""
    return np.round(values * GRID) / GRID


def features(spec: Spec, rng: np.random.Generator, n: int) -> Features:
    """Draw n rows."""
    Z = standardised(spec, rng, n)
    unit = units(spec, rng)
    X = unit * (Z + offsets(spec, rng))
    if spec.columns in SPECIAL:
        X[:, -1] = unit[-1] * special(spec.columns, n, spec.n)
        Z[:, -1] = X[:, -1] / unit[-1] if spec.columns in ("one_zero", "rare") else 0.0
    if spec.columns == "flat":
        X, Z = np.full(X.shape, 7.1), 0.0 * Z
    return Features(X.astype(np.float32).astype(float) if spec.precision == 32 else X, Z, unit)


def standardised(spec: Spec, rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw features of variance about one."""
    Z = on_grid(rng.normal(size=(n, spec.d)))
    if spec.columns == "sparse":
        Z *= rng.random(Z.shape) < 0.5
    elif spec.columns == "integers":
        Z = rng.poisson(1.0, size=Z.shape).astype(float)
    elif spec.columns == "flags":
        Z = (rng.random(Z.shape) < 0.4).astype(float)
    elif spec.columns in ("twice", "near6", "near9"):
        apart = {"twice": 0.0, "near6": 2.0**-20, "near9": 2.0**-30}[spec.columns]
        Z[:, -1] = Z[:, 0] + apart * on_grid(rng.normal(size=n)) if spec.d > 1 else Z[:, 0]
    if spec.mask == "constant":  # among the rows that have a label of the first task: see labels.py
        Z[: max(2, spec.n // 2), -1] = 1.0
    return Z


def units(spec: Spec, rng: np.random.Generator) -> np.ndarray:
    """Draw the unit of each column."""
    if spec.scale in ("mild", "mixed"):
        low, high = (-3, 3) if spec.scale == "mild" else (-6, 9)
        return 2.0 ** np.round(rng.uniform(low, high, spec.d) * np.log2(10.0))
    return np.full(spec.d, power_of_two(float(spec.scale)))


def offsets(spec: Spec, rng: np.random.Generator) -> np.ndarray:
    """Draw the mean of each column, in whole standard deviations."""
    if spec.offset == "mixed":
        return np.round(rng.choice([-1.0, 1.0], spec.d) * 10.0 ** rng.uniform(0, 9, spec.d))
    return rng.choice([-1.0, 1.0], spec.d) * FAR[spec.offset]


def special(kind: str, n: int, n_fit: int) -> np.ndarray:
    """Return a column that hardly varies; of n rows the first n_fit are those of the fit."""
    if kind == "constant":
        return np.full(n, 37.7)
    if kind == "rounding":
        return np.where(np.arange(n) % 2, 0.1 + 0.2, 0.3)
    if kind == "one_zero":
        return np.where(np.arange(n) == n_fit // 2 + 1, 0.0, 1.0)
    return np.isin(np.arange(n), (0, n_fit - 1, n - 1)).astype(float)


def contained(spec: Spec, X: np.ndarray):
    """Return X in the container and the precision of the draw."""
    if spec.container == "dense":
        return X.astype(np.float32) if spec.precision == 32 else X
    if spec.container == "bools":
        return sparse.csr_array(X > 0)
    if spec.container == "ints":
        return sparse.csr_array(X.astype(np.int64))
    A = sparse.csr_array(X)
    if spec.container == "zeros":
        A = with_zeros(X)
    elif spec.container == "doubled":
        A = twice(A)
    return A.astype(np.float32) if spec.precision == 32 else A


def with_zeros(X: np.ndarray) -> sparse.csr_array:
    """Return a matrix whose zeros are written down."""
    n, d = X.shape
    columns, starts = np.tile(np.arange(d), n), np.arange(0, n * d + 1, d)
    return sparse.csr_array((X.ravel().copy(), columns, starts), shape=X.shape)


def twice(A: sparse.csr_array) -> sparse.csr_array:
    """Return a matrix whose entries are given in two halves, which are to be summed."""
    indices = np.repeat(A.indices, 2)
    return sparse.csr_array((np.repeat(A.data / 2, 2), indices, 2 * A.indptr), shape=A.shape)
