"""One company for all tests of the demo: its tables are read, never changed."""

import pytest

from cxlib.demo.company import Company, company

SEED = 0


@pytest.fixture(scope="session")
def shop() -> Company:
    return company(SEED)
