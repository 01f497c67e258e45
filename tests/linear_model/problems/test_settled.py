"""Intercepts that are not the best have no certificate, however flat the loss is where they are."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from prepared import problem_of

from skmtl import MultiTaskLogisticRegression, TaskPerGroupClassifier
from skmtl.linear_model.problems._certificate import evaluate
from skmtl.linear_model.problems._solve_smooth import judged

X = np.array(
    [-0.97434998, -0.45925903, 1.58103943, 0.57618713, -0.22077942]
    + [-1.54251099, 1.01914978, -0.21838379, 0.51686096, 0.71176147]
)[:, None]
STAGE = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 1])
WARD = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])


@pytest.mark.parametrize("size, is_settled", [(0.0, True), (10.0, True), (1e28, False)])
def test_intercepts_far_away(size, is_settled):
    """Newton's method comes back from ten, but not from where no class has a second derivative."""
    problem = problem_of(MultiTaskLogisticRegression(), X, {"stage": STAGE})
    W, b = np.zeros((1, 3)), size * np.array([-1.0, 2.0, -1.0])
    evaluation = evaluate(problem.layout, problem.intercepts, W, b)
    assert evaluation.is_settled == is_settled
    assert np.isfinite(judged(problem, W, evaluation, 1).gap) == is_settled


def test_separated_classes_beside_a_constant():
    """Weights of a weak penalty are large, and a constant column, which changes nothing, makes other steps of them."""
    model = TaskPerGroupClassifier(
        MultiTaskLogisticRegression(C=1e6, sharing=0.5, signs="same"), group=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        alone = model.fit(np.c_[WARD, X], STAGE).predict_proba(np.c_[WARD, X])
        beside = np.c_[WARD, X, np.full(len(X), 3.0)]
        found = model.fit(beside, STAGE).predict_proba(beside)
    assert_allclose(found, alone, atol=1e-5)
