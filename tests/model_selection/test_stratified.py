"""TaskStratifiedKFold: folds that are alike in every task."""

import numpy as np
import pytest
import zoo
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.model_selection import TaskStratifiedKFold
from skmtl.penalties import MeanRegularized


def outcomes(rng, n=1000):
    """Targets of all kinds: a rare class, missing labels, many zeros."""
    y = {
        "died": (rng.random(n) < 0.08).astype(float),
        "stage": rng.choice(list("abcd"), n, p=[0.6, 0.3, 0.08, 0.02]).astype(object),
        "days": rng.exponential(5, n),
        "visits": rng.poisson(0.5, n).astype(float),
        "lab": rng.normal(size=n),
    }
    y["stage"][rng.random(n) < 0.4] = None
    y["lab"][rng.random(n) < 0.9] = np.nan
    return y


def folds_tested(splits):
    return [test for _, test in splits]


def counts(y, tests):
    """{(task, class or "missing"): number in each fold}, and how many values are below the median."""
    found = {}
    for name, column in y.items():
        known = zoo.known(column)
        found[name, "missing"] = [(~known[t]).sum() for t in tests]
        if name in ("days", "lab"):
            middle = np.median(column[known])
            found[name, "low"] = [(column[t][known[t]] < middle).sum() for t in tests]
        else:
            for label in set(column[known]):
                found[name, label] = [(column[t] == label).sum() for t in tests]
    return {key: np.array(value) for key, value in found.items()}


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("n_splits", [2, 5, 10])
def test_folds_are_alike_in_every_task(rng, n_splits, shuffle):
    y = outcomes(rng)
    folds = TaskStratifiedKFold(n_splits, shuffle=shuffle, random_state=3 if shuffle else None)
    tests = folds_tested(folds.split(np.zeros((1000, 1)), y))
    sizes = np.array([len(test) for test in tests])
    assert abs(sizes - 1000 / n_splits).max() <= 2
    for key, number in counts(y, tests).items():
        assert abs(number - number.mean()).max() <= 4, (key, number)


def test_folds_are_a_partition(rng):
    y = outcomes(rng, 101)
    splits = list(TaskStratifiedKFold(4).split(None, y))
    assert np.array_equal(np.sort(np.concatenate(folds_tested(splits))), np.arange(101))
    for train, test in splits:
        assert np.array_equal(np.union1d(train, test), np.arange(101))
        assert not np.intersect1d(train, test).size
        assert (np.diff(train) > 0).all() and (np.diff(test) > 0).all()


@given(
    labels=st.lists(st.sampled_from("aabc"), min_size=6, max_size=60), n_splits=st.integers(2, 6)
)
def test_of_one_task_as_good_as_stratified_k_fold(labels, n_splits):
    """Each class has floor or ceil of its share in each fold: what StratifiedKFold promises."""
    column = np.array(labels, dtype=object)
    tests = folds_tested(TaskStratifiedKFold(n_splits).split(None, {"stage": column}))
    for label in set(labels):
        assert np.ptp([(column[test] == label).sum() for test in tests]) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_a_class_with_a_member_for_each_fold(seed):
    rng = np.random.default_rng(seed)
    y = outcomes(rng, 300)
    y["died"] = np.zeros(300)
    y["died"][rng.choice(300, 5, replace=False)] = 1
    tests = folds_tested(TaskStratifiedKFold(5, shuffle=True, random_state=seed).split(None, y))
    assert [y["died"][test].sum() for test in tests] == [1] * 5


def test_better_than_stratifying_one_task(rng):
    """The other tasks are as unlike from fold to fold as chance has it, if only one is looked at."""
    y = outcomes(rng)
    ours = counts(y, folds_tested(TaskStratifiedKFold(5).split(None, y)))
    random = StratifiedKFold(5, shuffle=True, random_state=0)
    theirs = counts(y, folds_tested(random.split(np.zeros(1000), y["died"])))

    def unlike(found):
        return np.mean([number.var() / max(number.mean(), 1) for number in found.values()])

    assert unlike(ours) < 0.2 * unlike(theirs)


@pytest.mark.parametrize("n_groups", [12, 150])
def test_groups_are_never_split(rng, n_groups):
    y = outcomes(rng)
    share = rng.pareto(2, n_groups) + 0.2
    groups = rng.choice([f"g{i}" for i in range(n_groups)], 1000, p=share / share.sum())
    for train, test in TaskStratifiedKFold(4).split(None, y, groups):
        assert not set(groups[train]) & set(groups[test])


