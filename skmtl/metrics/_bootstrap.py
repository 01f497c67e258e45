"""Bootstrap intervals of scores: samples, or groups of them, are drawn again with replacement."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length

from ..tasks import Labels
from ..utils import Number, Seed, group_codes, read_groups, require
from ._rules import Metric
from ._score import TaskSample

WITHIN = Number(0.0, 1.0, closed=False, below=True)


class Bootstrap(NamedTuple):
    """How often to draw, what, and which part of the draws an interval holds."""

    n_bootstraps: int
    confidence_level: float
    item: np.ndarray  # which item, sample or group, each sample is
    seed: Any

    @classmethod
    def of(
        cls, n_bootstraps: Any, groups: Any, confidence_level: Any, seed: Any, n_samples: int
    ) -> "Bootstrap":
        """Check what the user asks for."""
        require("n_bootstraps", n_bootstraps, Number(0, whole=True))
        require("confidence_level", confidence_level, WITHIN)
        require("random_state", seed, Seed())
        item = np.arange(n_samples)
        if groups is not None:
            groups = read_groups(groups)
            check_consistent_length(item, groups)
            item = group_codes(groups)
        return cls(n_bootstraps, confidence_level, item, check_random_state(seed))

    def draws(self) -> list[np.ndarray]:
        """Return how often each sample is in each draw."""
        n_items = int(self.item.max(initial=-1)) + 1
        counts = (
            np.bincount(self.seed.randint(n_items, size=n_items), minlength=n_items)
            for _ in range(self.n_bootstraps)
        )
        return [count[self.item] for count in counts]

    def intervals(
        self, samples: Mapping[Hashable, TaskSample], asked: Mapping[Hashable, Sequence[Metric]]
    ) -> dict[tuple[Hashable, int], tuple[float, float]]:
        """Return the interval of each score, by task and number of the metric; NaN if most draws do not define it."""
        drawn_scores: dict[tuple[Hashable, int], list[float]] = {}
        for counts in self.draws():
            for name, sample in samples.items():
                drawn = redrawn(sample, counts)
                for position, metric in enumerate(asked[name]):
                    drawn_scores.setdefault((name, position), []).append(drawn.score(metric).value)
        return {key: self._interval(np.array(values)) for key, values in drawn_scores.items()}

    def _interval(self, values: np.ndarray) -> tuple[float, float]:
        defined = values[~np.isnan(values)]
        if 2 * len(defined) < len(values) or not len(defined):
            return np.nan, np.nan
        tail = 0.5 * (1.0 - self.confidence_level)
        low, high = np.quantile(defined, [tail, 1.0 - tail])
        return float(low), float(high)


def redrawn(sample: TaskSample, counts: np.ndarray) -> TaskSample:
    """Return the labels of a task, each as often as its sample was drawn."""
    rows = np.arange(len(counts)) if sample.labels.rows is None else sample.labels.rows
    chosen = np.repeat(np.arange(len(rows)), counts[rows])
    labels = Labels(rows[chosen], sample.labels.values[chosen], sample.labels.weight[chosen])
    return replace(sample, labels=labels)
