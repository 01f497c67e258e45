"""Similarities of tasks: numbers by hand, the order, and the figure."""

import numpy as np
import pytest
from figures import unreadable
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import MIXED, patients

from skmtl import MultiTaskGLM, MultiTaskMLP, MultiTaskRidge
from skmtl.inspection import TaskSimilarityDisplay, task_affinity
from skmtl.penalties import LearnedCovariance

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _closed():
    """All figures are closed in the end."""
    yield
    plt.close("all")


def blocks(n_tasks, rng):
    """Return correlations of tasks in two groups that are strewn, and the groups."""
    group = rng.permutation(np.arange(n_tasks) % 2)
    sign = rng.choice([-1.0, 1.0], n_tasks)
    same = group[:, None] == group
    matrix = np.where(same, 0.8, 0.1) * np.outer(sign, sign)
    np.fill_diagonal(matrix, 1.0)
    return matrix, group


def names(n_tasks):
    """Return names of tasks."""
    return [f"outcome {t}" for t in range(n_tasks)]


def drawn(display):
    """Return the heat map, NaN where it is masked."""
    return np.ma.filled(display.image_.get_array(), np.nan)


def test_order_and_tree_by_hand():
    """Signs do not matter: -0.9 is as near as 0.9. Heights are mean distances."""
    matrix = np.array([[1.0, 0.2, -0.9], [0.2, 1.0, 0.4], [-0.9, 0.4, 1.0]])
    display = TaskSimilarityDisplay(matrix, ["a", "b", "c"]).plot()
    assert display.order_ in (["a", "c", "b"], ["b", "c", "a"])
    assert_allclose(display.linkage_[:, 2], [0.1, (0.8 + 0.6) / 2])
    order = ["abc".index(name) for name in display.order_]
    assert_array_equal(drawn(display), matrix[np.ix_(order, order)])
    assert display.image_.get_clim() == (-1.0, 1.0)
    heights = [line.get_ydata().max() for line in display.axes_[1].lines]
    assert_allclose(sorted(heights), [0.1, 0.7])
    centre = order.index(0) + order.index(2)
    pair = min(display.axes_[1].lines, key=lambda line: line.get_ydata().max())
    assert pair.get_xdata().mean() == centre / 2  # above the two columns that it joins


def test_groups_come_together(rng):
    """Whatever the signs and the order they came in."""
    matrix, group = blocks(30, rng)
    display = TaskSimilarityDisplay.from_matrix(matrix, names(30))
    found = group[[int(name.split()[1]) for name in display.order_]]
    assert np.count_nonzero(np.diff(found)) == 1


def test_renaming_signs_changes_no_order(rng):
    """To learn that a patient survives is to learn that he dies."""
    matrix, _ = blocks(9, rng)
    sign = np.where(np.arange(9) == 4, -1.0, 1.0)
    first = TaskSimilarityDisplay.from_matrix(matrix, names(9))
    second = TaskSimilarityDisplay.from_matrix(matrix * np.outer(sign, sign), names(9))
    assert first.order_ == second.order_


def test_cosines_of_a_model():
    """Of tasks with one column; of several classes the root of the RV coefficient."""
    X, y = patients()
    model = MultiTaskGLM(task_types={"visits": "count"}).fit(X, {name: y[name] for name in MIXED})
    display = TaskSimilarityDisplay.from_estimator(model)
    found = dict(zip(model.tasks_, display.similarity))
    W = {name: model.coef_[model.task_columns_[name]] for name in model.tasks_}
    a, b = W["died"][0], W["days"][0]
    cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert_allclose(found["died"][model.tasks_.index("days")], cosine)
    S = W["stage"]
    rv = np.trace(S @ np.outer(a, a) @ S.T) / (np.linalg.norm(S @ S.T) * (a @ a))
    assert_allclose(found["died"][model.tasks_.index("stage")], np.sqrt(rv))
    assert_allclose(np.diag(display.similarity), 1.0)
    assert "root of RV" in display.colorbar_.ax.get_ylabel()


def test_with_inputs_units_of_features_do_not_matter(rng):
    """Correlations of the linear predictors, which are those of predictions of regressions."""
    X = rng.normal(size=(80, 4))
    y = {name: X @ rng.normal(size=4) + rng.normal(size=80) for name in "abc"}
    model = make_pipeline(StandardScaler(), MultiTaskRidge()).fit(X, y)
    display = TaskSimilarityDisplay.from_estimator(model, X)
    predicted = np.array(list(model.predict(X).values()))
    assert_allclose(display.similarity, np.corrcoef(predicted))
    again = make_pipeline(StandardScaler(), MultiTaskRidge()).fit(X * [1, 10, 100, 0.1], y)
    other = TaskSimilarityDisplay.from_estimator(again, X * [1, 10, 100, 0.1])
    assert_allclose(other.similarity, display.similarity)
    sparse = MultiTaskRidge().fit(csr_array(X), y)
    found = TaskSimilarityDisplay.from_estimator(sparse, csr_array(X)).similarity
    assert_allclose(found, np.corrcoef(np.array(list(sparse.predict(csr_array(X)).values()))))
    with pytest.raises(ValueError, match="features"):
        TaskSimilarityDisplay.from_estimator(sparse, X[:, :2])


