"""Coefficients as heat maps: what is drawn is what the model has."""

import subprocess
import sys

import numpy as np
import pytest
from figures import unreadable
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import VarianceThreshold
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PolynomialFeatures, StandardScaler
from zoo import MIXED, patients

from skmtl import MultiTaskGLM, MultiTaskMLP, MultiTaskRidge, TaskTargets
from skmtl.inspection import CoefficientsDisplay
from skmtl.penalties import L21, Dirty

plt = pytest.importorskip("matplotlib.pyplot")

FEATURES, TASKS = ["age", "sex", "dose"], ["days", "weight"]
COEF = np.array([[1.0, -4.0, 2.0], [0.1, 0.0, 0.2]])


@pytest.fixture(autouse=True)
def _closed():
    """All figures are closed in the end."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def fitted():
    """A model of mixed tasks."""
    X, y = patients()
    types = {"visits": "count"}
    return MultiTaskGLM(task_types=types).fit(X, {name: y[name] for name in MIXED})


def drawn(display, part="coef"):
    """Return the numbers in a heat map."""
    return np.asarray(display.images_[part].get_array())


def wide(n_tasks, n_features=40, seed=0):
    """Return a display with three parts."""
    rng = np.random.default_rng(seed)
    coef, shared = rng.normal(size=(2, n_tasks, n_features))
    features = [f"a rather long feature {j}" for j in range(n_features)]
    tasks = [f"outcome {t}" for t in range(n_tasks)]
    return CoefficientsDisplay(coef, features, tasks, shared, coef - shared)


def test_by_hand():
    """In given units the features go by size; scaled, each task's largest is one."""
    display = CoefficientsDisplay(COEF, FEATURES, TASKS, unit="mg")
    display.plot(scale=None)
    assert display.features_ == ["sex", "dose", "age"] and display.columns_ == TASKS
    assert_array_equal(drawn(display), [[-4.0, 0.0], [2.0, 0.2], [1.0, 0.1]])
    assert display.images_["coef"].get_clim() == (-4.0, 4.0)
    assert display.colorbar_.ax.get_ylabel() == "coefficient\n(mg)"
    display.plot(scale="largest")
    assert display.features_ == ["dose", "sex", "age"]  # norms 1.118, 1 and 0.559
    assert_allclose(drawn(display), [[0.5, 1.0], [-1.0, 0.0], [0.25, 0.5]])
    assert "largest of its column" in display.colorbar_.ax.get_ylabel()


def test_few_of_many_features():
    """Those with the largest norms, and the axis says how many."""
    display = wide(3).plot(max_features=4, scale=None)
    norms = np.linalg.norm(display.coef, axis=0)
    assert_array_equal(display.features_, [display.features[j] for j in np.argsort(-norms)[:4]])
    assert "4 of 40 features" in display.ax_.get_ylabel()
    assert drawn(wide(3).plot(max_features=None)).shape == (40, 3)


def test_parts_add_up_and_share_a_scale():
    """Divided by the same numbers; the same colours mean the same in all panels."""
    display = wide(3).plot()
    assert_allclose(drawn(display), drawn(display, "shared") + drawn(display, "specific"))
    assert [ax.get_title() for ax in display.axes_] == ["coefficients", "shared", "specific"]
    limits = {image.get_clim() for image in display.images_.values()}
    largest = max(np.abs(drawn(display, part)).max() for part in display.images_)
    assert limits == {(-largest, largest)}


def test_order_by_similarity():
    """Tasks with parallel or opposite coefficients stand side by side; zero ones do no harm."""
    a, b = np.array([1.0, 2.0, 0.0, 0.0]), np.array([0.0, 0.0, 3.0, -1.0])
    display = CoefficientsDisplay([a, b, -2 * a, np.zeros(4), 5 * b], list("wxyz"), list("abcde"))
    found = display.plot(order="similarity").columns_
    assert sorted(found) == list("abcde")
    assert abs(found.index("a") - found.index("c")) == abs(found.index("b") - found.index("e")) == 1
    assert_allclose(np.abs(drawn(display)[:, found.index("d")]), 0.0)


def test_of_a_model(fitted):
    """Columns by name, parts where there are any, units of the types drawn."""
    display = CoefficientsDisplay.from_estimator(fitted, scale=None, max_features=None)
    frame = fitted.coef_frame()
    assert display.columns_ == list(frame.columns)
    rows = [int(name.removeprefix("x")) for name in display.features_]
    assert_array_equal(drawn(display), frame.to_numpy()[rows])
    assert_array_equal(drawn(display, "shared"), fitted.shared_coef_.T[rows])
    assert "task's units" in display.colorbar_.ax.get_ylabel()
    display = CoefficientsDisplay.from_estimator(fitted, tasks=["visits", "died"], scale=None)
    assert display.columns_ == ["visits", "died"]
    assert (
        display.colorbar_.ax.get_ylabel()
        == "coefficient\n(log-mean or log-odds, per unit of feature)"
    )


