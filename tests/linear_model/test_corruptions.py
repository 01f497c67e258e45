"""A solution that something corrupts is put right, or its dual_gap_ says how wrong it is: whatever was corrupted."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from certificates import Problem, describe
from definitions import rows_penalty
from quadratics import mean_regularized
from sklearn.exceptions import ConvergenceWarning
from zoo import patients

from skmtl import MultiTaskGLM
from skmtl.linear_model.problems import Design, FitLayout
from skmtl.linear_model.problems import _arrowhead as arrowhead
from skmtl.linear_model.problems import _direct as direct
from skmtl.linear_model.problems import _gram_inverse as inverses
from skmtl.linear_model.problems import _solve_smooth as solve_smooth
from skmtl.linear_model.problems._smooth import SmoothProblem
from skmtl.penalties import L21, MeanRegularized
from skmtl.solvers import FISTA, ProximalNewton, WorkingSet

TYPES = {
    "days": "regression",
    "cost": "regression",
    "lab": "regression",
    "died": "binary",
    "visits": "count",
    "stage": "multiclass",
}
NUMBERS = ("days", "cost", "lab")
# Each is solved in a way of its own: tasks, samples, features, missing labels, and whether the penalty is smooth.
FITS = {
    "by features": (NUMBERS, 60, 6, 0.0, True),
    "by samples": (NUMBERS, 20, 40, 0.0, True),
    "missing labels": (NUMBERS, 60, 6, 0.3, True),
    "missing labels, few": (NUMBERS, 20, 40, 0.3, True),
    "iterations": (("days", "died", "visits"), 60, 6, 0.3, True),
    "classes": (("days", "stage"), 60, 6, 0.3, True),
    "Gram matrix": (NUMBERS, 60, 6, 0.0, False),
    "working set": (NUMBERS, 20, 90, 0.0, False),
    "proximal Newton": (("days", "died", "visits"), 60, 6, 0.3, False),
}


def of_results(owners, name, change):
    """Return a corruption that changes what a method returns."""

    def corrupt(monkeypatch):
        for owner in owners:
            method = getattr(owner, name)
            monkeypatch.setattr(
                owner, name, lambda *args, method=method: change(method(*args)), raising=True
            )

    return corrupt


def of_designs(change):
    """Return a corruption that changes the design about the centre of the samples."""

    def corrupt(monkeypatch):
        centred = Design.centred
        monkeypatch.setattr(Design, "centred", lambda *args: change(centred(*args)))

    return corrupt


def with_ridge(gram):
    """Return a Gram matrix with a tenth of its mean square added."""
    return gram + 0.1 * np.trace(gram) / len(gram) * np.eye(len(gram))


def with_one_more(W):
    """Return weights with something added to one of each task."""
    return W + 0.01 * np.eye(*W.shape)


def longer(found):
    """Return a solution a little too long."""
    name = "v" if hasattr(found, "v") else "parts"
    changed = {name: 1.001 * getattr(found, name)}
    return found._replace(**changed) if hasattr(found, "_replace") else replace(found, **changed)


INVERSES = [
    inverses.DiagonalInverse,
    inverses.CholeskyInverse,
    inverses.DiagonalStarInverse,
    inverses.AlikeStarInverse,
    arrowhead.ArrowheadInverse,
]
DIRECT = [direct.ByCoordinates, direct.BySamples]
SOLVERS = [FISTA, ProximalNewton, WorkingSet]
CORRUPTIONS = {
    "the centre is lost": of_designs(lambda X: replace(X, centre=np.zeros_like(X.centre))),
    "another centre": of_designs(lambda X: X.moved(np.full(X.shape[1], 0.3))),
    "another offset": of_designs(lambda X: replace(X, offset=X.offset + 0.3)),
    "Gram matrix": of_results([Design], "gram", with_ridge),
    "kernel": of_results([Design], "kernel", with_ridge),
    "X'G": of_results([Design], "backward", lambda C: 1.05 * C),
    "XW": of_results([Design], "forward", lambda raw: 1.05 * raw),
    "an inverse": of_results(INVERSES, "__call__", lambda Z: 1.01 * Z),
    "an inverse by half": of_results(INVERSES, "__call__", lambda Z: 0.5 * Z),
    "the sign of an inverse": of_results(INVERSES, "__call__", lambda Z: -Z),
    "an inverse that is no number": of_results(INVERSES, "__call__", lambda Z: np.nan * Z),
    "direct weights": of_results(DIRECT, "weights", lambda W: 1.01 * W),
    "one direct weight": of_results(DIRECT, "weights", with_one_more),
    "weights": of_results([FitLayout], "weights", lambda W: 1.01 * W),
    "one weight": of_results([FitLayout], "weights", with_one_more),
    "the end of iterations": of_results([solve_smooth], "run", longer),
    "the end of non-smooth iterations": of_results(SOLVERS, "solve", longer),
    "intercepts": of_results([SmoothProblem], "null_intercept", lambda b: b + 0.1),
    "the centre's part of intercepts": of_results([FitLayout], "at_centre", lambda b: 1.05 * b),
}
HARMS = {  # corruptions that nothing can put right, and the fits that must say so
    "weights": ("by features", "missing labels", "iterations", "classes", "Gram matrix"),
    "one weight": ("by features", "missing labels", "iterations", "classes", "Gram matrix"),
    "XW": ("iterations", "classes", "proximal Newton"),
    "the end of non-smooth iterations": ("Gram matrix", "working set", "proximal Newton"),
}


def fit_and_gap(name):
    """Return a fitted model, its gap computed from the definitions, and its warnings."""
    names, n, d, missing, is_smooth = FITS[name]
    X, y = patients(3, n, d, missing)
    y = {task: y[task] for task in names}
    tasks = describe(X, y, TYPES)
    if is_smooth:
        penalty = MeanRegularized(3.0, 0.5, signs="same")
        prior = mean_regularized(tasks, 3.0, 0.5, balance=True)
    else:
        penalty, prior = L21(4.0), rows_penalty(tasks, 4.0)
    problem = Problem(X, tasks, prior)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        types = {task: TYPES[task] for task in names}
        model = MultiTaskGLM(penalty, task_types=types, max_iter=60).fit(X, y)
    parts, b = problem.parts_of(model)
    settled = problem.settle(sum(parts), b)
    missed = problem.value(parts, b) - problem.value(parts, settled)
    gap = (problem.dual_gap(parts, settled) + missed) / abs(problem.null_value())
    return model, gap, [w for w in caught if issubclass(w.category, ConvergenceWarning)]


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_seen(corruption, fit, monkeypatch):
    """The gap is no less than that of the coefficients that came out, and a warning comes with it."""
    CORRUPTIONS[corruption](monkeypatch)
    try:
        model, gap, caught = fit_and_gap(fit)
    except (ValueError, ArithmeticError):
        assert "no number" in corruption  # an error is an answer
        return
    if not np.isfinite(model.coef_).all():
        assert model.dual_gap_ == np.inf and caught
        return
    assert gap <= 1.001 * model.dual_gap_ + 1e-12
    assert bool(caught) == (model.dual_gap_ > 1e-9)
    if fit in HARMS.get(corruption, ()):
        assert gap > 1e-7


@pytest.mark.parametrize("fit", FITS)
def test_not_corrupted(fit):
    """The gaps that are to grow are small."""
    model, gap, caught = fit_and_gap(fit)
    assert gap <= 1e-11 and model.dual_gap_ <= 1e-11 and not caught
