import { Anchor, Group, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { Loaded } from "../parts/Loaded";
import { NotYours } from "../parts/NotYours";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import { SelectViews } from "./columns";

type Answer = Wire<"ReviewerAgreementOut">;
type Kappa = Wire<"KappaOut">;

/** How far reviewers agree who answered the same cases without seeing each other's answer. */
export function Agreement() {
  const { t } = useTranslation();
  const may = useMay("select.override");
  return (
    <Screen title={t("select.agreement.title")} about={t("select.agreement.about")}>
      <SelectViews />
      <Anchor component={Link} to="/select/queue?second=1" fz="sm" c="indigo.9">
        {t("select.agreement.second")}
      </Anchor>
      {may ? (
        <Loaded<Answer> path="/select/agreement">{(found) => <Found found={found} />}</Loaded>
      ) : (
        <NotYours />
      )}
    </Screen>
  );
}

function Found({ found }: { found: Answer }) {
  const { t } = useTranslation();
  const said = useCode();
  if (found.all.n === 0) return <Empty text={t("select.agreement.empty")} />;
  const people = found.pairs.map((pair) => ({ name: `${pair.first} · ${pair.second}`, of: pair }));
  const reasons = found.reasons.map((one) => ({
    name: said("select.why_code", one.reason),
    of: one,
  }));
  return (
    <>
      <Kappas
        title={t("select.agreement.people")}
        rows={[...people, { name: t("select.agreement.all"), of: found.all }]}
      />
      <Kappas title={t("select.agreement.reasons")} rows={reasons} />
      {found.disagreed.length > 0 && (
        <Section title={t("select.agreement.disagreed")}>
          <Group gap="xs">
            {found.disagreed.map((id) => (
              <Anchor
                key={id}
                component={Link}
                to={`/select/cases/${id}`}
                ff="monospace"
                fz="sm"
                c="indigo.9"
              >
                {id.slice(-8)}
              </Anchor>
            ))}
          </Group>
        </Section>
      )}
    </>
  );
}

function Kappas({ title, rows }: { title: string; rows: { name: string; of: Kappa }[] }) {
  const { t } = useTranslation();
  const two = (value: number | null) => (value === null ? "—" : value.toFixed(2));
  return (
    <Section title={title}>
      <Table fz="sm" verticalSpacing={4} maw={760} aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{title}</Table.Th>
            {["n", "agreed", "kappa"].map((head) => (
              <Table.Th key={head} scope="col" ta="right">
                {t(`select.agreement.${head}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
          {rows.map(({ name, of }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                {name}
              </Table.Th>
              <Table.Td ta="right">{count(of.n)}</Table.Td>
              <Table.Td ta="right">{count(of.agreed)}</Table.Td>
              <Table.Td ta="right">
                {of.kappa === null ? (
                  <Text span size="sm" c="gray.7">
                    {t("select.agreement.too_few")}
                  </Text>
                ) : (
                  `${two(of.kappa)} (${two(of.low)} – ${two(of.high)})`
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
