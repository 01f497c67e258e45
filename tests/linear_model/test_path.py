"""A path is the fits it stands for."""

import numpy as np
import pytest
from zoo import assert_same_numbers, numbers, patients

from skmtl import MultiTaskRidge
from skmtl.linear_model import ridge_path

SETTINGS = [
    {},
    {"signs": "same"},
    {"pool_intercept": True},
    {"fit_intercept": False, "scale_targets": False},
    {"task_weight": "balanced"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize("n, d", [(70, 5), (30, 45)])
@pytest.mark.parametrize("weighting", [None, "samples", "pairs"])
def test_path(settings, missing, n, d, weighting, rng):
    """Every pair of a strength and a sharing, whatever the labels and weights."""
    X, y = patients(6, n, d, missing)
    y = {"days": y["days"], "cost": y["cost"] / 1e3, "lab": 100 * y["lab"]}
    shape = {"samples": n, "pairs": (n, 3)}.get(weighting)
    weight = None if shape is None else rng.uniform(0.2, 3, shape)
    alphas, sharings = [50.0, 0.5, 5.0], [0.0, 0.4, 1.0]
    path = ridge_path(X, y, alphas=alphas, sharings=sharings, sample_weight=weight, **settings)
    assert path.tasks == tuple(y)
    assert list(path.alphas) == alphas and list(path.sharings) == sharings
    for i, alpha in enumerate(alphas):
        for j, sharing in enumerate(sharings):
            wanted = numbers(MultiTaskRidge(alpha, sharing, **settings).fit(X, y, weight))
            found = np.column_stack([path.coef[i, j], path.intercept[i, j]])
            assert_same_numbers(found, wanted)
            assert 0 <= path.dual_gap[i, j] < 1e-12


@pytest.mark.parametrize(
    "wrong",
    [
        {"alphas": [0.0]},
        {"alphas": [1.0], "sharings": [2.0]},
        {"alphas": [1.0], "signs": "no"},
        {"alphas": []},
    ],
    ids=str,
)
def test_rules(wrong):
    """Strengths and sharings are checked."""
    X, y = patients(6)
    with pytest.raises(ValueError, match="alpha|sharing|signs"):
        ridge_path(X, {"days": y["days"]}, **wrong)