def test_groups_are_balanced(rng):
    y = outcomes(rng, 2000)
    groups = rng.integers(0, 300, 2000)
    tests = folds_tested(TaskStratifiedKFold(5).split(None, y, groups))
    assert np.ptp([len(test) for test in tests]) <= 10
    for key, number in counts(y, tests).items():
        if number.mean() > 2:
            assert abs(number - number.mean()).max() <= 2 + 0.15 * number.mean(), (key, number)


def test_order_of_the_folds(rng):
    y = outcomes(rng, 200)

    def numbers(**params):
        fold = np.empty(200)
        for k, (_, test) in enumerate(TaskStratifiedKFold(4, **params).split(None, y)):
            fold[test] = k
        return fold

    assert np.array_equal(numbers(), numbers())
    shuffled = [numbers(shuffle=True, random_state=seed) for seed in (0, 0, 1)]
    assert np.array_equal(shuffled[0], shuffled[1])
    assert not np.array_equal(shuffled[0], shuffled[2])
    assert not np.array_equal(shuffled[0], numbers())


@pytest.mark.filterwarnings("ignore:an array of TaskTargets has missing labels")
def test_containers_of_targets_give_the_same_folds(rng):
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    y = outcomes(rng, 200)
    wanted = folds_tested(TaskStratifiedKFold(3).split(None, y))
    matrix = np.array(TaskTargets(y))
    for other in (TaskTargets(y), pd.DataFrame(y), pl.DataFrame(y), matrix):
        found = folds_tested(TaskStratifiedKFold(3).split(np.zeros((200, 2)), other))
        assert all(map(np.array_equal, found, wanted))
    assert len(list(TaskStratifiedKFold(3).split([[0.0]] * 200, y["days"]))) == 3


def test_tasks_without_labels_and_few_rows():
    y = {"a": [np.nan] * 5, "b": [1.0, 2.0, 3.5, np.nan, 9.0], "c": ["u", "u", "u", "u", "v"]}
    tests = folds_tested(TaskStratifiedKFold(5).split(None, y))
    assert sorted(np.concatenate(tests)) == list(range(5)) and all(len(t) == 1 for t in tests)


@pytest.mark.parametrize("container", ["TaskTargets", "frame"])
def test_in_scikit_learn(container):
    pd = pytest.importorskip("pandas")
    X, y = zoo.patients(n=60)
    y = {name: y[name] for name in ("died", "days", "stage")}
    y = TaskTargets(y) if container == "TaskTargets" else pd.DataFrame(y)
    groups = np.repeat(np.arange(20), 3)
    cv = TaskStratifiedKFold(3)
    model = MultiTaskGLM(MeanRegularized())
    search = GridSearchCV(model, {"penalty__sharing": [0, 0.5]}, cv=cv).fit(X, y, groups=groups)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.n_splits_ == cv.get_n_splits() == 3
    scores = cross_validate(model, X, y, cv=cv, groups=groups, return_indices=True)
    for train, test in zip(scores["indices"]["train"], scores["indices"]["test"]):
        assert not set(groups[train]) & set(groups[test])
    with config_context(enable_metadata_routing=True):
        routed = cross_validate(model, X, y, cv=cv, params={"groups": groups}, return_indices=True)
    for found, wanted in zip(routed["indices"]["test"], scores["indices"]["test"]):
        assert np.array_equal(found, wanted)


def test_repr():
    folds = TaskStratifiedKFold(3, shuffle=True, random_state=0)
    assert repr(folds) == "TaskStratifiedKFold(n_splits=3, random_state=0, shuffle=True)"


@pytest.mark.parametrize(
    "args, error, message",
    [
        ({"n_splits": 1}, ValueError, "n_splits must be at least 2, got 1"),
        ({"n_splits": 2.0}, TypeError, "n_splits must be an integer, got 2.0"),
        ({"n_splits": True}, TypeError, "n_splits must be an integer, got True"),
        ({"shuffle": 1}, TypeError, "shuffle must be True or False, got 1"),
        ({"random_state": 0}, ValueError, "random_state must be None without shuffle=True, got 0"),
    ],
)
def test_errors_of_parameters(args, error, message):
    with pytest.raises(error, match=message):
        TaskStratifiedKFold(**args)


def test_errors_of_data():
    y = {"a": [0, 1, 0, 1, 0, 1]}
    folds = TaskStratifiedKFold(4)
    with pytest.raises(ValueError, match="got n_splits=4 and n_groups=3"):
        list(folds.split(None, y, [0, 0, 1, 1, 2, 2]))
    with pytest.raises(ValueError, match="got n_splits=7 and n_samples=6"):
        list(TaskStratifiedKFold(7).split(None, y))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        list(folds.split(np.zeros((5, 1)), y))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        list(folds.split(None, y, [0, 1]))
    with pytest.raises(ValueError, match="needs y"):
        list(folds.split(np.zeros((6, 1))))
