"""Losses of one task as functions of its raw predictions.

A new loss is a file: values, gradient, Hessian, conjugate, response and best constant, by their formulas. The tests
compare each with finite differences and Fenchel-Young; nothing here knows tasks, weights of tasks or penalties.
"""

from ._base import Loss
from ._logistic import LogisticLoss
from ._multinomial import MultinomialLoss
from ._poisson import PoissonLoss
from ._squared import SquaredLoss

__all__ = ["LogisticLoss", "Loss", "MultinomialLoss", "PoissonLoss", "SquaredLoss"]
