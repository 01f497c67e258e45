"""Curves of training: what is drawn is what the model kept."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from zoo import MIXED, patients

from skmtl import MultiTaskMLP, MultiTaskRidge, TaskTargets
from skmtl.inspection import TrainingDisplay

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _closed():
    """All figures are closed in the end."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def fitted():
    """A network of mixed tasks."""
    X, y = patients()
    y = {name: y[name] for name in MIXED}
    types = {"visits": "count"}
    return MultiTaskMLP(4, n_members=2, max_iter=5, task_types=types, random_state=0).fit(X, y)


def curves(n_tasks, n_epochs=12):
    """Return made-up curves."""
    rng = np.random.default_rng(0)
    fall = np.exp(-np.arange(n_epochs) / 5)
    made = {f"task {t}": fall + rng.random() for t in range(n_tasks)}
    return made, {name: 1.1 * curve for name, curve in made.items()}


def legend(owner):
    """Return what a legend says."""
    return [text.get_text() for text in owner.get_texts()]


def boxes(figure, texts):
    """Return where texts are, once the figure is laid out."""
    figure.draw_without_rendering()
    return [text.get_window_extent() for text in texts]


def test_of_a_network(fitted):
    """A panel a task, with its two curves and the epochs that were kept."""
    display = TrainingDisplay.from_estimator(fitted)
    assert [panel.get_title() for panel in display.axes_] == list(fitted.task_loss_curve_["train"])
    for name, lines in display.lines_.items():
        for line, kind in zip(lines, ("train", "validation")):
            assert_array_equal(line.get_ydata(), fitted.task_loss_curve_[kind][name])
            assert_array_equal(line.get_xdata(), np.arange(1, fitted.n_iter_ + 1))
    for panel in display.axes_:
        assert_array_equal(panel.lines[-1].get_xdata(), fitted.n_iter_by_member_)
    assert display.figure_ is display.axes_[0].figure
    wanted = ["rows learnt from", "rows held out", "epochs kept"]
    assert legend(display.figure_.legends[0]) == wanted
    assert display.figure_.get_supylabel() == "loss per label"


def test_of_what_ends_in_a_network(fitted):
    """The last step is looked at; tasks in the order asked for."""
    pipe = make_pipeline(FunctionTransformer(), fitted)
    display = TrainingDisplay.from_estimator(pipe, tasks=["stage", "died"])
    assert list(display.lines_) == ["stage", "died"] and len(display.axes_) == 2
    X, y = patients(missing=0.0)
    model = MultiTaskMLP(2, n_members=1, max_iter=2, random_state=0)
    search = GridSearchCV(model, {"alpha": [0.1, 1.0]}, cv=2)
    search.fit(X, TaskTargets({"died": y["died"]}))
    assert list(TrainingDisplay.from_estimator(search).lines_) == ["died"]


@pytest.mark.parametrize("n_tasks", [1, 2, 7, 19, 24])
def test_panels(n_tasks):
    """As many panels as tasks; each column counts epochs below its last one, and no title meets another."""
    display = TrainingDisplay(*curves(n_tasks), [4, 9]).plot()
    assert len(display.axes_) == len(display.figure_.axes) == n_tasks
    left = [panel.get_subplotspec().colspan.start for panel in display.axes_]
    for column in set(left):
        last = [panel for panel, own in zip(display.axes_, left) if own == column][-1]
        assert last.xaxis.get_major_ticks()[0].label1.get_visible()
    titles = boxes(display.figure_, [panel.title for panel in display.axes_])
    assert not any(a.overlaps(b) for k, a in enumerate(titles) for b in titles[:k])
    (said,) = display.figure_.legends
    (box,) = boxes(display.figure_, [said])
    assert box.x0 >= 0 and box.x1 <= display.figure_.bbox.width
    assert not any(box.overlaps(title) for title in titles)


