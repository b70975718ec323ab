"""Bundles and mapped tables become events: when they happened, in which lane, in whose words."""

import json
from datetime import date

import pytest

from renkei.subjects.columns import CodeSystem, Column, ColumnType
from renkei.subjects.events import events_of, events_of_table
from renkei.subjects.timeline import Lane


def one(**resource):
    bundle = {"resourceType": "Bundle", "entry": [{"resource": resource}]}
    return events_of(json.dumps(bundle).encode())


@pytest.mark.parametrize(
    ("resource", "lane", "day", "title"),
    [
        (
            {
                "resourceType": "Observation",
                "effectiveDateTime": "2021-03-04T09:00:00+09:00",
                "issued": "2021-03-09",
                "code": {"coding": [{"code": "4548-4", "display": "HbA1c"}]},
                "valueQuantity": {"comparator": "<", "value": 4.0, "unit": "%"},
            },
            Lane.TEST,
            date(2021, 3, 4),
            "HbA1c < 4.0 %",
        ),
        (
            {
                "resourceType": "MedicationRequest",
                "authoredOn": "2021-03-05",
                "medicationCodeableConcept": {"text": "アスピリン錠100mg"},
            },
            Lane.DRUG,
            date(2021, 3, 5),
            "アスピリン錠100mg",
        ),
        (
            {"resourceType": "Procedure", "performedPeriod": {"start": "2021-04-01"}},
            Lane.OPERATION,
            date(2021, 4, 1),
            "Procedure",
        ),
        (
            {"resourceType": "Condition", "onsetDateTime": "2021", "code": {"text": "HCC"}},
            Lane.DIAGNOSIS,
            None,
            "HCC",
        ),
    ],
)
def test_a_resource_is_an_event(resource, lane, day, title):
    (event,) = one(**resource)
    assert (event.lane, event.date, event.title) == (lane, day, title)


def test_who_it_is_about_is_no_event():
    assert one(resourceType="Patient", id="P1") == []


def test_the_cells_of_a_table_stand_on_the_day_of_their_row():
    columns = [
        Column("id", ColumnType.SUBJECT),
        Column("day", ColumnType.DATE),
        Column("HbA1c", ColumnType.NUMBER, unit="%", lane=Lane.TEST),
        Column("dx", ColumnType.CODE, system=CodeSystem.ICD10, lane=Lane.DIAGNOSIS),
        Column("op", ColumnType.DATE, lane=Lane.OPERATION),
    ]
    rows = "P1,2021-03-04,７．１,C22.0,2021-04-01\nP1,2021-05-06,high,,\n"
    table = f"id,day,HbA1c,dx,op\n{rows}".encode()
    found = [(e.date, e.lane, e.title) for e in events_of_table(table, columns)]
    assert found == [
        (date(2021, 3, 4), Lane.TEST, "HbA1c 7.1 %"),
        (date(2021, 3, 4), Lane.DIAGNOSIS, "dx C22.0"),
        (date(2021, 4, 1), Lane.OPERATION, "op"),
    ]
