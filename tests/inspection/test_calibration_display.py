"""Calibration by task: bins by hand and as scikit-learn has them, intervals, and the figure."""

import numpy as np
import pytest
from figures import legend_of, unreadable
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.calibration import calibration_curve
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import MIXED, patients

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.inspection import TaskCalibrationDisplay
from skmtl.model_selection import cross_val_predict

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _closed():
    """All figures are closed in the end."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def fitted():
    """Data of mixed tasks, and a pipeline that was fitted to them."""
    X, y = patients()
    y = TaskTargets({name: y[name] for name in MIXED}, task_types={"visits": "count"})
    return X, y, make_pipeline(StandardScaler(), MultiTaskGLM()).fit(X, y)


def risks(n_tasks, rng, n_samples=200):
    """Return labels and true risks of tasks."""
    risk = {f"outcome {t}": rng.random(n_samples) for t in range(n_tasks)}
    return {name: rng.random(n_samples) < p for name, p in risk.items()}, risk


def numbers(n_tasks, rng, n_samples=200):
    """Return labels and true means of tasks with numbers of all sizes."""
    mean = {f"lab {t}": 10.0 ** (t % 5) * rng.normal(2, 1, n_samples) for t in range(n_tasks)}
    return {name: m + m.std() * rng.normal(size=n_samples) for name, m in mean.items()}, mean


def bins_of(display, name, label):
    """Return the bins of a task."""
    return display.calibrations[name].bins[label]


def test_by_hand():
    """Two bins of three; Wilson's interval; nothing of a sample without a label."""
    y = {"ill": [False, True, False, True, True, False, None]}
    risk = {"ill": [0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99]}
    display = TaskCalibrationDisplay.from_predictions(y, risk, n_bins=2)
    bins = bins_of(display, "ill", True)
    assert_allclose(bins.predicted, [0.2, 0.7])
    assert_allclose(bins.observed, [1 / 3, 2 / 3])
    assert_array_equal(bins.n_labels, [3, 3])
    z, p = stats.norm.ppf(0.975), 1 / 3
    centre = (p + z**2 / 6) / (1 + z**2 / 3)
    reach = z / (1 + z**2 / 3) * np.sqrt(p * (1 - p) / 3 + z**2 / 36)
    assert_allclose([bins.low[0], bins.high[0]], [centre - reach, centre + reach])
    assert_allclose(bins.distance, (abs(0.2 - 1 / 3) + abs(0.7 - 2 / 3)) / 2)
    line = display.lines_["ill"][True]
    assert_allclose(line.get_xdata(), bins.predicted)
    assert_allclose(line.get_ydata(), bins.observed)


@pytest.mark.parametrize("n_bins", [1, 4, 10])
@pytest.mark.parametrize("decimals", [1, 8])
def test_as_scikit_learn(n_bins, decimals, rng):
    """The same points, also where predictions are tied."""
    y, risk = risks(1, rng)
    risk = {name: p.round(decimals) for name, p in risk.items()}
    (name,) = y
    display = TaskCalibrationDisplay.from_predictions(y, risk, n_bins=n_bins)
    bins = bins_of(display, name, True)
    true, predicted = calibration_curve(y[name], risk[name], n_bins=n_bins, strategy="quantile")
    assert_allclose(bins.observed, true)
    assert_allclose(bins.predicted, predicted)
    assert bins.n_labels.sum() == 200


def test_numbers_by_hand():
    """Mean labels, and Student's interval where a bin has two labels or more."""
    y, predicted = {"dose": [1.0, 3.0, 2.0, 8.0, 7.5]}, {"dose": [0.0, 1.0, 2.0, 9.0, 10.0]}
    display = TaskCalibrationDisplay.from_predictions(y, predicted, n_bins=2, confidence_level=0.9)
    bins = bins_of(display, "dose", None)
    assert_array_equal(bins.n_labels, [3, 2])
    assert_allclose(bins.observed, [2.0, 7.75])
    reach = stats.t.ppf(0.95, 2) * 1.0 / np.sqrt(3)
    assert_allclose(bins.high[0] - 2.0, reach)
    display = TaskCalibrationDisplay.from_predictions(y, predicted, n_bins=5)
    assert np.isnan(bins_of(display, "dose", None).low).all()


def test_intervals_hold_the_truth(rng):
    """Of true risks and means about 95 in 100 do."""
    held = []
    for make, label in ((risks, True), (numbers, None)):
        y, predicted = make(24, rng)
        display = TaskCalibrationDisplay.from_predictions(y, predicted)
        for name in y:
            bins = bins_of(display, name, label)
            held += list((bins.low <= bins.predicted) & (bins.predicted <= bins.high))
    assert 0.92 < np.mean(held) < 0.98


def test_of_a_model(fitted):
    """As of what it predicts; a panel a task, a curve a class where there are several."""
    X, y, model = fitted
    display = TaskCalibrationDisplay.from_estimator(model, X, y, n_bins=4)
    predicted = {**model.predict(X), **model.predict_proba(X)}
    again = TaskCalibrationDisplay.from_predictions(y, predicted, n_bins=4)
    assert list(display.lines_) == list(again.lines_) == list(model[-1].tasks_)
    for name, lines in display.lines_.items():
        for label, line in lines.items():
            assert_allclose(line.get_xydata(), again.lines_[name][label].get_xydata())
    classes = model[-1].classes_["stage"].tolist()
    assert list(display.lines_["stage"]) == classes
    known = y.observed("stage")
    has, p = y["stage"][known] == classes[1], predicted["stage"][known, 1]
    true, mean = calibration_curve(has, p, n_bins=4, strategy="quantile")
    assert_allclose(display.lines_["stage"][classes[1]].get_xydata(), np.column_stack([mean, true]))
    titles = dict(zip(display.lines_, (ax.get_title() for ax in display.axes_)))
    assert titles["stage"] == "stage" and titles["days"] == "days"
    assert titles["died"] == f"died={model[-1].classes_['died'][1]}"


