"""task_scorer: scikit-learn's scorers, task by task, on the labelled samples."""

import pickle

import numpy as np
import pytest
import zoo
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.base import clone
from sklearn.metrics import average_precision_score, f1_score, get_scorer, make_scorer
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge, TaskTargets, task_view
from skmtl.metrics import task_scorer
from skmtl.penalties import MeanRegularized

TYPES = {"visits": "count"}
FITTING = {
    "days": ["r2", "neg_root_mean_squared_error", "neg_median_absolute_error"],
    "visits": ["neg_mean_poisson_deviance", "neg_mean_absolute_error"],
    "died": ["roc_auc", "neg_log_loss", "accuracy", "matthews_corrcoef"],
    "stage": ["roc_auc_ovr", "neg_log_loss", "balanced_accuracy", "f1_macro"],
}
EVENTS = {"died": "yes"}


@pytest.fixture(scope="module")
def data():
    X, y = zoo.patients(n=90)
    return X, TaskTargets({name: y[name] for name in zoo.MIXED}, task_types=TYPES, events=EVENTS)


@pytest.fixture(scope="module")
def model(data):
    return MultiTaskGLM().fit(*data)


@pytest.mark.parametrize("task, metric", [(t, m) for t, ms in FITTING.items() for m in ms])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_scores_are_those_of_the_view_on_the_labelled_rows(
    data, model, rng, task, metric, is_weighted
):
    X, y = data
    mask = y.observed(task)
    values = y[task][mask].astype(str) if task in y.classes else y[task][mask]
    weight = rng.uniform(0.5, 2, len(X)) if is_weighted else None
    wanted = get_scorer(metric)(
        task_view(model, task), X[mask], values, sample_weight=weight[mask] if is_weighted else None
    )
    found = task_scorer({task: metric})(model, X, y, sample_weight=weight)
    assert_allclose(found, wanted, rtol=1e-12)


def test_by_default_the_score_of_the_estimator(data, model, rng):
    X, y = data
    weights = rng.uniform(0, 1, y.shape)
    for w in (None, weights):
        assert_allclose(task_scorer()(model, X, y, w), model.score(X, y, w), rtol=1e-12)
    by_task = task_scorer("d2", average=None)(model, X, y)
    assert list(by_task) == [*y, "mean"]
    assert_allclose(by_task["mean"], np.mean([by_task[name] for name in y]))


def test_roc_auc_of_several_classes_is_one_against_rest(data, model):
    one, other = task_scorer({"stage": "roc_auc"}), task_scorer({"stage": "roc_auc_ovr"})
    assert one(model, *data) == other(model, *data)


@pytest.mark.filterwarnings("ignore:an array of TaskTargets has neither")
def test_containers_of_targets_and_weights(data, model, rng):
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    X, y = data
    weights = rng.integers(0, 3, y.shape).astype(float)
    scorer = task_scorer({"died": "roc_auc", "days": "r2", "stage": "neg_log_loss"})
    wanted = scorer(model, X, y, weights)
    by_name = dict(zip(y, weights.T))
    for w in (weights, TaskTargets(by_name, task_types="regression"), pd.DataFrame(by_name)):
        assert_allclose(scorer(model, X, y, w), wanted)
    for other in (dict(y), pd.DataFrame(dict(y)), pl.DataFrame(dict(y)), np.asarray(y)):
        assert_allclose(scorer(model, X, other, weights), wanted)


def test_an_integer_weight_is_that_many_copies(data, model, rng):
    X, y = data
    counts = rng.integers(0, 3, y.shape)
    X2, y2 = zoo.copies(X, {name: column.copy() for name, column in y.items()}, counts)
    scorer = task_scorer({"died": "roc_auc", "days": "r2", "stage": "f1_macro", "visits": None})
    assert_allclose(scorer(model, X, y, counts), scorer(model, X2, y2))


def test_the_positive_class_is_the_event_whatever_its_name(data, model):
    """scikit-learn's own scorers raise where no class is called 1."""
    X, y = data
    mask = y.observed("died")
    is_yes, p = y["died"][mask] == "yes", model.predict_proba(X)["died"][mask, 1]
    wanted = {
        "average_precision": average_precision_score(is_yes, p),
        "neg_brier_score": -np.mean((is_yes - p) ** 2),
        "recall": np.mean(p[is_yes] > 0.5),
    }
    for metric, value in wanted.items():
        assert_allclose(task_scorer({"died": metric})(model, X, y), value)


