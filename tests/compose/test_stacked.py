"""Predictions of tasks as inputs of tasks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_predict
from zoo import MIXED, patients

from skmtl import IndependentTasks, MultiTaskGLM, StackedTasks, TaskTargets

CV = KFold(3, shuffle=True, random_state=0)
RIDGES = IndependentTasks(regressor=Ridge(2.0))


def mixed(**settings):
    """Return X and targets of all types."""
    X, y = patients(**settings)
    return X, TaskTargets({name: y[name] for name in MIXED}, {"visits": "count"})


def standardised(values, like):
    """Return predictions in the units of labels."""
    return (values - like.mean()) / like.std()


def two_numbers():
    """Return X and two complete regressions."""
    X, y = patients(missing=0.0)
    return X, {"days": y["days"], "cost": y["cost"]}


def test_stacking_by_hand():
    """Out-of-fold predictions of both are inputs of both; new rows get those of the whole fit."""
    X, y = two_numbers()
    model = StackedTasks(RIDGES, cv=CV).fit(X, y)
    held = [standardised(cross_val_predict(Ridge(2.0), X, v, cv=CV), v) for v in y.values()]
    first = [standardised(Ridge(2.0).fit(X, v).predict(X), v) for v in y.values()]
    for name in y:
        final = Ridge(2.0).fit(np.column_stack([X, *held]), y[name])
        wanted = final.predict(np.column_stack([X, *first]))
        assert_allclose(model.predict(X)[name], wanted)
    without = StackedTasks(RIDGES, cv=CV, passthrough=False).fit(X, y)
    final = Ridge(2.0).fit(np.column_stack(held), y["days"])
    assert_allclose(without.predict(X)["days"], final.predict(np.column_stack(first)))


def test_chain_by_hand():
    """The second task gets the first one's prediction, and the first nothing."""
    X, y = two_numbers()
    model = StackedTasks(RIDGES, cv=CV, order=["cost", "days"]).fit(X, y)
    cost = Ridge(2.0).fit(X, y["cost"]).predict(X)
    assert_allclose(model.predict(X)["cost"], cost)
    held = standardised(cross_val_predict(Ridge(2.0), X, y["cost"], cv=CV), y["cost"])
    final = Ridge(2.0).fit(np.column_stack([X, held]), y["days"])
    inputs = np.column_stack([X, standardised(cost, y["cost"])])
    assert_allclose(model.predict(X)["days"], final.predict(inputs))
    assert model.order_ == ("cost", "days") and model.tasks_ == ("days", "cost")


def test_inputs_of_all_types():
    """A number, a second class, three classes and a count are one, one, three and one inputs."""
    X, y = mixed()
    model = StackedTasks(cv=CV).fit(X, y)
    widths = {"days": 1, "died": 1, "stage": 3, "visits": 1, "cost": 1, "grade": 3}
    assert model.final_.n_features_in_ == X.shape[1] + sum(widths[name] for name in y)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames(library):
    """Predictions are columns with names, beside categories."""
    frames = pytest.importorskip(library)
    X, y = mixed()
    table = frames.DataFrame({name: X[:, j] for j, name in enumerate("abcde")})
    trees = IndependentTasks(
        HistGradientBoostingClassifier(max_iter=5),
        HistGradientBoostingRegressor(max_iter=5),
        counter=HistGradientBoostingRegressor(max_iter=5),
    )
    if not hasattr(Ridge().fit(table, X[:, 0]), "feature_names_in_"):
        pytest.skip("this scikit-learn does not know the frame")
    model = StackedTasks(trees, cv=CV).fit(table, y.select(["days", "died", "stage"]))
    names = list(model.final_.feature_names_in_[5:])
    wanted = ["days", "died", *(f"stage={c}" for c in ("I", "II", "III"))]
    assert names == [f"predicted {name}" for name in wanted]
    if library == "pandas":
        shifted = table.set_index(np.arange(len(X))[::-1])
        again = StackedTasks(trees, cv=CV).fit(shifted, y.select(["days", "died", "stage"]))
        assert_array_equal(again.predict(shifted)["days"], model.predict(table)["days"])
    with pytest.raises(ValueError, match="X must not have columns named.*predicted days"):
        StackedTasks(trees, cv=CV).fit(
            table.rename(columns={"a": "predicted days"})
            if library == "pandas"
            else table.rename({"a": "predicted days"}),
            y.select(["days"]),
        )


