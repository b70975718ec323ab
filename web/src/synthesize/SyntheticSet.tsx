import { Anchor, Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCode, words } from "../parts/code";
import { DataTable } from "../parts/DataTable";
import { Facts } from "../parts/Facts";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { Structure } from "../parts/Structure";
import { Tally } from "../parts/Tally";
import type { CaseRow, SetDetail } from "./rows";

/** One synthetic set: what the gate measured, and its cases. */
export function SyntheticSet() {
  const { t } = useTranslation();
  const said = useCode();
  const id = useId();
  return (
    <Loaded<SetDetail> path={`/synthesize/sets/${id}`}>
      {(set) => (
        <Screen
          title={`${said("synthesize.generators", set.generator)} · ${said("synthesize.organs", set.organ)}`}
          about={moment(set.created_at)}
          actions={<State value={set.recalled_at ? "recalled" : set.state} />}
        >
          <Section title={t("synthesize.gate")} about={t("synthesize.gate_about")}>
            {set.gate ? (
              <Table fz="sm" verticalSpacing={5} aria-label={t("synthesize.gate")}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{t("synthesize.check")}</Table.Th>
                    <Table.Th scope="col">{t("synthesize.result")}</Table.Th>
                    <Table.Th scope="col">{t("synthesize.figures")}</Table.Th>
                    <Table.Th scope="col">{t("synthesize.limits")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {set.gate.checks.map((check) => (
                    <Table.Tr key={check.name}>
                      <Table.Td>{said("synthesize.checks", check.name)}</Table.Td>
                      <Table.Td>
                        <State value={check.state} />
                      </Table.Td>
                      <Table.Td>
                        <Structure value={check.figures} group="synthesize.data" />
                      </Table.Td>
                      <Table.Td>
                        <Structure value={check.limits} group="synthesize.data" />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            ) : (
              t("synthesize.no_gate")
            )}
          </Section>
          <Facts
            rows={[
              [t("synthesize.made"), `${count(set.made)} / ${count(set.wished)}`],
              [t("synthesize.rejected"), <Tally key="r" counts={set.rejected} say={words} />],
              [t("synthesize.seed"), set.seed],
              [
                t("synthesize.params"),
                <Structure key="p" value={set.params} group="synthesize.data" />,
              ],
              [
                t("synthesize.version"),
                <Anchor
                  key="v"
                  component={Link}
                  to={`/publish/versions/${set.version_id}`}
                  fz="sm"
                  c="indigo.9"
                >
                  {t("synthesize.open_version")}
                </Anchor>,
              ],
              ["SHA-256", <Hash key="h" value={set.sha256} keep={16} />],
            ]}
          />
          <Section title={t("synthesize.cases")}>
            <DataTable<CaseRow>
              path={`/synthesize/sets/${id}/cases`}
              label={t("synthesize.cases")}
              empty={t("synthesize.no_cases")}
              rowKey={(row) => row.id}
              columns={[
                { key: "name", label: t("synthesize.name"), sort: true, cell: (row) => row.name },
                {
                  key: "seed",
                  label: t("synthesize.seed"),
                  sort: true,
                  numeric: true,
                  cell: (row) => row.seed,
                },
                {
                  key: "lesions",
                  label: t("synthesize.lesions"),
                  numeric: true,
                  cell: (row) => count(row.lesions.length),
                },
                {
                  key: "image_sha256",
                  label: t("synthesize.image"),
                  cell: (row) => <Hash value={row.image_sha256} />,
                },
                {
                  key: "label_sha256",
                  label: t("synthesize.label"),
                  cell: (row) => <Hash value={row.label_sha256} />,
                },
              ]}
            />
          </Section>
        </Screen>
      )}
    </Loaded>
  );
}
