"""Coefficients of tasks as a heat map, with the parts that are shared and specific."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ._figures import colour_bar, given_axes, name_cells, pyplot, room_for
from ._joint_steps import chosen_tasks, columns_of_tasks, input_names, linear_model, row_scale
from ._similarity import cluster, leaves, task_similarity

SCALES, ORDERS = ("largest", None), ("given", "similarity")
MOST_BESIDE = 24  # columns of parts that still fit side by side
MOST_LARGE = 40  # features with large names
UNITS = {"regression": "task's units", "count": "log-mean"}


class CoefficientsDisplay:
    """Coefficients of features by tasks; where there are any, the shared and the specific part beside them.

    It is made by ``from_estimator``, or from coefficients.

    Parameters
    ----------
    coef : array-like of shape (n_columns, n_features)
        Coefficients: a row a task, or a class of a task with several.

    features : sequence of str of length n_features
        Names of the features.

    columns : sequence of str of length n_columns
        Names of the tasks, or of their classes.

    shared : array-like of shape (n_columns, n_features), default=None
        What of ``coef`` the tasks share.

    specific : array-like of shape (n_columns, n_features), default=None
        What of ``coef`` they do not.

    unit : str, default=None
        Unit of the coefficients, for the label of the colour bar where they are not scaled.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panels: the coefficients, and each of their parts.

    ax_ : matplotlib Axes
        The first of them.

    figure_ : matplotlib Figure
        The figure.

    images_ : dict of {str: matplotlib AxesImage}
        The heat map of ``"coef"``, ``"shared"`` and ``"specific"``.

    colorbar_ : matplotlib Colorbar
        The scale of the colours, the same in all panels and symmetric about zero.

    features_ : list of str
        Features that are drawn, from the top.

    columns_ : list of str
        Tasks or classes that are drawn, from the left.

    See Also
    --------
    TaskSimilarityDisplay : How similar the coefficients of tasks are.
    RegularizationPathDisplay : Coefficients as the penalty gets weaker.

    Notes
    -----
    Features with the largest norms over the tasks that are drawn come first. Where some are left out, the axis says how
    many are shown. Coefficients are those of the inputs that the model sees: they can be compared between features
    where these were standardised.

    Tasks of two classes have those of the log-odds of the event (``TaskTargets.events``), without one of the second.
    Regressions have coefficients in units of their target, so that days and mg/dL cannot be compared. With
    ``scale="largest"`` each task is divided by its largest coefficient, in all panels by the same number: parts
    still add up. Strong and weak tasks then look the same; ``scale=None`` shows which is which.

    ``order="similarity"`` puts tasks side by side whose coefficients, so scaled, have a large cosine, positive or
    negative: average linkage of 1 - \\|cosine\\|.

    Up to 24 columns, the parts are side by side; of more, above one another. Where a panel is too small for all names,
    every second or so is written.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmtl import MultiTaskRidge
    >>> from skmtl.datasets import make_multitask
    >>> from skmtl.inspection import CoefficientsDisplay
    >>> X, y = make_multitask(100, 5, n_tasks=3, random_state=0)
    >>> display = CoefficientsDisplay.from_estimator(MultiTaskRidge().fit(X, y))
    >>> [ax.get_title() for ax in display.axes_]
    ['coefficients', 'shared', 'specific']
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        coef: Any,
        features: Sequence[Hashable],
        columns: Sequence[Hashable],
        shared: Any = None,
        specific: Any = None,
        *,
        unit: str | None = None,
    ) -> None:
        self.coef = coef
        self.features = features
        self.columns = columns
        self.shared = shared
        self.specific = specific
        self.unit = unit

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        tasks: str | Sequence[Hashable] | None = None,
        max_features: int | None = 30,
        scale: str | None = "largest",
        order: str = "given",
        ax: Any = None,
    ) -> "CoefficientsDisplay":
        """Draw the coefficients of a fitted model.

        Parameters
        ----------
        estimator : estimator
            A fitted joint linear model, or a pipeline or search that ends in one. Features are named by the steps
            before it, where they can.

        tasks : str or sequence of str, default=None
            Tasks to draw, in this order; all by default.

        max_features : int or None, default=30
            Largest number of features to draw; None for all.

        scale : {"largest", None}, default="largest"
            Whether to divide each task by its largest coefficient.

        order : {"given", "similarity"}, default="given"
            Order of the tasks.

        ax : matplotlib Axes or array of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : CoefficientsDisplay
            The display.

        Raises
        ------
        ValueError
            If the model has no coefficients or not these tasks, or as ``plot`` does.
        """
        check_is_fitted(estimator)
        model = linear_model(estimator, "estimator")
        names = chosen_tasks(tasks, model.tasks_)
        rows = np.concatenate([np.arange(len(model.coef_))[model.task_columns_[t]] for t in names])
        signs = model._event_signs()
        parts = parts_of(model)
        display = cls(
            (model.coef_ * signs)[rows],
            input_names(estimator),
            [column for name in names for column in columns_of_tasks(model)[name]],
            **{part: (values * signs)[rows] for part, values in parts.items()},
            unit=unit_of([model.task_types_[name] for name in names]),
        )
        return display.plot(ax, max_features=max_features, scale=scale, order=order)

    def plot(
        self,
        ax: Any = None,
        *,
        max_features: int | None = 30,
        scale: str | None = "largest",
        order: str = "given",
        cmap: str = "RdBu_r",
    ) -> "CoefficientsDisplay":
        """Draw the heat maps.

        Parameters
        ----------
        ax : matplotlib Axes or array of Axes, default=None
            One Axes for the coefficients alone, or one for each panel. None makes a figure.

        max_features : int or None, default=30
            Largest number of features to draw, those with the largest norms; None for all.

        scale : {"largest", None}, default="largest"
            Whether to divide each task by its largest coefficient.

        order : {"given", "similarity"}, default="given"
            Order of the tasks.

        cmap : str, default="RdBu_r"
            A diverging colour map of matplotlib.

        Returns
        -------
        display : CoefficientsDisplay
            This object.

        Raises
        ------
        ValueError
            If shapes do not agree, an option is unknown, or there are too few or too many Axes.
        """
        check_options(max_features, scale, order)
        blocks = self._scaled(scale)
        shown = np.argsort(-np.linalg.norm(blocks["coef"], axis=0), kind="stable")[:max_features]
        across = columns_by_similarity(blocks["coef"]) if order == "similarity" else slice(None)
        blocks = {part: values[across][:, shown].T for part, values in blocks.items()}
        features = [list(self.features)[j] for j in shown]
        columns = np.array(list(self.columns), dtype=object)[across].tolist()
        if ax is None:
            cell = cell_size(len(features), len(columns))
            axes = heat_panels(len(blocks), features, columns, cell)
        else:
            text = "one Axes" if len(blocks) == 1 else f"one Axes or {len(blocks)}, one a part"
            axes, cell = given_axes(ax, (1, len(blocks)), text), None
        self.axes_, self.ax_, self.figure_ = axes, axes[0], axes[0].figure
        self.features_, self.columns_ = features, columns
        limit = max(np.abs(values).max(initial=0.0) for values in blocks.values()) or 1.0
        self.images_ = {}
        for panel, (part, values) in zip(axes, blocks.items()):
            style = {"cmap": cmap, "vmin": -limit, "vmax": limit}
            self.images_[part] = panel.imshow(values, aspect="auto", interpolation="none", **style)
            panel.set_title("coefficients" if part == "coef" else part, fontsize="medium")
        self._label(scale, cell)
        return self

    def _scaled(self, scale: str | None) -> dict[str, np.ndarray]:
        """Return the blocks of shape (n_columns, n_features), once their shapes are known to agree."""
        given = {"coef": self.coef, "shared": self.shared, "specific": self.specific}
        blocks = {
            part: np.asarray(values, dtype=float)
            for part, values in given.items()
            if values is not None
        }
        wanted = len(self.columns), len(self.features)
        for part, values in blocks.items():
            if values.shape != wanted or not np.isfinite(values).all():
                raise ValueError(
                    f"{part} must hold finite numbers of shape (n_columns, n_features) = {wanted}, got shape "
                    f"{values.shape}"
                )
        if scale is None:
            return blocks
        divisor = row_scale(blocks["coef"])[:, None]
        return {part: values / divisor for part, values in blocks.items()}

    def _label(self, scale: str | None, cell: tuple[float, float] | None) -> None:
        """Name features, tasks and colours."""
        axes = self.axes_
        is_stacked = len(axes) > 1 and len(self.columns_) > MOST_BESIDE
        n_features, n_all = len(self.features_), len(self.features)
        text = "feature" if n_features == n_all else f"{n_features} of {n_all} features"
        for k, panel in enumerate(axes):
            is_left, is_last = is_stacked or k == 0, not is_stacked or k == len(axes) - 1
            name_cells(panel, self.features_, self.columns_, cell)
            panel.tick_params(axis="y", labelleft=is_left)
            panel.tick_params(axis="x", labelbottom=is_last)
            panel.set_ylabel(f"{text}, largest norm first" if is_left else "")
        unit = "" if self.unit is None else f"\n({self.unit})"
        label = "coefficient / largest of its column" if scale else f"coefficient{unit}"
        self.colorbar_ = colour_bar(self.figure_, self.images_["coef"], axes, label)


