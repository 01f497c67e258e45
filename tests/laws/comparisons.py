"""Two fits of what is the same problem must agree: how closely."""

from collections.abc import Callable
from itertools import combinations

import numpy as np

from .closeness import ROUNDINGS, allowed, need_answers, precision, tolerance_of
from .draws import DEFINED, MANY, Draw
from .fits import Answers, Fitted
from .law import Inapplicable, need
from .specs import Spec

CLOSELY = 0.1  # of what is asked of an optimum, where all is well conditioned
LOOSELY = {
    "gated": 1e-4,
    "stacked": 1e-4,
    "new_task": 1e-4,  # on top of log-odds that another fit has to 1e-6
    "mlp": 1e-3,
}  # standard deviations, probabilities
PROVEN = 1e-9
COARSE = {"flags", "integers", "rare", "sparse", "twice", "one_zero", "constant", "flat"}
CHOSEN = ("best_index_", "task_alphas_")


def comparable(spec: Spec) -> bool:
    """Whether fits of a draw can be told apart from rounding: of composed models only benign ones.

    The strength of a new task is its own, which is nothing beside the squares of large features.
    """
    fit_for_it = spec.is_determined if spec.model in DEFINED else spec.is_benign
    if spec.model == "new_task" and spec.scale in ("1e4", "1e6", "1e8", "1e9"):
        return False
    return spec.n < MANY and not spec.is_extreme and fit_for_it


def need_same(
    draw: Draw, other: Draw, back: Callable[[Answers], Answers] = lambda answers: answers
) -> None:
    """Raise Violation unless the fit of another form of a draw agrees with its own; back undoes the change."""
    draw.need_converged()
    other.need_converged()
    if draw.spec.signs == "learned" and agreements(draw) != agreements(other):
        raise Inapplicable("other signs are learned")
    need_same_choice(draw.fitted, other.fitted, of_scores(draw.spec))
    need_same_answers(draw, back(other.answers))


def agreements(draw: Draw) -> dict[frozenset, float]:
    """Return whether each two tasks share with the same sign, or opposite ones, or nothing."""
    model = draw.fitted.model
    if not hasattr(model, "shared_coef_"):
        return {}
    shared = {t: model.shared_coef_[k].ravel() for t, k in model.task_columns_.items()}
    return {
        frozenset((s, t)): float(np.sign(shared[s] @ shared[t]))
        for s, t in combinations(shared, 2)
        if len(shared[s]) == len(shared[t])
    }


def need_same_answers(draw: Draw, other: Answers) -> None:
    """Raise Violation unless answers agree with those of a draw, by the measure that its penalty allows."""
    wanted, spec = draw.answers, draw.spec
    if spec.is_quadratic and spec.model in DEFINED:
        closely = CLOSELY if spec.is_benign else tolerance_of(spec)
        bound = {k: 2 * allowed(a, precision(spec), closely) for k, a in draw.wanted.items()}
        need_answers(other, wanted, bound)
    elif spec.model in DEFINED:
        need_same_loss(draw, other, wanted)
    else:
        need_loosely(draw, other, wanted)


def of_scores(spec: Spec) -> float:
    """Return by how much scores of a search may differ: as rounding moves predictions in folds, or a gap of 1e-6.

    Separated classes have log-odds of hundreds, whose third digit moves no probability, but the log loss of a row that
    was left out. Features that are the same in the rows of a fold share a weight in any way that a norm leaves open.
    """
    if not spec.is_quadratic:
        return np.inf if spec.columns in COARSE else 1e-2
    if spec.is_benign:
        return 1e-6
    if set(spec.tasks) & {"b", "m"}:
        return 5e-3
    return 1e-3 if spec.precision == 32 else 1e-4


def need_same_choice(first: Fitted, other: Fitted, tolerance: float) -> None:
    """Say nothing of searches that chose differently, where their choices nearly tie."""
    a, b = first.model, other.model
    if not hasattr(a, "best_index_"):
        return
    off = np.nanmax(np.abs(a.cv_results_["mean_test_score"] - b.cv_results_["mean_test_score"]))
    need(
        not off > tolerance * (1 + np.nanmax(np.abs(a.cv_results_["mean_test_score"]))),
        f"scores of the search differ by {off:.2g}",
    )
    strengths = [getattr(m, "task_alphas_", {}) for m in (a, b)]
    ratio = b.alpha_ / a.alpha_ if strengths[0] else 1.0
    alike = all(abs(strengths[1][k] / v / ratio - 1) < 1e-9 for k, v in strengths[0].items())
    if a.best_index_ != b.best_index_ or not alike:
        raise Inapplicable("two choices nearly tie")


def need_same_loss(draw: Draw, other: Answers, wanted: Answers) -> None:
    """Compare fits that are each within a relative gap of 1e-9, in their responses to labelled rows.

    Such a gap is at least half of weight times curvature times the square of what raw is off, summed over labels; in
    responses, what they are off, squared, over the largest curvature.
    """
    at, size, unit = draw.objective, draw.solution.size, precision(draw.spec)
    ends, total = np.cumsum([task.width for task in at.tasks]), 0.0
    for task, end in zip(at.tasks, ends, strict=True):
        name = "y0" if draw.spec.model == "groups" else task.name
        a, b = (answers[name][: len(draw.table.X)] for answers in (other, wanted))
        most = {"squared": 1.0, "logistic": 0.25, "softmax": 0.5}.get(task.loss, np.maximum(a, b))
        rounding = ROUNDINGS * unit * size[:, end - task.width : end].astype(float)
        off = np.maximum(0.0, np.abs(a - b) / float(task.scale) - rounding * most)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(off > 0, off**2 / most, 0.0)
        total += float(task.weight @ share.sum(axis=1)) if np.isfinite(a).all() else np.inf
    scale = draw.gap.scale
    need(total <= 8 * PROVEN * scale, f"fits differ by {total / scale:.2g} of the null value")


def need_loosely(draw: Draw, other: Answers, wanted: Answers) -> None:
    """Compare composed models, as closely as their members and folds leave."""
    tolerance = LOOSELY[draw.spec.model] * (1 if draw.spec.precision == 64 else 100)
    bound = {}
    for name, right in wanted.items():
        spread = 1.0
        if draw.table.types[name] in ("regression", "count"):
            spread = max(right.std(), 0.1 * np.nanstd(draw.table.y[name]))
        bound[name] = np.full(right.shape, tolerance * spread)
    need_answers(other, wanted, bound)
