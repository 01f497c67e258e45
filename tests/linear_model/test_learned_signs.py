"""Learned signs are those of accurate separate fits, and there is none where nothing tells."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import hadamard
from zoo import assert_same_numbers, numbers

from skmtl import MultiTaskGLM, MultiTaskRidge, MultiTaskRidgeCV, TaskTargets
from skmtl.penalties import MeanRegularized

SEEDS = [101, *range(0, 100, 5)]


def cosine(coef):
    """Return the cosine of the first two rows."""
    return coef[0] @ coef[1] / np.linalg.norm(coef[0]) / np.linalg.norm(coef[1])


def few_rows(seed):
    """Return 40 rows with a feature that is the sum of two, a binary task and a regression with missing labels."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(40, 7))
    X[:, 3] = X[:, 0] + X[:, 2]
    first, second = X @ rng.normal(size=7), X @ rng.normal(size=7)
    died = (first + rng.normal(size=40) > 0).astype(int)
    days = np.where(rng.random(40) < 0.3, np.nan, second + rng.normal(size=40))
    return X, TaskTargets({"died": died, "days": days}, {"died": "binary", "days": "regression"})


@pytest.mark.parametrize("alpha", [0.03, 0.3, 3.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_sign_is_that_of_the_cosine_of_separate_fits(seed, alpha):
    """Also where the cosine is small: separate fits to 1e-3 had the wrong sign for seed 101 at 0.3."""
    X, y = few_rows(seed)
    separate = cosine(MultiTaskGLM(MeanRegularized(alpha, 0.0)).fit(X, y).coef_)
    joint = MultiTaskGLM(MeanRegularized(alpha, 1.0)).fit(X, y).shared_coef_
    if abs(separate) >= 0.01:
        assert np.sign(joint[0] @ joint[1]) == np.sign(separate)


def balanced():
    """Return inputs whose features are orthogonal, and two tasks on features of their own: their cosine is zero."""
    X = hadamard(16)[:, 1:7].astype(float)
    return X, {"days": X[:, 0] + 0.5 * X[:, 1], "cost": X[:, 3] - 0.7 * X[:, 4]}


@pytest.mark.parametrize(
    "model", [MultiTaskRidge(2.0, 0.6), MultiTaskGLM(MeanRegularized(2.0, 1.0))]
)
@pytest.mark.parametrize("gap", [0, 3], ids=["all labels", "with gaps"])
def test_balanced_evidence_shares_nothing(model, gap):
    """So a negated target negates its predictions and nothing else: no sign of two would."""
    X, y = balanced()
    X = np.vstack([X, X[:gap]])
    y = {name: np.append(column, np.full(gap, np.nan)) for name, column in y.items()}
    straight = numbers(model.fit(X, y))
    assert_allclose(model.shared_coef_, 0.0)
    turned = numbers(model.fit(X, y | {"days": -y["days"]}))
    assert_same_numbers(np.diag([-1.0, 1.0]) @ turned, straight)
    other = {name: y[name] for name in ("cost", "days")}
    assert_same_numbers(numbers(model.fit(X, other))[::-1], straight)


def test_balanced_evidence_left_out():
    """Leaving out rows scores every sharing as separate models, and takes none."""
    X, y = balanced()
    model = MultiTaskRidgeCV([0.5, 2.0], [0.0, 0.4, 1.0]).fit(X, y)
    scores = model.cv_results_["mean_test_score"].reshape(2, 3)
    assert_allclose(scores, np.repeat(scores[:, :1], 3, axis=1))
    assert model.sharing_ == 0.0


@pytest.mark.parametrize("constant", [2.5, 0.1, 1e9 / 3])
def test_a_constant_target_shares_nothing(constant, rng):
    """Its separate fit is zero, which has no sign; the others share as if it were not there."""
    X = rng.standard_normal((40, 3))
    y = {"up": X[:, 0] + rng.standard_normal(40), "down": -X[:, 0] + rng.standard_normal(40)}
    pair = MultiTaskRidge(2.0, 0.7).fit(X, y)
    model = MultiTaskRidge(2.0, 0.7).fit(X, y | {"flat": np.full(40, constant)})
    assert_same_numbers(numbers(model)[:2], numbers(pair))
    assert_allclose(model.coef_[2], 0.0, atol=1e-12 * constant)
