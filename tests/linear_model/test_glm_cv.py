"""Cross-validation chooses what a plain loop over folds and strengths would."""

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import MIXED, assert_same_numbers, numbers, patients

from skmtl import MultiTaskGLM, MultiTaskGLMCV, TaskTargets
from skmtl.metrics import task_scorer
from skmtl.model_selection import TaskStratifiedKFold
from skmtl.penalties import L21, MeanRegularized

ALPHAS = [300.0, 30.0, 3.0, 0.3]
TYPES = {"visits": "count"}


def data(seed=3, n=120, **settings):
    """Return X and the mixed targets as TaskTargets, so that all folds know all classes."""
    X, y = patients(seed, n, **settings)
    return X, TaskTargets({name: y[name] for name in MIXED}, TYPES)


def new(penalty=None, alphas=ALPHAS, **params):
    """Return a model that is the same at every fit."""
    params = {"random_state": 0} | params
    return MultiTaskGLMCV(penalty or MeanRegularized(2.0, 0.5), alphas=alphas, **params)


def folds(X, y, groups=None):
    """Return the default folds of random_state=0."""
    return list(TaskStratifiedKFold(5, shuffle=True, random_state=0).split(X, y, groups))


def loop(penalty, X, y, splits, scoring=None, weight=None):
    """Return scores of shape (n_folds, n_alphas, n_tasks + 1), the mean last, from separate fits."""
    found = np.empty((len(splits), len(ALPHAS), len(MIXED) + 1))
    scorer = task_scorer(scoring, average=None)
    for k, (train, test) in enumerate(splits):
        own = [None, None] if weight is None else [weight[train], weight[test]]
        for a, alpha in enumerate(ALPHAS):
            model = MultiTaskGLM(penalty.scaled(alpha)).fit(X[train], y[train], own[0])
            scores = scorer(model, X[test], y[test], own[1])
            found[k, a] = [scores[name] for name in (*MIXED, "mean")]
    return found


@pytest.mark.parametrize(
    "scoring",
    [
        None,
        dict.fromkeys(MIXED, "d2") | {"died": "roc_auc", "days": "neg_mean_absolute_error"},
    ],
    ids=["d2", "by task"],
)
@pytest.mark.parametrize("weighted", [None, "rows", "pairs"])
def test_is_a_loop(scoring, weighted, rng):
    """Scores, choice and final fit are those of separate fits in the same folds."""
    X, y = data()
    shape = {"rows": len(X), "pairs": (len(X), len(MIXED))}.get(weighted)
    weight = None if shape is None else rng.uniform(0.2, 2, shape)
    penalty = MeanRegularized(2.0, 0.5)
    model = new(scoring=scoring).fit(X, y, weight)
    wanted = loop(penalty, X, y, folds(X, y), scoring, weight)
    table = model.cv_results_
    for k in range(5):
        assert_allclose(table[f"split{k}_test_score"], wanted[k, :, -1], atol=1e-6)
    for t, name in enumerate((*MIXED, "score")):
        assert_allclose(table[f"mean_test_{name}"], wanted[..., t].mean(axis=0), atol=1e-6)
        assert_allclose(table[f"std_test_{name}"], wanted[..., t].std(axis=0), atol=1e-6)
    means = wanted.mean(axis=0)
    best = means[:, -1].argmax()
    assert 0 < best < len(ALPHAS) - 1, "the case is worth nothing if an end is best"
    assert model.best_index_ == best and model.alpha_ == ALPHAS[best]
    assert_allclose(model.best_score_, means[best, -1], atol=1e-6)
    assert table["rank_test_score"][best] == 1
    assert sorted(table["rank_test_score"]) == [1, 2, 3, 4]
    assert [p["alpha"] for p in table["params"]] == list(model.alphas_) == ALPHAS
    for t, name in enumerate(MIXED):
        own = model.best_by_task_[name]
        assert own["alpha"] == ALPHAS[means[:, t].argmax()]
        assert_allclose(own["score"], means[:, t].max(), atol=1e-6)
    assert model.penalty_.alpha == 2.0 * model.alpha_
    final = MultiTaskGLM(penalty.scaled(model.alpha_)).fit(X, y, weight)
    assert_same_numbers(numbers(model), numbers(final))


