"""Training by minibatches: epochs, and when each network stops."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..utils import warn
from ._activations import Activation
from ._adam import SCHEDULES, Adam
from ._curves import Curves
from ._dropout import Dropout
from ._evaluation import LossEvaluation
from ._layers import Architecture
from ._network import Workspace
from ._samples import Batch, Samples
from .balancing import Balancing

SOLVED_EVERY = 8  # steps that go with the same weights of shared gradients
ENOUGH = 1000  # rows to take a training loss on

Watch = Callable[[int, float, float, np.ndarray], bool]  # epoch, losses, parameters kept


class Settings(NamedTuple):
    """How to train. batch_size is a number, or "auto"."""

    batch_size: int | str
    learning_rate_init: float
    schedule: str
    alpha: float
    dropout: float
    max_iter: int
    n_iter_no_change: int
    tol: float

    def rows_of_batch(self, n_samples: int) -> int:
        """Return the number of rows of a batch; "auto": about a twentieth of all, a power of two from 16 to 256."""
        if self.batch_size != "auto":
            return min(int(self.batch_size), n_samples)
        wanted = min(max(n_samples // 20, 16), 256)
        return min(1 << (wanted.bit_length() - 1), n_samples)

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch, counted from 0."""
        return self.learning_rate_init * SCHEDULES[self.schedule](epoch / self.max_iter)


class Trained(NamedTuple):
    """Parameters of all networks, the epochs that gave them, and how it went."""

    flat: np.ndarray
    best_epoch: np.ndarray
    n_iter: int
    curves: Curves
    interrupted: bool


