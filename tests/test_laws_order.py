"""The order of tasks, samples and features, and the names and units of targets, do not matter."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from zoo import CASES, GRAPH, NAMED, assert_same_numbers, by_column, known, numbers, rows_of

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, TaskTargets
from skmtl.penalties import GraphLaplacian, MeanRegularized

EQUIVARIANT = [case for case in CASES if case.equivariant]
by_case = pytest.mark.parametrize("case", CASES, ids=str)
by_equivariant_case = pytest.mark.parametrize("case", EQUIVARIANT, ids=str)


def outcome(model, X):
    """Return numbers for each task: probabilities of classes, predictions of all else."""
    found = dict(model.predict(X))
    found.update(getattr(model, "predict_proba", lambda X: {})(X))
    return found


def assert_same_outcome(found, wanted, names=None):
    """Assert that two models predict the same."""
    for name in wanted if names is None else names:
        span = np.abs(wanted[name]).max()
        assert_allclose(found[name], wanted[name], rtol=1e-6, atol=1e-7 * span, err_msg=name)


@pytest.mark.parametrize("case", [c for c in CASES if "rows" not in c.excepted], ids=str)
def test_samples(case, rng):
    """Rows shuffled."""
    X, y = case.data()
    rows = rng.permutation(len(X))
    shuffled = case.new().fit(X[rows], rows_of(y, rows))
    assert_same_numbers(numbers(shuffled), numbers(case.new().fit(X, y)))


@pytest.mark.parametrize("case", [c for c in CASES if "features" not in c.excepted], ids=str)
def test_features(case, rng):
    """Columns of X shuffled: the coefficients are, too."""
    X, y = case.data()
    order = rng.permutation(X.shape[1])
    shuffled, straight = case.new().fit(X[:, order], y), case.new().fit(X, y)
    if not case.is_linear:
        found, wanted = shuffled.decision_function(X[:, order]), straight.decision_function(X)
        assert_same_numbers(by_column(found), by_column(wanted))
        return
    assert_same_numbers(numbers(shuffled), numbers(straight)[:, [*order, -1]])


@pytest.mark.parametrize("case", [c for c in CASES if "tasks" not in c.excepted], ids=str)
def test_tasks(case, rng):
    """Tasks shuffled: an array of a graph goes with them."""
    X, y = case.data()
    names = [case.tasks[t] for t in rng.permutation(len(case.tasks))]
    model = case.new()
    if case.name.startswith("glm-graph"):
        order = [case.tasks.index(name) for name in names]
        model.set_params(penalty__graph=GRAPH[np.ix_(order, order)])
    shuffled = model.fit(X, {name: y[name] for name in names})
    assert_same_outcome(outcome(shuffled, X), outcome(case.new().fit(X, y), X))
    assert shuffled.tasks_ == tuple(names)


@by_case
def test_renamed_tasks(case):
    """What tasks are called is nothing to the model."""
    X, y = case.data()
    if "visits" in y:
        y = TaskTargets(y, {"visits": "count"})
        model = case.new(task_types={"z visits": "count"})
        renamed = TaskTargets({f"z {k}": v for k, v in y.items()}, {"z visits": "count"})
    else:
        model, renamed = case.new(), {f"z {k}": v for k, v in y.items()}
    found = outcome(model.fit(X, renamed), X)
    wanted = outcome(case.new().fit(X, y), X)
    assert_same_outcome({name[2:]: value for name, value in found.items()}, wanted)


@by_equivariant_case
def test_negated_targets(case):
    """A regression target negated: its predictions are, and nothing else changes."""
    X, y = case.data()
    flipped = [name for name in y if name in ("cost", "days")]
    if not flipped:
        pytest.skip("no regression task")
    wanted = outcome(case.new().fit(X, y), X)
    for chosen in (flipped[:1], flipped):
        negated = {name: -column if name in chosen else column for name, column in y.items()}
        found = outcome(case.new().fit(X, negated), X)
        for name in chosen:
            found[name] = -found[name]
        assert_same_outcome(found, wanted)


@by_equivariant_case
def test_renamed_binary_classes(case):
    """Classes whose order turns round: probabilities swap places, and nothing else changes."""
    X, y = case.data()
    if "died" not in y:
        pytest.skip("no binary task")
    died = y["died"]
    told = {"yes": "alive? no", "no": "alive? yes", None: None}
    renamed = y | {"died": np.array([told[value] for value in died], dtype=object)}
    model, straight = case.new().fit(X, renamed), case.new().fit(X, y)
    found, wanted = outcome(model, X), outcome(straight, X)
    found["died"] = found["died"][:, ::-1]
    assert_same_outcome(found, wanted)
    assert_array_equal(
        model.predict(X)["died"], [told[value] for value in straight.predict(X)["died"]]
    )


@by_equivariant_case
def test_renamed_multiclass_classes(case):
    """Classes of tasks that share a set of them, renamed alike and out of order."""
    X, y = case.data()
    names = [name for name in ("stage", "grade") if name in y]
    if not names:
        pytest.skip("no multiclass task")
    told = {"I": "c", "II": "a", "III": "b", None: None}
    renamed = dict(y)
    for name in names:
        renamed[name] = np.array([told[value] for value in y[name]], dtype=object)
    found = outcome(case.new().fit(X, renamed), X)
    for name in names:
        found[name] = found[name][:, [2, 0, 1]]
    assert_same_outcome(found, outcome(case.new().fit(X, y), X))


@by_case
def test_classes_of_any_kind(case):
    """Strings, booleans and categories that say the same are the same."""
    pd = pytest.importorskip("pandas")
    X, y = case.data()
    if "died" not in y:
        pytest.skip("no binary task")
    as_bool = np.array([None if v is None else v == "yes" for v in y["died"]], dtype=object)
    kinds = [as_bool, pd.array(as_bool, dtype="boolean"), pd.Categorical(y["died"])]
    wanted = numbers(case.new().fit(X, y))
    for died in kinds:
        assert_same_numbers(numbers(case.new().fit(X, y | {"died": pd.Series(died)})), wanted)


@by_case
@pytest.mark.parametrize("name, factor", [("cost", 1e-6), ("days", 24.0)])
def test_rescaled_target(case, name, factor):
    """With scaled targets a unit is a matter of taste; centres are always."""
    X, y = case.data()
    if name not in y:
        pytest.skip("no such task")
    shift = 3.0 if case.has_intercept and "pooled" not in case.name else 0.0
    wanted = outcome(case.new().fit(X, y), X)
    found = outcome(case.new().fit(X, y | {name: factor * y[name] + shift}), X)
    found[name] = (found[name] - shift) / factor
    assert_same_outcome(found, wanted)


def test_units_matter_where_targets_are_not_scaled():
    """The law above is the work of scale_targets."""
    X, y = NAMED["glm"].data()
    model = NAMED["glm"].new(scale_targets=False)
    wanted = outcome(model.fit(X, y), X)["days"]
    found = outcome(model.fit(X, y | {"days": 24.0 * y["days"]}), X)["days"] / 24.0
    assert np.abs(found - wanted).max() > 1e-3 * np.ptp(wanted)


@pytest.mark.parametrize("signs", ["learned", "same"])
def test_what_signs_learned_is_for(signs):
    """Sharing among a target and its negative helps where signs are learned, and hurts where not."""
    X, y = NAMED["ridge"].data(missing=0.0)
    pair = {"up": y["days"], "down": -y["days"]}
    fitted = MultiTaskGLM(MeanRegularized(5.0, 0.9, signs=signs)).fit(X, pair)
    alone = MultiTaskGLM(MeanRegularized(5.0, 0.0)).fit(X, pair)
    ratio = np.linalg.norm(fitted.coef_) / np.linalg.norm(alone.coef_)
    assert ratio > 1.0 if signs == "learned" else ratio < 0.9


def test_graph_negated_edge():
    """Negating a target and the signs of its edges negates its predictions alone."""
    X, y = NAMED["ridge"].data()
    graph = np.array([[0, 2, 1], [2, 0, 0], [1, 0, 0]], dtype=float)
    D = np.diag([-1.0, 1.0, 1.0])
    straight = MultiTaskGLM(GraphLaplacian(graph)).fit(X, y)
    turned = MultiTaskGLM(GraphLaplacian(D @ graph @ D)).fit(X, y | {"days": -y["days"]})
    assert_same_numbers(D @ numbers(turned), numbers(straight))


def test_class_labels_as_numbers():
    """-1 is a class as good as another."""
    X, y = NAMED["logistic"].data()
    wanted = MultiTaskLogisticRegression().fit(X, {"a": y["died"], "b": y["cured"]})
    codes = {"a": ("died", "yes"), "b": ("cured", "well")}
    signed = {}
    for name, (task, label) in codes.items():
        signed[name] = np.where(y[task] == label, 1.0, -1.0)
        signed[name][~known(y[task])] = np.nan
    found = MultiTaskLogisticRegression().fit(X, signed)
    assert_same_numbers(numbers(found), numbers(wanted))
    assert_array_equal(found.classes_["a"], [-1, 1])