def test_out_of_fold(fitted):
    """What cross_val_predict says, of one task, in the order asked for."""
    X, y, model = fitted
    probability = cross_val_predict(model, X, y, method="predict_proba", cv=2)
    display = TaskCalibrationDisplay.from_predictions(y, probability, tasks=["stage", "died"])
    assert list(display.lines_) == ["stage", "died"]
    display = TaskCalibrationDisplay.from_predictions(y, probability, tasks="died")
    assert list(display.lines_) == ["died"] and len(display.axes_) == 1
    one = TaskCalibrationDisplay.from_predictions(y["died"], probability["died"])
    (line,) = one.lines_["y"].values()
    assert_allclose(line.get_xydata(), display.lines_["died"][line_label(display)].get_xydata())


def line_label(display):
    """Return the class of the only curve."""
    (label,) = display.lines_["died"]
    return label


@pytest.mark.parametrize("n_tasks", [1, 2, 7, 24])
def test_panels(n_tasks, rng):
    """As many as tasks, of both kinds, with the same limits on both axes; nothing overlaps."""
    y, predicted = risks(n_tasks - n_tasks // 2, rng)
    y, predicted = ({**a, **b} for a, b in zip((y, predicted), numbers(n_tasks // 2, rng)))
    display = TaskCalibrationDisplay.from_predictions(y, predicted)
    assert len(display.axes_) == n_tasks
    assert all(ax.get_xlim() == ax.get_ylim() for ax in display.axes_)
    assert unreadable(display.figure_) == []
    said = legend_of(display.figure_.legends[0])
    assert said == ["mean of a bin, 95 % interval", "as predicted", "predictions"]


def test_many_tasks(rng):
    """A panel for all with classes and one for all with numbers; the farthest are named."""
    y, predicted = risks(60, rng)
    predicted["outcome 7"] = 1 - predicted["outcome 7"]
    y, predicted = ({**a, **b} for a, b in zip((y, predicted), numbers(40, rng)))
    y["lab 3"] = -y["lab 3"]
    display = TaskCalibrationDisplay.from_predictions(y, predicted)
    assert len(display.axes_) == 2 and len(display.lines_) == 100
    classes, measured = (legend_of(ax.get_legend()) for ax in display.axes_)
    assert "outcome 7=True" in classes and classes[-1] == "56 others" and len(classes) == 5
    assert "lab 3" in measured and measured[-1] == "36 others"
    bins = bins_of(display, "lab 4", None)
    centre, sd = y["lab 4"].mean(), y["lab 4"].std()
    assert_allclose(display.lines_["lab 4"][None].get_ydata(), (bins.observed - centre) / sd)
    assert unreadable(display.figure_) == []


def test_axes_of_ones_own(rng):
    """One that all share, if they are of one kind; one a task."""
    y, predicted = risks(3, rng)
    _, ax = plt.subplots()
    display = TaskCalibrationDisplay.from_predictions(y, predicted, ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.figure
    assert legend_of(ax.get_legend()) == [f"{name}=True" for name in y]
    _, grid = plt.subplots(1, 3)
    display = display.plot(grid)
    assert list(display.axes_) == list(grid)
    assert {ax.get_xlabel() for ax in grid} == {"mean predicted probability"}
    with pytest.raises(ValueError, match="one Axes or 3, one a task, got 2"):
        display.plot(grid[:2])
    more, mean = numbers(1, rng)
    with pytest.raises(ValueError, match="all have classes or all have numbers"):
        TaskCalibrationDisplay.from_predictions({**y, **more}, {**predicted, **mean}, ax=ax)


def test_constant_predictions():
    """One bin, and one point."""
    y = {"ill": np.arange(10) < 3, "dose": np.arange(10.0) ** 2}
    said = {"ill": np.full(10, 0.3), "dose": np.full(10, 28.5)}
    display = TaskCalibrationDisplay.from_predictions(y, said)
    display.figure_.draw_without_rendering()
    assert_allclose(display.lines_["ill"][True].get_xydata(), [[0.3, 0.3]])
    assert_allclose(display.lines_["dose"][None].get_xydata(), [[28.5, 28.5]])


def test_rules(fitted, rng):
    """Tasks, numbers, classes in place of probabilities, no labels, no fit."""
    X, y, model = fitted
    with pytest.raises(ValueError, match=r"tasks must be among .*got \['lived'\]"):
        TaskCalibrationDisplay.from_estimator(model, X, y, tasks=["lived"])
    for wrong in ({"n_bins": 0}, {"n_bins": 2.5}, {"confidence_level": 95}):
        (name,) = wrong
        with pytest.raises(ValueError, match=f"{name} must be"):
            TaskCalibrationDisplay.from_estimator(model, X, y, **wrong)
    with pytest.raises(ValueError, match="'died' must have probabilities of its classes, got none"):
        TaskCalibrationDisplay.from_predictions(y, model.predict(X), tasks="died")
    labels, risk = risks(1, rng)
    nothing = {name: np.full((200, 2), np.nan) for name in risk}
    with pytest.raises(ValueError, match="'outcome 0' must have a sample with a label"):
        TaskCalibrationDisplay.from_predictions(labels, nothing)
    with pytest.raises(ValueError, match="at least one task"):
        TaskCalibrationDisplay({}).plot()
    with pytest.raises(NotFittedError):
        TaskCalibrationDisplay.from_estimator(MultiTaskGLM(), X, y)
    assert not plt.get_fignums()
