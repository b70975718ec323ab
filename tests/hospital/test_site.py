"""The site folder is for its owner alone and its key is drawn once."""

import stat
from datetime import date

import pytest
from tests.hospital.site_made import make_site

from renkei.hospital.site import BadSiteError, NoSiteError, SiteExistsError, open_site
from renkei.hospital.vault import FILE, opened


def test_what_was_set_is_read_again(tmp_path):
    made = make_site(tmp_path / "site", period_start=date(2020, 4, 1), opt_out_end=date(2025, 1, 1))
    assert open_site(tmp_path / "site") == made


def test_folder_keys_and_vault_are_for_their_owner(tmp_path):
    site = make_site(tmp_path / "site")
    with opened(site.folder):
        pass
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (site.folder / "keys").iterdir()}
    assert modes == {"pseudonym.key": 0o600, "signing.key": 0o600}
    assert stat.S_IMODE(site.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((site.folder / FILE).stat().st_mode) == 0o600


def test_a_second_init_is_refused_and_the_key_stays(tmp_path):
    site = make_site(tmp_path / "site")
    before = site.key().fingerprint
    with pytest.raises(SiteExistsError):
        make_site(tmp_path / "site")
    assert site.key().fingerprint == before


def test_a_folder_that_is_no_site_is_refused(tmp_path):
    with pytest.raises(NoSiteError):
        open_site(tmp_path)
    (tmp_path / "site.toml").write_text("site = 1")
    with pytest.raises(BadSiteError):
        open_site(tmp_path)
