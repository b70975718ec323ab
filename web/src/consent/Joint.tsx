import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { Facts } from "../parts/Facts";
import { count, day } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { Section } from "../parts/Section";
import { State } from "../parts/State";

/** What came of a joint research: patients and cases, batches, versions made from them. */
export function Joint({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Loaded<Wire<"JointOut">> path={`/publish/workspaces/${id}`}>
      {(found) => (
        <>
          <Section title={t("consent.collected")} about={t("consent.collected_about")}>
            <Facts
              rows={[
                [t("consent.patients"), count(found.patients)],
                [t("consent.series"), count(found.series)],
                [t("consent.slides"), count(found.slides)],
              ]}
            />
            <Batches rows={found.batches} />
          </Section>
          <Section title={t("consent.made_of_it")} about={t("consent.made_of_it_about")}>
            <Versions rows={found.versions} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

function Batches({ rows }: { rows: Wire<"JointBatchOut">[] }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <None said={t("consent.no_batches")} />;
  return (
    <Table fz="sm" maw={760} verticalSpacing={5} mt="xs" aria-label={t("consent.batches")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("consent.came")}</Table.Th>
          <Table.Th scope="col">{t("consent.state")}</Table.Th>
          <Amount label={t("consent.patients")} />
          <Amount label={t("consent.sent")} />
          <Amount label={t("consent.stored")} />
          <Amount label={t("consent.held")} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td>{day(row.created_at)}</Table.Td>
            <Table.Td>
              <State value={row.state} />
            </Table.Td>
            <Table.Td ta="right">{count(row.patients)}</Table.Td>
            <Table.Td ta="right">{count(row.sent)}</Table.Td>
            <Table.Td ta="right">{count(row.stored)}</Table.Td>
            <Table.Td ta="right">{count(row.held)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Versions({ rows }: { rows: Wire<"JointVersionOut">[] }) {
  const { t, i18n } = useTranslation();
  if (rows.length === 0) return <None said={t("consent.no_versions")} />;
  return (
    <Table fz="sm" maw={760} verticalSpacing={5} aria-label={t("consent.made_of_it")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("consent.dataset")}</Table.Th>
          <Table.Th scope="col">{t("consent.version")}</Table.Th>
          <Table.Th scope="col">{t("consent.state")}</Table.Th>
          <Table.Th scope="col">{t("consent.frozen")}</Table.Th>
          <Amount label={t("consent.cases")} />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td>{i18n.language === "ja" ? row.title_ja : row.title_en}</Table.Td>
            <Table.Td>{row.number}</Table.Td>
            <Table.Td>
              <State value={row.state} />
            </Table.Td>
            <Table.Td>{day(row.frozen_at)}</Table.Td>
            <Table.Td ta="right">{count(row.cases)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Amount({ label }: { label: string }) {
  return (
    <Table.Th scope="col" ta="right">
      {label}
    </Table.Th>
  );
}

function None({ said }: { said: string }) {
  return (
    <Text size="sm" c="gray.7" mt="xs">
      {said}
    </Text>
  );
}
