"""How the losses of several tasks are weighed against each other during training: one method a file.

A new method derives from Balancing and gets a line in the table BALANCINGS: from losses and the inner products
of gradients to weights of tasks. It sees neither data nor network.
"""

from ._base import Balancing, Gram
from ._dwa import DynamicWeightAverage
from ._mgda import MultipleGradientDescent
from ._pcgrad import ProjectedGradients
from ._sum import Sum
from ._uncertainty import Uncertainty

__all__ = [
    "Balancing",
    "DynamicWeightAverage",
    "Gram",
    "MultipleGradientDescent",
    "ProjectedGradients",
    "Sum",
    "Uncertainty",
]
