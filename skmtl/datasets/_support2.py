"""SUPPORT2: outcomes of seriously ill patients in hospital."""

from typing import Any

from ._tables import make_bunch, read_table

TASK_TYPES = {
    "hospdead": "binary",
    "death_180d": "binary",
    "sfdm2": "multiclass",
    "log_slos": "regression",
    "log_charges": "regression",
    "log_totcst": "regression",
    "avtisst": "regression",
}
COMPARATORS = ("surv2m", "surv6m", "prg2m", "prg6m")


def load_support2(*, return_X_y: bool = False, as_frame: bool = True) -> Any:
    """Load SUPPORT2: seven outcomes of 9105 seriously ill adults in five US hospitals.

    The Study to Understand Prognoses and Preferences for Outcomes and Risks of Treatments followed
    patients of eight disease groups, admitted in 1989-1991 and 1992-1994. The inputs are what was
    known by the third day of study: demography, disease group, comorbidity and physiology.

    ==============  ===================================================  ==========  =======
    Task            Outcome                                              Type        Missing
    ==============  ===================================================  ==========  =======
    hospdead        died in hospital (1) or not (0)                      binary            0
    death_180d      died within 180 days of study entry (1) or not (0)   binary            0
    sfdm2           functional disability two months after study entry   multiclass     1400
    log_slos        log of days from study entry to discharge            regression        0
    log_charges     log of hospital charges in US dollars                regression      172
    log_totcst      log of total hospital costs in US dollars            regression      905
    avtisst         intensity of treatment: mean TISS, days 3 to 25      regression       82
    ==============  ===================================================  ==========  =======

    The classes of ``sfdm2`` are the data set's own. **"<2 mo. follow-up" means that the patient
    died early**: all its 3123 patients died within 59 days of study entry, so the class is the
    fifth and worst grade of the outcome, not a missing label, and it overlaps with the two death
    tasks. From best to worst the classes are "no(M2 and SIP pres)" (no moderate or severe
    disability found), "adl>=4 (>=5 if sur)" (cannot do four or more activities of daily living;
    five if a surrogate answered), "SIP>=30" (Sickness Impact Profile of 30 or more), "Coma or
    Intub" (coma or intubated; 41 patients) and "<2 mo. follow-up". Missing labels are patients
    without an interview, nearly all of whom survived the two months.

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
    support2 : :class:`~sklearn.utils.Bunch`
        What is returned where ``return_X_y=False``, with these attributes.

        data : DataFrame or ndarray of shape (9105, 28)
            The inputs; 37747 cells are missing.
        target : TaskTargets of shape (9105, 7)
            The outcomes, with their types declared.
        frame : DataFrame of shape (9105, 35) or None
            Inputs and outcomes side by side where ``as_frame=True``.
        feature_names, target_names : list of str
            Names of the inputs and of the tasks.
        task_types : dict of {task: str}
            The table above.
        categorical : list of str
            Names of the inputs that hold categories.
        categories : dict of {input: list of str}
            The sorted categories of each categorical input.
        comparators : DataFrame or Bunch of ndarray
            Predictions that others made, to compare with and **never to use as inputs**: the
            probability of surviving two and six months by SUPPORT's own model (``surv2m``,
            ``surv6m``) and by the patient's physician (``prg2m``, ``prg6m``; missing for 1649 and
            1633 patients).
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
    load_nhanes : Nineteen health outcomes of US adults.
    make_multitask : Simulated outcomes whose relatedness is known.

    Notes
    -----
    UCI Machine Learning Repository, data set 880 (SUPPORT2), licence CC BY 4.0. Changed for this
    package: columns were left out; ``death_180d`` was derived from survival time and status, which
    were known for all patients up to 180 days; stay, charges and costs were replaced by their
    natural logarithms (17 costs of zero are missing). Please cite [1]_.

    References
    ----------
    .. [1] Knaus WA, Harrell FE, Lynn J, et al. (1995). The SUPPORT prognostic model: objective
       estimates of survival for seriously ill hospitalized adults. Annals of Internal Medicine
       122:191-203.

    Examples
    --------
    >>> from skmtl.datasets import load_support2
    >>> support2 = load_support2()
    >>> support2.data.shape
    (9105, 28)
    >>> support2.target.task_types["sfdm2"]
    'multiclass'
    >>> int(support2.target.observed("log_totcst").sum())
    8200
    >>> list(support2.comparators)
    ['surv2m', 'surv6m', 'prg2m', 'prg6m']
    """
    table = read_table("support2", targets=list(TASK_TYPES), comparators=COMPARATORS)
    return make_bunch("support2", table, TASK_TYPES, return_X_y, as_frame)
