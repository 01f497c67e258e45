"""Task types: inferred, declared, and what happens where a task has too little."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge, TaskTargets

TEXTS = np.array(["a", "b", "a", "c"] * 10, dtype=object)
HALVES = np.arange(40) / 2 + 0.25
CODES = np.arange(40) % 4


@pytest.fixture
def X(rng):
    """Forty samples."""
    return rng.normal(size=(40, 3))


INFERRED = {
    "strings": (TEXTS, "multiclass"),
    "two strings": (np.where(TEXTS == "c", "a", TEXTS), "binary"),
    "booleans": (HALVES > 5, "binary"),
    "two numbers": ((HALVES > 5) * 1.5 - 1, "binary"),
    "two integers": ((HALVES > 5) * 2 - 1, "binary"),
    "numbers": (HALVES, "regression"),
    "three numbers, not whole": (CODES % 3 + 0.5, "regression"),
    "many whole numbers": (np.arange(40.0), "regression"),
    "integers": (np.arange(40), "regression"),
}


@pytest.mark.parametrize("column, kind", INFERRED.values(), ids=INFERRED.keys())
def test_inferred(X, column, kind):
    """Labels and two numbers are classes, other numbers are not; no warning among these."""
    model = MultiTaskGLM().fit(X, {"t": column, "other": HALVES})
    assert model.task_types_ == {"t": kind, "other": "regression"}
    assert ("t" in model.classes_) == (kind != "regression")
    assert TaskTargets({"t": column}).task_types == {"t": kind}


@pytest.mark.parametrize("n_codes", [3, 4, 20])
def test_codes_warn(X, n_codes):
    """At most 20 whole numbers are likely codes of classes, or counts."""
    codes = np.arange(40.0) % n_codes
    with pytest.warns(UserWarning, match="'stage'.*task_types"):
        MultiTaskGLM().fit(X, {"stage": codes, "other": HALVES})
    with pytest.warns(UserWarning, match="'stage'"):
        MultiTaskGLM().fit(X, TaskTargets({"stage": codes}))
    for kind in ("regression", "count", "multiclass"):
        for model, y in (
            (MultiTaskGLM(task_types={"stage": kind}), {"stage": codes}),
            (MultiTaskGLM(task_types=kind), {"stage": codes}),
            (MultiTaskGLM(), TaskTargets({"stage": codes}, {"stage": kind})),
            (MultiTaskGLM(), TaskTargets({"stage": codes}, kind)),
        ):
            assert model.fit(X, y).task_types_ == {"stage": kind}
    MultiTaskGLM().fit(X, {"stage": np.arange(40.0) % 21})
    MultiTaskRidge().fit(X, {"stage": codes})
    MultiTaskLogisticRegression().fit(X, {"stage": codes})


def test_estimators_that_know(X):
    """Ridge takes all as numbers, logistic regression all as classes."""
    y = {"two": (HALVES > 5) * 1.0, "codes": CODES}
    assert set(MultiTaskRidge().fit(X, y).task_types_.values()) == {"regression"}
    logistic = MultiTaskLogisticRegression().fit(X, TaskTargets(y))
    assert logistic.task_types_ == {"two": "binary", "codes": "multiclass"}
    assert_array_equal(logistic.classes_["codes"], [0, 1, 2, 3])
    assert not hasattr(MultiTaskRidge(), "predict_proba") and hasattr(logistic, "predict_proba")
    with pytest.raises(ValueError, match="'text'"):
        MultiTaskRidge().fit(X, {"text": TEXTS, "two": y["two"]})
    with pytest.raises(ValueError, match="'real'"):
        MultiTaskLogisticRegression().fit(X, {"real": HALVES + 0.1 * np.sqrt(2), "two": y["two"]})


def test_declared(X):
    """What is declared holds: three classes though two were seen, numbers though they are two."""
    two = np.where(HALVES > 5, 1, 0)
    as_numbers = MultiTaskGLM(task_types={"t": "regression"}).fit(X, {"t": two})
    assert as_numbers.task_types_ == {"t": "regression"} and as_numbers.classes_ == {}
    as_several = MultiTaskGLM(task_types={"t": "multiclass"}).fit(X, {"t": two})
    assert as_several.coef_.shape == (2, 3)
    counts = MultiTaskGLM(task_types={"t": "count"}).fit(X, {"t": CODES, "u": HALVES})
    assert counts.task_types_ == {"t": "count", "u": "regression"}
    assert (counts.predict(X)["t"] > 0).all()


WRONG = {
    "unknown task": ({"lived": "binary"}, "lived"),
    "unknown type": ({"t": "ordinal"}, "ordinal"),
    "unknown type of all": ("ordinal", "ordinal"),
    "no mapping": (["binary"], "task_types"),
    "labels as numbers": ({"t": "regression"}, "'t'"),
    "labels as counts": ({"t": "count"}, "'t'"),
    "three as two": ({"t": "binary"}, "'t'.*3 classes"),
    "numbers as classes": ({"u": "multiclass"}, "'u'"),
    "negative counts": ({"v": "count"}, "'v'.*negative.*-3"),
}


@pytest.mark.parametrize("task_types, message", WRONG.values(), ids=WRONG.keys())
def test_wrong_declarations(X, task_types, message):
    """The message names the task and the value."""
    y = {"t": TEXTS, "u": HALVES + 0.1 * np.sin(HALVES), "v": np.arange(40.0) - 3}
    with pytest.raises(ValueError, match=message):
        TaskTargets(y, task_types=task_types)
    with pytest.raises(ValueError, match=message):
        MultiTaskGLM(task_types=task_types).fit(X, y)


LACKING = {
    "no label": (np.full(40, None), "'rare'.*no label"),
    "NaN": (np.full(40, np.nan), "'rare'.*no label"),
    "one class": (np.full(40, "a"), "'rare'.*one class"),
    "one number": (np.full(40, 3.0), "'rare'.*one class"),
    "one label": (np.array(["a"] + [None] * 39, dtype=object), "'rare'.*one class"),
}


@pytest.mark.parametrize("column, message", LACKING.values(), ids=LACKING.keys())
def test_inferred_and_too_little(X, column, message):
    """A ValueError that names the task."""
    for model in (MultiTaskGLM(), MultiTaskLogisticRegression()):
        with pytest.raises(ValueError, match=message):
            model.fit(X, {"rare": column, "fine": np.where(HALVES > 5, "x", "y")})
    with pytest.raises(ValueError, match="'rare'"):
        weight = np.column_stack([np.zeros(40), np.ones(40)])
        MultiTaskGLM().fit(X, {"rare": TEXTS, "fine": HALVES}, sample_weight=weight)


def cases_with_one_class():
    """Return targets whose slice has a task with one class, or no label."""
    return TaskTargets(
        {
            "rare": np.array(["no"] * 30 + ["yes"] * 10, dtype=object),
            "stage": np.array(["I"] * 30 + ["II", "III"] * 5, dtype=object),
            "lost": np.array([None] * 30 + ["x", "y"] * 5, dtype=object),
            "fine": HALVES,
            "also": np.where(CODES > 1, "p", "q"),
            "gone": np.where(HALVES > HALVES[29], HALVES, np.nan),
            "never": np.where(HALVES > HALVES[29], np.arange(40), 0),
        },
        {"never": "count"},
    )


def test_too_little_in_a_slice(X):
    """A warning and a constant; probabilities have the columns of all classes."""
    y = cases_with_one_class()
    with pytest.warns(UserWarning) as caught:
        model = MultiTaskGLM().fit(X[:30], y[:30])
    for name in ("rare", "stage", "lost", "gone", "never"):
        assert any(repr(name) in str(warning.message) for warning in caught)
    assert len(caught) == 5
    found, p = model.predict(X), model.predict_proba(X)
    for name in ("rare", "stage", "lost", "gone", "never"):
        assert len(set(found[name].tolist())) == 1
    assert found["rare"][0] == "no" and found["stage"][0] == "I"
    assert_allclose(found["never"], 0.0)
    assert_allclose(p["rare"], np.tile([1.0, 0.0], (40, 1)))
    assert_allclose(p["stage"], np.tile([1.0, 0.0, 0.0], (40, 1)))
    assert_allclose(p["lost"], 0.5)
    assert_array_equal(model.classes_["stage"], ["I", "II", "III"])
    assert all(np.isfinite(values).all() for values in model.decision_function(X).values())
    alone = MultiTaskGLM().fit(X[:30], TaskTargets({k: y[k][:30] for k in ("fine", "also")}))
    assert_allclose(found["fine"], alone.predict(X)["fine"], rtol=1e-7)


def test_class_missing_from_a_slice(X):
    """Two of three classes: those are fitted, the third has probability 0."""
    y = TaskTargets({"t": np.array(["a", "b"] * 15 + ["c"] * 10), "u": HALVES})
    model = MultiTaskGLM().fit(X[:30], y[:30])
    p = model.predict_proba(X)["t"]
    assert p.shape == (40, 3)
    assert_allclose(p[:, 2], 0.0, atol=1e-12)
    assert len(set(model.predict(X)["t"])) == 2
    assert_allclose(model.coef_[:2].sum(axis=0), 0.0, atol=1e-6)


def test_declared_and_too_little(X):
    """A type declared in the estimator tolerates one class as well, and no label of a number."""
    y = {"rare": np.full(40, 1), "lost": np.full(40, np.nan), "fine": HALVES}
    model = MultiTaskGLM(task_types={"rare": "binary", "lost": "regression"})
    with pytest.warns(UserWarning, match="'rare'|'lost'"):
        model.fit(X, y)
    assert (model.predict(X)["rare"] == 1).all()
    assert len(np.unique(model.predict(X)["lost"])) == 1


def test_nothing_to_fit(X):
    """Where no task has enough, there is no model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match="class"):
            MultiTaskGLM().fit(X[:30], TaskTargets({"rare": np.full(30, "no")}, "binary"))


