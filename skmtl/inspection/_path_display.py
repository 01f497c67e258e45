"""Coefficients, or scores in cross-validation, as a penalty gets weaker."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from ..tasks import final_step
from ._figures import COLOURS, PALE, given_axes, pyplot, short
from ._joint_steps import chosen_tasks
from ._path_curves import feature_curves, score_curves, strength_name

SCALES = ("largest", None)


class RegularizationPathDisplay:
    """Coefficients of features, or scores in cross-validation, as a penalty gets weaker.

    It is made by ``from_path`` and ``from_estimator``.

    Parameters
    ----------
    strengths : array-like of shape (n_strengths,)
        Strengths of the penalty, or their inverses, above 0.

    curves : dict of {str: array-like of shape (n_strengths,)}
        What is drawn over them, a curve a name.

    std_errors : dict of {str: array-like of shape (n_strengths,)}, default=None
        Standard errors of curves.

    n_features : array-like of shape (n_strengths,), default=None
        Number of features whose coefficients are not all zero.

    chosen : float, default=None
        The strength that was chosen.

    quantity : str, default="value"
        What the curves are, for their axis.

    strength : {"alpha", "C"}, default="alpha"
        What the strengths are called; of C the smallest is the strongest.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The panel of curves and, where there is one, that of the number of features.

    ax_ : matplotlib Axes
        The first of them.

    figure_ : matplotlib Figure
        The figure.

    lines_ : dict of {str: matplotlib Line2D}
        The curves.

    named_ : list of str
        Curves that have a colour and a name.

    See Also
    --------
    skmtl.linear_model.regularization_path : Fit every strength.
    skmtl.MultiTaskGLMCV : Choose one.

    Notes
    -----
    The strength is on a logarithmic axis and falls from left to right. A dashed line marks the one that was chosen.

    **Of a path** (``from_path``) there is a curve a feature: the Euclidean norm of its coefficients over the columns
    of the tasks drawn, or the coefficient itself where that is one column. Columns have different units; with
    ``scale="largest"`` each is divided by its largest coefficient anywhere on the path. The curves that reach highest
    are named. A second panel has the number of features that are in.

    **Of an estimator with a grid** (``from_estimator``) there are mean scores over folds, a curve a sharing where
    several were tried, or a curve a task at the sharing that was chosen. Bands are one standard error to each side:
    the deviation of the folds' scores over the root of their number. Folds share training rows and strengths share
    folds, so that bands that overlap do not say that two strengths do equally well. Of several sharings only the one
    that was chosen has a band. Leave-one-out has no folds, and no bands.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from skmtl.datasets import make_multitask
    >>> from skmtl.inspection import RegularizationPathDisplay
    >>> from skmtl.linear_model import regularization_path
    >>> from skmtl.penalties import L21
    >>> X, y = make_multitask(100, 5, n_tasks=3, random_state=0)
    >>> display = RegularizationPathDisplay.from_path(regularization_path(X, y, L21(), alphas=10))
    >>> len(display.lines_)
    5
    >>> plt.close(display.figure_)
    """

    def __init__(
        self,
        strengths: Any,
        curves: Mapping[Hashable, Any],
        std_errors: Mapping[Hashable, Any] | None = None,
        *,
        n_features: Any = None,
        chosen: float | None = None,
        quantity: str = "value",
        strength: str = "alpha",
    ) -> None:
        self.strengths = strengths
        self.curves = curves
        self.std_errors = std_errors
        self.n_features = n_features
        self.chosen = chosen
        self.quantity = quantity
        self.strength = strength

    @classmethod
    def from_path(
        cls,
        path: Any,
        features: Sequence[Hashable] | None = None,
        *,
        tasks: str | Sequence[Hashable] | None = None,
        scale: str | None = "largest",
        chosen: float | None = None,
        max_named: int = 8,
        ax: Any = None,
    ) -> "RegularizationPathDisplay":
        """Draw the coefficients along a path.

        Parameters
        ----------
        path : RegularizationPath
            What ``regularization_path`` returns.

        features : sequence of str, default=None
            Names of the features; x0, x1, ... by default.

        tasks : str or sequence of str, default=None
            Tasks whose coefficients to draw; all by default.

        scale : {"largest", None}, default="largest"
            Whether to divide each column by its largest coefficient on the path.

        chosen : float, default=None
            A strength to mark, such as ``alpha_`` of MultiTaskGLMCV.

        max_named : int, default=8
            Largest number of features to name, at most 8.

        ax : matplotlib Axes or pair of Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : RegularizationPathDisplay
            The display.

        Raises
        ------
        ValueError
            If a task is unknown, or names do not fit the path; or as ``plot`` does.
        """
        if scale not in SCALES:
            raise ValueError(f"scale must be one of {SCALES}, got {scale!r}")
        chosen_names = chosen_tasks(tasks, path.tasks)
        n_features = path.coef.shape[2]
        names = [f"x{j}" for j in range(n_features)] if features is None else list(features)
        if len(names) != n_features or len(set(names)) < n_features:
            raise ValueError(
                f"features must be {n_features} different names, got {len(names)}, {len(set(names))} of them different"
            )
        curves = feature_curves(path, chosen_names, scale is not None)
        display = cls(
            path.alphas,
            dict(zip(names, curves.values.T)),
            n_features=curves.n_in,
            chosen=chosen,
            quantity=curves.quantity,
        )
        return display.plot(ax, max_named=max_named)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        tasks: str | Sequence[Hashable] | None = None,
        max_named: int = 8,
        ax: Any = None,
    ) -> "RegularizationPathDisplay":
        """Draw the scores among which an estimator has chosen its strength.

        Parameters
        ----------
        estimator : estimator
            A fitted MultiTaskGLMCV, MultiTaskRidgeCV or MultiTaskLogisticRegressionCV, or a pipeline or search that
            ends in one.

        tasks : str or sequence of str, default=None
            Tasks whose scores to draw, a curve each, at the sharing that was chosen. None draws the mean over the
            tasks, a curve a sharing.

        max_named : int, default=8
            Largest number of curves to name, at most 8.

        ax : matplotlib Axes, default=None
            Where to draw, as in ``plot``.

        Returns
        -------
        display : RegularizationPathDisplay
            The display.

        Raises
        ------
        ValueError
            If the model has no such scores, or not of these tasks; or as ``plot`` does.
        """
        check_is_fitted(estimator)
        model = final_step(estimator)
        strength = strength_name(model)
        scored = [name for name in model.tasks_ if f"mean_test_{name}" in model.cv_results_]
        names = None if tasks is None else chosen_tasks(tasks, scored)
        curves = score_curves(model, names)
        display = cls(
            curves.strengths,
            curves.means,
            curves.std_errors,
            chosen=vars(model)[f"{strength}_"],
            quantity="mean score of the tasks" if tasks is None else "mean score",
            strength=strength,
        )
        return display.plot(ax, max_named=max_named)

    def plot(self, ax: Any = None, *, max_named: int = 8) -> "RegularizationPathDisplay":
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes or pair of Axes, default=None
            One Axes for the curves alone, or two: for them, and for the number of features where there is one. None
            makes a figure.

        max_named : int, default=8
            Largest number of curves that have a colour and a name, those that reach farthest from zero; at most 8.

        Returns
        -------
        display : RegularizationPathDisplay
            This object.

        Raises
        ------
        ValueError
            If strengths are not above 0, curves differ in length, or there are too few or too many Axes.
        """
        strengths, curves = self._checked(max_named)
        n_panels = 1 if self.n_features is None else 2
        if ax is None:
            axes = path_panels(n_panels)
        else:
            text = "one Axes" if n_panels == 1 else "one Axes, or two: for curves and for counts"
            axes = given_axes(ax, (1, n_panels), text)
        self.axes_, self.ax_, self.figure_ = axes, axes[0], axes[0].figure
        reach = {name: largest(curve) for name, curve in curves.items()}
        by_reach = sorted(curves, key=lambda name: -reach[name])
        self.named_ = [name for name in by_reach if reach[name] > 0][:max_named]
        if len(curves) <= max_named:
            self.named_ = list(curves)
        self._draw_curves(strengths, curves)
        if len(axes) == 2:
            axes[1].step(strengths, self.n_features, where="mid", color=COLOURS[6], linewidth=1.2)
            axes[1].set_ylabel("features in")
            axes[1].locator_params(axis="y", integer=True, nbins=4)
            axes[1].set_ylim(bottom=0)
        self._tidy(strengths, is_ours=ax is None)
        return self

    def _checked(self, max_named: Any) -> tuple[np.ndarray, dict[Hashable, np.ndarray]]:
        """Return strengths and curves, once they fit together."""
        strengths = np.asarray(self.strengths, dtype=float)
        if strengths.ndim != 1 or not strengths.size or not np.all(strengths > 0):
            raise ValueError(f"strengths must be numbers above 0, got {self.strengths!r}")
        if self.strength not in ("alpha", "C"):
            raise ValueError(f"strength must be 'alpha' or 'C', got {self.strength!r}")
        if not 0 <= max_named <= len(COLOURS):
            raise ValueError(f"max_named must be between 0 and {len(COLOURS)}, got {max_named!r}")
        curves = {name: np.asarray(curve, dtype=float) for name, curve in self.curves.items()}
        for name, curve in {**curves, "n_features": self.n_features}.items():
            if curve is not None and np.shape(curve) != strengths.shape:
                raise ValueError(
                    f"all curves must have {len(strengths)} numbers, one a strength, got shape {np.shape(curve)} of "
                    f"{name!r}"
                )
        return strengths, curves

    def _draw_curves(self, strengths: np.ndarray, curves: Mapping[Hashable, np.ndarray]) -> None:
        """Draw the curves, those without a name pale and behind."""
        ax, self.lines_ = self.ax_, {}
        for name, curve in curves.items():
            is_named = name in self.named_
            colour = COLOURS[self.named_.index(name)] if is_named else PALE
            style = (
                {"linewidth": 1.6, "zorder": 3} if is_named else {"linewidth": 0.7, "alpha": 0.7}
            )
            curve = np.where(np.isfinite(curve), curve, np.nan)
            (self.lines_[name],) = ax.plot(
                strengths,
                curve,
                marker="o" if len(strengths) <= 12 and is_named else None,
                markersize=3.5,
                color=colour,
                label=short(name) if is_named else "_",
                **style,
            )
            error = (self.std_errors or {}).get(name)
            if error is not None and is_named:
                band = {"color": colour, "alpha": 0.15, "linewidth": 0}
                ax.fill_between(strengths, curve - error, curve + error, **band)
        ax.set_ylabel(self.quantity)

    def _tidy(self, strengths: np.ndarray, is_ours: bool) -> None:
        """Let the penalty get weaker from left to right, mark what was chosen, and say what is drawn."""
        for panel in self.axes_:
            panel.set_xscale("log")
            if self.chosen is not None:
                label = "chosen" if panel is self.ax_ else "_"
                panel.axvline(self.chosen, color="0.35", linestyle="--", linewidth=1.0, label=label)
            ends = [strengths.min(), strengths.max()]
            if ends[0] < ends[1]:
                panel.set_xlim(*(ends if self.strength == "C" else ends[::-1]))
        text = {"alpha": "penalty strength alpha", "C": "inverse penalty strength C"}[self.strength]
        self.axes_[-1].set_xlabel(f"{text} (log scale, weaker to the right)")
        handles = [self.lines_[name] for name in self.named_]
        handles += [line for line in self.ax_.lines if line.get_label() == "chosen"][-1:]
        labels = [handle.get_label() for handle in handles]
        pale = [line for name, line in self.lines_.items() if name not in self.named_]
        if pale:
            handles, labels = [*handles, pale[0]], [*labels, f"{len(pale)} others"]
        if is_ours:
            place = {"loc": "outside right upper", "frameon": False, "fontsize": "small"}
            self.figure_.legend(handles, labels, **place)
        else:
            self.ax_.legend(handles, labels, loc="best", fontsize="x-small", framealpha=0.9)


def largest(curve: np.ndarray) -> float:
    """Return the largest size on a curve."""
    return float(np.abs(curve[np.isfinite(curve)]).max(initial=0.0))


def path_panels(n: int) -> np.ndarray:
    """Return a panel of a new figure, and a low one below it."""
    ratios = [3.2, 1.0][:n]
    figure, grid = pyplot("RegularizationPathDisplay").subplots(
        n,
        1,
        figsize=(7.6, 4.0 if n == 1 else 5.0),
        sharex=True,
        squeeze=False,
        height_ratios=ratios,
        layout="constrained",
    )
    for panel in grid.ravel():
        panel.spines[["top", "right"]].set_visible(False)
    return grid.ravel()
