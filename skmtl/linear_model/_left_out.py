"""What is left out row by row: the labels of tasks, their inputs, and the prior of the coefficients."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .problems import Design, FitLayout, has_few_samples, row_space_of


class Prior(NamedTuple):
    """Covariance diag(specific) + common common' of the tasks' coefficients of one feature."""

    specific: np.ndarray
    common: np.ndarray


@dataclass(frozen=True, eq=False)
class RidgeInputs:
    """The inputs, of shape (n_samples, size), where size is the lesser of n_samples and n_features.

    has_centres says that each task is centred by its own weighted mean, as a free intercept does.
    precision is that of the common coefficients a priori: 0 for a pooled intercept.
    """

    design: Design
    has_centres: bool
    precision: np.ndarray

    @classmethod
    def of(cls, layout: FitLayout) -> "RidgeInputs":
        """Rotate the inputs where there are fewer samples than features: distances are all that matters."""
        design = layout.design
        if has_few_samples(design):
            design = Design.plain(row_space_of(design).L)
        return cls(design, layout.fit_intercept, np.ones(design.shape[1]))

    def with_pooled_intercept(self, sharing: float) -> "RidgeInputs":
        """Return inputs with a constant feature: its common coefficient is free, those of the tasks are shrunk."""
        design = self.design.with_constant(1.0 / np.sqrt(sharing))
        return replace(
            self, design=design, has_centres=False, precision=np.append(self.precision, 0.0)
        )