def test_constant_regression(X):
    """One value of a declared regression is no lack: it is predicted."""
    y = TaskTargets({"t": np.full(40, 3.5), "u": HALVES}, "regression")
    model = MultiTaskRidge(sharing=0.0).fit(X, y)
    assert_allclose(model.predict(X)["t"], 3.5)
    assert_allclose(model.coef_[0], 0.0, atol=1e-9)
    for value in (0.0, 1e9, 0.1 + 0.2):
        y["t"] = np.full(40, value)
        assert_allclose(MultiTaskRidge(sharing=0.0).fit(X, y).predict(X)["t"], value)


def test_score_leaves_out(X):
    """score averages over the tasks that can be scored, warns of the others, raises without any."""
    y = TaskTargets({"t": np.where(CODES > 1, "p", "q"), "u": HALVES})
    model = MultiTaskGLM().fit(X, y)
    part = y[np.flatnonzero(CODES > 1)]
    rows = CODES > 1
    with pytest.warns(UserWarning, match="'t'"):
        found = model.score(X[rows], part)
    alone = clone(model).fit(X, y)
    assert found == pytest.approx(alone.task("u").score(X[rows], part["u"]))
    with pytest.raises(ValueError, match="'t'.*'u'"):
        model.score(X[:1], y[:1])