@dataclass
class Trainer:
    """Networks in training: parameters, moments, and the weights of the tasks."""

    architecture: Architecture
    activation: type[Activation]
    flat: np.ndarray
    settings: Settings
    balancing: Balancing
    random: np.random.Generator

    def __post_init__(self) -> None:
        self.adam = Adam.of(self.flat, self.settings.alpha)

    def keep(self, networks: np.ndarray) -> None:
        """Go on with some of the networks."""
        self.flat = self.flat[networks]
        self.adam = self.adam.keep(networks)
        self.balancing.keep(networks)

    def epoch(self, samples: Samples, networks: np.ndarray, rate: float) -> None:
        """Go once through the rows that any of the networks learns from."""
        rows = np.flatnonzero(samples.learns[:, networks].any(axis=1))
        n_rows = min(samples.rows_of_batch, len(rows))
        # Batches are of one size: the last is filled up from the first rows.
        n_batches = -(-len(rows) // n_rows)
        order = np.resize(self.random.permutation(rows), n_batches * n_rows)
        batch, work = self.room(samples, networks, self.flat, n_rows)
        weights = [layer.W for layer in work.layers]
        shapes = [A.shape for A in work.hidden]
        dropout = Dropout(self.settings.dropout, shapes, self.flat.dtype, self.random)
        dropout.refill()
        shared = SharedWeights(self.balancing)
        for some in order.reshape(n_batches, n_rows):
            batch.take(some)
            work.forward(batch.inputs, dropout.draw())
            if self.balancing.needs_losses:
                self.balancing.see_batch(losses_of(batch, work.raw))
            batch.overwrite(work.raw)
            if self.balancing.weights is not None:
                owner = list(self.architecture.task_of_column)
                work.raw *= self.balancing.weights[:, None, owner]
            work.backward(shared.of_step if shared.are_used else None)
            self.adam.step(self.flat, work.gradient, rate, weights)

    def room(
        self, samples: Samples, networks: np.ndarray, flat: np.ndarray, n_rows: int
    ) -> tuple[Batch, Workspace]:
        """Return room for batches, and for networks at work on them."""
        with_ones = bool(self.architecture.hidden) and not samples.is_sparse
        batch = Batch(samples, n_rows, networks, with_ones)
        return batch, Workspace(self.architecture, self.activation, flat, n_rows, with_ones)

    def evaluation(self, samples: Samples, rows: Sequence[np.ndarray]) -> LossEvaluation:
        """Return what judges each network on the rows given for it."""
        return LossEvaluation(self.architecture, self.activation, samples, rows)


class SharedWeights:
    """Weights of the tasks' gradients in shared layers, computed anew every few steps."""

    def __init__(self, balancing: Balancing) -> None:
        self.balancing = balancing
        self.are_used = balancing.weighs_shared
        self.n_steps = 0
        self.weights: np.ndarray | None = None

    def of_step(self, gram: Callable[[], np.ndarray]) -> np.ndarray:
        """Return the weights for this step."""
        if self.weights is None or self.n_steps % SOLVED_EVERY == 0:
            self.weights = self.balancing.shared_weights(gram)
        self.n_steps += 1
        return self.weights


def losses_of(batch: Batch, raw: np.ndarray) -> np.ndarray:
    """Return the mean loss per label of each network and task in a batch; NaN where there is no label."""
    seen = np.ones((len(batch.rows), len(raw)))
    if batch.learns is not None:
        seen = batch.learns[:, batch.networks]
    losses = np.empty((len(raw), batch.loss.n_tasks))
    for m in range(len(raw)):
        loss = batch.loss.over(batch.loss.y, batch.loss.weight * seen[:, m : m + 1])
        with np.errstate(invalid="ignore", divide="ignore"):
            losses[m] = loss.by_task(raw[m : m + 1])[0] / loss.weight.sum(axis=0)
    return losses


@dataclass
class Stopping:
    """What each network reached on the rows it holds out, and whether it goes on."""

    best: np.ndarray
    best_loss: np.ndarray
    best_epoch: np.ndarray
    goal: np.ndarray
    idle: np.ndarray

    @classmethod
    def of(cls, flat: np.ndarray, loss: np.ndarray) -> "Stopping":
        """Start from the parameters that the networks begin with."""
        n = len(flat)
        return cls(flat.copy(), loss.copy(), np.zeros(n, int), loss.copy(), np.zeros(n, int))

    def see(
        self, epoch: int, networks: np.ndarray, flat: np.ndarray, loss: np.ndarray, tol: float
    ) -> None:
        """Keep parameters that are better than all before; count epochs without a gain of tol."""
        better = loss < self.best_loss[networks]
        who = networks[better]
        self.best[who], self.best_loss[who] = flat[better], loss[better]
        self.best_epoch[who] = epoch
        gained = loss < self.goal[networks] - tol
        self.goal[networks[gained]] = loss[gained]
        self.idle[networks] += 1
        self.idle[networks[gained]] = 0


def total(losses: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the mean loss per label over all tasks; weight is that of the labels, of the shape of losses."""
    return np.sum(np.where(weight > 0, losses, 0.0) * weight, axis=1) / weight.sum(axis=1)


def train(trainer: Trainer, samples: Samples, held: Sequence[np.ndarray], watch: Watch) -> Trained:
    """Train until every network has gone its patience without a gain on the rows it holds out.

    Each network ends with the parameters that were best on these rows. An interrupt by the user ends the training.
    """
    settings, curves = trainer.settings, Curves()
    networks = np.arange(len(trainer.flat))
    learning = trainer.evaluation(samples, seen_rows(samples, held, trainer.random))
    holding = trainer.evaluation(samples, held)
    first = holding.losses(trainer.flat)
    curves.add(0, networks, learning.losses(trainer.flat), first)
    stopping = Stopping.of(trainer.flat, total(first, holding.weight))
    epoch, interrupted = 0, False
    try:
        while epoch < settings.max_iter and len(networks):
            trainer.epoch(samples, networks, settings.rate(epoch))
            epoch += 1
            learnt, left = learning.losses(trainer.flat), holding.losses(trainer.flat)
            trainer.balancing.see_epoch(learnt)
            curves.add(epoch, networks, learnt, left)
            loss = total(left, holding.weight)
            stopping.see(epoch, networks, trainer.flat, loss, settings.tol)
            if watch(epoch, float(np.nanmean(learnt)), float(loss.mean()), stopping.best):
                break
            going = stopping.idle[networks] < settings.n_iter_no_change
            if not going.all():
                networks = networks[going]
                for each in (trainer, learning, holding):
                    each.keep(going)
        else:
            warn_of_the_end(settings, len(networks), len(stopping.best))
    except KeyboardInterrupt:
        interrupted = True
    return Trained(stopping.best, stopping.best_epoch, epoch, curves, interrupted)


def warn_of_the_end(settings: Settings, n_going: int, n_networks: int) -> None:
    """Warn where the epochs were over before the patience of some networks."""
    if n_going:
        warn(
            f"MultiTaskMLP reached max_iter={settings.max_iter} epochs while the loss on held-out rows of {n_going} of "
            f"{n_networks} networks still fell, within n_iter_no_change={settings.n_iter_no_change} epochs: allow more "
            "of them, or raise learning_rate_init",
            ConvergenceWarning,
        )


def seen_rows(
    samples: Samples, held: Sequence[np.ndarray], random: np.random.Generator
) -> list[np.ndarray]:
    """Return, for each network, as many rows it learns from as it holds out, or enough, for its training loss."""
    seen = []
    for held_out, learns in zip(held, samples.learns.T):
        rows = np.flatnonzero(learns)
        seen.append(random.choice(rows, size=min(len(held_out), len(rows), ENOUGH), replace=False))
    return seen
