"""Every bad input is refused by every estimator: before work, by name, and with nothing left behind."""

import warnings
from functools import cache, partial

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from . import columns, folds, groups, inputs, parameters, predictions, targets, tools, weights
from .refusals import TAKEN, WORK, WorkDone, faults_of, left_behind
from .subjects import SUBJECTS
from .table import refitted

FITS = [
    bad
    for part in (inputs, columns, targets, weights, groups, folds, parameters)
    for bad in part.TABLE
]
METHODS = ("predict", "predict_proba", "decision_function", "score", "transform")


@pytest.fixture(scope="module")
def work():
    """Count how often work is begun."""
    done = WorkDone()
    with pytest.MonkeyPatch.context() as patch:
        for dotted in WORK:
            module, name = dotted.rsplit(".", 1)
            module = __import__(module, fromlist=[name])
            patch.setattr(module, name, done.counted(getattr(module, name)))
        yield done


def faults_of_fit(bad, subject, work):
    """Return what is wrong with how a subject takes a bad input."""
    call = bad.spoil(subject.good())
    model, begun = refitted(subject, call.params), work.count
    fit = partial(model.fit, call.X, call.y, **call.fit)
    faults = list(faults_of(fit, bad.pattern(subject), bad.errors))
    if TAKEN not in faults:
        faults += left_behind(model)
        faults += ["it is refused after work only"] * (work.count > begun)
    return faults


@cache
def right_answers(subject):
    """Return what a fitted subject predicts of good inputs."""
    return table_of(subject.fitted().predict(subject.good().X))


def table_of(predicted):
    """Return predictions as an array of objects."""
    columns = predicted.values() if isinstance(predicted, dict) else [predicted]
    return np.column_stack([np.asarray(column, dtype=object) for column in columns])


def faults_of_question(bad, subject):
    """Return what is wrong with how a fitted subject takes a bad question."""
    call, model = subject.good(), subject.fitted()
    wanted = right_answers(subject)
    faults = list(faults_of(partial(bad.ask, model, call), bad.pattern(subject), bad.errors))
    if not np.array_equal(table_of(model.predict(call.X)), wanted):
        faults.append("the model is another one now")
    return faults


def report(bad, faults):
    """Return the text of a failure."""
    return "\n".join([str(bad), *faults])


@pytest.mark.parametrize("bad", FITS, ids=str)
def test_fit(bad, work):
    subjects = [subject for subject in SUBJECTS if bad.where(subject)]
    assert subjects
    faults = [f"{s}: {fault}" for s in subjects for fault in faults_of_fit(bad, s, work)]
    assert not faults, report(bad, faults)


@pytest.mark.parametrize("bad", predictions.TABLE, ids=str)
def test_questions(bad):
    subjects = [subject for subject in SUBJECTS if bad.where(subject)]
    assert subjects
    faults = [f"{s}: {fault}" for s in subjects for fault in faults_of_question(bad, s)]
    assert not faults, report(bad, faults)


@pytest.mark.parametrize("bad", tools.TABLE, ids=str)
def test_tools(bad, work):
    begun = work.count
    faults = list(faults_of(partial(bad.call, *tools.good()), bad.match, bad.errors))
    faults += ["it is refused after work only"] * (work.count > begun and TAKEN not in faults)
    assert not faults, report(bad, faults)


@pytest.mark.parametrize(
    "name, make, match", predictions.NAMES, ids=[n for n, *_ in predictions.NAMES]
)
@pytest.mark.parametrize(
    "subject", [s for s in SUBJECTS if s.is_joint and inputs.reads(s)], ids=str
)
def test_names(name, make, match, subject):
    call = subject.good()
    if subject.name == "NewTask(model)":
        pytest.skip("the model that it stands on was fitted without names")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = clone(subject.model).fit(predictions.named(call.X), call.y)
    assert not list(faults_of(lambda: model.predict(make(call.X)), match, (ValueError,)))


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
def test_unfitted(subject):
    call, model = subject.good(), clone(subject.model)
    asked = [name for name in METHODS if hasattr(model, name)]
    faults = []
    for name in asked:
        given = (call.X, call.y) if name == "score" else (call.X,)
        faults += faults_of(
            partial(getattr(model, name), *given), "not fitted yet", (NotFittedError,)
        )
    assert not faults, report(subject, faults)


def test_the_tables_are_large():
    """As many bad inputs as were asked for, each with a name of its own."""
    names = [str(bad) for bad in [*FITS, *predictions.TABLE, *tools.TABLE]]
    assert len(set(names)) == len(names) > 300
