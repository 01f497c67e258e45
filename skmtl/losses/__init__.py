"""Losses of one task as functions of its raw predictions."""

from ._base import Loss
from ._logistic import LogisticLoss
from ._multinomial import MultinomialLoss
from ._poisson import PoissonLoss
from ._squared import SquaredLoss

__all__ = ["LogisticLoss", "Loss", "MultinomialLoss", "PoissonLoss", "SquaredLoss"]
