"""Contestants that train one network on all tasks: the same units, batches, epochs, learning rate and precision."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skmtl import MultiTaskMLP

from .problems import Problem
from .rivals import Contestant
from .rivals_norms import quiet

OURS, SKLEARN, TORCH = "MultiTaskMLP", "scikit-learn's MLP", "PyTorch"
PRODUCTS = "(matrix products alone)"
DECAY = 0.01
HELD_OUT = 0.1  # share of the rows that each scores after every epoch

Means = Callable[[np.ndarray], np.ndarray]  # from inputs to probabilities or means, a column a task


@dataclass(frozen=True)
class Plan:
    """What all do alike."""

    hidden: tuple[int, ...] = (64, 64)
    batch: int = 200
    rate: float = 1e-3

    def __str__(self):
        return f"hidden {self.hidden}, batch {self.batch}".replace(",)", ")")


def ours(plan: Plan, epochs: int, **options) -> Contestant:
    """skmtl's network: one member, no dropout, data as they are, and the weight decay of torch's AdamW."""
    options = {"n_members": 1, "dropout": 0.0, "standardize": False, "alpha": DECAY, **options}

    @quiet
    def fit(problem: Problem):
        model = MultiTaskMLP(
            plan.hidden,
            batch_size=plan.batch,
            learning_rate_init=plan.rate,
            max_iter=epochs,
            n_iter_no_change=epochs + 1,
            validation_fraction=HELD_OUT,
            task_types="binary" if problem.binary else "regression",
            random_state=0,
            **options,
        )
        return model.fit(problem.X, problem.y)

    return Contestant(OURS, fit, read_ours)


def read_ours(model: MultiTaskMLP) -> Means:
    """Read a model of all tasks."""
    if set(model.task_types_.values()) == {"regression"}:
        return model.predict

    def means(X: np.ndarray) -> np.ndarray:
        found = model.predict_proba(X)
        return np.column_stack([found[name][:, 1] for name in model.tasks_])

    return means


def sklearn_mlp(plan: Plan, epochs: int, early_stopping: bool = True) -> Contestant:
    """scikit-learn's network; several binary tasks are its labels, whose joint accuracy it stops on."""

    @quiet
    def fit(problem: Problem):
        model = (MLPClassifier if problem.binary else MLPRegressor)(
            hidden_layer_sizes=plan.hidden,
            batch_size=plan.batch,
            learning_rate_init=plan.rate,
            max_iter=epochs,
            early_stopping=early_stopping,
            n_iter_no_change=epochs + 1,
            validation_fraction=HELD_OUT,
            random_state=0,
        )
        # Regression targets in double precision would make it compute in double precision.
        Y = problem.Y.astype(int) if problem.binary else problem.Y
        return model.fit(problem.X, Y.ravel() if problem.n_tasks == 1 else Y)

    name = SKLEARN if early_stopping else f"{SKLEARN}, nothing held out"
    return Contestant(name, fit, read_sklearn, with_missing=False, with_sparse=False)


def sklearn_alone(plan: Plan, epochs: int) -> Contestant:
    """scikit-learn's network as it comes: it learns from all rows and ends with its last weights."""
    return sklearn_mlp(plan, epochs, early_stopping=False)


def read_sklearn(model: MLPClassifier | MLPRegressor) -> Means:
    """Read a model of one task or of several."""

    def means(X: np.ndarray) -> np.ndarray:
        if isinstance(model, MLPRegressor):
            return model.predict(X).reshape(len(X), -1)
        found = model.predict_proba(X)
        return found[:, 1:] if model.n_outputs_ == 1 else found

    return means


def torch_loop(plan: Plan, epochs: int) -> Contestant:
    """PyTorch's modules in a plain loop: batches by index, fused AdamW, the best weights kept."""
    try:
        import torch
    except ImportError as error:
        return Contestant(TORCH, lambda problem: None, lacks=str(error))

    def fit(problem: Problem):
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return train(torch, plan, epochs, problem)
        finally:
            torch.set_num_threads(threads)

    def read(model: Any) -> Means:
        def means(X: np.ndarray) -> np.ndarray:
            with torch.inference_mode():
                raw = model(torch.from_numpy(X))
                return (torch.sigmoid(raw) if model.gives_odds else raw).numpy()

        return means

    return Contestant(TORCH, fit, read, with_missing=False, with_sparse=False)


def train(torch: Any, plan: Plan, epochs: int, problem: Problem) -> Any:
    """Train a network of torch as its users do."""
    torch.manual_seed(0)
    model = build(torch, (problem.X.shape[1], *plan.hidden, problem.n_tasks))
    model.gives_odds = problem.binary
    criterion = torch.nn.BCEWithLogitsLoss() if problem.binary else torch.nn.MSELoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.rate, weight_decay=DECAY, fused=True)
    X, Y = torch.from_numpy(problem.X), torch.from_numpy(problem.Y)
    order = torch.randperm(len(X))
    held = order[: round(HELD_OUT * len(X))]
    X_held, Y_held = X[held], Y[held]
    rows = order[len(held) :]
    best, kept = np.inf, None
    for _ in range(epochs):
        for some in rows[torch.randperm(len(rows))].split(plan.batch):
            optimizer.zero_grad()
            criterion(model(X[some]), Y[some]).backward()
            optimizer.step()
        with torch.inference_mode():
            loss = criterion(model(X_held), Y_held).item()
        if loss < best:
            best = loss
            kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return model


def build(torch: Any, widths: tuple[int, ...]) -> Any:
    """Return linear layers with ReLU between them."""
    parts = []
    for n_inputs, n_outputs in zip(widths[:-1], widths[1:]):
        parts += [torch.nn.Linear(n_inputs, n_outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


def products(plan: Plan, epochs: int) -> Contestant:
    """The matrix products of training, forward and backward, and those of one look at the rows held out."""

    def multiply(problem: Problem) -> None:
        n_rows, n_features = problem.X.shape
        held = round(HELD_OUT * n_rows)
        n_batches = -(-(n_rows - held) // plan.batch)
        widths = (n_features + 1, *plan.hidden, problem.n_tasks)  # a column of ones for the biases
        step, look = layers(widths, plan.batch), layers(widths, held)
        for _ in range(epochs):
            for _ in range(n_batches):
                forward(step)
                backward(step)
            forward(look)

    return Contestant(PRODUCTS, multiply)


@dataclass(frozen=True)
class Layer:
    """Values, weights, and room for what is made of them and of their gradients; data are the first values."""

    A: np.ndarray
    W: np.ndarray
    Z: np.ndarray
    slope: np.ndarray
    back: np.ndarray


def layers(widths: tuple[int, ...], n_rows: int) -> list[Layer]:
    """Make the layers between values of these widths; what one makes is what the next one takes."""
    ones = lambda *shape: np.ones(shape, dtype=np.float32)
    values = [ones(n_rows, width) for width in widths]
    return [
        Layer(A, ones(A.shape[1], Z.shape[1]), Z, ones(A.shape[1], Z.shape[1]), np.ones_like(A))
        for A, Z in zip(values[:-1], values[1:])
    ]


def forward(made: list[Layer]) -> None:
    """Multiply values by weights."""
    for each in made:
        np.matmul(each.A, each.W, out=each.Z)


def backward(made: list[Layer]) -> None:
    """Multiply gradients by values and, but for those of the data, by weights."""
    G = made[-1].Z
    for number, each in reversed(list(enumerate(made))):
        np.matmul(each.A.T, G, out=each.slope)
        if number:
            np.matmul(G, each.W.T, out=each.back)
            G = each.back