def test_names_of_classes_do_not_matter(data):
    X, y = data
    words = {name: y[name] for name in ("died", "stage")}
    numbers = {
        "died": [None if label is None else int(label == "yes") for label in y["died"]],
        "stage": [None if label is None else len(label) for label in y["stage"]],
    }
    scores = []
    for targets in (TaskTargets(words, events={"died": "yes"}), numbers):
        fitted = MultiTaskLogisticRegression().fit(X, targets)
        scorer = task_scorer({"died": "f1", "stage": "neg_log_loss"}, average=None)
        scores.append(list(scorer(fitted, X, targets).values()))
    assert_allclose(scores[0], scores[1], rtol=1e-6)


def test_a_scorer_of_the_user_sees_labels_and_rows(data, model):
    X, y = data
    scorer = make_scorer(f1_score, pos_label="no")
    mask = y.observed("died")
    wanted = scorer(task_view(model, "died"), X[mask], y["died"][mask].astype(str))
    assert_allclose(task_scorer({"died": scorer})(model, X, y), wanted)

    def first_column(view, rows, labels):
        return float(rows[:, 0].sum() + (labels == "yes").sum() + view.predict(rows).shape[0])

    wanted = X[mask, 0].sum() + (y["died"][mask] == "yes").sum() + mask.sum()
    assert_allclose(task_scorer({"died": first_column})(model, X, y), wanted)


@pytest.mark.parametrize(
    "metric, task, kind",
    [("r2", "died", "binary"), ("roc_auc", "days", "regression"), ("accuracy", "visits", "count")]
    + [("neg_mean_squared_error", "stage", "multiclass"), ("f1", "stage", "multiclass")],
)
def test_a_metric_that_does_not_fit_names_task_and_metric(data, model, metric, task, kind):
    with pytest.raises(ValueError, match=f"{metric}.*{task}.*{kind}"):
        task_scorer({task: metric})(model, *data)


def test_a_misfit_is_an_error_even_without_labels(data, model):
    X, y = data
    missing = y | {"days": np.full(len(X), np.nan)}
    with pytest.raises(ValueError, match="'accuracy' does not fit task 'days'"):
        task_scorer({"days": "accuracy", "died": "accuracy"})(model, X, missing)


@pytest.mark.parametrize(
    "params, message",
    [
        ({"metric": "auc"}, "'auc', asked for task 'days', is no metric"),
        ({"metric": {"days": 3}}, "metric of task 'days' must be a name or a scorer, got 3"),
        ({"metric": {"dose": "r2"}}, "metric must name tasks of the model.*'dose'"),
        ({"metric": {}}, "metric must name tasks"),
        ({"average": "median"}, "average of TaskScorer must be 'mean' or None, got 'median'"),
        ({"metric": {"days": f1_score}}, "cannot score task 'days'.*make_scorer"),
        ({"metric": {"days": "neg_mean_gamma_deviance"}}, "neg_mean_gamma_deviance.*'days'"),
    ],
)
def test_errors_name_what_is_wrong(data, model, params, message):
    with pytest.raises(ValueError, match=message):
        task_scorer(**params)(model, *data)


def test_a_task_that_cannot_be_scored_is_left_out(data, model):
    X, y = data
    died = np.where(y["died"] == "no", None, y["died"])
    part = TaskTargets(
        dict(y) | {"died": died, "cost": np.full(len(X), np.nan)}, task_types=TYPES, events=EVENTS
    )
    metrics = {"died": "roc_auc", "cost": "r2", "days": "r2"}
    with pytest.warns(UserWarning, match="'died' .labels of 1 of 2 classes.*'cost' .no label"):
        mean = task_scorer(metrics)(model, X, part)
    assert mean == task_scorer({"days": "r2"})(model, X, part)
    with pytest.warns(UserWarning, match="left out"):
        scores = task_scorer(metrics, average=None)(model, X, part)
    assert np.isnan(scores["died"]) and np.isnan(scores["cost"]) and scores["mean"] == mean
    assert task_scorer({"died": "accuracy"})(model, X, part) > 0  # which one class does not stop
    with pytest.raises(ValueError, match="no task can be scored: 'died'"):
        task_scorer({"died": "roc_auc"})(model, X, part)


