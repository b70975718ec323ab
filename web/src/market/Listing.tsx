import { Box, Grid, Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { count, day } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import { OrderForm } from "./OrderForm";
import { type CountTable, type ListingRow, patientsOf } from "./rows";
import { useYen } from "./yen";

function Counts({ table }: { table: CountTable }) {
  const { t } = useTranslation();
  const said = useCode();
  const [down, across] = table.axes;
  // The totals, whose name is empty, come last.
  const named = (names: string[]) => [...new Set(names)].sort((a, b) => +!a - +!b);
  const rows = named(table.cells.map(([row]) => row));
  const columns = named(table.cells.map(([, column]) => column));
  const say = (name: string) => (name ? said("market.value", name) : t("market.total"));
  const at = new Map(table.cells.map(([row, column, n]) => [`${row}\u0000${column}`, n]));
  const label = t("market.table_of", {
    down: said("market.axis", down),
    across: said("market.axis", across),
  });
  return (
    <Box>
      <Text size="sm" fw={600} mb={4}>
        {label}
      </Text>
      <Table.ScrollContainer minWidth={320} type="native" tabIndex={0}>
        <Table fz="sm" verticalSpacing={4} withTableBorder aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{said("market.axis", down)}</Table.Th>
              {columns.map((column) => (
                <Table.Th key={column} scope="col" ta="right">
                  {say(column)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
            {rows.map((row) => (
              <Table.Tr key={row}>
                <Table.Th scope="row">{say(row)}</Table.Th>
                {columns.map((column) => (
                  <Table.Td key={column} ta="right">
                    {count(at.get(`${row}\u0000${column}`) ?? 0)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Box>
  );
}

/** One offer: what is in it, what it costs, what is allowed, and the form that asks for it. */
export function Listing() {
  const { t, i18n } = useTranslation();
  const yen = useYen();
  const orders = useMay("market.order");
  const lists = useMay("market.list");
  const ja = i18n.language === "ja";
  return (
    <Loaded<ListingRow> path={`/market/listings/${useId()}`}>
      {(listing) => {
        const tables = Object.values(listing.aggregates.tables ?? {});
        return (
          <Screen
            title={ja ? listing.title_ja : listing.title_en}
            about={ja ? listing.description_ja : listing.description_en}
            actions={
              <>
                <State value={listing.open ? "listed" : "closed"} />
                {lists && listing.open && (
                  <Act
                    path={`/market/listings/${listing.id}/close`}
                    label={t("market.close_listing")}
                    variant="default"
                  />
                )}
              </>
            }
          >
            <Grid gap="xl">
              <Grid.Col span={{ base: 12, lg: 7 }}>
                <Facts
                  rows={[
                    [t("market.price"), yen(listing.price_yen)],
                    [t("market.patients"), tables[0] ? count(patientsOf(tables[0])) : "—"],
                    [t("market.made"), count(listing.aggregates.made)],
                    [t("market.synthetic"), count(listing.aggregates.synthetic)],
                    [t("market.months"), t("market.months_n", { n: listing.months })],
                    [t("market.max_releases"), count(listing.max_releases)],
                    [t("market.sealed"), t(listing.sealed_part ? "parts.yes" : "parts.no")],
                    [t("market.version"), <Hash key="v" value={listing.version_hash} keep={16} />],
                    [t("market.listed_at"), day(listing.created_at)],
                  ]}
                />
                <Section title={t("market.who")} about={t("market.rounded")}>
                  <Group align="flex-start" gap="lg">
                    {tables.map((table) => (
                      <Counts key={table.axes.join()} table={table} />
                    ))}
                  </Group>
                </Section>
              </Grid.Col>
              {orders && listing.open && (
                <Grid.Col span={{ base: 12, lg: 5 }}>
                  <Section title={t("market.ask")} about={t("market.ask_about")}>
                    <OrderForm listing={listing} />
                  </Section>
                </Grid.Col>
              )}
            </Grid>
          </Screen>
        );
      }}
    </Loaded>
  );
}
