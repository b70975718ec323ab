import { ActionIcon, Table, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import { figure } from "../parts/Structure";
import { Peers } from "./Peers";
import { Places } from "./Places";
import { ASPECTS, type CaseDetail, type Metric, type Place } from "./rows";

const number = (value: number | null | undefined) => (value == null ? "—" : figure(value));
const COLUMNS = 5;
const FEW_PLACES = 4;

interface Props {
  found: CaseDetail;
  /** Leads the viewer to a place. */
  go: (place: Place) => void;
}

/** Every number that a verdict rests on, by aspect, beside the limits it was held against. */
export function Metrics({ found, go }: Props) {
  const { t } = useTranslation();
  const heads = ["value", "limits", "alike", "all_of_modality"];
  return (
    <Table.ScrollContainer minWidth={420} type="native" tabIndex={0}>
      <Table fz="sm" verticalSpacing={5} aria-label={t("select.metrics")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("select.metric_label")}</Table.Th>
            {heads.map((head) => (
              <Table.Th key={head} scope="col" ta="right">
                {t(`select.${head}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        {ASPECTS.map((aspect) => {
          const rows = found.metrics.filter((row) => (row.aspect ?? "artefact") === aspect);
          if (rows.length === 0) return null;
          const grade = found.grades[aspect];
          return (
            <Table.Tbody key={aspect} style={{ fontVariantNumeric: "tabular-nums" }}>
              <Table.Tr bg="gray.0">
                <Table.Th scope="rowgroup" colSpan={COLUMNS}>
                  {t(`select.aspect.${aspect}`)}
                  {grade != null && ` · ${t("select.grade_n", { n: grade })}`}
                </Table.Th>
              </Table.Tr>
              {rows.map((row) => (
                <Row key={row.metric} of={found.id} row={row} go={go} />
              ))}
            </Table.Tbody>
          );
        })}
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ of, row, go }: { of: string; row: Metric; go: Props["go"] }) {
  const { t } = useTranslation();
  const said = useCode();
  const say = useWords();
  const [open, setOpen] = useState(false);
  const name = said("select.metric", row.metric);
  const places = row.places ?? [];
  return (
    <Fragment>
      <Table.Tr>
        <Table.Td>
          <ActionIcon
            variant="subtle"
            color="gray.8"
            size="sm"
            aria-expanded={open}
            aria-label={t("select.more_of", { metric: name })}
            onClick={() => setOpen(!open)}
          >
            {open ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
          </ActionIcon>{" "}
          {name}
          {[...new Set([row.reason, ...row.codes])].map(
            (code) =>
              code && (
                <Text key={code} size="xs" c="gray.7">
                  {say("select.reason", code)}
                </Text>
              ),
          )}
          {places.length > 0 && <Places of={open ? places : places.slice(0, FEW_PLACES)} go={go} />}
        </Table.Td>
        <Table.Td ta="right">
          {number(row.value)} {row.value === null ? "" : said("select.unit_of", row.unit)}
        </Table.Td>
        <Table.Td ta="right">
          {row.review_limit === null && row.exclude_limit === null
            ? "—"
            : `${number(row.review_limit)} / ${number(row.exclude_limit)}`}
        </Table.Td>
        <Score
          z={row.z}
          limit={row.z_limit}
          median={row.stratum_median}
          patients={row.stratum_patients}
        />
        <Score
          z={row.z_pooled}
          limit={row.z_pooled_limit}
          median={row.pooled_median}
          patients={row.pooled_patients}
        />
      </Table.Tr>
      {open && (
        <Table.Tr>
          <Table.Td colSpan={COLUMNS} pl={36}>
            <Text size="xs" c="gray.7">
              {t("select.looked_at", { n: row.n })}
              {Object.entries(row.facts).map(
                ([fact, value]) => ` · ${say("select.fact", fact)} ${figure(value)}`,
              )}
            </Text>
            {row.value !== null && <Peers of={of} row={row} />}
          </Table.Td>
        </Table.Tr>
      )}
    </Fragment>
  );
}

interface Scored {
  z: number | null | undefined;
  limit: number | null | undefined;
  median: number | null | undefined;
  patients: number | undefined;
}

/** A robust z with its limit, over what it was computed from. */
function Score({ z, limit, median, patients }: Scored) {
  const { t } = useTranslation();
  return (
    <Table.Td ta="right">
      {z == null ? "—" : `z ${figure(z)}`}
      {limit != null && ` ≤ ${figure(limit)}`}
      {!!patients && (
        <Text size="xs" c="gray.7">
          {t("select.median_n", { median: number(median), n: patients })}
        </Text>
      )}
    </Table.Td>
  );
}
