"""Similarities of tasks as an ordered heat map, with the tree that orders it."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..tasks import check_predict, inputs_of
from ._figures import UNKNOWN_HATCH, colour_bar, given_axes, name_cells, pyplot, room_for
from ._joint_steps import linear_model
from ._similarity import branches, cluster, leaves, task_similarity

MOST_NUMBERS = 12  # tasks, up to which cells have their numbers in them
MOST_LARGE = 40  # tasks with large names
NEARLY = 1e-6


class TaskSimilarityDisplay:
    """Similarities of tasks, similar ones side by side, with the tree of their clusters.

    It is made by ``from_estimator``, ``from_affinity`` or ``from_matrix``.

    Parameters
    ----------
    similarity : array-like of shape (n_tasks, n_tasks)
        Symmetric matrix of numbers from -1 to 1, such as correlations; NaN where a similarity is not known.

    tasks : sequence of str of length n_tasks
        Names of the tasks.

    label : str, default="similarity"
        What the numbers are, for the colour bar.

    Attributes
    ----------
    order_ : list of str
        Tasks as they are drawn, from the left and from the top.

    linkage_ : ndarray of shape (n_tasks - 1, 4) or None
        The tree, as scipy.cluster.hierarchy has it; None for a single task.

    axes_ : ndarray of matplotlib Axes
        The heat map, and the tree above it.

    ax_ : matplotlib Axes
        The heat map.

    figure_ : matplotlib Figure
        The figure.

    image_ : matplotlib AxesImage
        The similarities in the order they are drawn.

    texts_ : list of matplotlib Text
        Numbers in the cells, of at most 12 tasks.

    colorbar_ : matplotlib Colorbar
        The scale of the colours.

    See Also
    --------
    task_affinity : Measure how related tasks are before they are modelled together.
    group_tasks : Propose which tasks to train together.
    CoefficientsDisplay : The coefficients themselves.

    Notes
    -----
    Tasks are ordered by average linkage of the distances 1 - \\|similarity\\|, with the order of leaves that puts
    neighbours nearest [1]_. Signs do not matter for it: to learn that a patient survives is to learn that he dies.
    The height of a branch is the mean distance of what it joins. What is not known counts as no similarity, and
    is hatched. Where a panel is too small for all names, every second or so is written.

    **Of a fitted model** (``from_estimator``) there is one number a pair of tasks, from a matrix G of inner products of
    their columns of coefficients: ``task_covariance_`` where the model has learned one; with X, the covariance of the
    linear predictors, which does not depend on the units of the features; else products of the rows of ``coef_``,
    which suits standardised inputs. Two tasks with a column each have the cosine

        s_kl = G_kl / sqrt(G_kk G_ll),

    tasks with several classes the root of the RV coefficient, norm(G_st) / sqrt(norm(G_ss) norm(G_tt)) with Frobenius
    norms of blocks of G, which has no sign.

    A penalty that shares makes coefficients alike: these numbers say what the model does, and do not prove that tasks
    are related. For that fit them separately, and see ``task_affinity``.

    References
    ----------
    .. [1] Z. Bar-Joseph, D. K. Gifford, T. S. Jaakkola, "Fast optimal leaf ordering for hierarchical clustering",
       Bioinformatics 17 (suppl. 1), S22-S29, 2001.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from skmtl.inspection import TaskSimilarityDisplay
    >>> matrix = np.array([[1.0, 0.1, -0.8], [0.1, 1.0, 0.2], [-0.8, 0.2, 1.0]])
    >>> display = TaskSimilarityDisplay.from_matrix(matrix, ["died", "stage", "days"])
    >>> display.order_
    ['stage', 'days', 'died']
    >>> plt.close(display.figure_)
    """

    def __init__(
        self, similarity: Any, tasks: Sequence[Hashable], label: str = "similarity"
    ) -> None:
        self.similarity = similarity
        self.tasks = tasks
        self.label = label

    @classmethod
    def from_estimator(
        cls, estimator: Any, X: Any = None, *, ax: Any = None
    ) -> "TaskSimilarityDisplay":
        """Draw how similar the coefficients of a fitted model are.

        Parameters
        ----------
        estimator : estimator
            A fitted joint linear model, or a pipeline or search that ends in one.

        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features), default=None
            Inputs of the estimator, by whose linear predictors to compare tasks. It is not used where the model has
            learned a covariance.

        ax : matplotlib Axes or pair of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : TaskSimilarityDisplay
            The display.

        Raises
        ------
        ValueError
            If the model has no coefficients, if X is not what it takes, or as ``plot`` does.
        """
        check_is_fitted(estimator)
        model = linear_model(estimator, "estimator")
        if "task_covariance_" in vars(model):
            gram, label = model.task_covariance_, "correlation of tasks that the model learned"
        elif X is not None:
            raw = check_predict(model, inputs_of(estimator, X)) @ model.coef_.T
            gram = np.atleast_2d(np.cov(np.asarray(raw), rowvar=False))
            label = "correlation of linear predictors"
        else:
            gram, label = model.coef_ @ model.coef_.T, "cosine of coefficients"
        if any(part.stop - part.start > 1 for part in model.task_columns_.values()):
            label = f"{label}\n(several classes: root of RV)"
        signs = model._event_signs()
        similarity = task_similarity(gram * signs * signs.T, model.task_columns_)
        return cls(similarity, model.tasks_, label).plot(ax)

    @classmethod
    def from_affinity(cls, affinity: Any, *, ax: Any = None) -> "TaskSimilarityDisplay":
        """Draw the result of ``task_affinity``.

        Parameters
        ----------
        affinity : TaskAffinity
            Its ``correlation`` is drawn.

        ax : matplotlib Axes or pair of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : TaskSimilarityDisplay
            The display.

        Raises
        ------
        ValueError
            As ``plot`` does.
        """
        label = "correlation of what the tasks' own models learn"
        return cls.from_matrix(affinity.correlation, label=label, ax=ax)

    @classmethod
    def from_matrix(
        cls,
        matrix: Any,
        tasks: Sequence[Hashable] | None = None,
        *,
        label: str = "similarity",
        ax: Any = None,
    ) -> "TaskSimilarityDisplay":
        """Draw a matrix of similarities.

        Parameters
        ----------
        matrix : pandas.DataFrame or array-like of shape (n_tasks, n_tasks)
            Symmetric matrix of numbers from -1 to 1; NaN where a similarity is not known.

        tasks : sequence of str, default=None
            Names of the tasks; the columns of a data frame by default.

        label : str, default="similarity"
            What the numbers are.

        ax : matplotlib Axes or pair of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : TaskSimilarityDisplay
            The display.

        Raises
        ------
        ValueError
            As ``plot`` does, or if a matrix without names comes without ``tasks``.
        """
        names = getattr(matrix, "columns", None) if tasks is None else tasks
        if names is None:
            raise ValueError("tasks must name the rows of a matrix without names, got None")
        return cls(np.asarray(matrix, dtype=float), list(names), label).plot(ax)

    def plot(self, ax: Any = None, *, cmap: str = "RdBu_r") -> "TaskSimilarityDisplay":
        """Draw the heat map and the tree.

        Parameters
        ----------
        ax : matplotlib Axes or pair of Axes, default=None
            One Axes for the heat map alone, or two: for it, and for the tree. None makes a figure.

        cmap : str, default="RdBu_r"
            A diverging colour map of matplotlib.

        Returns
        -------
        display : TaskSimilarityDisplay
            This object.

        Raises
        ------
        ValueError
            If the matrix is not square, symmetric and between -1 and 1, does not fit the names, or if there are more
            than two Axes.
        """
        matrix = check_similarity(self.similarity, self.tasks)
        if ax is None:
            cell = cell_size(len(matrix))
            axes = tree_panels(list(self.tasks), cell * len(matrix))
        else:
            axes = given_axes(ax, (1, 2), "one Axes, or two: for the heat map and for the tree")
            cell = None
        self.axes_, self.ax_, self.figure_ = axes, axes[0], axes[0].figure
        self.linkage_ = cluster(matrix)
        order = leaves(self.linkage_)
        self.order_ = [list(self.tasks)[k] for k in order]
        self._draw_matrix(matrix[np.ix_(order, order)], cmap, cell)
        if len(axes) == 2:
            self._draw_tree(axes[1])
        self.colorbar_ = colour_bar(self.figure_, self.image_, axes, self.label)
        return self

    def _draw_matrix(self, matrix: np.ndarray, cmap: str, cell: float | None) -> None:
        """Draw the similarities, and write them down where there is room."""
        ax = self.ax_
        ax.patch.set(facecolor="white", **UNKNOWN_HATCH)
        self.image_ = ax.imshow(
            np.ma.masked_invalid(matrix),
            cmap=cmap,
            vmin=-1.0,
            vmax=1.0,
            aspect="auto",
            interpolation="none",
        )
        name_cells(ax, self.order_, self.order_, None if cell is None else (cell, cell))
        self.texts_ = []
        if len(matrix) <= MOST_NUMBERS:
            for (row, column), value in np.ndenumerate(matrix):
                if not np.isnan(value):
                    colour = "white" if abs(value) > 0.6 else "black"
                    place = {"ha": "center", "va": "center", "fontsize": "small", "color": colour}
                    self.texts_.append(ax.text(column, row, f"{value:.2f}", **place))

    def _draw_tree(self, ax: Any) -> None:
        """Draw the tree above the columns that it joins."""
        for places, heights in branches(self.linkage_):
            ax.plot(places, heights, color=ax.xaxis.label.get_color(), linewidth=0.8)
        ax.set_xlim(-0.5, len(self.order_) - 0.5)
        ax.set_ylim(0.0, 1.02)
        ax.set_xticks([])
        ax.set_yticks([0.0, 0.5, 1.0])
        ax.spines[["top", "right", "bottom"]].set_visible(False)
        ax.set_ylabel("1 - |similarity|", fontsize="small")
        ax.tick_params(axis="y", labelsize="small")


def check_similarity(similarity: Any, tasks: Sequence[Hashable]) -> np.ndarray:
    """Return the matrix, once it is one of similarities of these tasks."""
    matrix = np.asarray(similarity, dtype=float)
    n_tasks = len(tasks)
    if n_tasks == 0 or matrix.shape != (n_tasks, n_tasks):
        raise ValueError(
            f"similarity must be square, a row and a column for each of {n_tasks} tasks, at least 1, got shape "
            f"{matrix.shape}"
        )
    if len(set(tasks)) < n_tasks:
        raise ValueError(f"tasks must have different names, got {list(tasks)}")
    if not np.allclose(matrix, matrix.T, atol=NEARLY, equal_nan=True):
        raise ValueError(
            "similarity must be symmetric, got a matrix that differs from its transpose"
        )
    outside = matrix[np.abs(matrix) > 1.0 + NEARLY]
    if outside.size:
        raise ValueError(f"similarity must be between -1 and 1, got {outside[0]:g}")
    return np.clip(matrix, -1.0, 1.0)


def cell_size(n_tasks: int) -> float:
    """Return the width of a cell of a new figure, in inches."""
    least = 0.42 if n_tasks <= MOST_NUMBERS else 0.22 if n_tasks <= MOST_LARGE else 0.14
    return max(2.4 / n_tasks, least)


def tree_panels(tasks: Sequence[Hashable], side: float) -> np.ndarray:
    """Return a square panel of a new figure, and one for the tree above it; side in inches."""
    tree, names = 0.8, room_for(tasks)
    figure, (above, below) = pyplot("TaskSimilarityDisplay").subplots(
        2,
        1,
        figsize=(side + max(names, 0.6) + 1.3, side + tree + names + 0.3),
        height_ratios=[tree, side],
        layout="constrained",
    )
    return np.array([below, above], dtype=object)