def test_many_tasks():
    """More than fit on a page: one panel, each relative to its first epoch, their median, and two names."""
    train, validation = curves(100)
    validation["task 3"][:2] = np.nan
    validation["task 4"][:] = np.nan
    validation["task 5"][-1] = 9.0
    display = TrainingDisplay(train, validation, [3, 5, 5]).plot()
    assert len(display.axes_) == 1 and len(display.lines_) == 100
    assert display.lines_["task 0"][0].get_ydata()[0] == 1.0
    assert display.lines_["task 3"][0].get_ydata()[2] == 1.0
    (ax,) = display.axes_
    assert legend(ax.get_legend()) == ["a task", "median of the tasks", "epochs kept"]
    median = next(line for line in ax.lines if line.get_label() == "median of the tasks")
    drawn = [lines[0].get_ydata() for lines in display.lines_.values()]
    assert_allclose(median.get_ydata(), np.nanmedian(drawn, axis=0))
    assert len(ax.texts) == 2 and ax.texts[0].get_text() == "task 5"


def test_axes_of_ones_own():
    """One that all tasks share, where few have names; one a task; one for one."""
    _, ax = plt.subplots()
    display = TrainingDisplay(*curves(3)).plot(ax)
    assert display.axes_[0] is ax and display.figure_ is ax.figure
    assert legend(ax.get_legend()) == ["task 0", "task 1", "task 2"]
    _, grid = plt.subplots(2, 2)
    display = TrainingDisplay(*curves(4)).plot(grid)
    assert list(display.axes_) == list(grid.ravel())
    assert {panel.get_ylabel() for panel in display.axes_} == {"loss per label"}
    _, ax = plt.subplots()
    display = TrainingDisplay(*curves(4)).plot(ax, tasks="task 2")
    assert display.axes_[0] is ax and len(display.lines_["task 2"]) == 2
    with pytest.raises(ValueError, match="one Axes or 3, one a task, got 4"):
        TrainingDisplay(*curves(3)).plot(grid)


@pytest.mark.parametrize("n_tasks", [2, 30])
def test_nothing_held_out(n_tasks):
    """Then the legend does not speak of it, and tasks are compared by rows that were learnt from."""
    train, _ = curves(n_tasks)
    display = TrainingDisplay(train, {name: np.full(12, np.nan) for name in train}).plot()
    if n_tasks == 2:
        assert legend(display.figure_.legends[0]) == ["rows learnt from"]
    else:
        assert "learnt from" in display.axes_[0].get_ylabel()
        assert np.isfinite(display.lines_["task 0"][0].get_ydata()).all()


@pytest.mark.parametrize("n_tasks", [2, 30])
def test_before_the_first_epoch(n_tasks):
    """An interrupted fit may have no epoch."""
    none = {f"task {t}": np.array([]) for t in range(n_tasks)}
    TrainingDisplay(none, none, [0, 0]).plot().figure_.draw_without_rendering()


def test_losses_below_zero():
    """Those of counts may be: a fall is still a fall."""
    falls = {name: np.array([-0.2, -0.3]) for name in ("a", "b")}
    _, ax = plt.subplots()
    display = TrainingDisplay(falls, falls).plot(ax)
    assert_allclose(display.lines_["a"][0].get_ydata(), [1.0, 0.5])


def test_rules(fitted):
    """Unknown tasks, models that are not fitted, and models that keep no curves."""
    with pytest.raises(ValueError, match=r"tasks must be among.*got \['lived'\]"):
        TrainingDisplay.from_estimator(fitted, tasks=["lived", "died"])
    with pytest.raises(ValueError, match=r"tasks must be among.*got \[\]"):
        TrainingDisplay.from_estimator(fitted, tasks=[])
    with pytest.raises(NotFittedError):
        TrainingDisplay.from_estimator(MultiTaskMLP())
    X, y = patients(missing=0.0)
    with pytest.raises(ValueError, match="task_loss_curve_.*MultiTaskRidge"):
        TrainingDisplay.from_estimator(MultiTaskRidge().fit(X, {"days": y["days"]}))
    train, validation = curves(2)
    validation["task 1"] = validation["task 1"][1:]
    with pytest.raises(ValueError, match="number of epochs, 12; 'task 1' has"):
        TrainingDisplay(train, validation).plot()


def test_without_matplotlib():
    """The message says what to install."""
    code = (
        "import sys; sys.modules['matplotlib'] = sys.modules['matplotlib.pyplot'] = None\n"
        "from skmtl.inspection import TrainingDisplay\n"
        "TrainingDisplay({'a': [1.0]}, {'a': [1.0]}).plot()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "pip install 'skmtl[plot]'" in result.stderr
