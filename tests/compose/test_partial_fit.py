"""IndependentTasks learns from rows that come a part at a time where its estimators do."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, SGDClassifier, SGDRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPRegressor
from zoo import patients, rows_of

from skmtl import IndependentTasks, MultiTaskMLP, StackedTasks, TaskTargets

CLASSES = {"died": ["no", "yes"], "stage": ["I", "II", "III"]}
TASKS = (*CLASSES, "days")


def new(**params):
    """Return a model of estimators that learn in parts, always alike."""
    fixed = {"learning_rate": "constant", "eta0": 0.01, "random_state": 0}
    logistic = SGDClassifier(loss="log_loss", **fixed)
    return IndependentTasks(logistic, SGDRegressor(**fixed)).set_params(**params)


def data(n=120, **settings):
    """X, and tasks with missing labels."""
    X, y = patients(n=n, **settings)
    return X, {name: y[name] for name in TASKS}


def in_parts(model, X, y, n_parts=4, **settings):
    """Go through the rows in parts."""
    for rows in np.array_split(np.arange(X.shape[0]), n_parts):
        model.partial_fit(X[rows], rows_of(y, rows), **settings)
    return model


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("weighted", [False, True])
def test_each_estimator_learns_its_labels(make, weighted, rng):
    """As if it had been given the labelled rows of each part by hand."""
    X, y = data()
    weight = rng.uniform(0.5, 2.0, len(X)) if weighted else np.ones(len(X))
    model = new()
    by_hand = {t: clone(model.classifier if t in CLASSES else model.regressor) for t in y}
    for rows in np.array_split(np.arange(len(X)), 4):
        given = {"sample_weight": weight[rows]} if weighted else {}
        model.partial_fit(make(X[rows]), rows_of(y, rows), classes=CLASSES, **given)
        for t, column in y.items():
            own = rows[TaskTargets({t: column}).observed(t)[rows]]
            classes = {"classes": CLASSES[t]} if t in CLASSES else {}
            target = column[own].astype(str if t in CLASSES else float)
            by_hand[t].partial_fit(make(X[own]), target, sample_weight=weight[own], **classes)
    for t, alone in by_hand.items():
        assert_array_equal(model.predict(make(X))[t], alone.predict(make(X)))
        assert_allclose(model.estimators_[t].coef_, alone.coef_)
    assert_allclose(model.predict_proba(X)["stage"], by_hand["stage"].predict_proba(X))


def test_classes_that_come_later():
    """The first call names them, or its TaskTargets know them; a part may hold one alone."""
    X, y = data(missing=0.0)
    order = np.argsort(y["stage"], kind="stable")
    X, y = X[order], rows_of(y, order)
    for part, given in ((y, {"classes": CLASSES}), (TaskTargets(y), {})):
        model = new()
        for rows in np.array_split(np.arange(len(X)), 3):
            model.partial_fit(X[rows], part[rows] if not given else rows_of(part, rows), **given)
            assert model.predict_proba(X)["stage"].shape == (len(X), 3)
        assert_array_equal(model.classes_["stage"], CLASSES["stage"])
        assert set(model.predict(X)["stage"]) > {"I"}


def test_tasks_without_labels_in_a_part():
    """They stay as they are, and are constants before the first label."""
    X, y = data()
    targets = TaskTargets(y)
    unlabelled = TaskTargets._carry(
        {t: np.full_like(v, None if v.dtype == object else np.nan) for t, v in targets.items()},
        targets._info,
    )
    model = new().partial_fit(X, targets | unlabelled.select(["days", "stage"]))
    assert list(model.estimators_) == ["died"] and list(model.predict(X)) == list(TASKS)
    assert_array_equal(model.predict(X)["days"], 0.0)
    assert_allclose(model.predict_proba(X)["stage"], 1 / 3)
    before = clone(new()).partial_fit(X, targets | unlabelled.select(["days", "stage"]))
    model.partial_fit(X, targets).partial_fit(X, unlabelled)
    assert list(model.estimators_) == list(TASKS)
    again = before.partial_fit(X, targets)
    for t, values in again.decision_function(X).items():
        assert_array_equal(model.decision_function(X)[t], values)


def test_availability():
    """There where an estimator that was given has it; those that have not are named before any work."""
    X, y = data()
    assert hasattr(IndependentTasks(regressor=SGDRegressor()), "partial_fit")
    assert hasattr(IndependentTasks({"days": SGDRegressor()}), "partial_fit")
    assert not hasattr(IndependentTasks(), "partial_fit")
    assert not hasattr(IndependentTasks(LogisticRegression()), "partial_fit")
    assert not hasattr(StackedTasks(new()), "partial_fit")
    model = IndependentTasks(regressor=SGDRegressor())
    with pytest.raises(ValueError, match="task 'died', MultiTaskLogisticRegression, has not"):
        model.partial_fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)
    model = new(
        classifier=GaussianNB(), regressor=MLPRegressor(hidden_layer_sizes=3, random_state=0)
    )
    assert np.isfinite(model.partial_fit(X, y).predict(X)["days"]).all()


def test_fit_goes_on_and_begins_anew():
    """partial_fit after fit goes on from it; fit after partial_fit is fit."""
    X, y = data()
    fitted = new().fit(X, y)
    before = fitted.decision_function(X)["days"].copy()
    moved = fitted.partial_fit(X, y).decision_function(X)["days"]
    assert 0 < np.abs(moved - before).max() < 0.5 * np.abs(before).max()
    again = in_parts(new(), X, y, classes=CLASSES).fit(X, y)
    for t, values in new().fit(X, y).decision_function(X).items():
        assert_array_equal(again.decision_function(X)[t], values)


def test_joint_estimators():
    """A network learns one task in parts, as it does alone."""
    X, y = data()
    network = MultiTaskMLP(4, n_members=1, random_state=0)
    model = in_parts(IndependentTasks(network, network), X, TaskTargets(y))
    alone = in_parts(clone(network), X, TaskTargets(y).select(["days"]))
    assert np.corrcoef(model.predict(X)["days"], alone.predict(X)["days"])[0, 1] > 0.9


def test_frames_and_vectors():
    """Answers come in the container of the first call."""
    pd = pytest.importorskip("pandas")
    X, y = data(missing=0.0)
    table, frame = pd.DataFrame(X, columns=list("abcde")), pd.DataFrame(y)
    model = new().partial_fit(table[:60], frame[:60], classes=CLASSES)
    assert list(model.partial_fit(table[60:], frame[60:]).predict(table)) == list(TASKS)
    with pytest.raises(ValueError, match="feature names"):
        model.partial_fit(table[list("bacde")], frame)
    one = new().partial_fit(X[:60], y["died"][:60], classes=["no", "yes"])
    assert one.partial_fit(X[60:], y["died"][60:]).predict_proba(X).shape == (len(X), 2)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"y": {"days": [1.0] * 120}}, "y must have the tasks of the model"),
        (
            {"classes": {"died": ["no", "maybe"]}},
            "classes of task 'died' must be those of the first",
        ),
        ({"classes": {"nobody": [0, 1]}}, "classes names 'nobody'"),
        ({"X": np.ones((120, 4))}, "4 features"),
        ({"X": np.ones((7, 5))}, "inconsistent numbers of samples"),
    ],
    ids=["tasks", "classes", "task of classes", "features", "rows"],
)
def test_errors(change, message):
    """Later parts are of the tasks, classes and features of the first; a wrong one changes nothing."""
    X, y = data()
    model = new().partial_fit(X, y, classes=CLASSES)
    before = model.decision_function(X)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(**{"X": X, "y": y} | change)
    for t, values in model.decision_function(X).items():
        assert_array_equal(values, before[t])
    with pytest.raises(ValueError, match="labels of task 'died' must be among"):
        model.partial_fit(X, y | {"died": np.where(X[:, 0] > 0, "no", "perhaps")})
    with pytest.raises(ValueError, match="sample_weight must be None.*'died', NoWeights"):
        new(classifier=NoWeights()).partial_fit(X, y, sample_weight=np.ones(len(X)))


class NoWeights(GaussianNB):
    """A classifier that takes no weights."""

    def partial_fit(self, X, y, classes=None):
        """Go on without weights."""
        return super().partial_fit(X, y, classes=classes)
