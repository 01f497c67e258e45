"""A draw: its table, its estimator, the fit, and what the optimum is by its definition."""

from functools import cached_property

import numpy as np

from . import penalties
from .fits import Answers, Fitted, fit
from .gaps import Gap, Solution, excess_over, gap_of
from .law import Inapplicable, Violation
from .models import estimator
from .objectives import Objective, Setting, deviation, objective
from .optimum import Answer, Optimum, Uncertain, optimum
from .penalties import Strengths
from .priors import prior_of
from .specs import Spec
from .tables import Table, groups_as_tasks, table_of

LINEAR = {"ridge", "logistic", "glm", "groups", "ridge_cv", "logistic_cv", "glm_cv"}
DEFINED = LINEAR | {"independent"}
LARGEST = 2_000_000  # labels times coefficients that are worth an optimum in extended precision
MANY = 200  # rows, above which little is checked
UNBOUND = lambda tasks: None  # where the penalty does not matter


class Draw:
    """A spec, and all that is made of it, once. make makes the estimator; a table and strengths may be given."""

    def __init__(self, spec: Spec, make=estimator, table=None, strengths=None) -> None:
        self.spec, self.make = spec, make
        self.table: Table = table_of(spec) if table is None else table
        if strengths is not None:
            self.strengths = strengths

    @cached_property
    def tasks(self):
        """The tasks as the definitions of penalties want them."""
        return self._objective(UNBOUND).tasks

    @cached_property
    def strengths(self) -> Strengths:
        """The strengths of the penalty."""
        at = self._objective(UNBOUND)
        return penalties.strengths_of(self.spec, self.table.unit, at)

    def estimator(self, **params):
        """Return the unfitted estimator."""
        penalty = penalties.penalty_of(self.spec, self.strengths, self.tasks)
        return self.make(self.spec, self.table, self.strengths.first, penalty, **params)

    @cached_property
    def outcome(self) -> Fitted | Exception:
        """The fit, or what it raised."""
        try:
            return fit(self.spec, self.estimator(), self.table)
        except Exception as error:  # which is what a law is about
            return error

    @property
    def fitted(self) -> Fitted:
        """The fit; of one that raised only the law of errors says anything."""
        if isinstance(self.outcome, Exception):
            raise Inapplicable("raised")
        return self.outcome

    def need_converged(self) -> None:
        """Say nothing of a fit that warns that it may be off; a tiny network always does."""
        if self.fitted.unconverged and self.spec.model != "mlp":
            raise Inapplicable("not converged, and says so")

    def changed(self, table: Table, spec: Spec | None = None, factor: float = 1.0) -> "Draw":
        """Return the same problem in another form, which must be fitted where this one is."""
        self.need_converged()
        spec = self.spec if spec is None else spec
        other = Draw(spec, self.make, table, self.strengths.times(factor))
        if isinstance(other.outcome, Exception):
            error = other.outcome
            raise Violation(f"the other fit: {type(error).__name__}: {error}") from error
        return other

    @property
    def points(self) -> np.ndarray:
        """The rows that are predicted: all, or of very many a few, and the new ones."""
        return np.vstack([self.table.X[:MANY], self.table.X_new])

    @property
    def answers(self) -> Answers:
        """What the fit answers for these rows."""
        table = self.table
        group = None if table.group is None else np.concatenate([table.group, table.group_new])
        return self.fitted.answers(self.points, group)

    @cached_property
    def objective(self) -> Objective:
        """The objective, with signs and strengths as the fit chose them."""
        fitted = self.fitted
        return self._objective(lambda tasks: prior_of(self.spec, self.strengths, fitted, tasks))

    def _objective(self, define) -> Objective:
        spec, table = self.spec, self.table
        setting = setting_of(spec)
        if spec.model != "groups":
            return objective(table, define, setting)
        y, s = table.y["y0"].astype(np.longdouble), table.pair_weight[:, 0]
        mean = s @ y / s.sum()
        is_scaled = setting.scale_targets and spec.tasks == "r"
        scale = deviation(y - mean, s, mean) if is_scaled else 1.0
        by_group = groups_as_tasks(table)
        scales = dict.fromkeys(by_group.y, scale)
        return objective(by_group, define, setting._replace(scales=scales))

    @cached_property
    def solution(self) -> Solution:
        """The coefficients of the fit, in the units of the objective."""
        solution = Solution.of(self.objective, self.fitted.linear)
        if not all(np.isfinite(part).all() for part in [*solution.parts, solution.b]):
            raise Inapplicable("not finite")
        return solution

    @cached_property
    def best(self) -> Optimum:
        """The optimum, where it is known for certain."""
        spec, table = self.spec, self.table
        if not (spec.is_quadratic and spec.model in DEFINED):
            raise Inapplicable("no quadratic penalty")
        n_coefs = table.X.shape[1] * sum(task.width for task in self.tasks)
        if n_coefs * np.count_nonzero(table.pair_weight) > LARGEST:
            raise Inapplicable("too large")
        try:
            return optimum(self.objective, self.points)
        except Uncertain as error:
            raise Inapplicable("the optimum is not certain") from error

    @property
    def wanted(self) -> dict[str, Answer]:
        """The answers of the optimum for the rows that are predicted."""
        answers = self.best.answers
        if self.spec.model == "groups":
            group = np.concatenate([self.table.group, self.table.group_new])
            return {"y0": of_group(answers, group)}
        return dict(zip([task.name for task in self.tasks], answers, strict=True))

    @cached_property
    def gap(self) -> Gap:
        """How far the fit is above the optimum; of penalties that are no quadratics a bound, the duality gap."""
        if self.spec.is_quadratic:
            return excess_over(self.objective, self.solution, self.best.W, self.best.b)
        return gap_of(self.objective, self.solution)


def setting_of(spec: Spec) -> Setting:
    """Return the parameters of the objective of a draw."""
    return Setting(spec.intercept == "yes", spec.pools, spec.scaled == "yes")


def of_group(answers: list[Answer], group: np.ndarray) -> Answer:
    """Return the answer of the task of each row's group."""
    pick = lambda name: np.array([getattr(answers[g], name)[i] for i, g in enumerate(group)])
    spread = max(answer.deviation for answer in answers)
    return Answer(answers[0].loss, pick("raw"), pick("slack"), pick("size"), spread)
