"""task_affinity: what it finds is true."""

import numpy as np
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.datasets import make_structured
from skmtl.inspection import task_affinity
from skmtl.inspection._affinity import folds
from skmtl.penalties import MeanRegularized

FRAMES = ("correlation", "correlation_std_error", "lower", "transfer", "transfer_std_error")
FRAMES += ("residual", "residual_std_error")


def related(rng, n_samples=500, angle=0.8, shared_noise=0.0, n_features=8):
    """Two regressions whose weights correlate by angle, and whose noise correlates by shared_noise."""
    X = rng.standard_normal((n_samples, n_features))
    W = np.linalg.qr(rng.standard_normal((n_features, 2)))[0]
    signal = X @ W @ np.array([[1.0, angle], [0.0, np.sqrt(1.0 - angle**2)]])
    cholesky = np.linalg.cholesky([[1.0, shared_noise], [shared_noise, 1.0]])
    y = signal + rng.standard_normal((n_samples, 2)) @ cholesky.T
    return X, {"a": y[:, 0], "b": y[:, 1]}, np.corrcoef(signal.T)[0, 1]


def entry(frame):
    return frame.loc["a", "b"]


@pytest.mark.parametrize("shared_noise", [-0.9, 0.0, 0.9])
@pytest.mark.parametrize("angle", [-0.8, 0.0, 0.8])
def test_correlation_is_that_of_signals_whatever_that_of_noise(rng, angle, shared_noise):
    X, y, truth = related(rng, angle=angle, shared_noise=shared_noise)
    affinity = task_affinity(X, y, n_repeats=3, random_state=0)
    assert abs(entry(affinity.correlation) - truth) < 4 * entry(affinity.correlation_std_error)
    assert entry(affinity.correlation_std_error) < 0.2
    assert angle == 0.0 or entry(affinity.lower) > 0.5
    error = entry(affinity.residual_std_error)
    assert abs(entry(affinity.residual) - shared_noise) < 4 * error + 0.02


def test_noise_that_tasks_share_misleads_fitted_weights_alone(rng):
    """With few labels fitted weights of unrelated tasks correlate as their noise does."""
    found, fitted = [], []
    for seed in range(6):
        X, y, _ = related(rng, 100, angle=0.0, shared_noise=0.95, n_features=12)
        affinity = task_affinity(X, y, cv=6, n_repeats=2, random_state=seed)
        found.append(entry(affinity.correlation))
        model = MultiTaskGLM(MeanRegularized(1.0, sharing=0.0)).fit(X, y)
        fitted.append(np.corrcoef(X @ model.coef_.T, rowvar=False)[0, 1])
    assert abs(np.nanmean(found)) < 0.5 * abs(np.mean(fitted))


@pytest.mark.slow
def test_standard_errors_are_as_large_as_errors(rng):
    """Errors in units of their standard errors have a root mean square of about one."""
    scaled = []
    for seed in range(40):
        X, y, truth = related(rng, 300, angle=0.6)
        affinity = task_affinity(X, y, n_repeats=2, random_state=seed)
        missed = entry(affinity.correlation) - truth
        scaled.append(missed / entry(affinity.correlation_std_error))
    assert 0.7 < np.sqrt(np.mean(np.square(scaled))) < 1.5


def test_tasks_need_no_sample_in_common(rng):
    X, y, truth = related(rng, 600)
    y["a"][:300], y["b"][300:] = np.nan, np.nan
    affinity = task_affinity(X, y, n_repeats=2, random_state=0)
    assert abs(entry(affinity.correlation) - truth) < 4 * entry(affinity.correlation_std_error)
    assert np.isnan(entry(affinity.residual))
    assert np.isfinite(entry(affinity.transfer))
    assert affinity.tasks["n_labels"].tolist() == [300, 300]


