"""Looking into fitted joint models: joint against separate ones, which tasks are related, Displays.

One Display a file, in scikit-learn's sense: data in the constructor, ``from_estimator``, ``plot``; matplotlib is
imported in ``plot`` alone. Statistics are in other files, which know nothing of figures.
"""

from ._affinity import task_affinity
from ._calibration_display import TaskCalibrationDisplay
from ._coefficients_display import CoefficientsDisplay
from ._compare import compare_sharing
from ._grouping import group_tasks
from ._path_display import RegularizationPathDisplay
from ._sharing_comparison import SharingComparison
from ._sharing_display import SharingDisplay
from ._similarity_display import TaskSimilarityDisplay
from ._task_affinity import TaskAffinity
from ._training_display import TrainingDisplay

__all__ = [
    "CoefficientsDisplay",
    "RegularizationPathDisplay",
    "SharingComparison",
    "SharingDisplay",
    "TaskAffinity",
    "TaskCalibrationDisplay",
    "TaskSimilarityDisplay",
    "TrainingDisplay",
    "compare_sharing",
    "group_tasks",
    "task_affinity",
]
