"""NHANES 2017-2018: health outcomes of US adults."""

from typing import Any

import numpy as np

from ._tables import Table, make_bunch, read_table

TASK_TYPES = {
    "diabetes": "multiclass",
    "general_health": "multiclass",
    "heart_attack": "binary",
    "stroke": "binary",
    "cancer": "binary",
    "arthritis": "binary",
    "asthma": "binary",
    "difficulty_walking": "binary",
    "told_trouble_sleeping": "binary",
    "phq9": "count",
    "hba1c": "regression",
    "sbp": "regression",
    "dbp": "regression",
    "total_chol": "regression",
    "hdl": "regression",
    "log_lead": "regression",
    "log_cadmium": "regression",
    "log_mercury": "regression",
    "body_fat_pct": "regression",
}
CODED_INPUTS = (
    "MinutesSedentaryActivity",
    "OfMealsNotHomePrepared",
    "OfMealsFromFastFoodOrPizzaPlace",
    "OfReadytoeatFoodsInPast30Days",
    "OfFrozenMealspizzaInPast30Days",
    "CurrentSelfreportedHeightInches",
    "CurrentSelfreportedWeightPounds",
)
# As quantities these answers would be outliers that no linear model survives.
CODES = {5555.0: 22.0, 7777.0: np.nan, 9999.0: np.nan}


def load_nhanes(*, return_X_y: bool = False, as_frame: bool = True) -> Any:
    """Load NHANES 2017-2018: nineteen health outcomes of 5265 US adults.

    The National Health and Nutrition Examination Survey interviews and examines a sample of the US
    population. The inputs are demography, body measures, habits and one day's diet; the adults are
    20 years or older. Up to 57 % of a task's labels are missing, mostly by design: examinations
    were made in subsamples and within age limits.

    =====================  ===================================================  ==========  =======
    Task                   Outcome                                              Type        Missing
    =====================  ===================================================  ==========  =======
    diabetes               told by a doctor: "no", "borderline", "yes"          multiclass        4
    general_health         self-rated: "poor", "fair", "good", "very_good",     multiclass      375
                           "excellent"
    heart_attack           ever told (1) or not (0)                             binary           10
    stroke                 ever told (1) or not (0)                             binary           10
    cancer                 ever told (1) or not (0)                             binary            2
    arthritis              ever told (1) or not (0)                             binary           15
    asthma                 ever told (1) or not (0)                             binary            5
    difficulty_walking     serious difficulty walking or climbing stairs        binary            3
    told_trouble_sleeping  ever told a doctor of trouble sleeping               binary            4
    phq9                   depression score PHQ-9, 0 to 27                      count           440
    hba1c                  glycohaemoglobin, %                                  regression      247
    sbp                    systolic blood pressure, mmHg                        regression      269
    dbp                    diastolic blood pressure, mmHg                       regression      283
    total_chol             total cholesterol, mg/dL                             regression      328
    hdl                    HDL cholesterol, mg/dL                               regression      328
    log_lead               log of blood lead in ug/dL                           regression      244
    log_cadmium            log of blood cadmium in ug/L                         regression      244
    log_mercury            log of blood mercury in ug/L                         regression      244
    body_fat_pct           body fat by DXA, %; only below 60 years              regression     3015
    =====================  ===================================================  ==========  =======

    Parameters
    ----------
    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    as_frame : bool, default=True
        If True, the inputs are a pandas DataFrame with text columns as categories. If False, pandas
        is not needed: the inputs are an array of floats, in which a category is its position among
        the sorted categories. Missing values are NaN in both.

    Returns
    -------
    nhanes : :class:`~sklearn.utils.Bunch`
        What is returned where ``return_X_y=False``, with these attributes.

        data : DataFrame or ndarray of shape (5265, 49)
            The inputs; 18059 cells are missing.
        target : TaskTargets of shape (5265, 19)
            The outcomes, with their types declared.
        frame : DataFrame of shape (5265, 68) or None
            Inputs and outcomes side by side where ``as_frame=True``.
        feature_names, target_names : list of str
            Names of the inputs and of the tasks.
        task_types : dict of {task: str}
            The table above.
        categorical : list of str
            Names of the inputs that hold categories.
        categories : dict of {input: list of str}
            The sorted categories of each categorical input.
        DESCR : str
            Description, source and licence.

    (data, target) : tuple
        What is returned where ``return_X_y=True``.

    Raises
    ------
    ImportError
        If ``as_frame=True`` and pandas is not installed.

    ValueError
        If a parameter is neither True nor False.

    See Also
    --------
    load_support2 : Seven outcomes of patients in hospital.
    make_multitask : Simulated outcomes whose relatedness is known.

    Notes
    -----
    Data of the US National Center for Health Statistics, in the public domain; please cite [1]_.
    The survey's weights are not included: do not infer to the US population. In seven numeric
    inputs the survey codes 7777 (refused) and 9999 (does not know) are missing here, 261 cells, and
    5555 (more than 21 meals a week) is 22, 3 cells. Ages of 80 and more are 80.

    References
    ----------
    .. [1] Centers for Disease Control and Prevention, National Center for Health Statistics.
       National Health and Nutrition Examination Survey Data 2017-2018. Hyattsville, MD: US
       Department of Health and Human Services.

    Examples
    --------
    >>> from skmtl.datasets import load_nhanes
    >>> nhanes = load_nhanes()
    >>> nhanes.data.shape
    (5265, 49)
    >>> nhanes.target.shape
    (5265, 19)
    >>> nhanes.task_types["phq9"]
    'count'
    """
    table = _decode(read_table("nhanes", targets=list(TASK_TYPES)))
    return make_bunch("nhanes", table, TASK_TYPES, return_X_y, as_frame)


def _decode(table: Table) -> Table:
    inputs = dict(table.inputs)
    for column in CODED_INPUTS:
        inputs[column] = inputs[column].copy()
        for code, value in CODES.items():
            inputs[column][table.inputs[column] == code] = value
    return table._replace(inputs=inputs)