def test_learned_covariance(rng):
    """Made correlations."""
    X = rng.normal(size=(60, 4))
    y = {name: X @ rng.normal(size=4) for name in "abc"}
    model = MultiTaskGLM(LearnedCovariance(0.1)).fit(X, y)
    display = TaskSimilarityDisplay.from_estimator(model)
    C = model.task_covariance_
    assert_allclose(display.similarity, C / np.sqrt(np.outer(np.diag(C), np.diag(C))))
    assert "learned" in display.colorbar_.ax.get_ylabel()


def test_of_affinity(rng):
    """Its correlations, by name."""
    X = rng.normal(size=(120, 3))
    y = {name: X[:, 0] + rng.normal(size=120) for name in "abc"}
    affinity = task_affinity(X, y, cv=4, n_repeats=2, random_state=0)
    display = TaskSimilarityDisplay.from_affinity(affinity)
    frame = affinity.correlation.loc[display.order_, display.order_]
    assert_allclose(drawn(display), np.clip(frame.to_numpy(), -1, 1))


def test_what_is_not_known():
    """It is not painted, and near to nothing."""
    matrix = np.array([[1.0, np.nan, 0.9], [np.nan, np.nan, np.nan], [0.9, np.nan, 1.0]])
    display = TaskSimilarityDisplay(matrix, ["a", "none", "c"]).plot()
    assert display.order_.index("none") in (0, 2)
    assert np.isnan(drawn(display)).sum() == 5
    assert display.linkage_[-1, 2] == 1.0
    assert len(display.texts_) == 4 and display.ax_.patch.get_hatch()
    zero = MultiTaskRidge().fit(np.zeros((4, 1)), {"a": [0.0, 1, 2, 3], "b": [1.0, 0, 2, 5]})
    assert np.isnan(TaskSimilarityDisplay.from_estimator(zero).similarity).all()


@pytest.mark.parametrize("n_tasks", [1, 2, 12, 40, 100])
def test_names_do_not_overlap(n_tasks, rng):
    """All tasks are named; cells have numbers where they are few."""
    matrix, _ = blocks(n_tasks, rng)
    display = TaskSimilarityDisplay.from_matrix(matrix, names(n_tasks))
    assert unreadable(display.figure_) == []
    assert len(display.ax_.get_xticks()) == len(display.ax_.get_yticks()) == n_tasks
    assert len(display.texts_) == (n_tasks**2 if n_tasks <= 12 else 0)
    heat, tree = (ax.get_position() for ax in display.axes_)
    assert_allclose([heat.x0, heat.x1], [tree.x0, tree.x1])


def test_axes_of_ones_own(rng):
    """One for the heat map, or two."""
    matrix, _ = blocks(100, rng)
    _, ax = plt.subplots(layout="constrained")
    display = TaskSimilarityDisplay.from_matrix(matrix, names(100), ax=ax)
    assert list(display.axes_) == [ax] and display.figure_ is ax.figure
    assert unreadable(ax.figure) == [] and 0 < len(ax.get_xticks()) < 100
    _, pair = plt.subplots(2, 1)
    assert list(TaskSimilarityDisplay(matrix, names(100)).plot(pair).axes_) == list(pair)
    _, three = plt.subplots(3, 1)
    with pytest.raises(ValueError, match="one Axes, or two.*got 3"):
        TaskSimilarityDisplay(matrix, names(100)).plot(three)


def test_rules():
    """Matrices that are none of similarities; models without coefficients."""
    for matrix, said in (
        (np.eye(3), r"square.*2 tasks.*got shape \(3, 3\)"),
        (np.array([[1.0, 0.1], [0.2, 1.0]]), "symmetric"),
        (np.array([[1.0, 1.5], [1.5, 1.0]]), "between -1 and 1, got 1.5"),
    ):
        with pytest.raises(ValueError, match=said):
            TaskSimilarityDisplay(matrix, ["a", "b"]).plot()
    with pytest.raises(ValueError, match="different names"):
        TaskSimilarityDisplay(np.eye(2), ["a", "a"]).plot()
    with pytest.raises(ValueError, match="tasks must name"):
        TaskSimilarityDisplay.from_matrix(np.eye(2))
    with pytest.raises(NotFittedError):
        TaskSimilarityDisplay.from_estimator(MultiTaskRidge())
    X, y = patients(missing=0.0)
    network = MultiTaskMLP(2, n_members=1, max_iter=1, random_state=0).fit(X, {"days": y["days"]})
    with pytest.raises(ValueError, match=r"coef_.*got MultiTaskMLP"):
        TaskSimilarityDisplay.from_estimator(network)
    assert not plt.get_fignums()
