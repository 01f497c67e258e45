"""The strength from which on nothing is left is exact: fits are zero at it, and not just below."""

import numpy as np
import pytest
from certificates import Problem, describe
from family import FAMILY, KINDS, outcomes

from skmtl import MultiTaskGLM

SMOOTH = ("LearnedCovariance", "Clustered")  # no strength makes zero of them
POOLED = "MeanRegularized-pooled"  # its gradient at zero depends on the strength
NORMS = [member for member in FAMILY if member.name not in SMOOTH]


def data(member, kind):
    """Return X, y and the types of tasks with missing labels."""
    X, y, types = outcomes(kind, 40, 6)
    y = member.allowed(y)
    return X, y, {name: types[name] for name in y}


@pytest.mark.parametrize("fit_intercept", [True, False], ids=["intercept", "none"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("member", [m for m in NORMS if m.name != POOLED], ids=str)
def test_zero_at_it_and_not_below(member, kind, fit_intercept):
    """All strengths together, then each alone where the penalty has two."""
    X, y, types = data(member, kind)
    tasks = describe(X, y, types)
    norms = member.strengths(X, tasks, 1.0, fit_intercept)
    terms = member.define(tasks, 1.0, 1.0).terms
    cases = [norms] if len(terms) == 1 else [norms, (norms[0], 9 * norms[1])]
    for strengths in cases:
        penalty = member.penalty(tasks, *strengths)
        model = MultiTaskGLM(
            penalty.scaled(1 + 1e-9), task_types=types, fit_intercept=fit_intercept
        )
        assert not model.fit(X, y).coef_.any()
        assert np.any(model.set_params(penalty=penalty.scaled(0.999)).fit(X, y).coef_)


@pytest.mark.parametrize("member", NORMS, ids=str)
def test_intercepts_at_it(member):
    """The intercepts that are left are those of the tasks alone, without or with pooling."""
    X, y, types = data(member, "mixed")
    tasks = describe(X, y, types)
    strengths = member.strengths(X, tasks, 1.5)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    model = MultiTaskGLM(member.penalty(tasks, *strengths), task_types=types).fit(X, y)
    W, b = problem.of(model)
    assert not W.any()
    weight = max(task.weight.sum() for task in tasks)
    assert np.abs(problem.slope_in_b(W, b)).max() <= 1e-6 * weight
