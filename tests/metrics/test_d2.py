"""The fraction of deviance explained is scikit-learn's, kind by kind."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import softmax
from sklearn.metrics import d2_log_loss_score, d2_tweedie_score, r2_score

from skmtl.metrics._d2 import explained

by_dtype = pytest.mark.parametrize("dtype", [np.float64, np.float32])
by_weight = pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])


@pytest.mark.parametrize("kind", ["regression", "count"])
@pytest.mark.parametrize("size", [1e-300, 1e-165, 1e155, 1e300])
def test_units_of_numbers_and_weights(kind, size, rng):
    """Squares neither overflow nor vanish."""
    known, weight = rng.poisson(3.0, 50).astype(float), rng.uniform(0.1, 2, 50)
    mean = known + rng.uniform(0.1, 1, 50)
    wanted = explained(kind, known, mean, weight)
    assert_allclose(explained(kind, size * known, size * mean, size * weight), wanted)


@by_dtype
@by_weight
@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes(dtype, weighted, n_classes, rng):
    """Log loss, a class that is certain to be missing included."""
    codes = rng.integers(0, n_classes, 50)
    probability = softmax(3 * rng.normal(size=(50, n_classes)), axis=1)
    probability[:3] = np.eye(n_classes)[(codes[:3] + [0, 1, 1]) % n_classes]
    probability = probability.astype(dtype)
    weight = rng.uniform(0.1, 2, 50) if weighted else None
    wanted = d2_log_loss_score(
        codes, probability, sample_weight=weight, labels=np.arange(n_classes)
    )
    assert_allclose(explained("multiclass", codes, probability, weight), wanted, rtol=1e-5)


@by_dtype
@by_weight
@pytest.mark.parametrize("kind", ["regression", "count"])
def test_numbers(dtype, weighted, kind, rng):
    """Squared error and Poisson deviance, zero counts included."""
    mean = rng.uniform(0.2, 4, 50).astype(dtype)
    known = rng.poisson(mean).astype(float)
    weight = rng.uniform(0.1, 2, 50) if weighted else None
    if kind == "count":
        wanted = d2_tweedie_score(known, mean, sample_weight=weight, power=1)
    else:
        wanted = r2_score(known, mean, sample_weight=weight)
    assert_allclose(explained(kind, known, mean, weight), wanted, rtol=1e-5)


def test_mean_of_zero():
    """Zero predicted of a count that was not is as bad as can be."""
    known, mean = np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.0, 2.0])
    assert explained("count", known, mean, None) == -np.inf
    assert explained("count", known, known, None) == 1.0
