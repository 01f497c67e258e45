"""What a fitted estimator keeps: what predicts, and nothing that a file format without code cannot hold."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import CASES, COUNTS, MIXED, network, patients

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskRidge,
    NewTask,
    StackedTasks,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
    TaskTargets,
)
from skmtl.metrics import task_scorer

N_ROWS = 61  # a number that nothing else has
ONE = {
    "new task": lambda: NewTask(fitted(MultiTaskGLM(**COUNTS))),
    "new task from scratch": lambda: NewTask(),
    "new task of a network": lambda: NewTask(fitted(network(4, n_members=2, max_iter=3))),
    "numbers by group": lambda: TaskPerGroupRegressor(group=0),
    "classes by group": lambda: TaskPerGroupClassifier(group=0),
}
SEVERAL = {
    "pipeline": lambda: make_pipeline(StandardScaler(), MultiTaskGLM(**COUNTS)),
    "pipeline of a network": lambda: make_pipeline(
        StandardScaler(), network(4, n_members=2, max_iter=3)
    ),
    "search": lambda: GridSearchCV(
        MultiTaskGLM(**COUNTS), {"tol": [1e-16, 1e-12]}, scoring=task_scorer(), cv=2
    ),
    "gated networks": lambda: GatedTasks(network(4, n_members=2, max_iter=3), cv=2, **COUNTS),
    "stacked trees": lambda: StackedTasks(
        IndependentTasks(RandomForestClassifier(3, random_state=0), MultiTaskRidge()),
        cv=2,
        **COUNTS,
    ),
    "groups of each task": lambda: IndependentTasks(
        TaskPerGroupClassifier(group=0), TaskPerGroupRegressor(group=0), **COUNTS
    ),
}
NAMES = [*(case.name for case in CASES), *ONE, *SEVERAL]


def rows():
    """Return inputs, with a column of groups, and mixed targets of so many rows."""
    X, y = patients(3, N_ROWS)
    X = np.column_stack([np.arange(N_ROWS) % 3, X])
    return X, {name: np.asarray(y[name])[:N_ROWS] for name in MIXED}


def fitted(model):
    """Return a model fitted to all tasks."""
    return model.fit(*rows())


def built(name):
    """Return a fitted estimator of that name, and the inputs that it takes."""
    X, y = rows()
    if name in SEVERAL:
        return SEVERAL[name]().fit(X, TaskTargets(y, **COUNTS)), X
    if name in ONE:
        ill = np.where(X[:, 1] > 0, "yes", "no")
        return ONE[name]().fit(X, X[:, 1] if name == "numbers by group" else ill), X
    case = next(case for case in CASES if case.name == name)
    X, y = case.data(n=N_ROWS)
    return case.new().fit(X, y), X


def parts(thing, path="model", seen=None):
    """Yield the paths and values of all that an object holds."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, type):
        return
    seen.add(id(thing))
    yield path, thing
    held = dict(getattr(thing, "__dict__", {}))
    if isinstance(thing, dict):
        held |= thing
    elif isinstance(thing, list | tuple | set | frozenset):
        held |= dict(enumerate(thing))
    elif isinstance(thing, np.ndarray) and thing.dtype == object:
        held |= dict(enumerate(thing.ravel()))
    for name, value in held.items():
        yield from parts(value, f"{path}.{name}", seen)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_no_targets_and_no_rows_are_kept(name):
    """Out-of-fold predictions of networks have a row for each sample; nothing else has."""
    model, _ = built(name)
    found = dict(parts(model))
    assert not [path for path, part in found.items() if isinstance(part, TaskTargets)]
    with_rows = [p for p, part in found.items() if N_ROWS in getattr(part, "shape", ())]
    assert not [path for path in with_rows if not path.endswith("_held_out_raw")]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_files_without_code(name):
    """What skops loads predicts the same."""
    sio = pytest.importorskip("skops.io")
    model, X = built(name)
    stored = sio.dumps(model)
    again = sio.loads(stored, trusted=sio.get_untrusted_types(data=stored))
    for method in ("predict", "predict_proba", "decision_function"):
        if hasattr(model, method):
            wanted, got = getattr(model, method)(X), getattr(again, method)(X)
            assert type(got) is type(wanted)
            for key in wanted if isinstance(wanted, dict) else [...]:
                assert_array_equal(got[key], wanted[key])


def test_predictions_of_held_out_rows_survive():
    """They are made of the raw ones that are kept, in the container of fit."""
    sio = pytest.importorskip("skops.io")
    model = fitted(network(4, n_members=2, max_iter=3))
    stored = sio.dumps(model)
    again = sio.loads(stored, trusted=sio.get_untrusted_types(data=stored))
    assert again.oof_prediction_ == model.oof_prediction_
    for name in ("died", "stage"):
        assert_array_equal(again.oof_probability_[name], model.oof_probability_[name])
