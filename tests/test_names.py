"""The names users import."""

import subprocess
import sys

import armillary


def test_every_public_name_leads_to_something_documented():
    for name in armillary.__all__:
        if name != "__version__":
            assert getattr(armillary, name).__doc__, name


def test_importing_armillary_imports_nothing_heavy():
    code = "import sys, armillary; print(sorted({'numpy', 'duckdb', 'numba'} & sys.modules.keys()))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_a_misspelt_name_is_an_attribute_error():
    assert not hasattr(armillary, "bild")
