"""A site whose outbox is filled: made once, copied for each test that sends or decides."""

import shutil

import pytest
from tests.hospital.site_made import make_data, make_site
from tests.hospital.test_add import added

from renkei.hospital.site import open_site


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled")
    added(make_site(folder / "site"), make_data(folder / "ward"))
    return folder / "site"


@pytest.fixture
def site(filled, tmp_path):
    return open_site(shutil.copytree(filled, tmp_path / "site"))