def test_a_task_of_noise_has_no_correlations(rng):
    X, y, _ = related(rng)
    y["noise"] = rng.standard_normal(500)
    affinity = task_affinity(X, y, n_repeats=2, random_state=0)
    assert affinity.correlation["noise"].isna().all()
    assert (affinity.lower["noise"] == 0.0).all()
    assert np.isfinite(entry(affinity.correlation))
    assert affinity.transfer.loc["noise", ["a", "b"]].abs().max() < 0.01
    assert affinity.tasks["explained"]["noise"] < 0.02


def test_many_labels_help_few_and_not_the_reverse(rng):
    helped = []
    for seed in range(5):
        X, y, _ = related(rng, 500, angle=0.99, n_features=20)
        y["b"][50:] = np.nan
        affinity = task_affinity(X, y, cv=5, n_repeats=1, random_state=seed)
        helped.append(affinity.transfer.loc["a", "b"])
        assert affinity.transfer.loc["b", "a"] < 0.01
    assert np.mean(helped) > 0.05


def test_types_of_all_kinds(rng):
    """Tasks of one column have a vector in common, and tasks of three classes have; the latter have no sign."""
    types = ["regression", "binary", "count", "multiclass", "multiclass"]
    X, y = make_structured(
        800, 10, structure="common", relatedness=1.0, task_types=types, missing=0.1, random_state=0
    )
    affinity = task_affinity(X, y, cv=6, n_repeats=2, random_state=0)
    assert (affinity.correlation.to_numpy()[:3, :3] > 0.8).all()
    assert affinity.correlation.loc["y3", "y4"] > 0.9
    assert (affinity.correlation.loc[["y3", "y4"]] >= 0.0).all(axis=None)
    assert affinity.tasks["type"].tolist() == types
    assert (affinity.tasks["reliability"] > 0.7).all()


def test_residuals_are_those_of_scikit_learn(rng):
    X, y, _ = related(rng, 200, shared_noise=0.5)
    folds = KFold(5)
    joint = make_pipeline(
        StandardScaler(), MultiTaskGLM(MeanRegularized(10.0, 0.0), scale_targets=False)
    )
    affinity = task_affinity(X, y, estimator=joint, cv=folds, n_repeats=1, random_state=0)
    single = make_pipeline(StandardScaler(), Ridge(10.0))
    left = [y[task] - cross_val_predict(single, X, y[task], cv=folds) for task in y]
    assert_allclose(entry(affinity.residual), np.corrcoef(left)[0, 1], rtol=1e-6)
    explained = [1 - np.sum(e**2) / (len(e) * y[t].var()) for e, t in zip(left, y, strict=True)]
    assert_allclose(affinity.tasks["explained"], explained, rtol=1e-6)


@pytest.fixture
def three(rng):
    """Three tasks of different types, and folds that do not hang on their order."""
    X, y, _ = related(rng, 200)
    y["c"] = np.where(X[:, 0] + rng.standard_normal(200) > 0.0, "yes", "no")
    return X, y, {"cv": KFold(5), "n_repeats": 2, "random_state": 0}


def test_order_of_tasks_does_not_matter(three):
    X, y, settings = three
    names = ["c", "a", "b"]
    one = task_affinity(X, y, **settings)
    other = task_affinity(X, {name: y[name] for name in names}, **settings)
    for frame in FRAMES:
        assert_allclose(
            getattr(one, frame).loc[names, names], getattr(other, frame), rtol=1e-6, atol=1e-9
        )


def test_units_and_signs(three):
    """A target in other units changes nothing; a target turned round turns the signs of its correlations."""
    X, y, settings = three
    one = task_affinity(X, y, **settings)
    other = task_affinity(X, y | {"a": 5.0 - 100.0 * y["a"]}, **settings)
    turn = np.array([-1.0, 1.0, 1.0])
    for frame in ("correlation", "residual"):
        expected = getattr(one, frame) * np.outer(turn, turn)
        assert_allclose(getattr(other, frame), expected, rtol=1e-5, atol=1e-8)
    for frame in ("correlation_std_error", "lower", "transfer", "residual_std_error"):
        assert_allclose(getattr(other, frame), getattr(one, frame), rtol=1e-5, atol=1e-8)


