"""The benchmarks of networks run: contestants do the same work, the referee and the stop-watch are right."""

import gc
import sys

import numpy as np
import pytest

from . import networks_memory as memory
from . import suites_networks as suites
from .measures import CLOCKS, Settings
from .networks_pace import AtLeast, AtMost, Faster, paces
from .networks_problems import mean_loss, taught
from .problems import SIZES, Size
from .rivals import Contestant
from .rivals_networks import PRODUCTS, Plan, backward, forward, layers, products, train

TOY = SIZES["toy"]
FAST = Settings(repeats=1, seconds=0.0)
MAKERS = {make.__name__: make for make in (*suites.ALL, suites.sklearn_alone)}
KINDS = {"binary": True, "regression": False}


@pytest.fixture(autouse=True, scope="module")
def _collected():
    """Every round of a race begins with a collection: spare it all that is there before."""
    suites.torch_loop(Plan(), 1)  # loads PyTorch, where it is
    gc.freeze()
    yield
    gc.unfreeze()


def fitted(make, problem, plan, epochs):
    """Fit, or skip the test where a contestant is absent."""
    contestant = make(plan, epochs)
    if contestant.lacks:
        pytest.skip(contestant.lacks)
    return contestant, contestant.fit(problem)


@pytest.mark.parametrize("n_tasks", [1, 3])
@pytest.mark.parametrize("binary", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_every_contestant_learns(make, binary, n_tasks):
    problem, unseen = taught(Size("toy", 600, 4, n_tasks), binary=binary)
    plan = Plan((32,), batch=32, rate=1e-2)
    contestant, model = fitted(make, problem, plan, 40)
    means = contestant.read(model)(unseen.X)
    assert means.shape == unseen.Y.shape and means.dtype == np.float32
    nothing = np.broadcast_to(problem.Y.mean(axis=0), means.shape)
    assert mean_loss(unseen, means) < 0.9 * mean_loss(unseen, nothing)


def parameters(model):
    """Return all parameters of a fitted network of any kind."""
    if hasattr(model, "coefs_"):
        return [*model.coefs_, *model.intercepts_]
    return [model._ensemble.flat] if hasattr(model, "_ensemble") else list(model.parameters())


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_every_contestant_has_the_same_network(make):
    """Of as many parameters, in single precision."""
    problem, _ = taught(TOY, binary=False)
    found = parameters(fitted(make, problem, Plan((8, 5)), 1)[1])
    d, t = TOY.n_features, TOY.n_tasks
    wanted = (d + 1) * 8 + 9 * 5 + 6 * t
    assert sum(int(np.prod(each.shape)) for each in found) == wanted
    assert all(str(each.dtype).endswith("float32") for each in found)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_every_contestant_runs_the_epochs_it_is_told(make):
    """Patience never ends a fit."""
    problem, _ = taught(TOY, binary=True)
    _, model = fitted(make, problem, Plan((2,), rate=10.0), 30)
    assert getattr(model, "n_iter_", 30) == 30


def test_the_best_weights_are_kept():
    """More epochs at a rate that wrecks the network leave torch's loop where it was best."""
    torch = pytest.importorskip("torch")
    problem, _ = taught(TOY, binary=False)
    one, many = (train(torch, Plan((4,), rate=1e3), epochs, problem) for epochs in (1, 5))
    assert all((a == b).all() for a, b in zip(one.parameters(), many.parameters()))


def test_the_products_are_those_of_a_network(rng):
    made = layers((5, 4, 3, 2), 7)
    for each in made:
        each.W[:] = rng.standard_normal(each.W.shape)
    made[0].A[:] = rng.standard_normal(made[0].A.shape)
    forward(made)
    A, B, C = (each.W for each in made)
    X = made[0].A
    np.testing.assert_allclose(made[-1].Z, X @ A @ B @ C, rtol=1e-4)
    G = made[-1].Z
    backward(made)
    wanted = (X.T @ G @ C.T @ B.T, (X @ A).T @ G @ C.T, (X @ A @ B).T @ G)
    for each, slope in zip(made, wanted):
        np.testing.assert_allclose(each.slope, slope, rtol=1e-3, atol=1e-3)
        assert each.slope.dtype == np.float32


def test_the_stop_watch(monkeypatch):
    """Of a contestant that takes 3 s to begin and 2 s an epoch."""
    now = [0.0]
    monkeypatch.setitem(CLOCKS, "wall", lambda: now[0])

    def make(plan, epochs):
        def fit(problem):
            now[0] += 3.0 + 2.0 * epochs

        return Contestant("it", fit)

    problem, _ = taught(TOY, binary=True)
    for seconds in (0.0, 300.0):
        (pace,) = paces(problem, [make], Plan(), Settings(2, seconds)).values()
        np.testing.assert_allclose(pace, (2.0, 2.0, 3.0))


def test_losses():
    problem, _ = taught(TOY, binary=True)
    assert mean_loss(problem, np.full(problem.Y.shape, 0.5)) == pytest.approx(np.log(2.0))
    assert mean_loss(problem, problem.Y) < 1e-6
    problem, _ = taught(TOY, binary=False)
    assert mean_loss(problem, problem.Y + 1.0) == pytest.approx(0.5)


def test_problems():
    """Single precision, variance one, and rows that no contestant sees."""
    problem, unseen = taught(Size("", 3000, 5, 4), binary=False)
    assert problem.X.dtype == problem.Y.dtype == unseen.X.dtype == np.float32
    np.testing.assert_allclose(problem.Y.std(axis=0), 1.0, atol=0.1)
    assert not np.isin(unseen.X[:, 0], problem.X[:, 0]).any()


def test_the_grid_is_balanced():
    """Hidden units of each kind meet tasks of each kind."""
    kinds = {
        hidden: {suites.tasks_at(s, h, b) for s in range(len(suites.SHAPES)) for b in range(3)}
        for h, hidden in enumerate(suites.HIDDEN)
    }
    assert all(kind == set(suites.TASKS) for kind in kinds.values())


def test_targets_of_networks():
    ratios = np.array([2.0, 8.0])
    found = str(Faster("it", "that", 4.0, ratios, ratios))
    assert found.startswith("met: it is 4.00 (by minima 4.00) times as fast as that: 2 problems")
    assert str(Faster("it", "that", 4.1, ratios, ratios)).startswith("MISSED")
    worst = str(Faster("it", "that", 2.1, ratios, ratios, worst=True))
    assert worst.startswith("MISSED: it is at least 2.00")
    assert str(Faster("it", "that", 0.0, ratios, ratios)).startswith("it is 4.00")
    assert str(AtMost("this is", 2.0, 2.0)).startswith("met: this is 2.00")
    assert str(AtMost("this is", 2.1, 2.0)).startswith("MISSED")
    assert str(AtLeast("this is", 0.6, 0.6)).startswith("met")
    assert str(AtLeast("this is", 0.5, 0.6)).startswith("MISSED")


def test_who_is_absent_is_shown(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in ("network_epochs", "network_loss"):
        said = "\n".join(str(table) for table in suites.NETWORK_SUITES[name].run(TOY, FAST))
        assert "PyTorch  " in said and "skipped: import of torch halted" in said


def test_products_are_timed_beside_ours():
    found = suites.share(TOY, FAST)
    assert any(PRODUCTS in row.contestant for row in found.rows)
    problem, _ = taught(TOY, binary=True)
    assert not products(Plan(), 1).skip(problem)


@pytest.mark.skipif(bool(memory.lacks()), reason=memory.lacks())
def test_memory_is_seen_by_the_kernel(monkeypatch):
    """That of a fit that allocates 64 megabytes, more than is kept for later once it is freed."""
    make = lambda plan, epochs: Contestant("it", lambda problem: np.ones(8 * 10**6).sum())
    monkeypatch.setitem(memory.CONTESTANTS, "it", make)
    found = memory.fit_and_tell("it", TOY, Plan(), 1)
    assert 6e7 < found.added < 7e7
    assert found.X == 4 * TOY.n_samples * TOY.n_features
