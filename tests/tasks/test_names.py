"""Names of tasks: refused before work where tables or inputs would hold two things of one name."""

import numpy as np
import pytest

import skmtl.linear_model._cross_validate as cross_validate
import skmtl.linear_model._ridge_cv as ridge_cv
from skmtl import (
    MultiTaskGLMCV,
    MultiTaskLogisticRegressionCV,
    MultiTaskRidgeCV,
    StackedTasks,
    TaskTargets,
)

N = 40


@pytest.fixture
def X(rng):
    """Inputs."""
    return rng.normal(size=(N, 3))


def refuse(*args, **kwargs):
    """Stand for work that must not be begun."""
    raise AssertionError("work was begun")


@pytest.mark.parametrize(
    "model",
    [MultiTaskRidgeCV(), MultiTaskRidgeCV(cv=3), MultiTaskGLMCV(), MultiTaskLogisticRegressionCV()],
)
def test_score_is_the_name_of_the_joint_score(model, X, monkeypatch):
    for work in ("leave_one_out_errors", "fold_errors"):
        monkeypatch.setattr(ridge_cv, work, refuse)
    monkeypatch.setattr(cross_validate, "Parallel", refuse)
    with pytest.raises(ValueError, match="cv_results_ needs the name 'score' for itself"):
        model.fit(X, {"score": (X[:, 0] > 0).astype(int), "days": (X[:, 1] > 0).astype(int)})


@pytest.mark.parametrize("names", [(1, "1"), ("1", 1), (True, "True")])
def test_names_differ_as_text(names, X):
    with pytest.raises(ValueError, match=f"task names must differ as text, got {names[0]!r} and"):
        TaskTargets({names[0]: X[:, 0], names[1]: X[:, 1]})
    targets = TaskTargets({names[0]: X[:, 0]})
    with pytest.raises(ValueError, match="task names must differ as text"):
        targets[names[1]] = X[:, 1]
    with pytest.raises(ValueError, match="task names must differ as text"):
        StackedTasks(cv=3).fit(X, {names[0]: X[:, 0], names[1]: X[:, 1]})
    targets[names[0]] = X[:, 1]


def test_predictions_as_inputs_have_names_of_their_own(X):
    stage = np.array(["I", "II", "III"])[np.arange(N) % 3]
    with pytest.raises(ValueError, match="'stage' and 'stage=II' would both be inputs called"):
        StackedTasks(cv=3).fit(X, {"stage": stage, "stage=II": X[:, 0]})
