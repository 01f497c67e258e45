"""Figures of gains by sharing: what is drawn is what was found."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmtl import MultiTaskRidge
from skmtl.datasets import make_multitask
from skmtl.inspection import SharingComparison, SharingDisplay

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _closed():
    """All figures are closed in the end."""
    yield
    plt.close("all")


def found(n_tasks, n_sizes=1, n_folds=10, metrics=None):
    """Return a comparison of made-up scores: every third task gains, every third loses."""
    rng = np.random.default_rng(0)
    names = [f"outcome {t}" for t in range(n_tasks)]
    noise = 0.02 * rng.standard_normal((3, n_sizes, n_folds, n_tasks))
    shift = 0.3 * (np.arange(n_tasks) % 3 - 1)
    scores = {"joint": noise[0] + shift, "separate": noise[1], "pooled": noise[2]}
    sizes = 40 * np.arange(1, n_sizes + 1)
    trained = np.broadcast_to(sizes[:, None, None], noise.shape[1:]) // 2
    whole, tested = trained[-1], np.full((n_folds, n_tasks), 5)
    metrics = dict.fromkeys(names, "d2") if metrics is None else dict(zip(names, metrics))
    return SharingComparison(metrics, scores, trained, whole, tested, sizes.astype(float), 0.95)


def legend(owner):
    """Return what a legend says."""
    return [text.get_text() for text in owner.get_texts()]


def drawn(ax):
    """Return by verdict the points of each error bar, and the ends of its intervals."""
    said = {}
    for bars in ax.containers:
        (ranges,) = bars.lines[2]
        said[bars.get_label()] = bars.lines[0].get_xydata(), np.array(ranges.get_segments())
    return said


def overlap(one, other):
    return one.overlaps(other) and min(one.width, other.width) > 0


@pytest.mark.parametrize("n_tasks", [1, 2, 8, 100])
def test_gains(n_tasks):
    """Each task has its mean and interval, in the row of its name; the largest gain is on top."""
    comparison = found(n_tasks)
    display = SharingDisplay.from_comparison(comparison)
    rows = {row.task: row for row in comparison.gains()}
    names = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert names == sorted(rows, key=lambda name: -rows[name].difference)
    n_drawn = 0
    for said, (points, ends) in drawn(display.ax_).items():
        for (x, y), ((low, _), (high, _)) in zip(points, ends):
            row = rows[names[round(y)]]
            assert_allclose((x, low, high), (row.difference, row.low, row.high))
            assert row.verdict == said
            n_drawn += 1
    assert n_drawn == n_tasks
    assert (
        display.ax_.get_xlabel() == "difference of d2, joint less separate: mean and 95 % interval"
    )
    display.figure_.draw_without_rendering()
    boxes = [label.get_window_extent() for label in display.ax_.get_yticklabels()]
    assert not any(overlap(*pair) for pair in zip(boxes, boxes[1:]))
    assert (
        display.figure_.legends[0].get_window_extent().ymin > display.ax_.get_window_extent().ymax
    )


def test_verdicts_differ_in_colour_and_marker():
    display = SharingDisplay(found(6)).plot()
    lines = [bars.lines[0] for bars in display.ax_.containers]
    assert [bars.get_label() for bars in display.ax_.containers] == [
        "helps",
        "no evidence",
        "hurts",
    ]
    assert (
        len({line.get_color() for line in lines}) == len({line.get_marker() for line in lines}) == 3
    )
    assert legend(display.figure_.legends[0]) == ["helps", "no evidence", "hurts"]


def test_against_and_tasks():
    comparison = found(5, n_sizes=2)
    display = SharingDisplay(comparison).plot(against="pooled", tasks=["outcome 4", "outcome 1"])
    points = np.vstack([points for points, _ in drawn(display.ax_).values()])
    wanted = [
        row.difference
        for row in comparison.gains("pooled")
        if row.task in ("outcome 1", "outcome 4")
    ]
    assert_allclose(np.sort(points[:, 0]), np.sort(wanted))
    assert "joint less pooled" in display.ax_.get_xlabel()


def test_each_metric_has_a_panel():
    display = SharingDisplay(found(3, metrics=["d2", "roc_auc", "d2"])).plot()
    assert len(display.axes_) == 2 and "roc_auc" in display.axes_[1].get_xlabel()
    figure, ax = plt.subplots()
    with pytest.raises(ValueError, match="ax must be 2 Axes, got 1 Axes"):
        display.plot(ax)
    assert not ax.containers and display.figure_ is not figure


def test_on_an_axes_of_ones_own():
    """Of 100 tasks nobody could read the names: they are left out."""
    figure, ax = plt.subplots()
    display = SharingDisplay(found(100)).plot(ax)
    assert display.ax_ is ax and display.figure_ is figure and not figure.legends
    assert ax.get_ylabel() == "100 tasks, by gain" and not len(ax.get_yticks())
    figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().ymin >= ax.get_window_extent().ymax - 5


def test_a_task_that_is_not_known_is_last():
    comparison = found(3)
    comparison.scores["joint"][:, :, 1] = np.nan
    display = SharingDisplay(comparison).plot()
    assert display.ax_.get_yticklabels()[-1].get_text() == "outcome 1"
    assert sum(len(points) for points, _ in drawn(display.ax_).values()) == 2


def test_curves_by_task():
    """Means of each model over labels, and arrows where the joint one helps or hurts."""
    comparison = found(3, n_sizes=3)
    display = SharingDisplay.from_comparison(comparison, kind="curve")
    assert [panel.get_title() for panel in display.axes_] == list(comparison.tasks)
    for t, panel in enumerate(display.axes_):
        lines = {line.get_label(): line for line in panel.lines}
        for method, scores in comparison.scores.items():
            assert_array_equal(lines[method].get_xdata(), [20.0, 40.0, 60.0])
            assert_allclose(lines[method].get_ydata(), scores[:, :, t].mean(axis=1))
    arrows = [panel.lines[3:] for panel in display.axes_]
    assert [[line.get_marker() for line in each] for each in arrows] == [["v"], [], ["^"]]
    one = SharingDisplay(comparison).plot(kind="curve", against="pooled", tasks="outcome 0")
    assert [line.get_label() for line in one.ax_.lines[:2]] == ["joint", "pooled"]


def test_curves_of_many_tasks_share_a_panel():
    comparison = found(30, n_sizes=2)
    display = SharingDisplay(comparison).plot(kind="curve")
    gains = [[row.difference for row in comparison.gains(size=size)] for size in (0, 1)]
    assert_allclose(display.ax_.lines[30].get_ydata(), np.median(gains, axis=1))
    named = {text.get_text() for text in display.ax_.texts}
    assert named == {comparison.tasks[np.argmax(gains[1])], comparison.tasks[np.argmin(gains[1])]}
    assert display.ax_.get_ylabel() == "difference of d2, joint less separate"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"kind": "bars"}, "kind must be one of .*, got 'bars'"),
        ({"against": "all"}, "against must be one of .*, got 'all'"),
        ({"tasks": ["cost"]}, "tasks must be among .*, got .*cost"),
        ({"tasks": []}, "tasks must be among"),
        ({"kind": "curve"}, "kind='curve' needs at least two train_sizes, got 1"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        SharingDisplay(found(2)).plot(**options)
    assert not plt.get_fignums()


def test_one_panel_needs_one_metric():
    comparison = found(2, n_sizes=2, metrics=["d2", "r2"])
    with pytest.raises(ValueError, match=r"one metric, got \['d2', 'r2'\]"):
        SharingDisplay(comparison).plot(plt.subplots()[1], kind="curve")


def test_of_an_estimator():
    """It compares, and keeps what was found."""
    X, y = make_multitask(60, 5, n_tasks=2, random_state=0)
    options = {"separate": MultiTaskRidge(sharing=0.0), "n_repeats": 1, "random_state": 0}
    display = SharingDisplay.from_estimator(MultiTaskRidge(), X, y, tasks="y1", **options)
    (label,) = display.ax_.get_yticklabels()
    assert label.get_text() == "y1" and len(display.comparison.gains()) == 2


def test_matplotlib_is_named_where_it_is_missing():
    code = (
        "import sys; sys.modules['matplotlib'] = None; sys.modules['matplotlib.pyplot'] = None\n"
        "from skmtl.inspection._sharing_figures import gain_panels\n"
        "try:\n    gain_panels([2])\n"
        "except ImportError as error:\n    print(error)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "SharingDisplay needs matplotlib: pip install 'skmtl[plot]'\n"