def check_options(max_features: Any, scale: Any, order: Any) -> None:
    """Raise where an option is unknown."""
    if scale not in SCALES:
        raise ValueError(f"scale must be one of {SCALES}, got {scale!r}")
    if order not in ORDERS:
        raise ValueError(f"order must be one of {ORDERS}, got {order!r}")
    if max_features is not None and max_features < 1:
        raise ValueError(f"max_features must be at least 1 or None, got {max_features!r}")


def parts_of(model: Any) -> dict[str, np.ndarray]:
    """Return the shared and the specific part of a model's coefficients, where its penalty has them."""
    if "shared_coef_" in vars(model):
        return {"shared": model.shared_coef_, "specific": model.specific_coef_}
    return dict(vars(model).get("components_", {}))


def unit_of(types: list[str]) -> str:
    """Return the unit of the coefficients of tasks of these types."""
    units = dict.fromkeys(UNITS.get(kind, "log-odds") for kind in types)
    return f"{' or '.join(units)}, per unit of feature"


def columns_by_similarity(coef: np.ndarray) -> np.ndarray:
    """Return the order of columns that puts similar ones side by side."""
    each = {k: slice(k, k + 1) for k in range(len(coef))}
    return leaves(cluster(task_similarity(coef @ coef.T, each)))


def cell_size(n_features: int, n_columns: int) -> tuple[float, float]:
    """Return the width and the height of a cell of a new figure, in inches."""
    wide = 0.3 if n_columns <= MOST_BESIDE else 0.14
    high = 0.22 if n_features <= MOST_LARGE else 0.14
    return max(1.4 / n_columns, wide), max(1.4 / n_features, high)


def heat_panels(
    n: int, features: Sequence[Hashable], columns: Sequence[Hashable], cell: tuple[float, float]
) -> np.ndarray:
    """Return panels of a new figure: side by side, or above one another where they are wide."""
    is_stacked = n > 1 and len(columns) > MOST_BESIDE
    n_rows, n_columns = (n, 1) if is_stacked else (1, n)
    wide, high = cell[0] * len(columns), cell[1] * len(features)
    figure, grid = pyplot("CoefficientsDisplay").subplots(
        n_rows,
        n_columns,
        figsize=(
            (wide + 0.1) * n_columns + room_for(features) + 1.5,
            (high + 0.35) * n_rows + room_for(columns) + 0.2,
        ),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    return grid.ravel()
