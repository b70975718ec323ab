import { Grid, Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Figure } from "../parts/Figure";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Plot } from "../parts/Plot";
import { Section } from "../parts/Section";

interface Row {
  name: string;
  patients: number;
  share: number;
  low: number;
  high: number;
  reference: number | null;
  ratio: number | null;
  collect_next: number | null;
  flag: string | null;
}

interface Axis {
  name: string;
  patients: number;
  rows: Row[];
  distance: number | null;
  coverage: number | null;
  effective_patients: number | null;
  chart: object;
}

interface Represented {
  patients: number;
  not_counted: number;
  reference: string;
  axes: Axis[];
}

const percent = (share: number | null) =>
  share === null ? "—" : `${Math.round(share * 1000) / 10} %`;

/** The groups of one axis: how many, how sure that is, and how many more the world asks for. */
function Groups({ rows }: { rows: Row[] }) {
  const { t } = useTranslation();
  const said = useCode();
  const known = rows.some((row) => row.reference !== null);
  const names = ["patients", "share", "interval", ...(known ? ["reference", "collect_next"] : [])];
  return (
    <Table.ScrollContainer minWidth={420} type="native" tabIndex={0}>
      <Table fz="sm" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("publish.data.group")}</Table.Th>
            {names.map((name) => (
              <Table.Th key={name} scope="col" ta="right">
                {t(`publish.data.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
          {rows.map((row) => (
            <Table.Tr key={row.name}>
              <Table.Th scope="row">{said("publish.group", row.name)}</Table.Th>
              <Table.Td ta="right">{count(row.patients)}</Table.Td>
              <Table.Td ta="right">{percent(row.share)}</Table.Td>
              <Table.Td ta="right">
                {percent(row.low)} – {percent(row.high)}
              </Table.Td>
              {known && <Table.Td ta="right">{percent(row.reference)}</Table.Td>}
              {known && (
                <Table.Td ta="right" fw={row.collect_next ? 650 : 400}>
                  {count(row.collect_next)}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** Who is in the version, beside the world where a reference is known. */
export function Represent({ id }: { id: string }) {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Loaded<Represented> path={`/publish/versions/${id}/represent`}>
      {(found) => (
        <>
          <Group gap="sm" mb="md">
            <Figure label={t("publish.counted")} value={count(found.patients)} />
            <Figure
              label={t("publish.not_counted")}
              value={count(found.not_counted)}
              note={t("publish.not_counted_about")}
            />
          </Group>
          {found.axes.map((axis) => (
            <Section
              key={axis.name}
              title={said("publish.axis", axis.name)}
              about={t("publish.axis_about", { n: count(axis.patients) })}
            >
              <Grid gap="lg" mb="lg">
                <Grid.Col span={{ base: 12, lg: 6 }}>
                  <Plot
                    spec={axis.chart}
                    caption={t("publish.axis_caption", { axis: said("publish.axis", axis.name) })}
                  />
                </Grid.Col>
                <Grid.Col span={{ base: 12, lg: 6 }}>
                  <Groups rows={axis.rows} />
                </Grid.Col>
              </Grid>
            </Section>
          ))}
          {found.reference && (
            <Text size="xs" c="gray.7">
              {t("publish.reference")}: {found.reference}
            </Text>
          )}
        </>
      )}
    </Loaded>
  );
}
