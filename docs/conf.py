"""Sphinx configuration: ``sphinx-build -W --keep-going -b html docs docs/_build``."""

from importlib.metadata import version as installed_version

project = "skmtl"
author = "the skmtl developers"
copyright = "2026, the skmtl developers"
release = installed_version("skmtl")
version = release

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
    "sphinx-mathjax-offline",  # formulas show without a network
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
default_role = "literal"
smartquotes = False  # defaults such as "auto" are shown as they are typed

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc states the types
numpydoc_show_class_members = False  # the class template lists them

copybutton_exclude = ".linenos, .gp, .go"  # copy code without prompts and output

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"/plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "doc_module": ("skmtl",),
    "backreferences_dir": "generated/backreferences",
    "download_all_examples": False,
    "show_signature": False,
    "remove_config_comments": True,
}

html_theme = "pydata_sphinx_theme"
html_title = f"skmtl {release}"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
html_sidebars = {"install": [], "changelog": [], "contributing": []}
html_show_sourcelink = False


def skip_foreign(app, what, name, obj, skip, options):
    """Leave out members that scikit-learn or Python wrote: they link to pages not here."""
    function = getattr(obj, "fget", obj)
    return skip or not (getattr(function, "__module__", None) or "").startswith("skmtl")


def setup(app):
    """Connect the hooks."""
    app.connect("autodoc-skip-member", skip_foreign)
