"""The continent of a country by the United Nations' M49 regions."""

from collections.abc import Mapping

from renkei.publish.cases import UNKNOWN

# ISO 3166-1 alpha-2 by M49 region; Taiwan, absent from M49, is counted with Asia.
_COUNTRIES: Mapping[str, str] = {
    "Africa": (
        "DZ AO BJ BW IO BF BI CV CM CF TD KM CG CD CI DJ EG GQ ER SZ ET TF GA GM GH GN GW KE LS LR "
        "LY MG MW ML MR MU YT MA MZ NA NE NG RE RW SH ST SN SC SL SO ZA SS SD TZ TG TN UG EH ZM ZW"
    ),
    "Americas": (
        "AI AG AR AW BS BB BZ BM BO BQ BV BR CA KY CL CO CR CU CW DM DO EC SV FK GF GL GD GP GT GY "
        "HT HN JM MQ MX MS NI PA PY PE PR BL KN LC MF PM VC SX GS SR TT TC US UY VE VG VI"
    ),
    "Asia": (
        "AF AM AZ BH BD BT BN KH CN CY GE HK IN ID IR IQ IL JP JO KZ KP KR KW KG LA LB MO MY MV MN "
        "MM NP OM PK PH QA SA SG LK PS SY TJ TH TL TR TM AE UZ VN YE TW"
    ),
    "Europe": (
        "AX AL AD AT BY BE BA BG HR CZ DK EE FO FI FR DE GI GR GG VA HU IS IE IM IT JE LV LI LT LU "
        "MT MD MC ME NL MK NO PL PT RO RU SM RS SK SI ES SJ SE CH UA GB"
    ),
    "Oceania": (
        "AS AU CX CC CK FJ PF GU HM KI MH FM NR NC NZ NU NF MP PW PG PN WS SB TK TO TV UM VU WF"
    ),
}
_CONTINENT = {code: name for name, codes in _COUNTRIES.items() for code in codes.split()}


def continent(country: str | None) -> str:
    """Return the continent of an ISO 3166-1 alpha-2 code, or `unknown`."""
    return _CONTINENT.get((country or "").upper(), UNKNOWN)
