"""The benchmark of learned signs runs, and measures what it says."""

import numpy as np
import pytest

from skmtl import MultiTaskGLM
from skmtl.penalties import MeanRegularized

from . import signs


def test_both_tables_are_printed(capsys):
    signs.main(["--repeats", "2", "--sizes", "30"])
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split()[:3] for line in lines[2:10]]
    kinds = [
        (noise, "30", str(correlation))
        for noise in signs.NOISES
        for correlation in (0.0, 0.2, 0.5, 0.9)
    ]
    assert [tuple(row) for row in rows] == kinds
    assert lines[10].startswith("wrong signs") and len(lines) == 12 + 6


def test_draws_have_the_correlations_they_say(rng):
    """Of many rows and features on average; errors correlate within a row as asked."""
    weights, errors = [], []
    for _ in range(200):
        data = signs.draw(rng, 200, 0.5, 0.7)
        turned = data.W * data.signs
        weights.append(np.corrcoef(turned, rowvar=False)[signs.PAIRS])
        errors.append(np.abs(np.corrcoef(data.Y - data.X @ data.W, rowvar=False)[signs.PAIRS]))
    assert np.mean(weights) == pytest.approx(0.5, abs=0.05)
    assert np.mean(errors) == pytest.approx(0.7, abs=0.02)


def test_true_r2_is_that_of_new_rows(rng):
    data = signs.draw(rng, 100, 0.5, 0.0)
    model = MultiTaskGLM(MeanRegularized(30.0)).fit(data.X, data.Y)
    X = rng.standard_normal((200_000, signs.N_FEATURES))
    Y = X @ data.W + np.sqrt(1.0 - signs.R2) * rng.standard_normal((len(X), signs.N_TASKS))
    assert signs.true_r2(model, data) == pytest.approx(model.score(X, Y), abs=0.01)