def test_one_standard_error():
    """The strongest penalty whose paired loss is within its standard error; never weaker than the best."""
    stronger = 0
    for seed in range(3):
        X, y = data(seed)
        alphas = np.geomspace(1, 100, 8)
        best = new(alphas=alphas).fit(X, y)
        model = new(alphas=alphas, select="1se").fit(X, y)
        assert_array_equal(model.alphas_, best.alphas_)
        scores = np.array([best.cv_results_[f"split{k}_test_score"] for k in range(5)])
        loss = scores[:, [best.best_index_]] - scores
        within = loss.mean(axis=0) <= loss.std(axis=0, ddof=1) / np.sqrt(5)
        assert model.best_index_ == np.flatnonzero(within)[0]
        assert model.alpha_ >= best.alpha_
        stronger += model.alpha_ > best.alpha_
    assert stronger > 0


@pytest.mark.parametrize("n_jobs", [2, -1])
def test_parallel_is_serial(n_jobs):
    """Folds fitted at the same time give what they give one after the other."""
    X, y = data()
    assert_same_model(new(n_jobs=n_jobs).fit(X, y), new().fit(X, y))


@pytest.mark.filterwarnings("ignore:.*large graph:UserWarning")
def test_dask_is_serial(tmp_path, monkeypatch):
    """So do they on a local Dask cluster."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.chdir(tmp_path)
    X, y = data()
    wanted = new().fit(X, y)
    cluster = distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    )
    with cluster, distributed.Client(cluster), parallel_config(backend="dask"):
        found = new().fit(X, y)
    assert_same_model(found, wanted)


def assert_same_model(found, wanted):
    """Assert that two models saw and chose the same."""
    for name, column in wanted.cv_results_.items():
        assert_array_equal(found.cv_results_[name], column)
    assert found.alpha_ == wanted.alpha_
    assert_array_equal(numbers(found), numbers(wanted))


def test_groups_are_not_split(rng):
    """Groups given to fit are those of the splitter, by whichever way they come."""
    X, y = data()
    groups = rng.integers(0, 30, len(X))
    splits = folds(X, y, groups)
    for train, test in splits:
        assert not set(groups[train]) & set(groups[test])
    wanted = new(cv=splits).fit(X, y)
    assert_same_model(new().fit(X, y, groups=groups), wanted)
    apart = new().fit(X, y).cv_results_
    assert not np.allclose(apart["mean_test_score"], wanted.cv_results_["mean_test_score"])
    known = GroupKFold(4)
    by_pairs = new(cv=list(known.split(X, groups=groups))).fit(X, y)
    assert_same_model(new(cv=known).fit(X, y, groups=groups), by_pairs)


def test_groups_in_a_pipeline(rng):
    """With metadata routing the splitter is who asks for groups; without, the step is named."""
    X, y = data()
    groups = rng.integers(0, 30, len(X))
    wanted = new().fit(StandardScaler().fit_transform(X), y, groups=groups)
    pipe = make_pipeline(StandardScaler(), new()).fit(X, y, multitaskglmcv__groups=groups)
    assert_same_model(pipe[-1], wanted)
    with config_context(enable_metadata_routing=True):
        pipe = make_pipeline(StandardScaler(), new()).fit(X, y, groups=groups)
        assert_same_model(pipe[-1], wanted)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        weighted = make_pipeline(scaler, new().set_fit_request(sample_weight=True))
        weighted.fit(X, y, groups=groups, sample_weight=np.ones(len(X)))
    assert_same_model(weighted[-1], wanted)


def test_number_of_folds():
    """A number says how many of the default folds; a splitter of scikit-learn is one."""
    X, y = data()
    three = TaskStratifiedKFold(3, shuffle=True, random_state=0)
    assert_same_model(new(cv=3).fit(X, y), new(cv=three).fit(X, y))
    assert "split3_test_score" not in new(cv=KFold(3)).fit(X, y).cv_results_


def test_tasks_that_folds_cannot_score():
    """They are left out there, said once; the others are scored as if they were alone."""
    X, y = data(missing=0.0)
    rare = np.array(["no"] * len(X), dtype=object)
    splits = folds(X, y)
    rare[splits[0][1][:2]] = (
        "yes"  # in one test part alone: not to be fitted there, nor scored elsewhere
    )
    rare[splits[1][1][:3]] = "yes"
    joint = TaskTargets(dict(y) | {"rare": rare}, TYPES | {"rare": "binary"})
    penalty = MeanRegularized(2.0, 0.0)
    with pytest.warns(UserWarning, match=r"left out of folds.*'rare': 3") as caught:
        model = new(penalty, cv=splits).fit(X, joint)
    assert len(caught) == 1
    known = [k for k in range(5) if not np.isnan(model.cv_results_[f"split{k}_test_rare"]).all()]
    assert known == [0, 1]
    table, alone = model.cv_results_, new(penalty, cv=splits).fit(X, y).cv_results_
    for k in (2, 3, 4):
        assert_allclose(table[f"split{k}_test_score"], alone[f"split{k}_test_score"], atol=1e-7)
    for name in y:
        assert_allclose(table[f"mean_test_{name}"], alone[f"mean_test_{name}"], atol=1e-7)


def test_some_tasks_scored():
    """Tasks that scoring does not name have no say, and no column."""
    X, y = data()
    model = new(scoring={"died": "roc_auc"}).fit(X, y)
    table = model.cv_results_
    assert_array_equal(table["mean_test_score"], table["mean_test_died"])
    assert "mean_test_days" not in table and list(model.best_by_task_) == ["died"]
    assert_same_model(new(scoring=task_scorer({"died": "roc_auc"})).fit(X, y), model)


WRONG = {
    "alphas": ({"alphas": [1.0, -1.0]}, "alphas of MultiTaskGLMCV must be"),
    "no alphas": ({"alphas": []}, "alphas of MultiTaskGLMCV must be"),
    "eps": ({"eps": 2.0}, "eps of MultiTaskGLMCV must be"),
    "select": ({"select": "worst"}, "select of MultiTaskGLMCV must be"),
    "metric": ({"scoring": "roc_auc"}, "does not fit task 'days'"),
    "task": ({"scoring": {"nobody": "r2"}}, "scoring must name tasks"),
    "folds": ({"cv": []}, "cv must have at least one fold"),
    "training": ({"cv": [([0, 1], range(2, 120))]}, "fold 1 of 1: cannot be fitted"),
}


@pytest.mark.parametrize("params, message", WRONG.values(), ids=WRONG)
def test_errors(params, message):
    """What is wrong is said, and leaves nothing fitted."""
    X, y = data()
    for name in ("days", "cost", "visits", "died", "stage", "grade"):
        y[name][:2] = None if y[name].dtype == object else np.nan  # for the fold without labels
    model = new().fit(X, y)
    with pytest.raises(ValueError, match=message):
        model.set_params(**params).fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_reserved_name():
    """A task called as the joint score cannot have a column of its own."""
    X, y = data()
    with pytest.raises(ValueError, match="rename that task"):
        new().fit(X, {"score": y["days"]})


def test_verbose(capsys):
    """Silent, a line a fold, a line a point."""
    X, y = data()
    for verbose, n_lines in ((0, 0), (1, 5), (2, 5 + 5 * len(ALPHAS))):
        new(verbose=verbose).fit(X, y)
        assert len(capsys.readouterr().out.splitlines()) == n_lines


def test_scored_fits_are_looser(rng):
    """Fits that are only scored are solved to 1e-6, scored the same, and the one that is kept to the end."""
    X = rng.normal(size=(60, 20))
    Y = X[:, :3] @ rng.normal(size=(3, 3)) + rng.normal(size=(60, 3))
    Y[::4, 0] = np.nan
    search = MultiTaskGLMCV(L21(), alphas=8, cv=3, random_state=0, task_types="regression")
    loose = search.fit(X, Y)
    gap, scores, chosen = loose.dual_gap_, loose.cv_results_["mean_test_score"], loose.alpha_
    with pytest.MonkeyPatch.context() as patch:
        for room in ("_folds", "_cross_validate"):
            patch.setattr(f"skmtl.linear_model.{room}.SCORED", 0.0)
        tight = search.fit(X, Y)
    assert gap <= 1e-13 and chosen == tight.alpha_
    difference = np.abs(np.array(scores) - np.array(tight.cv_results_["mean_test_score"]))
    assert 0.0 < difference.max() <= 1e-4
