"""Parameters of models inside models, and of their penalties, are checked like their own."""

import numpy as np
import pytest

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    NewTask,
    StackedTasks,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
)
from skmtl.penalties import (
    L21,
    Clustered,
    Dirty,
    L1Inf,
    LearnedCovariance,
    MeanRegularized,
    NuclearNorm,
    RobustFeatures,
    RobustLowRank,
    SparseGroup,
    Temporal,
)

PENALTIES = [
    *(L21, Clustered, Dirty, L1Inf, LearnedCovariance, MeanRegularized, NuclearNorm),
    *(RobustFeatures, RobustLowRank, SparseGroup, Temporal),
]
INSIDE = {
    "IndependentTasks": lambda model: IndependentTasks(model, model),
    "StackedTasks, first": lambda model: StackedTasks(model, cv=2),
    "StackedTasks, final": lambda model: StackedTasks(final=model, cv=2),
    "GatedTasks, joint": lambda model: GatedTasks(model, cv=2),
    "GatedTasks, separate": lambda model: GatedTasks(MultiTaskGLM(), model, cv=2),
    "two deep": lambda model: GatedTasks(StackedTasks(IndependentTasks(model, model), cv=2), cv=2),
}
WRONG = [
    MultiTaskRidge(sharing=2.0),
    MultiTaskRidge(signs="x"),
    MultiTaskRidgeCV(alpha_per_task="no"),
    MultiTaskGLM("ridge"),
    MultiTaskGLMCV(alphas=[-1.0]),
    MultiTaskMLP(dropout=3.0),
    IndependentTasks(regressor="forest"),
    StackedTasks(final="forest"),
    GatedTasks(joint=[1, 2]),
    GatedTasks(gate="half"),
    NewTask(model="forest"),
    NewTask(residual=-1.0),
]


@pytest.fixture
def data(rng):
    """Inputs and two real outcomes."""
    X = rng.normal(size=(30, 3))
    return X, {"days": X[:, 0] + X[:, 1], "cost": X[:, 1] - X[:, 2] ** 2}


def broken(model):
    """Return the parameter that breaks its rule."""
    given = model.get_params(deep=False)
    usual = type(model)().get_params(deep=False)
    return next(name for name, value in given.items() if value is not usual[name])


@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE.keys())
@pytest.mark.parametrize("model", WRONG, ids=str)
def test_models_inside_models(inside, model, data):
    with pytest.raises(ValueError, match=rf"{broken(model)} of \w+ must be"):
        inside(model).fit(*data)


@pytest.mark.parametrize("penalty", PENALTIES)
def test_penalties_inside_models(penalty, data):
    """Each of their parameters, in a model of its own and inside others."""
    X, y = data
    groups = np.column_stack([np.arange(30) % 3, X])
    for name in penalty().get_params():
        model = MultiTaskGLM(penalty(**{name: "nonsense"}))
        fits = [
            lambda model=model: model.fit(X, y),
            lambda model=model: IndependentTasks(model, model).fit(X, y),
            lambda model=model: TaskPerGroupRegressor(model, group=0).fit(groups, y["days"]),
            lambda model=model: MultiTaskGLMCV(model.penalty, alphas=2, cv=2).fit(X, y),
        ]
        for fit in fits:
            with pytest.raises(ValueError, match=rf"{name} of {penalty.__name__} must be"):
                fit()


@pytest.mark.parametrize(
    ("outer", "model"),
    [
        (TaskPerGroupRegressor, MultiTaskRidge(signs="same", max_iter=0)),
        (TaskPerGroupClassifier, MultiTaskLogisticRegression(signs="same", max_iter=0)),
    ],
)
def test_models_of_groups(outer, model, data):
    X, y = data
    ill = np.where(y["days"] > 0, "yes", "no") if outer is TaskPerGroupClassifier else y["days"]
    with pytest.raises(ValueError, match="max_iter of MultiTask.* must be"):
        outer(model).fit(X, ill)
