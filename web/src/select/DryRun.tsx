import { Alert, Button, Group, List, Select, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page, send, type Wire } from "../api";
import { useCode } from "../parts/code";
import { Plot } from "../parts/Plot";
import { Refusal } from "../parts/Refusal";
import { Section } from "../parts/Section";
import { Balance } from "./Balance";
import { Comparison } from "./Comparison";
import { Rules } from "./Rules";
import { useRuleName } from "./ruleName";

type Answer = Wire<"DryRunOut">;

interface Kept {
  id: string;
  name: string;
  version: string;
  in_force: boolean;
}

/** Try a recipe on every judged case, alone or beside another one; nothing changes. */
export function DryRun({ id, toml }: { id: string; toml: string }) {
  const { t } = useTranslation();
  const [tried, setTried] = useState(toml);
  const [against, setAgainst] = useState<string | null>(null);
  const others = useQuery({
    queryKey: ["/select/recipes", { limit: 50 }],
    queryFn: () => get<Page<Kept>>("/select/recipes", { limit: 50 }),
  });
  const run = useMutation({
    mutationFn: async () => {
      const other = against && (await get<{ toml: string }>(`/select/recipes/${against}`)).toml;
      return send<Answer>("POST", "/select/dry-runs", { toml: tried, against: other });
    },
  });
  return (
    <Section title={t("select.dry.title")} about={t("select.dry.about")}>
      <Stack gap="sm">
        <Textarea
          label={t("select.recipe")}
          autosize
          minRows={6}
          maxRows={18}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
          value={tried}
          onChange={(event) => setTried(event.currentTarget.value)}
        />
        <Group align="flex-end" gap="sm">
          <Select
            size="xs"
            w={280}
            clearable
            label={t("select.dry.against")}
            placeholder={t("select.dry.alone")}
            value={against}
            onChange={setAgainst}
            data={(others.data?.items ?? []).map((one) => ({
              value: one.id,
              label: [
                one.name,
                one.version,
                one.in_force && `(${t("parts.state.in_force")})`,
                one.id === id && `(${t("select.dry.this")})`,
              ]
                .filter(Boolean)
                .join(" "),
            }))}
          />
          <Button size="xs" loading={run.isPending} onClick={() => run.mutate()}>
            {t("select.dry.act")}
          </Button>
        </Group>
        {run.error && <Refusal error={run.error} />}
        {run.data && <Found found={run.data} />}
      </Stack>
    </Section>
  );
}

function Found({ found }: { found: Answer }) {
  const { t } = useTranslation();
  const said = useCode();
  const name = useRuleName();
  const inPlot = (code: string) => {
    const box = said("select.consort", code);
    return box === code ? name(code) : box;
  };
  const left = Object.entries(found.not_measured);
  return (
    <>
      {found.warnings.length > 0 && (
        <Alert color="orange.9" variant="outline" title={t("select.dry.warnings")}>
          <List size="sm">
            {found.warnings.map((one) => (
              <List.Item key={`${one.rule}.${one.axis}.${one.value}.${one.what}`}>
                {t(`select.dry.warned_${one.what}`, {
                  rule: name(one.rule),
                  axis: said("select.dry.axis", one.axis),
                  value: said("select.group_value", one.value),
                  share: percent(one.share),
                  others: percent(one.others),
                  p: one.p < 0.001 ? "< 0.001" : one.p.toFixed(3),
                })}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {left.length > 0 && (
        <Alert color="gray.8" variant="outline" title={t("select.dry.not_measured")}>
          {left.map(([metric, n]) => `${name(metric)} ${n}`).join(" · ")}
        </Alert>
      )}
      <Plot spec={found.chart} caption={t("select.dry.consort_caption")} say={inPlot} />
      <Rules rules={found.rules} />
      <Balance rows={found.balance} />
      {found.comparison && <Comparison of={found.comparison} />}
    </>
  );
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
