"""The mathematical problem of one fit: its data laid out, and its solution.

From targets to a problem (``prepare``), from a problem to coefficients (``solve``), with the certificate on the data as
given. Which method solves what is decided in one place; a new penalty needs nothing here.
"""

from ._design import Design
from ._layout import FitLayout
from ._prepare import Prepared, Setup, lay_out, prepare
from ._row_block import label_weight, label_weights
from ._row_space import has_few_samples, row_space_of
from ._sample_gram import eigen
from ._solve import Coefficients, Start, fit_separately, solve

__all__ = [
    "Coefficients",
    "Design",
    "FitLayout",
    "Prepared",
    "Setup",
    "Start",
    "eigen",
    "fit_separately",
    "has_few_samples",
    "label_weight",
    "label_weights",
    "lay_out",
    "prepare",
    "row_space_of",
    "solve",
]
