"""Which class of two is the event: one rule for metrics, calibration and displays."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import average_precision_score, f1_score, get_scorer

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.inspection._calibration_bins import calibrations
from skmtl.metrics import task_scorer, task_scores

pd = pytest.importorskip("pandas")
NAMED = {"status": "Expired"}


@pytest.fixture(scope="module")
def data():
    """Inputs, and whether each of 200 patients died."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    return X, X @ [1.0, -1.0, 0.5] + rng.normal(size=200) > 0.8


def test_codes_of_yes_and_no(data):
    """1 = yes, 2 = no: as scikit-learn's scorers on the view."""
    X, died = data
    y = np.where(died, 1, 2)
    model = MultiTaskGLM().fit(X, {"died": y})
    for metric in ("f1", "recall", "precision", "average_precision", "jaccard", "roc_auc"):
        wanted = get_scorer(metric)(model.task("died"), X, y)
        assert_allclose(task_scorer(metric)(model, X, {"died": y}), wanted)
    zero_one = MultiTaskGLM().fit(X, {"died": died})
    wanted = task_scores({"died": died}, zero_one, X).drop(columns="type")
    found = task_scores({"died": y}, model, X).drop(columns="type")
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-6)


def test_a_named_event(data):
    """Named in targets of the fit or of the test, through slices and predictions."""
    X, died = data
    plain = {"status": np.where(died, "Expired", "Survived")}
    y = TaskTargets(plain, events=NAMED)
    assert y.events == y[:3].events == y.copy().events == y.select(["status"]).events == NAMED
    model = MultiTaskGLM().fit(X, y)
    p = model.predict_proba(X)["status"][:, 0]
    for fitted, targets in ((model, plain), (MultiTaskGLM().fit(X, plain), y)):
        assert_allclose(
            task_scorer("average_precision")(fitted, X, targets), average_precision_score(died, p)
        )
        assert_allclose(task_scorer("f1")(fitted, X, targets), f1_score(died, p > 0.5))
    assert_allclose(
        task_scores(y, {"status": model.predict_proba(X)["status"]}, metrics="f1").f1["status"],
        f1_score(died, p > 0.5),
    )
    assert list(calibrations(y, model, X, None, 5, 0.95)["status"].bins) == ["Expired"]


def test_nobody_knows(data):
    """Metrics of the event raise where it was asked for them, and are left out of default tables."""
    X, died = data
    y = {"status": np.where(died, "Expired", "Survived")}
    model = MultiTaskGLM().fit(X, y)
    for metric in ("f1", "average_precision", "calibration_intercept"):
        with pytest.raises(ValueError, match="events={'status'"):
            task_scores(y, model, X, metric)
    with pytest.raises(ValueError, match="events={'status'"):
        task_scorer("recall")(model, X, y)
    with pytest.warns(UserWarning, match="average_precision.*'status'.*events"):
        table = task_scores(y, model, X)
    assert table.notna().all(axis=None) and "roc_auc" in table


def test_ordered_categories(data):
    """The higher of two is the event."""
    X, died = data
    labels = np.where(died, "a dead", "b alive")
    for order in (["a dead", "b alive"], ["b alive", "a dead"]):
        y = pd.DataFrame({"s": pd.Categorical(labels, order, ordered=True)})
        assert TaskTargets(y).events == {"s": order[1]}
        model = MultiTaskGLM().fit(X, y)
        wanted = f1_score(labels, model.predict(X)["s"], pos_label=order[1])
        assert_allclose(task_scorer("f1")(model, X, y), wanted)


WRONG = {
    "task": ({"lived": 1}, "events names tasks.*'lived'"),
    "class": ({"status": "gone"}, "'status'.*'gone'"),
    "three": ({"stage": "I"}, "'stage'.*3 classes"),
    "number": ({"days": 1}, "'days'.*regression"),
    "no dict": ("Expired", "events must be a dict"),
}


@pytest.mark.parametrize("events, message", WRONG.values(), ids=WRONG.keys())
def test_wrong_events(events, message):
    """The message names the task and the value."""
    y = {"status": ["Expired", "Survived"] * 3, "stage": ["I", "II", "III"] * 2}
    with pytest.raises(ValueError, match=message):
        TaskTargets(y | {"days": np.arange(6.0)}, events=events)


def test_coefficients(data):
    """Tables and displays of coefficients are of the event; ``coef_`` is scikit-learn's, of the second class."""
    pytest.importorskip("matplotlib")
    from skmtl.inspection import CoefficientsDisplay, TaskSimilarityDisplay

    X, died = data
    model = MultiTaskGLM().fit(X, {"died": np.where(died, 1, 2), "days": X @ [1.0, 2.0, 3.0]})
    zero_one = MultiTaskGLM().fit(X, {"died": died, "days": X @ [1.0, 2.0, 3.0]})
    wanted = zero_one.coef_frame()
    pd.testing.assert_frame_equal(model.coef_frame(), wanted, rtol=1e-6)
    assert_allclose(model.coef_[0], -wanted["died"], rtol=1e-6)
    display = CoefficientsDisplay.from_estimator(model)
    assert_allclose(display.coef, wanted.T, rtol=1e-6)
    display.figure_.clear()
    similarity = TaskSimilarityDisplay.from_estimator(model)
    other = TaskSimilarityDisplay.from_estimator(zero_one)
    assert_allclose(similarity.similarity, other.similarity, rtol=1e-6)
    similarity.figure_.clear(), other.figure_.clear()
