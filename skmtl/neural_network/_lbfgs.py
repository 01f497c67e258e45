"""Training by L-BFGS on all rows at once, in double precision."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize, root
from sklearn.exceptions import ConvergenceWarning

from ..utils import warn
from ._curves import Curves
from ._evaluation import LossEvaluation
from ._samples import Samples
from ._training import Stopping, Trained, Trainer, Watch, total

N_NEWTON = 10
HARDEST = 1e30  # decay per sample, in units of about one loss: it leaves no weights, and larger ones no arithmetic


class Objective:
    """Loss of the rows that one network learns from, and alpha / 2 |W|^2: both per row."""

    def __init__(self, trainer: Trainer, samples: Samples, network: int) -> None:
        rows = np.flatnonzero(samples.learns[:, network])
        self.flat = trainer.flat[network : network + 1].copy()
        self.batch, self.work = trainer.room(samples, np.array([network]), self.flat, len(rows))
        self.batch.take(rows)
        decay = min(trainer.settings.alpha * samples.factor, HARDEST)
        self.decay = decay * trainer.architecture.decayed()

    def __call__(self, flat: np.ndarray) -> tuple[float, np.ndarray]:
        self.flat[0] = flat
        with np.errstate(over="ignore"):
            self.work.forward(self.batch.inputs, ())
            value = float(self.batch.loss.by_task(self.work.raw).sum())
            self.batch.overwrite(self.work.raw)
            self.work.backward()
        value += 0.5 * float(self.decay @ flat**2)
        return value, self.work.gradient[0] + self.decay * flat


class NetworkProgress:
    """What a network reaches, iteration by iteration; called back by the optimiser, which it stops."""

    def __init__(
        self,
        trainer: Trainer,
        samples: Samples,
        network: int,
        held: Sequence[np.ndarray],
        watch: Watch,
    ) -> None:
        self.trainer, self.samples, self.watch = trainer, samples, watch
        self.network = np.array([network])
        self.flat = trainer.flat[network : network + 1].copy()
        self.learning = trainer.evaluation(samples, [np.flatnonzero(samples.learns[:, network])])
        self.holding: LossEvaluation | None = None
        self.stopping = Stopping.of(self.flat, np.full(1, np.inf))
        if held:
            self.holding = trainer.evaluation(samples, [held[network]])
            first = total(self.holding.losses(self.flat), self.holding.weight)
            self.stopping = Stopping.of(self.flat, first)
        self.stopped = False
        self.rows: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, flat: np.ndarray) -> None:
        self.flat[0] = flat
        learnt = self.learning.losses(self.flat)
        loss, left = total(learnt, np.ones_like(learnt)), np.full_like(learnt, np.nan)
        if self.holding:
            left = self.holding.losses(self.flat)
            loss = total(left, self.holding.weight)
        self.rows.append(
            (learnt, left)
        )  # first, so that after an interrupt the epoch kept has its losses
        if self.holding:
            tol = self.trainer.settings.tol
            self.stopping.see(self.epoch, np.zeros(1, dtype=int), self.flat, loss, tol)
        idle = (
            bool(self.holding) and self.stopping.idle[0] >= self.trainer.settings.n_iter_no_change
        )
        kept = self.stopping.best if self.holding else self.flat
        if self.watch(self.epoch, float(np.nanmean(learnt)), float(loss[0]), kept) or idle:
            self.stopped = True
            raise StopIteration

    @property
    def epoch(self) -> int:
        """Number of iterations whose losses are known."""
        return len(self.rows)

    def result(self) -> tuple[np.ndarray, int]:
        """Return the parameters to keep, and the iteration that gave them."""
        if self.holding:
            return self.stopping.best[0], int(self.stopping.best_epoch[0])
        return self.flat[0], self.epoch

    def write(self, curves: Curves) -> None:
        """Add this network to the curves of the others."""
        for epoch, (learnt, left) in enumerate(self.rows, start=1):
            curves.add(epoch, self.network, learnt, left)


def train_by_lbfgs(
    trainer: Trainer, samples: Samples, held: Sequence[np.ndarray], watch: Watch
) -> Trained:
    """Train the networks one after another; those that hold rows out keep what was best on them."""
    curves, n_iter, interrupted = Curves(), 0, False
    best, best_epoch = trainer.flat.copy(), np.zeros(len(trainer.flat), dtype=int)
    for m in range(len(best)):
        progress = NetworkProgress(trainer, samples, m, held, watch)
        try:
            minimise(trainer, samples, m, progress)
        except KeyboardInterrupt:
            interrupted = True
        best[m], best_epoch[m] = progress.result()
        n_iter = max(n_iter, progress.epoch)
        progress.write(curves)
        if interrupted:
            break
    return Trained(best, best_epoch, n_iter, curves, interrupted)


def minimise(trainer: Trainer, samples: Samples, network: int, progress: NetworkProgress) -> None:
    """Minimise the objective of one network; warn where there was too little time."""
    settings = trainer.settings
    options = {
        "maxiter": settings.max_iter,
        "maxfun": 15 * settings.max_iter,
        "gtol": settings.tol,
        "ftol": 0.0,
    }
    objective = Objective(trainer, samples, network)
    start = trainer.flat[network]
    result = minimize(
        objective, start, jac=True, method="L-BFGS-B", callback=progress, options=options
    )
    if progress.stopped:
        return
    if result.nit < settings.max_iter:
        polish(objective, progress)
    else:
        warn(
            f"L-BFGS reached max_iter={settings.max_iter} iterations with a largest gradient of "
            f"{np.abs(result.jac).max():.1e}, above tol={settings.tol:g}",
            ConvergenceWarning,
        )


def polish(objective: Objective, progress: NetworkProgress) -> None:
    """Go on by Newton's method to the tolerance of the gradient, where L-BFGS was stopped by rounding of the value."""

    def gradient(flat: np.ndarray) -> np.ndarray:
        return objective(flat)[1].copy()

    tol = progress.trainer.settings.tol
    reached = np.abs(gradient(progress.flat[0])).max()
    if progress.holding or reached <= tol:
        return
    options = {"fatol": tol, "maxiter": N_NEWTON, "jac_options": {"method": "minres"}}
    result = root(gradient, progress.flat[0].copy(), method="krylov", options=options)
    if np.abs(gradient(result.x)).max() < reached:
        progress.flat[0] = result.x
