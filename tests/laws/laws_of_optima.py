"""A fit is the optimum of its objective, and its certificate says so."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from references import solve_by_cvxpy

from . import losses
from .closeness import allowed, need_answers, precision, tolerance_of
from .comparisons import PROVEN
from .draws import DEFINED, LINEAR, MANY, Draw
from .features import power_of_two
from .gaps import problem_of
from .law import Inapplicable, law, need
from .penalties import LINEAR as LINEAR_IN_X
from .specs import Spec

SURELY = 1e-12  # relative duality gap below which a fit does not warn


def near_optimum(draw: Draw) -> None:
    """Compare a fit with the optimum."""
    draw.need_converged()
    optimum = draw.wanted
    wanted = {k: losses.response(a.loss, a.raw).astype(float) for k, a in optimum.items()}
    bound = {
        k: allowed(a, precision(draw.spec), tolerance_of(draw.spec)) for k, a in optimum.items()
    }
    need_answers(draw.answers, wanted, bound)


def has_optimum(spec: Spec) -> bool:
    """Whether the optimum of a draw can be gap from its definition."""
    return spec.is_quadratic and spec.model in DEFINED and spec.is_determined


def is_representable(spec: Spec) -> bool:
    """Whether the squares of the targets do not vanish in the units that are fitted."""
    return spec.scaled == "yes" or spec.size != "1e-165"


@law(
    "squares",
    lambda spec: has_optimum(spec) and spec.is_squares and is_representable(spec),
    always=True,
)
def squares(draw: Draw) -> None:
    """Regressions with quadratic penalties are solved as by QR in extended precision, or the fit warns."""
    near_optimum(draw)


@law("smooth", lambda spec: has_optimum(spec) and not spec.is_squares, always=True)
def smooth(draw: Draw) -> None:
    """Other losses with quadratic penalties are solved as by Newton's method, or the fit warns."""
    near_optimum(draw)


def is_certified(spec: Spec) -> bool:
    """Whether a draw has a certificate that can be recomputed."""
    one_intercept = (
        spec.pool == "yes" and spec.sharing == 1.0
    )  # of which certificates.py knows nothing
    return spec.model in LINEAR and not spec.is_extreme and not one_intercept and spec.n < MANY


@law("certificate", is_certified, always=True)
def certificate(draw: Draw) -> None:
    """A fit is within 1e-9 of the optimum on the data as given, or warns; dual_gap_ claims no hundredth of that."""
    gap, claimed = draw.gap, float(draw.fitted.linear.dual_gap_)
    text = f"gap {gap.relative:.2g}, dual_gap_ {claimed:.2g}"
    need(gap.relative <= PROVEN or draw.fitted.unconverged, f"{text}, no warning")
    # Of other penalties the gap is a bound, and so is the claim: neither need be the smaller one.
    if draw.spec.is_quadratic and gap.relative > PROVEN:
        need(claimed >= 0.01 * gap.relative, f"{text}: claims too much")


@law("warning", is_certified, always=True)
def warning(draw: Draw) -> None:
    """A fit warns where dual_gap_ is above 1e-9, and not where it is below 1e-12, but for rounding far from zero."""
    fitted = draw.fitted
    claimed, warned = float(fitted.linear.dual_gap_), fitted.unconverged
    need(claimed <= PROVEN or warned, f"dual_gap_ {claimed:.2g}, no warning")
    if not draw.spec.model.endswith("_cv"):  # whose folds may warn
        need(claimed > SURELY or not fitted.stalled, f"dual_gap_ {claimed:.2g}: {fitted.warned}")
        is_rounded = warned and not fitted.stalled
        need(not is_rounded or draw.spec.intercept == "no", f"with an intercept: {fitted.warned}")


@law("converges", lambda spec: is_certified(spec) and spec.is_benign, always=True)
def converges(draw: Draw) -> None:
    """A fit of well-conditioned data ends at its optimum, without a warning."""
    fitted = draw.fitted
    need(draw.spec.model.endswith("_cv") or not fitted.stalled, f"{fitted.warned}")


def has_extreme_units(spec: Spec) -> bool:
    """Whether a draw is beyond the range of doubles in units that its penalty lets one change."""
    unscaled = spec.scaled == "no" and spec.size != "1"
    return spec.is_extreme and spec.model == "glm" and spec.penalty in LINEAR_IN_X and not unscaled


@law("extreme_certificate", has_extreme_units, always=True)
def extreme_certificate(draw: Draw) -> None:
    """Beyond the range of doubles too a fit is within 1e-9 of the optimum, or warns, or is refused: in other units."""
    c = power_of_two(np.abs(draw.table.X).max())
    draw.need_converged()
    model = draw.fitted.model
    if not np.isfinite(model.coef_).all():
        raise Inapplicable("not finite")
    other = Draw(
        draw.spec, draw.make, draw.table.inputs(lambda X: X / c), draw.strengths.times(1 / c)
    )
    parts = {name: part * c for name, part in getattr(model, "components_", {}).items()}
    there = {"coef_": model.coef_ * c, "intercept_": model.intercept_}
    there |= {"components_": parts} if parts else {}
    other.outcome = replace(draw.fitted, model=SimpleNamespace(**there))
    need(
        other.gap.relative <= PROVEN,
        f"gap {other.gap.relative:.2g}, dual_gap_ {model.dual_gap_:.2g}, no warning",
    )


def is_for_cvxpy(spec: Spec) -> bool:
    """Whether a draw is one of the few that cvxpy solves, with numbers of middling size."""
    middling = spec.scale == "1" and spec.offset in ("0", "2") and spec.count != "1e4"
    even = spec.weight not in ("ratio", "pairs") and spec.level in ("0", "10")
    small = spec.n * spec.d <= 600 and spec.seed % 4 == 0
    return is_certified(spec) and middling and even and small and not spec.is_quadratic


@law("kinked", is_for_cvxpy, always=True)
def kinked(draw: Draw) -> None:
    """No point that cvxpy finds is better by more than a part in a million."""
    draw.need_converged()
    problem = problem_of(draw.objective)
    try:
        value, parts, b = solve_by_cvxpy(problem, draw.objective.fit_intercept)
    except Exception as error:
        raise Inapplicable("cvxpy fails") from error
    if value is None or not np.isfinite(value):
        raise Inapplicable("cvxpy has no solution")
    here = problem.value(
        [p.astype(float) for p in draw.solution.parts], draw.solution.b.astype(float)
    )
    lower = (here - problem.value(parts, b) - draw.gap.rounding) / draw.gap.scale
    need(lower <= 1e-6, f"cvxpy is lower by {lower:.2g} of the null value")
