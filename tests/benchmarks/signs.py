"""How often learned signs are wrong, and what they cost: ``python -m tests.benchmarks.signs``.

Four regressions on 20 features, R2 0.3, with the default penalty of MultiTaskGLM. Their weight vectors correlate by
+correlation or -correlation, with signs drawn at random. Noise is independent between tasks, or correlates within a row
by 0.7 or -0.7, with signs of its own: the case against learned signs.

First table: of all pairs of tasks, how many share with the wrong sign; and gains over separate models in thousandths
of the true R2 on new rows, with learned signs, with the true ones, and with all signs the same. Standard errors are
over data sets. Second table: how many pairs share with the wrong sign, by the cosine of their separate fits.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from threadpoolctl import threadpool_limits

from skmtl import MultiTaskGLM
from skmtl.penalties import MeanRegularized

SEED = 20260301
N_TASKS, N_FEATURES, R2 = 4, 20, 0.3
ALPHA, SHARING = 30.0, 0.25
SIZES = (20, 40, 100, 300, 1000)
CORRELATIONS = (0.0, 0.2, 0.5, 0.9)
NOISES = {"independent": 0.0, "correlated": 0.7}
COSINES = (0.0, 0.05, 0.1, 0.2, 0.4, 1.0)
PAIRS = np.triu_indices(N_TASKS, 1)


@dataclass(frozen=True)
class Draw:
    """Inputs of unit variance, targets, and the truth: weights and the signs with which tasks are related."""

    X: np.ndarray
    Y: np.ndarray
    W: np.ndarray
    signs: np.ndarray


@dataclass(frozen=True)
class Result:
    """Of one data set: pairs with the wrong sign, cosines of their separate fits, and gains by kind of signs."""

    wrong: np.ndarray
    cosine: np.ndarray
    gains: dict[str, float]


def draw(rng: np.random.Generator, n_samples: int, correlation: float, noise: float) -> Draw:
    """Draw one data set; noise is the size of the correlation of errors within a row."""
    signs = rng.choice([-1.0, 1.0], N_TASKS)
    common, own = rng.standard_normal((N_FEATURES, 1)), rng.standard_normal((N_FEATURES, N_TASKS))
    W = signs * (np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own)
    W *= np.sqrt(R2) / np.linalg.norm(W, axis=0)
    X = rng.standard_normal((n_samples, N_FEATURES))
    of_row = rng.choice([-1.0, 1.0], N_TASKS) * rng.standard_normal((n_samples, 1))
    of_label = rng.standard_normal((n_samples, N_TASKS))
    error = np.sqrt(noise) * of_row + np.sqrt(1.0 - noise) * of_label
    return Draw(X, X @ W + np.sqrt(1.0 - R2) * error, W, signs)


def true_r2(model: MultiTaskGLM, data: Draw) -> float:
    """Return the mean over tasks of the expected R2 on new rows."""
    misfit = ((model.coef_.T - data.W) ** 2).sum(axis=0) + model.intercept_**2
    return float(np.mean(R2 - misfit))


def try_signs(data: Draw) -> Result:
    """Fit separate models, and joint ones with learned, true and equal signs."""
    separate = MultiTaskGLM(MeanRegularized(ALPHA, 0.0)).fit(data.X, data.Y)
    learned = MultiTaskGLM(MeanRegularized(ALPHA, SHARING)).fit(data.X, data.Y)
    same = MultiTaskGLM(MeanRegularized(ALPHA, SHARING, signs="same"))
    unit = separate.coef_ / np.linalg.norm(separate.coef_, axis=1, keepdims=True)
    relative = np.sign(learned.shared_coef_ @ learned.shared_coef_.T)
    alone = true_r2(separate, data)
    gains = {
        "learned": true_r2(learned, data) - alone,
        "same": true_r2(same.fit(data.X, data.Y), data) - alone,
    }
    turned = Draw(data.X, data.Y * data.signs, data.W * data.signs, data.signs)
    gains["true"] = true_r2(same.fit(turned.X, turned.Y), turned) - alone
    wrong = (relative * np.outer(data.signs, data.signs))[PAIRS] < 0
    return Result(wrong, np.abs(unit @ unit.T)[PAIRS], gains)


def results(n_samples: int, correlation: float, noise: float, n_repeats: int) -> list[Result]:
    """Return what came of data sets of one kind."""
    rng = np.random.default_rng(SEED)
    return [try_signs(draw(rng, n_samples, correlation, noise)) for _ in range(n_repeats)]


def mean_and_error(values: list[float]) -> tuple[float, float]:
    """Return the mean over data sets and its standard error."""
    return float(np.mean(values)), float(np.std(values) / np.sqrt(len(values)))


def columns(found: list[Result], is_related: bool) -> Iterator[str]:
    """Return the entries of a row of the first table: without a relation no sign is wrong."""
    mean, error = mean_and_error([100.0 * each.wrong.mean() for each in found])
    yield f"{mean:8.1f} +- {error:3.1f}" if is_related else f"{'-':>15}"
    for kind in ("learned", "true", "same"):
        mean, error = mean_and_error([1000.0 * each.gains[kind] for each in found])
        yield f"{mean:+9.1f} +- {error:3.1f}"


def by_cosine(found: list[Result]) -> Iterator[str]:
    """Return the share of wrong signs between each two of COSINES, with the number of pairs."""
    cosine = np.concatenate([each.cosine for each in found])
    wrong = np.concatenate([each.wrong for each in found])
    for low, high in zip(COSINES, COSINES[1:]):
        inside = wrong[(low <= cosine) & (cosine < high)]
        yield f"{100.0 * inside.mean():6.1f} ({len(inside)})" if len(inside) else "-"


def main(arguments: list[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.signs", description=__doc__)
    parser.add_argument("--repeats", type=int, default=400, help="data sets a row (400)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of rows")
    given = parser.parse_args(arguments)
    settings = list(product(NOISES, given.sizes, CORRELATIONS))
    print(f"{N_TASKS} tasks, {N_FEATURES} features, R2 {R2}, sharing {SHARING}, alpha {ALPHA:g}")
    print(f"{'noise':12}{'rows':>6}{'corr.':>7}{'wrong signs, %':>15}", end="")
    print("".join(f"{f'gain, {kind}':>16}" for kind in ("learned", "true", "same")))
    found = {}
    with threadpool_limits(1):
        for noise, size, correlation in settings:
            made = results(size, correlation, NOISES[noise], given.repeats)
            found[noise, size, correlation] = made
            entries = "".join(columns(made, correlation > 0))
            print(f"{noise:12}{size:6d}{correlation:7.1f}{entries}", flush=True)
    print("wrong signs, % (pairs), by the cosine of the separate fits")
    edges = [f"{low:g} to {high:g}" for low, high in zip(COSINES, COSINES[1:])]
    print(f"{'noise':12}{'rows':>6}{'corr.':>7}" + "".join(f"{edge:>16}" for edge in edges))
    for (noise, size, correlation), made in found.items():
        if correlation > 0:
            entries = "".join(f"{entry:>16}" for entry in by_cosine(made))
            print(f"{noise:12}{size:6d}{correlation:7.1f}{entries}")


if __name__ == "__main__":
    main()
