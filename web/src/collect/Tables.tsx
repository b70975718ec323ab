import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import type { LayoutRow } from "./rows";
import { IntakeViews } from "./Views";

/** The clinical tables on record by their header, and whether somebody has said how to read them. */
export function Tables() {
  const { t } = useTranslation();
  return (
    <Screen title={t("collect.tables")} about={t("collect.tables_about")}>
      <IntakeViews />
      <Loaded<LayoutRow[]> path="/collect/tables">
        {(layouts) =>
          layouts.length === 0 ? (
            <Empty text={t("collect.no_tables")} />
          ) : (
            <Table fz="sm" verticalSpacing={6} maw={960} aria-label={t("collect.tables")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">{t("collect.columns")}</Table.Th>
                  <Table.Th scope="col">{t("collect.hospital")}</Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t("collect.subjects")}
                  </Table.Th>
                  <Table.Th scope="col" ta="right">
                    {t("collect.rows")}
                  </Table.Th>
                  <Table.Th scope="col">{t("collect.mapping")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {layouts.map((one) => (
                  <Table.Tr key={one.id}>
                    <Table.Td>
                      <Anchor
                        component={Link}
                        to={`/collect/tables/${one.id}`}
                        fz="sm"
                        c="indigo.9"
                      >
                        {one.header.join(" · ")}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>{one.site}</Table.Td>
                    <Table.Td ta="right">{count(one.tables)}</Table.Td>
                    <Table.Td ta="right">{count(one.rows)}</Table.Td>
                    <Table.Td>
                      <Text size="sm" c={one.saved ? "gray.8" : "orange.9"}>
                        {t(one.saved ? "collect.mapping_saved" : "collect.mapping_open")}
                      </Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Loaded>
    </Screen>
  );
}
