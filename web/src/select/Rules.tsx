import { ActionIcon, Table, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Wire } from "../api";
import { useCode } from "../parts/code";
import { count } from "../parts/format";
import { Section } from "../parts/Section";
import { percent } from "./DryRun";
import { useRuleName } from "./ruleName";

type Rule = Wire<"RemovalOut">;
type Group = Wire<"GroupOut">;
const NUMBERS = [
  "assessed",
  "excluded_alone",
  "held_alone",
  "excluded_in_order",
  "series_alone",
  "series_in_order",
] as const;

/** What each rule takes out, alone and in the order of the recipe; by group where opened. */
export function Rules({ rules }: { rules: Rule[] }) {
  const { t } = useTranslation();
  const name = useRuleName();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Section title={t("select.dry.rules")} about={t("select.dry.rules_about")}>
      <Table.ScrollContainer minWidth={640} type="native" tabIndex={0}>
        <Table fz="sm" verticalSpacing={4} aria-label={t("select.dry.rules")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("select.dry.rule_label")}</Table.Th>
              {NUMBERS.map((key) => (
                <Table.Th key={key} scope="col" ta="right">
                  {t(`select.dry.${key}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
            {rules.map((rule) => (
              <Fragment key={rule.rule}>
                <Table.Tr fw={rule.rule === "all" ? 650 : 400}>
                  <Table.Th scope="row" fw="inherit">
                    <ActionIcon
                      variant="subtle"
                      color="gray.8"
                      size="sm"
                      aria-expanded={open === rule.rule}
                      aria-label={t("select.more_of", { metric: name(rule.rule) })}
                      onClick={() => setOpen(open === rule.rule ? null : rule.rule)}
                    >
                      {open === rule.rule ? (
                        <IconChevronDown size={14} />
                      ) : (
                        <IconChevronRight size={14} />
                      )}
                    </ActionIcon>{" "}
                    {name(rule.rule)}
                  </Table.Th>
                  {NUMBERS.map((key) => (
                    <Table.Td key={key} ta="right">
                      {count(rule[key])}
                    </Table.Td>
                  ))}
                </Table.Tr>
                {open === rule.rule && (
                  <Table.Tr>
                    <Table.Td colSpan={NUMBERS.length + 1} pl={36}>
                      <Groups of={rule.groups} />
                    </Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function Groups({ of }: { of: Group[] }) {
  const { t } = useTranslation();
  const said = useCode();
  const share = ({ n, of: all, share: part, low, high }: Group["excluded"]) =>
    `${n}/${all} · ${percent(part)} (${percent(low)} – ${percent(high)})`;
  return (
    <>
      <Text size="xs" c="gray.7">
        {t("select.dry.groups_about")}
      </Text>
      <Table fz="xs" verticalSpacing={2}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("select.dry.group")}</Table.Th>
            <Table.Th scope="col">{t("select.dry.group_excluded")}</Table.Th>
            <Table.Th scope="col">{t("select.dry.group_held")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((one) => (
            <Table.Tr key={`${one.axis}.${one.value}`}>
              <Table.Th scope="row" fw={400}>
                {said("select.dry.axis", one.axis)}: {said("select.group_value", one.value)}
              </Table.Th>
              <Table.Td>{share(one.excluded)}</Table.Td>
              <Table.Td>{share(one.held)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
