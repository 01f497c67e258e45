"""Small networks and their losses: as the package builds them, and written plainly from the documentation."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from certificates import Task, describe, loss_value
from scipy import sparse
from scipy.special import expit
from zoo import patients

from skmtl import TaskTargets
from skmtl.neural_network._activations import ACTIVATIONS
from skmtl.neural_network._inputs import Inputs
from skmtl.neural_network._layers import Architecture
from skmtl.neural_network._prepare import prepare
from skmtl.neural_network._samples import Samples
from skmtl.neural_network._training import Settings, Trainer
from skmtl.neural_network.balancing import Sum
from skmtl.tasks import FitData

TYPES = {
    "days": "regression",
    "cost": "regression",
    "died": "binary",
    "cured": "binary",
    "visits": "count",
    "stage": "multiclass",
    "grade": "multiclass",
}
SETTINGS = Settings("auto", 0.002, "constant", 1.0, 0.0, 10, 5, 1e-4)
PLAIN = {
    "relu": lambda z: np.maximum(z, 0.0),
    "tanh": np.tanh,
    "logistic": expit,
    "identity": lambda z: z,
}


@dataclass
class Small:
    """A few networks on one batch; tasks are in the order of their columns."""

    architecture: Architecture
    activation: str
    flat: np.ndarray
    samples: Samples
    tasks: list[Task]
    X: np.ndarray
    rows: np.ndarray
    masks: list[np.ndarray]
    learns: np.ndarray
    loss: Any
    networks: Any = None

    def work(self):
        """Return a workspace after its forward pass, and the batch; networks says which of all these are."""
        activation, n = ACTIVATIONS[self.activation], len(self.flat)
        balancing = Sum(n, len(self.tasks), None)
        trainer = Trainer(self.architecture, activation, self.flat, SETTINGS, balancing, None)
        networks = np.arange(n) if self.networks is None else self.networks
        batch, work = trainer.room(self.samples, networks, self.flat, len(self.rows))
        batch.take(self.rows)
        work.forward(batch.inputs, self.masks)
        return work, batch

    def columns(self, t):
        """Columns of a task."""
        return np.flatnonzero(np.array(self.architecture.task_of_column) == t)

    def shared(self, m, flat):
        """Values that the tasks share in network m, which has the parameters flat."""
        A = self.X[self.rows]
        for step, layer in enumerate(self.layers(flat)[: len(self.architecture.hidden)]):
            A = PLAIN[self.activation](A @ layer[0] + layer[1])
            A = A * self.masks[step][m] if self.masks else A
        return A

    def above(self, m, flat, A):
        """Raw predictions from what is shared, each task on its own path."""
        n_shared = len(self.architecture.hidden)
        *own, (W, b) = self.layers(flat)[n_shared:]
        raw = np.empty((len(A), self.architecture.n_columns))
        for t in range(len(self.tasks)):
            H = A
            for step, (V, c) in enumerate(own):
                H = PLAIN[self.activation](H @ V[t] + c[t])
                H = H * self.masks[n_shared + step][m, t] if self.masks else H
            at = self.columns(t)
            raw[:, at] = H @ W[:, at] + b[:, at]
        return raw

    def layers(self, flat):
        """Weights and biases of one network."""
        return [(W[0], b[0]) for W, b in self.architecture.layers(flat[None])]

    def losses(self, m, raw):
        """Loss of each task on the batch, over its rows, of those that network m learns from."""
        found = []
        for t, task in enumerate(self.tasks):
            own = replace(task, y=task.y[self.rows], weight=task.weight[self.rows])
            each = own.weight * loss_value(own, raw[:, self.columns(t)])
            found.append((self.learns[self.rows, m] * each).sum() / len(self.rows))
        return np.array(found)

    def value(self, m, flat):
        """What the gradient is of."""
        return self.losses(m, self.above(m, flat, self.shared(m, flat))).sum()


def small(
    names=tuple(TYPES),
    hidden=(5, 4),
    task_hidden=(),
    activation="tanh",
    *,
    n_networks=3,
    is_sparse=False,
    dropout=True,
    held=True,
    n_rows=12,
    seed=0,
):
    """Make networks with random parameters; labels are missing and weighted, members hold rows out."""
    rng = np.random.default_rng(seed)
    X, y = patients(seed, n=40)
    y = {name: y[name] for name in names}
    weight = rng.uniform(0.5, 2.0, (len(X), len(y)))
    X[np.abs(X) < 0.5] = 0.0
    X = sparse.csr_matrix(X) if is_sparse else X
    targets = TaskTargets(y, {name: TYPES[name] for name in names})
    prepared = prepare(FitData(X, targets, weight, None, frozenset()), None, None, True)
    rows = prepared.rows
    inputs = Inputs(True, False).fit(X[rows], None)
    out = [np.arange(m, len(rows), 4) for m in range(n_networks)] if held else []
    samples = Samples.of(X[rows], inputs, prepared.loss, out, n_networks, np.float64, n_rows)
    made = inputs.transform(X[rows], np.float64)
    owner = tuple(prepared.loss.task_of_column.tolist())
    architecture = Architecture(made.shape[1], hidden, task_hidden, owner)
    learns = np.ones((len(rows), n_networks))
    for m, own in enumerate(out):
        learns[own, m] = 0.0
    batch = rng.permutation(len(rows))[:n_rows]
    shapes = [(n_networks, n_rows, units) for units in hidden]
    shapes += [(n_networks, len(y), n_rows, units) for units in task_hidden]
    masks = [(rng.random(shape) < 0.7) / 0.7 for shape in shapes] if dropout else []
    flat = 0.5 * rng.normal(size=(n_networks, architecture.size))
    tasks = in_inner_units(describe(np.zeros(X.shape), y, targets.task_types, weight=weight), rows)
    tasks = [next(t for t in tasks if t.name == name) for name in prepared.targets]
    made = made.toarray() if is_sparse else made
    loss = prepared.loss
    return Small(architecture, activation, flat, samples, tasks, made, batch, masks, learns, loss)


def in_inner_units(tasks, rows):
    """Take means from regressions, divide counts by theirs, and give weights a mean of one."""
    made = []
    mean = np.mean([task.weight[rows] for task in tasks])
    for task in tasks:
        own = np.average(task.y, axis=0, weights=task.weight)
        y = {"squared": task.y - own, "poisson": task.y / own}.get(task.loss, task.y)
        made.append(replace(task, y=y[rows], weight=task.weight[rows] / mean))
    return made
