"""Hessians in the weights where intercepts follow: those of classes move nothing if all of them move alike."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.special import softmax

from skmtl.linear_model.problems._nonsmooth import weighted_grams


def test_classes():
    """They are positive semidefinite, and those with the intercept of one class fixed."""
    for seed in range(200):
        rng = np.random.default_rng(seed)
        X = 10.0 ** rng.uniform(-2, 2, size=4) * rng.normal(size=(30, 4))
        p = softmax(20.0 * rng.normal(size=(30, 3)), axis=1)
        products = [p * (unit - (p @ unit)[:, None]) for unit in np.eye(3)]
        grams = weighted_grams(X, np.stack(products, axis=1))
        found, expected = grams.matrix(follow=True), grams.matrix(follow=False)
        largest = np.linalg.eigvalsh(expected)[-1]
        firsts = grams.firsts.transpose(0, 2, 1).reshape(-1, 3)[:, :2]
        expected -= firsts @ np.linalg.solve(grams.totals[:2, :2], firsts.T)
        assert_allclose(found, expected, rtol=0.0, atol=1e-9 * largest)
        assert np.linalg.eigvalsh(found)[0] >= -1e-10 * largest