def test_labels_of_one_task_reach_another(rng):
    """A task with few labels gains by one with many, which predicts it."""
    X = rng.normal(size=(400, 30))
    signal = X @ rng.normal(size=30)
    y = {"many": signal + rng.normal(size=400), "few": signal + rng.normal(size=400)}
    y["few"] = np.where(np.arange(400) < 25, y["few"], np.nan)
    alone = RIDGES.fit(X[:200], {t: v[:200] for t, v in y.items()}).predict(X[200:])["few"]
    stacked = StackedTasks(RIDGES, cv=CV).fit(X[:200], {t: v[:200] for t, v in y.items()})
    error = np.mean((stacked.predict(X[200:])["few"] - signal[200:]) ** 2)
    assert error < 0.5 * np.mean((alone - signal[200:]) ** 2)


def test_sparse():
    """X may be sparse: predictions are appended to it."""
    X, y = two_numbers()
    X = np.where(np.abs(X) < 0.7, 0.0, X)
    joint = StackedTasks(MultiTaskGLM(), cv=CV)
    found = joint.fit(sparse.csr_array(X), y).predict(sparse.csr_array(X))["days"]
    assert_allclose(found, joint.fit(X, y).predict(X)["days"], rtol=1e-6)


@pytest.mark.parametrize("dtype", [bool, np.int64, np.uint8, np.float16])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.csc_array])
def test_predictions_are_not_rounded(make, dtype):
    """Beside integers, booleans or half precision they are what they are beside floats."""
    X, y = two_numbers()
    table = (X > 0).astype(dtype) if dtype is bool else np.rint(2 * np.abs(X)).astype(dtype)
    if dtype == np.float16 and make is not np.asarray:
        pytest.skip("SciPy has no sparse matrices in half precision")
    for model in (StackedTasks(cv=CV), StackedTasks(MultiTaskGLM(), cv=CV, order=["cost", "days"])):
        found = model.fit(make(table), y).predict(make(table))
        wanted = model.fit(table.astype(float), y).predict(table.astype(float))
        assert_allclose(found["days"], wanted["days"], rtol=1e-8)


def test_precision_of_both(rng):
    """Predictions in double precision beside inputs in single are kept: the final model gets them all."""
    X, y = two_numbers()
    X = X.astype(np.float32)
    trees = IndependentTasks(regressor=HistGradientBoostingRegressor(max_iter=5))
    seen = []

    class Looked(Ridge):
        def fit(self, X, y, sample_weight=None):
            seen.append(X)
            return super().fit(X, y, sample_weight)

    StackedTasks(trees, IndependentTasks(regressor=Looked()), cv=CV).fit(X, y)
    held = cross_val_predict(trees.regressor, X, y["days"], cv=CV)
    assert_allclose(seen[0][:, -2], standardised(held, y["days"]), rtol=1e-14)


def test_same_seed_same_order():
    """A random order is drawn once, from random_state."""
    X, y = mixed()
    orders = [
        StackedTasks(cv=CV, order="random", random_state=s).fit(X, y).order_ for s in (0, 0, 1, 2)
    ]
    assert orders[0] == orders[1] and len(set(orders)) > 1


@pytest.mark.parametrize(
    "params, match",
    [
        ({"order": ["days", "days"]}, "order must name each task once"),
        ({"order": ["days"]}, "order must name each task once"),
        ({"order": "backwards"}, "order of StackedTasks must be"),
        ({"passthrough": 2}, "passthrough of StackedTasks must be"),
        ({"final": Ridge()}, "final of StackedTasks must be"),
    ],
)
def test_errors(params, match):
    """What breaks a rule is named."""
    X, y = two_numbers()
    with pytest.raises(ValueError, match=match):
        StackedTasks(**params).fit(X, y)
