"""A fit ends in time, with finite numbers or a clear refusal."""

import re
from typing import ClassVar

import numpy as np

from skmtl import MultiTaskGLM
from skmtl.penalties import Composite, Penalty, Term

from .draws import LINEAR, MANY, Draw
from .fits import fit
from .law import Inapplicable, Violation, law, need
from .left_out import scores_by_refitting
from .specs import CROSS_VALIDATED, Spec, may_overflow

NAMES = r"\bX\b|\by\b|'y\d'|task|weight|alpha|\bC\b|feature|target|class|label|sample|\bcv\b|fold"
ATTRIBUTES = ("coef_", "intercept_", "shared_coef_", "specific_coef_", "common_coef_")
FEW_ITERATIONS = (1, 3)


@law("errors", always=True)
def errors(draw: Draw) -> None:
    """Valid data are fitted; what is beyond doubles, or too little for folds, is refused by a message that names it."""
    error = draw.outcome
    if not isinstance(error, Exception):
        return
    text = f"{type(error).__name__}: {' '.join(str(error).split())}"
    is_clear = isinstance(error, ValueError | TypeError) and re.search(NAMES, str(error))
    if not is_clear or isinstance(error, np.linalg.LinAlgError):
        raise Violation(text)
    may_refuse = draw.spec.is_extreme or draw.spec.model in CROSS_VALIDATED
    need(may_refuse, f"refused valid data: {text}")


@law("finite", always=True)
def finite(draw: Draw) -> None:
    """Attributes and predictions are finite numbers, probabilities add up to one, and no gap is NaN."""
    model = draw.fitted.model
    for part in {id(m): m for m in (model, draw.fitted.linear)}.values():
        for name in (a for a in ATTRIBUTES if hasattr(part, a)):
            value = np.asarray(getattr(part, name))
            need(bool(np.isfinite(value).all()), f"{name} = {value.ravel()[:3]}")
    claimed = getattr(draw.fitted.linear, "dual_gap_", 0.0)
    need(claimed >= 0, f"dual_gap_ = {claimed}")
    table = draw.table
    labelled = dict(zip(table.y, table.pair_weight.T > 0, strict=True))
    try:
        answers = draw.answers
    except ValueError as error:
        need(may_overflow(draw.spec) and "finite" in str(error), f"{error}")
        raise Inapplicable("means overflow") from error
    for name, answer in answers.items():
        kind = table.types[name]
        if kind == "count":  # whose means may overflow where nothing was seen
            answer = answer[: len(table.X)][labelled[name]]
        need(np.isfinite(answer).all(), f"predictions of {name}: {answer.ravel()[:3]}")
        if kind == "multiclass":
            total = answer.sum(axis=1)
            need(np.abs(total - 1).max() < 1e-5, f"probabilities of {name}: {total[:3]} in all")


@law("iterations", lambda spec: spec.model in LINEAR | {"mlp"} and spec.n < MANY)
def iterations(draw: Draw) -> None:
    """No fit takes more than max_iter iterations."""
    if draw.spec.model == "groups":
        raise Inapplicable("the estimator inside has max_iter")
    limit, fitted = FEW_ITERATIONS[draw.spec.seed % 2], draw.fitted.model
    counts = [(1000, fitted.n_iter_)] if draw.spec.model in LINEAR else []
    counts.append((limit, fit(draw.spec, draw.estimator(max_iter=limit), draw.table).model.n_iter_))
    for most, count in counts:
        need(count <= most, f"max_iter={most}, n_iter_={count}")


class NotANumber(Term):
    """An L1 norm that has lost its value."""

    by_rows = True

    def value(self, V):
        """Return NaN."""
        return float("nan")

    def prox(self, V, step):
        """Shrink."""
        return np.sign(V) * np.maximum(np.abs(V) - step, 0)

    def dual_norm(self, U):
        """Return the largest entry."""
        return float(np.abs(U).max(initial=0))

    def conjugate(self, U):
        """Return zero."""
        return 0.0


class LostPenalty(Penalty):
    """A penalty of somebody's, with a mistake in it."""

    _rules: ClassVar = {}

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def bind(self, columns, separate):
        """Return the penalty of these columns."""
        return Composite(columns.u, (NotANumber(),))


@law("lost_value", lambda spec: spec.model == "glm" and not spec.is_extreme and spec.seed % 8 == 0)
def lost_value(draw: Draw) -> None:
    """A penalty whose value is NaN certifies nothing: the fit raises, or its dual_gap_ is not small."""
    try:
        model = fit(draw.spec, MultiTaskGLM(LostPenalty(), max_iter=20), draw.table).model
    except (ValueError, ArithmeticError):
        return
    need(not model.dual_gap_ <= 1e-6, f"dual_gap_ = {model.dual_gap_}")


def leaves_rows_out(spec: Spec) -> bool:
    """Whether a draw is a ridge regression chosen by leaving rows out, small enough to be refitted."""
    return (
        spec.model == "ridge_cv" and spec.folds == "rows" and spec.n <= 30 and not spec.is_extreme
    )


@law("left_out", leaves_rows_out, always=True)
def left_out(draw: Draw) -> None:
    """The scores of MultiTaskRidgeCV are those of refitting without each row."""
    results = draw.fitted.model.cv_results_
    for name, right in scores_by_refitting(draw).items():
        score = float(results[f"mean_test_{name}"][0])
        same = abs(score - right) <= 1e-4 * (1 + abs(right)) or (
            np.isnan(score) and np.isnan(right)
        )
        need(bool(same), f"score of {name}: {score:.6g}, {right:.6g} by refitting")
