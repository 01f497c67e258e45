"""The definition of the penalty of a fit, with the signs and the strengths that the fit chose."""

import numpy as np
from certificates import Task

from .fits import Fitted
from .law import Inapplicable
from .penalties import Strengths, defined, mean_prior
from .specs import Spec

BALANCED = {"glm", "glm_cv", "independent"}


def prior_of(spec: Spec, strengths: Strengths, fitted: Fitted, tasks: list[Task]):
    """Return the definition of the penalty of a fit."""
    alpha, sharing, model = strengths.first, spec.sharing, fitted.model
    if spec.model == "independent":
        sharing = 0.0
    elif spec.model == "ridge_cv":
        alpha, sharing = model.penalty_.alpha, model.penalty_.sharing
    elif spec.model == "logistic_cv":
        alpha, sharing = 1 / model.C_, model.sharing_
    elif spec.model == "glm_cv":
        strengths = strengths.times(model.alpha_)
    if spec.penalty != "mean" or spec.model in ("glm", "glm_cv"):
        return defined(spec, strengths, tasks, signs_of(fitted, tasks, sharing))
    q = signs_of(fitted, tasks, sharing)
    return mean_prior(
        tasks, alpha, sharing, q, pool=spec.pool == "yes", balance=spec.model in BALANCED
    )


def signs_of(fitted: Fitted, tasks: list[Task], sharing: float) -> np.ndarray:
    """Return the signs with which a fit shares, a column each, from the shared parts of its coefficients."""
    width = [task.width for task in tasks]
    q = np.ones(sum(width))
    shared = getattr(fitted.linear, "shared_coef_", None)
    if sharing == 0.0 or fitted.spec.signs == "same" or shared is None:
        return q
    if not np.isfinite(shared).all():
        raise Inapplicable("not finite")
    blocks = [  # of length one: products of 1e-165 would vanish
        block / (np.abs(block).max(initial=0.0) or 1.0)
        for block in np.split(np.asarray(shared, float), np.cumsum(width)[:-1])
    ]
    if fitted.spec.pools and not all(block.any() for block in blocks):
        raise Inapplicable("coefficients do not show the signs by which intercepts are pooled")
    signs = []
    for task, block in zip(tasks, blocks, strict=True):
        kin = [
            b for other, b in zip(tasks, blocks, strict=True) if related(other, task) and b.any()
        ]
        sign = 1.0 if block.any() else 0.0  # nothing shared: no sign was clear
        if block.any() and kin:
            sign = np.sign((block * kin[0]).sum())
        signs += [sign] * task.width
    return np.array(signs)


def related(a: Task, b: Task) -> bool:
    """Whether two tasks may share."""
    several = (a.loss == "softmax", b.loss == "softmax")
    return a.classes == b.classes if all(several) else not any(several)