def test_tasks_are_fitted_alone(three):
    """An estimator that would share is not let to."""
    X, y, settings = three
    fewer = {"a": y["a"], "b": y["b"]}
    one, other = (
        task_affinity(X, tasks, estimator=MultiTaskGLM(), **settings) for tasks in (y, fewer)
    )
    assert_allclose(entry(one.correlation), entry(other.correlation), rtol=1e-6)
    assert_allclose(entry(one.transfer), entry(other.transfer), rtol=1e-6, atol=1e-9)


def test_seed_and_jobs(three):
    X, y, _ = three
    found = []
    for n_jobs in (1, 2):
        with parallel_config("threading"):
            found.append(task_affinity(X, y, cv=4, n_repeats=1, n_jobs=n_jobs, random_state=3))
    for frame in FRAMES:
        assert_allclose(getattr(found[0], frame), getattr(found[1], frame), rtol=1e-7, atol=1e-12)


def test_groups_are_not_split(rng):
    X, y, _ = related(rng, 80)
    groups = rng.integers(12, size=80)
    for cv in (4, GroupKFold(4)):
        fold = folds(cv, X, TaskTargets(y), groups, np.random.RandomState(0))
        assert all(len(set(fold[groups == group])) == 1 for group in set(groups))
        assert set(fold) == {0, 1, 2, 3}
        affinity = task_affinity(X, y, cv=cv, groups=groups, n_repeats=1, random_state=0)
        assert np.isfinite(affinity.transfer.to_numpy()).all()


def test_folds_are_balanced_in_classes_and_gaps(rng):
    """And not in numbers."""
    n = 200
    rare = (np.arange(n) % 20 == 3).astype(float)
    dose = np.where(np.arange(n) < 40, np.nan, rng.standard_normal(n))
    targets = TaskTargets({"rare": rare, "dose": dose})
    fold = folds(5, np.zeros((n, 1)), targets, None, np.random.RandomState(0))
    assert np.bincount(fold[rare == 1.0]).tolist() == [2] * 5
    assert np.ptp(np.bincount(fold[np.isnan(dose)])) <= 1
    other = TaskTargets({"rare": rare, "dose": -(dose**3)})
    again = folds(5, np.zeros((n, 1)), other, None, np.random.RandomState(0))
    assert np.array_equal(fold, again)


def test_frames_and_tables(three):
    pd = pytest.importorskip("pandas")
    X, y, settings = three
    frame = pd.DataFrame(y)
    affinity = task_affinity(pd.DataFrame(X, columns=list("pqrstuvw")), frame, **settings)
    assert_allclose(affinity.correlation, task_affinity(X, y, **settings).correlation)
    assert affinity.correlation.index.tolist() == affinity.correlation.columns.tolist() == list(y)
    pairs = affinity.pairs()
    assert len(pairs) == 3
    assert pairs["lower"].is_monotonic_decreasing
    row = pairs.set_index(["first", "second"]).loc[("a", "c")]
    assert row["to_second"] == affinity.transfer.loc["a", "c"]
    assert row["to_first"] == affinity.transfer.loc["c", "a"]
    assert "correlation" in repr(affinity)


def test_rare_classes_may_miss_in_a_fold(rng):
    """A class that a model has not seen has a column all the same."""
    X, y, _ = related(rng, 120)
    stage = np.where(X[:, 0] > 0.0, "b", "a").astype(object)
    stage[[3, 77]] = "c"
    targets = TaskTargets(y | {"stage": stage}, task_types={"stage": "multiclass"})
    affinity = task_affinity(X, targets, cv=KFold(4), n_repeats=2, random_state=0)
    assert np.isfinite(affinity.transfer.to_numpy()).all()
    assert np.isfinite(affinity.correlation.loc["stage", "a"])
