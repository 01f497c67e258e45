"""The gate between a joint and a separate model."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import MIXED, known, patients

from skmtl import GatedTasks, IndependentTasks, MultiTaskGLM, MultiTaskRidge, TaskTargets
from skmtl.model_selection import cross_val_predict
from skmtl.penalties import MeanRegularized

CV = KFold(3, shuffle=True, random_state=0)
JOINT, ALONE = MultiTaskGLM(MeanRegularized(3.0, 0.9)), MultiTaskGLM(MeanRegularized(3.0, 0.0))


def mixed(**settings):
    """Return X and targets of all types."""
    X, y = patients(**settings)
    return X, TaskTargets({name: y[name] for name in MIXED}, {"visits": "count"})


def errors_by_hand(X, y, model):
    """Return out-of-fold residuals of each task over the root of its total variance."""
    found = {}
    mean = cross_val_predict(model, X, y, cv=CV)
    probability = cross_val_predict(model, X, y, cv=CV, method="predict_proba")
    for name in y:
        rows = known(y[name])
        if name in y.classes:
            target = (y[name][rows][:, None] == y.classes[name]).astype(float)
            said = probability[name][rows]
        else:
            target, said = y[name][rows].astype(float)[:, None], mean[name][rows][:, None]
        found[name] = (target - said) / np.sqrt(target.var(axis=0).sum())
    return found


def test_weights_are_those_of_the_formula():
    """Out of fold, task by task and pooled."""
    X, y = mixed()
    model = GatedTasks(JOINT, ALONE, cv=CV).fit(X, y)
    e_joint, e_sep = errors_by_hand(X, y, JOINT), errors_by_hand(X, y, ALONE)
    N = {t: np.sum(e_sep[t] * (e_sep[t] - e_joint[t])) for t in y}
    D = {t: np.sum((e_sep[t] - e_joint[t]) ** 2) for t in y}
    mean = np.mean(list(D.values()))
    a = np.clip(sum(N.values()) / sum(D.values()), 0, 1)
    for t in y:
        wanted = np.clip((N[t] + 2 * a * mean) / (D[t] + 2 * mean), 0, 1)
        assert_allclose(model.gate_[t].weight, wanted)
        gain = (e_sep[t] ** 2).sum(axis=1) - (e_joint[t] ** 2).sum(axis=1)
        assert_allclose(model.gate_[t].gain, gain.mean())
        assert_allclose(model.gate_[t].standard_error, gain.std(ddof=1) / np.sqrt(len(gain)))
        assert_allclose(model.gate_[t].joint_error, (e_joint[t] ** 2).sum(axis=1).mean())
        assert model.gate_[t].n_labels == known(y[t]).sum()


def test_predictions_are_weighted_means():
    """Of means and of probabilities; decision values are their links."""
    X, y = mixed()
    model = GatedTasks(JOINT, ALONE, cv=CV).fit(X, y)
    joint, alone = JOINT.fit(X, y), ALONE.fit(X, y)
    for t in y:
        a = model.gate_[t].weight
        if t in y.classes:
            p = a * joint.predict_proba(X)[t] + (1 - a) * alone.predict_proba(X)[t]
            assert_allclose(model.predict_proba(X)[t], p)
            odds = np.log(p[:, 1] / p[:, 0]) if p.shape[1] == 2 else np.log(p)
            assert_allclose(model.decision_function(X)[t], odds)
        else:
            mean = a * joint.predict(X)[t] + (1 - a) * alone.predict(X)[t]
            assert_allclose(model.predict(X)[t], mean)
            wanted = np.log(mean) if t == "visits" else mean
            assert_allclose(model.decision_function(X)[t], wanted)


def planted(rng, n=300):
    """Return tasks that have a vector in common, and one that has its negative."""
    X = rng.normal(size=(n, 8))
    w = rng.normal(size=8)
    y = {f"like{t}": X @ w + 2 * rng.normal(size=n) for t in range(4)}
    return X, y | {"unlike": -X @ w + 0.5 * rng.normal(size=n)}


@pytest.mark.parametrize("gate", ["average", "choose"])
def test_the_harmed_task_is_kept_apart(rng, gate):
    """One that sharing harms takes little of the joint model, and is as good as alone."""
    X, y = planted(rng)
    joint = MultiTaskRidge(100.0, 0.99, signs="same")
    model = GatedTasks(joint, MultiTaskRidge(1.0, 0.0), gate=gate).fit(
        X[:150], {t: v[:150] for t, v in y.items()}
    )
    assert model.gate_["unlike"].weight < 0.15
    assert model.gate_["unlike"].gain < -2 * model.gate_["unlike"].standard_error
    rest = {t: v[150:] for t, v in y.items()}
    alone = model.separate_.predict(X[150:])["unlike"]
    worst = model.joint_.predict(X[150:])["unlike"]
    error = np.mean((rest["unlike"] - model.predict(X[150:])["unlike"]) ** 2)
    assert (
        error
        < 1.5 * np.mean((rest["unlike"] - alone) ** 2)
        < np.mean((rest["unlike"] - worst) ** 2)
    )


def test_choice_is_all_or_nothing():
    """Only what is better by more than a standard error is chosen."""
    X, y = mixed()
    model = GatedTasks(JOINT, ALONE, cv=CV, gate="choose").fit(X, y)
    for gate in model.gate_.values():
        assert gate.weight == float(gate.gain > gate.standard_error)
        assert gate.own_weight == float(gate.gain > 0.0)


def test_models_that_agree():
    """The same model twice: whatever the weight, that model."""
    X, y = mixed()
    model = GatedTasks(ALONE, ALONE, cv=CV).fit(X, y)
    assert {gate.weight for gate in model.gate_.values()} == {0.0}
    assert_allclose(model.predict(X)["days"], ALONE.fit(X, y).predict(X)["days"])


def test_default_is_the_joint_model_alone():
    """None falls back on the same estimator, a task at a time."""
    X, y = mixed()
    model = GatedTasks(JOINT, cv=CV).fit(X, y)
    alone = IndependentTasks(JOINT, JOINT, counter=JOINT).fit(X, y)
    assert_allclose(model.separate_.predict(X)["days"], alone.predict(X)["days"])


def test_groups_stay_together(rng):
    """In folds, and in standard errors: copies of patients add no certainty."""
    X, y = mixed(missing=0.0)
    patient = np.arange(len(X))
    once = GatedTasks(JOINT, ALONE, cv=CV).fit(X, y)
    rows = np.tile(patient, 3)
    folds = [
        (np.flatnonzero(np.isin(rows, a)), np.flatnonzero(np.isin(rows, b))) for a, b in CV.split(X)
    ]
    light = np.full(len(rows), 1 / 3)
    thrice = GatedTasks(JOINT, ALONE, cv=folds).fit(X[rows], y[rows], light, groups=rows)
    for t in y:
        assert_allclose(thrice.gate_[t].weight, once.gate_[t].weight)
        assert_allclose(thrice.gate_[t].standard_error, once.gate_[t].standard_error)
    seen = []

    class Watched:
        def split(self, X, y=None, groups=None):
            seen.append(groups)
            return CV.split(X)

        def get_n_splits(self, X=None, y=None, groups=None):
            return 3

    GatedTasks(JOINT, ALONE, cv=Watched()).fit(X, y, groups=patient)
    assert_array_equal(seen[0], patient)


def test_pipelines():
    """Both models may scale for themselves."""
    X, y = mixed()
    scaled = (make_pipeline(StandardScaler(), model) for model in (JOINT, ALONE))
    model = GatedTasks(*scaled, cv=CV).fit(1000.0 * X, y)
    assert model.score(1000.0 * X, y) > 0.2


def test_weights_of_pipelines(rng):
    """They go to the last step, in the fits of folds as well."""
    X, y = mixed()
    weight = rng.uniform(0.5, 2.0, len(X))
    plain = GatedTasks(JOINT, ALONE, cv=CV).fit(X, y, weight)
    piped = GatedTasks(make_pipeline(JOINT), make_pipeline(ALONE), cv=CV).fit(X, y, weight)
    assert piped.gate_ == plain.gate_


def test_errors():
    """What takes tasks otherwise, or is for one task, is refused."""
    X, y = mixed()
    with pytest.raises(
        ValueError, match="joint must take task 'died' as of type 'binary'.*MultiTaskRidge"
    ):
        GatedTasks(MultiTaskRidge(), ALONE, cv=CV).fit(
            X, TaskTargets({"died": 1.0 * (y["died"] == "yes"), "days": y["days"]})
        )
    with pytest.raises(ValueError, match="separate must have predict_proba.*'died'"):
        GatedTasks(JOINT, IndependentTasks(RidgeClassifier()), cv=CV).fit(X, y)
    with pytest.raises(
        ValueError, match="separate of GatedTasks must be None or a joint estimator"
    ):
        GatedTasks(JOINT, Ridge()).fit(X, y)
