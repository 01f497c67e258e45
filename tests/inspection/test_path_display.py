"""Paths of a penalty's strength: curves by hand, what is named, and the figure."""

import numpy as np
import pytest
from figures import legend_of, unreadable
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import patients

from skmtl import (
    MultiTaskGLMCV,
    MultiTaskLogisticRegressionCV,
    MultiTaskRidge,
    MultiTaskRidgeCV,
)
from skmtl.inspection import RegularizationPathDisplay
from skmtl.linear_model import regularization_path
from skmtl.penalties import L21

plt = pytest.importorskip("matplotlib.pyplot")

FOLDS = KFold(3)


@pytest.fixture(autouse=True)
def _closed():
    """All figures are closed in the end."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def path():
    """A path of three tasks, one of which has three classes."""
    X, y = patients()
    y = {name: y[name] for name in ("days", "died", "stage")}
    return regularization_path(X, y, L21(), alphas=8, eps=0.05, tol=1e-8)


@pytest.fixture(scope="module")
def chosen():
    """A strength chosen by cross-validation."""
    X, y = patients(missing=0.0)
    y = {name: y[name] for name in ("days", "died")}
    return MultiTaskGLMCV(L21(), alphas=6, cv=FOLDS, tol=1e-8).fit(X, y)


def ydata(display):
    """Return the curves as drawn."""
    return {name: line.get_ydata() for name, line in display.lines_.items()}


def test_norms_of_a_path(path):
    """A curve a feature, over all columns; the number of features that are in."""
    n_features = path.coef.shape[2]
    display = RegularizationPathDisplay.from_path(path, scale=None, chosen=path.alphas[3])
    assert list(display.lines_) == [f"x{j}" for j in range(n_features)]
    drawn = np.array(list(ydata(display).values())).T
    assert_allclose(drawn, np.sqrt((path.coef**2).sum(axis=1)))
    (steps,) = display.axes_[1].lines[:1]
    assert_array_equal(steps.get_ydata(), (np.abs(path.coef) > 0).any(axis=1).sum(axis=1))
    assert steps.get_ydata()[0] == 0 < steps.get_ydata()[-1]
    for panel in display.axes_:
        assert panel.get_xscale() == "log" and panel.get_xlim() == (path.alphas[0], path.alphas[-1])
        assert path.alphas[3] in panel.lines[-1].get_xdata()


def test_scaled(path):
    """Each column by its largest coefficient anywhere, so that units of targets do not matter."""
    display = RegularizationPathDisplay.from_path(path)
    largest = np.abs(path.coef).max(axis=(0, 2))
    wanted = np.linalg.norm(path.coef / largest[:, None], axis=1)
    assert_allclose(np.array(list(ydata(display).values())).T, wanted)
    assert display.ax_.get_ylabel() == "norm of coefficients over 3 tasks, scaled"


def test_one_task(path):
    """Of a single column the coefficients themselves, with their signs; of classes their norm."""
    display = RegularizationPathDisplay.from_path(path, tasks="days", scale=None)
    row = path.task_columns["days"].start
    assert_array_equal(np.array(list(ydata(display).values())).T, path.coef[:, row])
    assert display.ax_.get_ylabel() == "coefficient of days"
    display = RegularizationPathDisplay.from_path(path, tasks=["stage"], scale=None)
    wanted = np.linalg.norm(path.coef[:, path.task_columns["stage"]], axis=1)
    assert_allclose(np.array(list(ydata(display).values())).T, wanted)
    assert display.ax_.get_ylabel() == "norm of coefficients of stage"


def test_names_go_to_what_reaches_farthest():
    """The others are pale, and the legend counts them."""
    curves = {"low": [0.0, 1.0], "deep": [0.0, -5.0], "high": [2.0, 3.0], "gone": [np.nan, 2.0]}
    display = RegularizationPathDisplay([10.0, 1.0], curves).plot(max_named=2)
    assert display.named_ == ["deep", "high"]
    assert legend_of(display.figure_.legends[0]) == ["deep", "high", "2 others"]
    colours = {name: line.get_color() for name, line in display.lines_.items()}
    assert colours["low"] == colours["gone"] not in (colours["deep"], colours["high"])
    assert RegularizationPathDisplay([10.0, 1.0], curves).plot().named_ == list(curves)


def test_scores_of_folds(chosen):
    """The mean over folds and its standard error, by hand; the chosen strength."""
    display = RegularizationPathDisplay.from_estimator(chosen)
    results = chosen.cv_results_
    (name,) = display.lines_
    order = np.argsort(chosen.alphas_)
    assert_allclose(ydata(display)[name], results["mean_test_score"][order])
    splits = np.array([results[f"split{k}_test_score"][order] for k in range(3)])
    assert_allclose(display.std_errors[name], splits.std(axis=0, ddof=1) / np.sqrt(3))
    (band,) = display.ax_.collections
    assert_allclose(
        band.get_datalim(display.ax_.transData).y1,
        np.max(splits.mean(0) + display.std_errors[name]),
    )
    assert display.chosen == chosen.alpha_
    assert chosen.alpha_ in display.ax_.lines[-1].get_xdata()


def test_scores_of_tasks(chosen):
    """A curve each, also of the last step of a pipeline."""
    X, y = patients(missing=0.0)
    pipe = make_pipeline(StandardScaler(), MultiTaskGLMCV(L21(), alphas=4, cv=FOLDS))
    pipe.fit(X, {name: y[name] for name in ("days", "died")})
    display = RegularizationPathDisplay.from_estimator(pipe, tasks=["died", "days"])
    assert list(display.lines_) == ["died", "days"]
    results = pipe[-1].cv_results_
    order = np.argsort(pipe[-1].alphas_)
    assert_allclose(ydata(display)["died"], results["mean_test_died"][order])


def test_sharings():
    """A curve a sharing; strengths fall from left to right, whichever way they are counted."""
    X, y = patients(missing=0.0)
    labels = {name: y[name] for name in ("died", "cured")}
    model = MultiTaskLogisticRegressionCV(3, (0.0, 0.5), cv=FOLDS, tol=1e-8).fit(X, labels)
    display = RegularizationPathDisplay.from_estimator(model)
    table = model.cv_results_["mean_test_score"]
    for sharing in (0.0, 0.5):
        where = model.cv_results_["param_sharing"] == sharing
        assert_allclose(ydata(display)[f"sharing {sharing:g}"], table[where])
    assert list(display.std_errors) == [f"sharing {model.sharing_:g}"]
    assert display.ax_.get_xlim() == (model.Cs_[0], model.Cs_[-1])
    assert "inverse" in display.ax_.get_xlabel() and display.chosen == model.C_
    one = RegularizationPathDisplay.from_estimator(model, tasks="died")
    where = model.cv_results_["param_sharing"] == model.sharing_
    assert_allclose(ydata(one)["died"], model.cv_results_["mean_test_died"][where])


def test_leave_one_out_has_no_folds():
    """And so no bands."""
    X, y = patients(missing=0.0)
    model = MultiTaskRidgeCV().fit(X, {name: y[name] for name in ("days", "cost")})
    display = RegularizationPathDisplay.from_estimator(model)
    assert len(display.lines_) == len(np.unique(model.cv_results_["param_sharing"]))
    assert not display.std_errors and not display.ax_.collections
    best = max(np.nanmax(curve) for curve in ydata(display).values())
    assert_allclose(best, model.best_score_)


@pytest.mark.parametrize("n_curves", [1, 2, 100])
def test_names_do_not_overlap(n_curves, rng):
    """Nor are they cut, be the curves few or many."""
    alphas = np.logspace(2, -1, 20)
    curves = {f"a rather long name of a feature {j}": rng.random(20) for j in range(n_curves)}
    display = RegularizationPathDisplay(alphas, curves, n_features=np.arange(20), chosen=1.0)
    display.plot()
    assert len(display.lines_) == n_curves and len(display.named_) == min(n_curves, 8)
    assert unreadable(display.figure_) == []
    (legend,) = display.figure_.legends
    assert not any(legend.get_window_extent().overlaps(ax.bbox) for ax in display.axes_)


def test_axes_of_ones_own(path):
    """One for the curves alone, or two."""
    _, ax = plt.subplots()
    display = RegularizationPathDisplay.from_path(path, ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure and ax.get_legend() is not None
    _, pair = plt.subplots(2, 1)
    assert list(RegularizationPathDisplay.from_path(path, ax=pair).axes_) == list(pair)
    with pytest.raises(ValueError, match="one Axes, got 2"):
        RegularizationPathDisplay([1.0], {"a": [1.0]}).plot(pair)


def test_rules(path):
    """Strengths, curves, names, tasks, and models without a grid."""
    with pytest.raises(ValueError, match="strengths must be numbers above 0"):
        RegularizationPathDisplay([1.0, 0.0], {"a": [1.0, 2.0]}).plot()
    with pytest.raises(ValueError, match=r"2 numbers, one a strength, got shape \(1,\) of 'a'"):
        RegularizationPathDisplay([2.0, 1.0], {"a": [1.0]}).plot()
    with pytest.raises(ValueError, match="max_named must be between 0 and 8, got 9"):
        RegularizationPathDisplay([1.0], {"a": [1.0]}).plot(max_named=9)
    with pytest.raises(ValueError, match="strength must be 'alpha' or 'C', got 'beta'"):
        RegularizationPathDisplay([1.0], {"a": [1.0]}, strength="beta").plot()
    with pytest.raises(ValueError, match="features must be .* different names, got 2"):
        RegularizationPathDisplay.from_path(path, ["a", "b"])
    with pytest.raises(ValueError, match="scale must be"):
        RegularizationPathDisplay.from_path(path, scale="all")
    with pytest.raises(ValueError, match=r"tasks must be among .*got \['lived'\]"):
        RegularizationPathDisplay.from_path(path, tasks="lived")
    with pytest.raises(NotFittedError):
        RegularizationPathDisplay.from_estimator(MultiTaskGLMCV())
    X, y = patients(missing=0.0)
    with pytest.raises(ValueError, match=r"cv_results_ over alpha or C.*got MultiTaskRidge"):
        RegularizationPathDisplay.from_estimator(MultiTaskRidge().fit(X, {"days": y["days"]}))
    assert not plt.get_fignums()
