"""
How much to share
=================

``sharing`` is the correlation that a joint model expects between the weights of two tasks: at 0 it fits separate
models, at 1 one model for all. Here the truth is simulated, with tasks that are unrelated, related by half, and
nearly alike. What does each amount of sharing gain, or cost, in each?
"""

# %%
# Five tasks, 40 samples, 20 features, so that separate models have little to go by. The strength is that of the
# simulation: the variance of the noise, 1, over that of a weight, 1/20. Every seed draws new weights and new samples,
# and 1000 more samples to test on. Scores are compared with those of separate models on the same seed.

import matplotlib.pyplot as plt
import numpy as np

from skmtl import MultiTaskRidge
from skmtl.datasets import make_multitask

N_SEEDS, N_TRAIN, N_FEATURES = 40, 40, 20
SHARING = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1]


def scores(relatedness, seed):
    """Return the mean R2 over tasks, on new samples, at each sharing."""
    X, y = make_multitask(N_TRAIN + 1000, N_FEATURES, relatedness=relatedness, random_state=seed)
    X_train, y_train, X_test, y_test = X[:N_TRAIN], y[:N_TRAIN], X[N_TRAIN:], y[N_TRAIN:]
    models = [
        MultiTaskRidge(alpha=N_FEATURES, sharing=sharing).fit(X_train, y_train)
        for sharing in SHARING
    ]
    return [model.score(X_test, y_test) for model in models]


figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
print(f"Gain in R2 on new samples over separate models: mean of {N_SEEDS} seeds, standard error")
print("relatedness", *[f"{sharing:>14}" for sharing in SHARING[1:]])
for relatedness, color, marker in [
    (0, "#D55E00", "s"),
    (0.5, "#009E73", "^"),
    (0.9, "#0072B2", "o"),
]:
    found = np.array([scores(relatedness, seed) for seed in range(N_SEEDS)])
    gains = found - found[:, :1]
    mean, error = gains.mean(axis=0), gains.std(axis=0, ddof=1) / np.sqrt(N_SEEDS)
    ax.errorbar(SHARING, mean, error, color=color, marker=marker, capsize=3, label=f"{relatedness}")
    print(f"{relatedness:<11}", *[f"{m:+.3f} ({e:.3f})" for m, e in zip(mean[1:], error[1:])])
ax.axhline(0, color="0.4", lw=1)
ax.set(
    xlabel="sharing",
    ylabel="gain in R2 over separate models (± standard error)",
    title="What sharing gains and costs, by relatedness",
)
ax.legend(title="relatedness of the tasks")
plt.show()

# %%
# The best sharing is near the relatedness of the tasks. A little sharing costs unrelated tasks little; one model for
# all costs them much. Nobody tells you the relatedness of real tasks: tune ``sharing``, 0 included.