def test_components_and_none():
    """Sums have the components as their parts; other penalties have one panel."""
    X, y = patients(missing=0.0)
    y = {name: y[name] for name in ("days", "cost")}
    model = MultiTaskGLM(Dirty(1.0, 1.0)).fit(X, y)
    display = CoefficientsDisplay.from_estimator(model, scale=None)
    assert list(display.images_) == ["coef", *model.components_]
    display = CoefficientsDisplay.from_estimator(MultiTaskGLM(L21(1.0)).fit(X, y))
    assert len(display.axes_) == 1 and display.ax_ is display.axes_[0]


def test_names_of_features(rng):
    """The steps before the model name them, where they can."""
    import pandas as pd

    X = pd.DataFrame(rng.normal(size=(40, 2)), columns=["age", "dose"])
    y = {"a": X["age"] + 0.1 * rng.normal(size=40), "b": X["dose"]}
    y = TaskTargets({name: np.asarray(column) for name, column in y.items()})
    squares = PolynomialFeatures(2, include_bias=False)
    pipe = make_pipeline(squares, StandardScaler(), MultiTaskRidge()).fit(X, y)
    wanted = {"age", "dose", "age^2", "age dose", "dose^2"}
    assert set(CoefficientsDisplay.from_estimator(pipe).features_) == wanted
    search = GridSearchCV(pipe, {"multitaskridge__alpha": [0.1, 1.0]}, cv=2).fit(X, y)
    assert set(CoefficientsDisplay.from_estimator(search).features_) == wanted
    outer = make_pipeline(VarianceThreshold(), search).fit(X, y)
    assert set(CoefficientsDisplay.from_estimator(outer).features_) == wanted
    mute = make_pipeline(FunctionTransformer(np.asarray), MultiTaskRidge()).fit(X, y)
    assert set(CoefficientsDisplay.from_estimator(mute).features_) == {"x0", "x1"}
    assert set(CoefficientsDisplay.from_estimator(MultiTaskRidge().fit(X, y)).features_) == {
        "age",
        "dose",
    }


@pytest.mark.parametrize("n_tasks", [1, 2, 24, 100])
def test_names_do_not_overlap(n_tasks):
    """Nor are they cut, be the tasks few or many; all tasks are named."""
    display = wide(n_tasks).plot()
    assert unreadable(display.figure_) == []
    assert len(display.axes_[-1].get_xticks()) == n_tasks


def test_axes_of_ones_own():
    """One for the coefficients alone, with as many names as fit; one a part."""
    _, ax = plt.subplots(layout="constrained")
    display = wide(100).plot(ax)
    assert display.ax_ is ax and list(display.images_) == ["coef"]
    assert display.figure_ is ax.figure and unreadable(ax.figure) == []
    assert 0 < len(ax.get_xticks()) < 100
    _, grid = plt.subplots(3, 1)
    assert list(wide(2).plot(grid).axes_) == list(grid)
    with pytest.raises(ValueError, match="one Axes or 3, one a part, got 2"):
        wide(2).plot(grid[:2])


def test_all_zero():
    """A model that has shrunk all to zero is drawn white."""
    display = CoefficientsDisplay(np.zeros((2, 3)), FEATURES, TASKS).plot()
    assert display.images_["coef"].get_clim() == (-1.0, 1.0) and not drawn(display).any()


def test_rules(fitted):
    """Shapes, options, tasks, models without coefficients."""
    with pytest.raises(ValueError, match=r"coef must hold .* = \(2, 2\), got shape \(2, 3\)"):
        CoefficientsDisplay(COEF, FEATURES[:2], TASKS).plot()
    with pytest.raises(ValueError, match="shared must hold finite"):
        CoefficientsDisplay(COEF, FEATURES, TASKS, np.full((2, 3), np.nan)).plot()
    for wrong in ({"scale": "all"}, {"order": "name"}, {"max_features": 0}):
        (name,) = wrong
        with pytest.raises(ValueError, match=f"{name} must be"):
            CoefficientsDisplay(COEF, FEATURES, TASKS).plot(**wrong)
    with pytest.raises(ValueError, match=r"tasks must be among .*got \['lived'\]"):
        CoefficientsDisplay.from_estimator(fitted, tasks="lived")
    with pytest.raises(NotFittedError):
        CoefficientsDisplay.from_estimator(MultiTaskRidge())
    X, y = patients(missing=0.0)
    network = MultiTaskMLP(2, n_members=1, max_iter=1, random_state=0).fit(X, {"days": y["days"]})
    with pytest.raises(ValueError, match=r"coef_.*got MultiTaskMLP"):
        CoefficientsDisplay.from_estimator(network)
    assert not plt.get_fignums()


def test_without_matplotlib():
    """The message says what to install."""
    code = (
        "import sys; sys.modules['matplotlib'] = sys.modules['matplotlib.pyplot'] = None\n"
        "from skmtl.inspection import CoefficientsDisplay\n"
        "CoefficientsDisplay([[1.0]], ['x'], ['a']).plot()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "CoefficientsDisplay needs matplotlib: pip install 'skmtl[plot]'" in result.stderr
