"""What is drawn: a line of words and small numbers that a whole problem is made from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from hypothesis import strategies as st

# The values of each field, the simplest first: a violation is shrunk towards these.
VALUES = {
    "model": (
        *("ridge", "logistic", "glm", "independent", "groups", "new_task", "ridge_cv"),
        *("logistic_cv", "glm_cv", "gated", "stacked", "mlp"),
    ),
    "penalty": (
        *("mean", "graph", "L21", "L1Inf", "NuclearNorm", "SparseGroup", "LearnedCovariance"),
        *("Clustered", "Dirty", "Dirty-l21", "RobustLowRank", "RobustFeatures", "L21-ridge"),
        *("SparseGroup-ridge", "Temporal", "Temporal-smooth", "MeanRegularized-l21"),
        *("MeanRegularized-l1", "MeanRegularized-pooled", "GraphLaplacian-both"),
    ),
    # One letter a task: regression, binary, count, multiclass.
    "tasks": (
        *("r", "b", "c", "m", "rr", "bb", "cc", "rb", "rc", "mm"),
        *("rrr", "rbc", "rbm", "rrbb", "rmrbc"),
    ),
    "n": (3, 4, 5, 6, 8, 10, 13, 20, 30, 45, 60, 120_000),
    "d": (1, 2, 3, 5, 8, 12, 20, 30, 40),
    "sharing": (0.0, 0.25, 0.5, 0.9, 1.0),
    "signs": ("same", "learned"),
    "pool": ("no", "yes"),
    "intercept": ("yes", "no"),
    "scaled": ("yes", "no"),
    "strength": (0, -1, 1, -2, 2, 3, 4, -4, -6, -8, -10, -14, -18),  # log10 of alpha / variance
    "columns": (
        *("plain", "sparse", "integers", "flags", "constant", "rounding", "one_zero", "rare"),
        *("twice", "near6", "near9", "flat"),
    ),
    "scale": (
        *("1", "1e3", "1e-3", "1e4", "1e6", "1e-6", "1e8", "1e9", "mild", "mixed"),
        *("1e155", "1e-160", "1e200"),
    ),
    "offset": ("0", "2", "1e3", "5e4", "1e6", "1e9", "mixed"),  # in standard deviations
    "mask": ("none", "random", "thirds", "blocks", "few", "constant"),
    "weight": ("none", "integers", "random", "zeros", "ratio", "pairs", "huge"),
    "container": ("dense", "csr", "doubled", "zeros", "ints", "bools"),
    "precision": (64, 32),
    "size": ("1", "1e3", "1e-6", "1e9", "1e45", "1e155", "1e-165"),  # of regression targets
    "level": ("0", "10", "1e3", "1e6"),  # mean of these, in standard deviations
    "count": ("1", "0.05", "3", "30", "1e4"),  # mean of counts
    "folds": ("given", "rows"),  # ridge_cv leaves rows out; glm_cv makes its grid
}
EXTREME = {"scale": {"1e155", "1e-160", "1e200"}, "size": {"1e45", "1e155", "1e-165"}}
EXTREME["weight"] = {"huge"}
# How often a field has another than its simplest value: rarely, so that hardships also come alone.
OFTEN = {"model", "penalty", "tasks", "n", "d", "sharing", "signs", "strength"}
WEIGHTS = {
    "model": (6, 5, 12, 2, 3, 1, 2, 1, 1, 1, 2, 2),
    "strength": (2,) * 11 + (1, 1),
    "n": (16,) * 4 + (40,) * 7 + (1,),
}
WEIGHTS["penalty"] = (16, 4) + (2,) * 6 + (1,) * 12
COMPOSED = {"independent", "new_task", "gated", "stacked", "mlp"}
CROSS_VALIDATED = {"ridge_cv", "logistic_cv", "glm_cv", "gated", "stacked"}
QUADRATIC = {"mean", "graph"}


@dataclass(frozen=True)
class Spec:
    """A draw: the fields are those of VALUES, and seed."""

    model: str = "ridge"
    penalty: str = "mean"
    tasks: str = "r"
    n: int = 3
    d: int = 1
    sharing: float = 0.0
    signs: str = "same"
    pool: str = "no"
    intercept: str = "yes"
    scaled: str = "yes"
    strength: int = 0
    columns: str = "plain"
    scale: str = "1"
    offset: str = "0"
    mask: str = "none"
    weight: str = "none"
    container: str = "dense"
    precision: int = 64
    size: str = "1"
    level: str = "0"
    count: str = "1"
    folds: str = "given"
    seed: int = 0

    def __str__(self) -> str:
        """Return the line that ``parse`` reads: what is not the simplest."""
        return " ".join(
            f"{name}={value}"
            for name, value in asdict(self).items()
            if name in ("model", "seed") or value != VALUES[name][0]
        )

    @property
    def is_quadratic(self) -> bool:
        """Whether the penalty is a quadratic."""
        return self.penalty in QUADRATIC

    @property
    def pools(self) -> bool:
        """Whether intercepts are penalised: their differences, in units of the targets."""
        return self.pool == "yes" or self.penalty == "MeanRegularized-pooled"

    @property
    def is_determined(self) -> bool:
        """Whether alpha is above 1e-10 of the variance of a feature, down to where accuracy is promised."""
        return self.strength >= -10

    @property
    def is_squares(self) -> bool:
        """Whether the solution is that of linear equations."""
        return self.is_quadratic and set(self.tasks) == {"r"}

    @property
    def is_extreme(self) -> bool:
        """Whether some numbers have squares beyond what doubles hold: a fit may refuse them."""
        return any(getattr(self, name) in values for name, values in EXTREME.items())

    @property
    def is_benign(self) -> bool:
        """Whether all that is solved is well conditioned, so that rounding stays rounding."""
        far = self.offset in ("1e6", "1e9", "mixed") or self.scale in ("mild", "mixed")
        far = far or (self.intercept == "no" and self.offset not in ("0", "2"))
        near = self.columns in ("near6", "near9", "twice", "one_zero")
        uneven = self.weight in ("ratio", "pairs") or self.level == "1e6"
        torn = self.pools and self.level == "1e3"  # towards the intercepts of classes and counts
        return not (self.is_extreme or far or near or uneven or torn or self.strength < -1)


def parse(line: str) -> Spec:
    """Return the spec of a line."""
    given = dict(word.split("=", 1) for word in line.split())
    unknown = set(given) - set(asdict(Spec()))
    if unknown:
        raise ValueError(f"no such fields: {sorted(unknown)}; there are {list(asdict(Spec()))}")
    read = {name: type(getattr(Spec(), name))(value) for name, value in given.items()}
    wrong = {k: v for k, v in read.items() if k not in ("seed", "tasks") and v not in VALUES[k]}
    if not read.get("tasks", "r") or not set(read.get("tasks", "r")) <= set("rbcm"):
        wrong["tasks"] = read["tasks"]
    if wrong:
        raise ValueError(f"no such values: {wrong}; there are { {k: VALUES[k] for k in wrong} }")
    return Spec(**read)


def weighted(name: str) -> st.SearchStrategy:
    """Return the strategy of a field."""
    values = VALUES[name]
    weights = WEIGHTS.get(name, (1,) * len(values))
    drawn = st.sampled_from([v for v, k in zip(values, weights, strict=True) for _ in range(k)])
    return drawn if name in OFTEN else st.one_of(st.just(values[0]), st.just(values[0]), drawn)


def specs() -> st.SearchStrategy[Spec]:
    """Return the strategy of draws."""
    fields = {name: weighted(name) for name in VALUES} | {"seed": st.integers(0, 9999)}
    return st.builds(Spec, **fields).map(sensible)


def sensible(spec: Spec) -> Spec:
    """Return a draw that makes sense: each estimator with tasks that it takes, fields that do nothing left simple."""
    for rule in (for_the_model, for_the_tasks, for_the_size, for_the_container):
        spec = rule(spec)
    return spec


def simplest(spec: Spec, *names: str) -> Spec:
    """Return a draw with fields that are as simple as can be."""
    return replace(spec, **{name: VALUES[name][0] for name in names})


def for_the_model(spec: Spec) -> Spec:
    """Give the model tasks and parameters that it has."""
    model, tasks = spec.model, spec.tasks
    if model in ("ridge", "ridge_cv"):
        tasks = "r" * len(tasks)
    elif model in ("logistic", "logistic_cv"):
        tasks = tasks.replace("r", "b").replace("c", "m")
    elif model == "groups":
        tasks = tasks[0]
    elif model == "new_task" and len(tasks) == 1:
        tasks = tasks * 2
    if model not in ("glm", "glm_cv"):
        spec = simplest(spec, "penalty")
    if model in COMPOSED:
        spec = simplest(spec, "sharing", "intercept")
    if model in COMPOSED | {"glm_cv"} or spec.penalty != "mean":
        spec = simplest(spec, "pool")
    if model == "groups" or spec.penalty != "mean":
        spec = simplest(spec, "signs")
    if model == "groups":  # whose numbers are a column of X
        spec = replace(simplest(spec, "intercept", "mask"), n=max(spec.n, 10))
        spec = simplest(spec, "container") if spec.container == "bools" else spec
    if spec.model in CROSS_VALIDATED:
        spec = replace(spec, n=max(spec.n, 8))
    return replace(spec, tasks=tasks)


def for_the_tasks(spec: Spec) -> Spec:
    """Drop what these tasks and this penalty do not look at."""
    if "r" not in spec.tasks:
        spec = simplest(spec, "scaled", "size", "level")
    if "c" not in spec.tasks:
        spec = simplest(spec, "count")
    mixed = len(set(spec.tasks)) > 1
    if mixed and (spec.scaled == "no" or spec.intercept == "no"):
        spec = simplest(
            spec, "size", "level"
        )  # else classes and counts share coefficients of that size
    if len(spec.tasks) == 1 and spec.model != "groups":
        spec = simplest(spec, "sharing", "signs", "pool")
    if spec.penalty == "Temporal":  # of tasks with the same classes there must not be two
        spec = replace(spec, tasks=spec.tasks.replace("mm", "m"))
    if (
        spec.penalty == "MeanRegularized-pooled"
    ):  # intercepts of several classes also add up to zero
        spec = replace(spec, tasks=spec.tasks.replace("m", "b"), intercept="yes")
    if spec.penalty != "mean":
        spec = simplest(spec, "sharing")
    if spec.sharing == 0.0:
        spec = simplest(spec, "signs", "pool")
    if spec.intercept == "no" or "m" in spec.tasks:
        spec = simplest(spec, "pool")
    if spec.model not in ("ridge_cv", "glm_cv"):
        spec = simplest(spec, "folds")
    if "r" not in spec.tasks and spec.n < 6:  # each class has a label
        spec = replace(spec, n=6)
    return spec


def for_the_container(spec: Spec) -> Spec:
    """Give containers of whole numbers such numbers."""
    if spec.container in ("ints", "bools"):
        columns = "integers" if spec.container == "ints" else "flags"
        spec = replace(simplest(spec, "scale", "offset", "precision"), columns=columns)
    if spec.columns in ("integers", "flags"):
        spec = simplest(spec, "offset")
    if spec.columns == "flat":
        spec = simplest(spec, "offset", "scale", "mask")
    if spec.precision == 32:
        small = spec.offset in ("0", "2", "1e3") and spec.scale not in EXTREME["scale"]
        held = spec.columns not in ("near9", "rounding") and spec.size != "1e-165"
        spec = spec if small and held else simplest(spec, "precision")
    return spec


def for_the_size(spec: Spec) -> Spec:
    """Give numbers beyond the range of doubles, and very many rows, to draws that are simple else."""
    if spec.is_extreme:
        spec = simplest(spec, "columns", "offset", "level")
        extreme = [name for name, values in EXTREME.items() if getattr(spec, name) in values]
        spec = simplest(spec, *extreme[1:])
    if spec.n > 1000:
        spec = simplest(spec, "scale", "offset", "mask", "size", "level", "container", "precision")
        spec = replace(spec, model="ridge", penalty="mean", tasks="r", d=2, sharing=0.0)
        spec = replace(simplest(spec, "signs", "pool", "weight"), columns="one_zero", strength=0)
    return spec


def complexity(spec: Spec) -> int:
    """Return how far the fields are from the simplest."""
    here = asdict(spec)
    return sum(v.index(here[k]) if here[k] in v else len(v) for k, v in VALUES.items())


def simpler(spec: Spec) -> Iterator[Spec]:
    """Give draws that are simpler in one field, the simplest first; then other seeds."""
    for name, values in VALUES.items():
        for value in values:
            other = sensible(replace(spec, **{name: value}))
            if complexity(other) < complexity(spec):
                yield other
    for seed in range(min(spec.seed, 4)):
        yield replace(spec, seed=seed)


def may_overflow(spec: Spec) -> bool:
    """Whether a model of models predicts means, which overflow at rows far away, and refuses what is not finite."""
    return spec.model in ("gated", "stacked") and "c" in spec.tasks
