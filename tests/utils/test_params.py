"""Rules of constructor parameters: what they admit, and what the error says."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import CASES

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    NewTask,
    StackedTasks,
    TaskPerGroupRegressor,
    TaskTargets,
)
from skmtl.penalties import GraphLaplacian, MeanRegularized
from skmtl.utils import Boolean, Either, Instance, Number, OneOf, PerTask

ADMITTED = [
    (Number(), [0, -3.5, np.float32(1), np.int64(2)], [True, "1", None, np.inf, np.nan, 1j, [1]]),
    (Number(0.0), [0, 0.0, 5], [-1e-9, np.inf]),
    (Number(0.0, closed=False), [1e-300, 5], [0, -1]),
    (Number(0.0, closed=False, infinite=True), [1e-300, np.inf], [0, -np.inf, np.nan]),
    (Number(0.0, 1.0), [0, 1, 0.5], [1.0001, -0.1]),
    (Number(1, whole=True), [1, np.int32(7)], [0, 1.0, True, 2.5]),
    (Boolean(), [True, False, np.True_], [0, 1, "True", None]),
    (OneOf("a", None), ["a", None], ["b", 0, False, ["a"], np.array(["a", "b"])]),
    (Instance(dict, type(None)), [{}, None], [[], 0]),
    (PerTask(Number(0.0)), [{"a": 1.0}, {}], [{"a": -1.0}, {"a": "b"}, [1.0], 1.0]),
    (Either(Number(0.0), OneOf("auto")), [1, "auto"], [-1, "other", None]),
]


@pytest.mark.parametrize("rule, good, bad", ADMITTED, ids=lambda value: str(value)[:30])
def test_rules(rule, good, bad):
    """Values on either side."""
    assert all(rule.admits(value) for value in good)
    assert not any(rule.admits(value) for value in bad)
    assert str(rule)


WRONG = [
    (MultiTaskRidge(alpha=0.0, sharing=1.0), "sharing must be below 1 where alpha is 0"),
    (MultiTaskRidge(alpha=-1.0), "alpha.*-1"),
    (MultiTaskRidge(alpha=np.nan), "alpha"),
    (MultiTaskRidge(alpha={"lived": 1.0}), "alpha.*lived"),
    (MultiTaskRidge(sharing=1.5), "sharing.*1.5"),
    (MultiTaskRidge(signs="mixed"), "signs.*mixed"),
    (MultiTaskRidge(pool_intercept=1), "pool_intercept"),
    (MultiTaskRidge(fit_intercept="no"), "fit_intercept.*no"),
    (MultiTaskRidge(scale_targets=None), "scale_targets.*None"),
    (MultiTaskRidge(max_iter=0), "max_iter.*0"),
    (MultiTaskRidge(max_iter=10.0), "max_iter"),
    (MultiTaskRidge(tol=0), "tol.*0"),
    (MultiTaskRidge(warm_start="yes"), "warm_start"),
    (MultiTaskLogisticRegression(C=0), "C"),
    (MultiTaskLogisticRegression(C=-np.inf), "C.*-inf"),
    (MultiTaskLogisticRegression(C=np.nan), "C.*nan"),
    (MultiTaskLogisticRegression(C="1"), "C.*'1'"),
    (MultiTaskLogisticRegression(C={"days": -1.0}), "C"),
    (MultiTaskLogisticRegression(sharing=-0.1), "sharing"),
    (MultiTaskGLM("ridge"), "penalty.*ridge"),
    (MultiTaskGLM(MeanRegularized), "penalty"),
    (MultiTaskGLM(MeanRegularized(alpha=-2.0)), "alpha.*-2"),
    (MultiTaskGLM(MeanRegularized(sharing=2.0)), "sharing.*2"),
    (MultiTaskGLM(GraphLaplacian([[0, 1], [1, 0]], -1.0)), "alpha.*-1"),
    (MultiTaskGLM(GraphLaplacian([[0, 1], [1, 0]])), "graph"),
    (MultiTaskGLM(GraphLaplacian("complete")), "graph"),
    (MultiTaskGLM(task_types={"days": "numeric"}), "'days'.*numeric"),
]


@pytest.mark.parametrize("model, message", WRONG, ids=lambda value: str(value)[:60])
def test_messages(model, message):
    """The parameter and its value, nested ones included; the constructor itself says nothing."""
    X, y = CASES[0].data()
    y = {name: y[name] for name in ("days", "lab", "cost")}
    if isinstance(model, MultiTaskLogisticRegression):
        y = {name: (values > 0).astype(float) for name, values in y.items()}
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_nested_parameters(case):
    """Grids reach penalties; clones share nothing that changes."""
    model = case.new()
    if "penalty" in model.get_params() and model.penalty is not None:
        strength = next(name for name in model.penalty.get_params() if name.startswith("alpha"))
        copy = clone(model).set_params(**{f"penalty__{strength}": 123.0})
        assert getattr(copy.penalty, strength) == 123.0 != getattr(model.penalty, strength)
    name, other, _ = case.wrong
    assert name in repr(model.set_params(**{name: other}))


@pytest.mark.parametrize(
    ("model", "nested"),
    [
        (MultiTaskGLM(), "penalty__alpha"),
        (MultiTaskGLMCV(), "penalty__sharing"),
        (IndependentTasks(), "classifier__C"),
        (StackedTasks(), "final__penalty__alpha"),
        (GatedTasks(), "joint__tol"),
        (NewTask(), "model__tol"),
        (TaskPerGroupRegressor(), "estimator__alpha"),
    ],
)
def test_parameters_of_what_is_not_there(model, nested):
    """None stands for a default that has no parameters yet; the error names it."""
    name = nested.split("__")[0]
    with pytest.raises(ValueError, match=rf"{nested} of .* {name} is None .* give {name} first"):
        model.set_params(**{nested: 1.0})
    with pytest.raises(ValueError, match="nothing__alpha|'nothing'"):
        model.set_params(nothing__alpha=1.0)


def test_searches_over_what_is_not_there(rng):
    """As in a grid over the strength of no penalty; one that names penalties as well is right."""
    X = rng.normal(size=(30, 2))
    y = TaskTargets({"days": X[:, 0], "cost": X[:, 1] + rng.normal(size=30)})
    grid = {"multitaskglm__penalty__alpha": [1.0, 2.0]}
    pipeline = make_pipeline(StandardScaler(), MultiTaskGLM())
    with pytest.raises(ValueError, match=r"penalty is None .* MultiTaskGLM\(penalty=\.\.\.\)"):
        GridSearchCV(pipeline, grid).fit(X, y)
    both = {"multitaskglm__penalty": [MeanRegularized()], **grid}
    assert GridSearchCV(pipeline, both, cv=2).fit(X, y).best_params_
