"""Clean tables and messages whose text may name somebody wait for a person."""

import pytest
from tests.deid.clinical import MESSAGE
from tests.hospital.site_made import CONSENTS, make_site
from tests.hospital.test_add import added

from renkei.hospital.review import reviewing
from renkei.hospital.site import open_site
from renkei.hospital.suspected import suspected_texts
from renkei.hospital.vault import opened

SSMIX = "0090417723_20230405_OML-11_ORD55219_20230405102030123_01_1"


@pytest.fixture
def site(tmp_path):
    ward = tmp_path / "ward"
    ward.mkdir()
    (ward / "consent.csv").write_text(CONSENTS, "utf-8")
    (ward / "notes.csv").write_text(
        "患者ID,所見\n0090417723,山田太郎の前回と比較\n0055512345,山田太郎の前回と比較\n"
        "0055512345,著変なし\n",
        "utf-8",
    )
    (ward / "notes.columns.toml").write_text('id = "患者ID"\nkeep = ["所見"]\n', "utf-8")
    told = MESSAGE.replace("著変なし", "山口へ電話済み").replace("渡邉^真之介", "山寺^太郎左")
    (ward / SSMIX).write_bytes(told.encode("iso2022_jp_ext"))
    (ward / f"{SSMIX[:-1]}0").write_bytes(told.encode("cp932"))
    answers = added(make_site(tmp_path / "site"), ward)
    assert answers["notes.csv"].state == answers[SSMIX].state == "clean"
    assert answers[f"{SSMIX[:-1]}0"].reasons == ("withdrawn_in_storage",)
    return open_site(tmp_path / "site")


def test_only_what_may_name_somebody_is_shown_once(site):
    with opened(site.folder) as vault, reviewing(site, vault) as review:
        shown = {(t.element, t.value): t.files for t in review.texts()}
        assert shown["所見", "山田太郎の前回と比較"] == 1
        assert [value for element, value in shown if element == "valueString"] == [
            "、 の前回と\n山口へ電話済み。 へ連絡"
        ]
        assert "著変なし" not in {value for _, value in shown}


def test_a_refused_text_of_a_table_takes_the_table_back(site):
    with opened(site.folder) as vault, reviewing(site, vault) as review:
        refused = [t.n for t in review.texts() if t.element == "所見"]
        review.decide(approved=[], refused=refused, reviewer="確認 花子")
        counts = vault.counts()
        assert counts["held"]["text_refused"] == 1
        assert counts["found"] == counts["waiting"] + sum(counts["held"].values())


def test_an_image_a_label_or_genes_have_no_such_texts(tmp_path):
    path = tmp_path / "x"
    path.write_text("a,b\n山田太郎の画像,1\n", "utf-8")
    assert suspected_texts(path, "vcf") == set()
    assert suspected_texts(path, "table") == {("a", "山田太郎の画像")}