def test_log_loss_of_a_fold_without_one_of_the_classes(data, model):
    X, y = data
    rows = np.flatnonzero(np.isin(y["stage"].astype(str), ["I", "II"]))
    log_p = np.log(model.predict_proba(X)["stage"])
    chosen = np.searchsorted(model.classes_["stage"], y["stage"][rows].astype(str))
    found = task_scorer({"stage": "neg_log_loss"})(model, X[rows], y[rows])
    assert_allclose(found, log_p[rows, chosen].mean())


def test_a_class_that_the_model_has_not_seen(data, model):
    X, y = data
    stage = y["stage"].copy()
    stage[zoo.known(stage).argmax()] = "IV"
    other = dict(y) | {"stage": stage}
    with pytest.warns(UserWarning, match="'stage' .a class that the model has not seen"):
        assert task_scorer({"stage": "accuracy", "days": "r2"})(model, X, other) > 0
    with pytest.warns(UserWarning, match="not seen"):
        model.score(X, other)


def test_without_probabilities(data):
    """Ridge predicts numbers of every task, and has none."""
    X, y = data
    ridge = MultiTaskRidge().fit(X, {"days": y["days"], "flag": (X[:, 0] > 0).astype(float)})
    scorer = task_scorer({"days": "r2", "flag": "neg_mean_squared_error"})
    assert np.isfinite(scorer(ridge, X, {"days": y["days"], "flag": X[:, 0]}))


def test_one_task_in_one_dimension(data):
    X, y = data
    mask = y.observed("died")
    labels = y["died"][mask].astype(str)
    fitted = MultiTaskGLM().fit(X[mask], labels)
    assert 0.5 < task_scorer("roc_auc")(fitted, X[mask], labels) <= 1


def test_clone_pickle_repr_and_parameters():
    scorer = task_scorer({"days": "r2"}, average=None)
    assert repr(scorer) == "TaskScorer(average=None, metric={'days': 'r2'})"
    for copy in (clone(scorer), pickle.loads(pickle.dumps(scorer))):
        assert copy.get_params() == scorer.get_params()


def test_in_a_search(data):
    X, y = data
    pipeline = make_pipeline(StandardScaler(), MultiTaskGLM(MeanRegularized()))
    grid = {"multitaskglm__penalty__sharing": [0.0, 0.5]}
    metric = {"died": "roc_auc", "stage": "neg_log_loss", "days": "r2"}
    plain = GridSearchCV(pipeline, grid, scoring=task_scorer(metric), cv=3).fit(X, y)
    search = GridSearchCV(
        clone(pipeline), grid, scoring=task_scorer(metric, average=None), refit="mean", cv=3
    ).fit(X, y)
    means = plain.cv_results_["mean_test_score"]
    assert_allclose(search.cv_results_["mean_test_mean"], means)
    by_task = [search.cv_results_[f"mean_test_{name}"] for name in metric]
    assert_allclose(np.mean(by_task, axis=0), means)
    assert_allclose(search.score(X, y), plain.score(X, y))
    assert_allclose(task_scorer(metric)(search, X, y), plain.score(X, y))


@pytest.mark.parametrize("is_routed", [False, True])
def test_sample_weights_reach_it(data, rng, is_routed):
    """Rows of weight zero do not count in the test parts."""
    X, y = data
    weight = np.ones(y.shape)
    weight[::3] = 0
    splits = [(np.arange(45), np.arange(45, 90))]
    fitted = MultiTaskGLM().fit(X[:45], y[:45], weight[:45])
    wanted = task_scorer({"days": "r2"})(fitted, X[45:], y[45:], weight[45:])
    assert wanted != task_scorer({"days": "r2"})(fitted, X[45:], y[45:])
    with config_context(enable_metadata_routing=is_routed):
        scorer, model = task_scorer({"days": "r2"}), MultiTaskGLM()
        if is_routed:
            scorer.set_score_request(sample_weight=True)
            model.set_fit_request(sample_weight=True)
            assert clone(scorer).get_metadata_routing().score.requests == {"sample_weight": True}
            found = cross_validate(
                model, X, y, cv=splits, scoring=scorer, params={"sample_weight": weight}
            )["test_score"]
            assert_allclose(found, [wanted])
        search = GridSearchCV(model, {"max_iter": [100]}, scoring=scorer, cv=splits)
        search.fit(X, y, sample_weight=weight)
    assert_allclose(search.cv_results_["mean_test_score"], [wanted])
