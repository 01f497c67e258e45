"""task_affinity: bad input, and the parts by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold

from skmtl.inspection import task_affinity
from skmtl.inspection._association import UNKNOWN, Association, associate, deviations, reach
from skmtl.inspection._transfer import Receiver, correlate_residuals


def left_out(values):
    """A mean of one number a fold, and the means without each of the folds."""
    values = np.asarray(values, dtype=float)
    others = [np.delete(values, fold, axis=0).mean(axis=0) for fold in range(len(values))]
    return np.stack([values.mean(axis=0), *others])


def test_jackknife_of_a_mean(rng):
    """It is the variance of the numbers over how many there are."""
    values = rng.standard_normal(9)
    assert_allclose(np.sum(deviations(left_out(values)) ** 2), values.var(ddof=1) / 9)


def test_a_correlation_by_hand():
    constant = np.ones((5, 1, 1))
    assert associate(-3.0 * constant, 4.0 * constant, 9.0 * constant) == (-0.5, 0.0, 0.5)
    assert associate(7.0 * constant, 4.0 * constant, 9.0 * constant) == (1.0, 0.0, 1.0)
    assert associate(constant, 0.0 * constant, constant) == UNKNOWN


def test_error_of_a_correlation_is_that_of_the_ratio(rng):
    """Where every fold changes little, the jackknife of the ratio itself gives the same."""
    values = np.array([0.6, 1.2, 0.8]) + 0.01 * rng.standard_normal((12, 3))
    cross, s, t = left_out(values).T[:, :, None, None]
    ratio = (cross / np.sqrt(s * t)).ravel()
    found = associate(cross, s, t)
    assert found.value == ratio[0]
    assert_allclose(found.std_error, np.linalg.norm(deviations(ratio)), rtol=0.01)
    assert_allclose(found.lower, ratio[0] - reach(12) * found.std_error)


def test_matrices_without_noise_give_the_root_of_the_rv_coefficient(rng):
    A, B = rng.standard_normal((2, 50, 3))
    C, S, T = A.T @ B, A.T @ A, B.T @ B
    found = associate(*(np.stack([M] * 6) for M in (C, S, T)))
    expected = np.sqrt(np.sum(C**2) / np.sqrt(np.sum(S**2) * np.sum(T**2)))
    assert_allclose(found, Association(expected, 0.0, expected), atol=1e-7)


def test_noise_is_taken_out_of_a_norm(rng):
    """Of matrices that are nothing but noise the squared norm is zero in expectation, and rarely surely above."""
    own, squares, sure = np.stack([np.eye(2)] * 11), [], 0
    for _ in range(400):
        cross = left_out(rng.standard_normal((10, 2, 2)) / 10)
        found = associate(cross, own, own)
        squares.append(np.sum(cross[0] ** 2) - np.sum(deviations(cross) ** 2))
        sure += found.lower > 0.0
    assert abs(np.mean(squares)) < 4 * np.std(squares) / 20
    assert sure < 0.06 * 400


def test_gain_is_that_of_least_squares(rng):
    """scikit-learn's regressions, fitted without each fold, save as much."""
    n, fold = 120, np.arange(120) % 4
    signal = rng.standard_normal((n, 2))
    labels = (signal @ [1.0, 0.5])[:, None] + rng.standard_normal((n, 1))
    expected = 0.7 * signal[:, :1]
    labels[:15] = np.nan
    known = np.flatnonzero(~np.isnan(labels[:, 0]))
    y, left = labels[known, 0], (labels - expected)[known, 0]
    parts = KFold(4)
    errors = {1: 0.0, 2: 0.0}
    for number in range(parts.n_splits):
        test, train = known[fold[known] == number], known[fold[known] != number]
        for width in errors:
            model = LinearRegression().fit(
                signal[train, :width], (labels - expected)[train].ravel()
            )
            missed = (labels - expected)[test, 0] - model.predict(signal[test, :width])
            errors[width] += np.sum(missed**2)
    receiver = Receiver(labels, expected, signal, fold)
    total = np.sum((y - y.mean()) ** 2)
    assert_allclose(
        receiver.gain(np.array([1]), np.array([2])).value, (errors[1] - errors[2]) / total
    )
    assert_allclose(receiver.explained().value, 1.0 - np.sum(left**2) / total)


def test_residuals_correlate_as_numpy_says(rng):
    s, t = rng.standard_normal((2, 60, 1))
    t += s
    s[:9], t[50:] = np.nan, np.nan
    both = slice(9, 50)
    found = correlate_residuals(s, t, np.arange(60) % 5)
    assert_allclose(found.value, np.corrcoef(s[both, 0], t[both, 0])[0, 1])
    assert np.isnan(correlate_residuals(s[:28], t[:28], np.arange(28) % 5).value)


BAD = {
    "n_repeats": (dict(n_repeats=0), "n_repeats must be an integer in"),
    "repeats of a flag": (dict(n_repeats=True), "n_repeats must be an integer in"),
    "few folds": (dict(cv=3), "cv must have at least 4 folds, got 3"),
    "no partition": (dict(cv=[([0], [1])] * 4), "cv must test each sample once"),
    "few groups": (dict(groups=np.arange(40) % 5), "n_splits must be at most .*5"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_parameters_keep_their_rules(rng, arguments, message):
    X = rng.standard_normal((40, 2))
    with pytest.raises(ValueError, match=message):
        task_affinity(X, {"a": X[:, 0], "b": X[:, 1]}, **arguments)


def test_targets_keep_their_rules(rng):
    X = rng.standard_normal((40, 2))
    a, few = X[:, 0], np.where(np.arange(40) < 19, X[:, 1], np.nan)
    with pytest.raises(ValueError, match=r"at least two tasks to compare, got \['a'\]"):
        task_affinity(X, {"a": a})
    with pytest.raises(ValueError, match="'few' must have at least two labels a fold, 20, got 19"):
        task_affinity(X, {"a": a, "few": few})
    with pytest.raises(ValueError, match="'same' must have labels that differ"):
        task_affinity(X, {"a": a, "same": np.ones(40)})
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        task_affinity(X[:30], {"a": a, "b": X[:, 1]})
    X[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        task_affinity(X, {"a": a, "b": X[:, 1]})
