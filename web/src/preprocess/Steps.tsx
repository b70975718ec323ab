import { Box, Group, Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import { State } from "../parts/State";
import { figure } from "../parts/Structure";
import { useMeasure } from "./useMeasure";

/** What the record says of one step. */
export interface StepSaid {
  step: string;
  version?: string;
  params?: Record<string, unknown>;
  input?: string[];
  output?: string;
  measures?: Record<string, number>;
  finding?: string;
  code?: string | null;
}

/** A parameter as people read it. */
function usePlain(): (value: unknown) => string {
  const say = useCode();
  const plain = (value: unknown): string => {
    if (typeof value === "number") return figure(value);
    if (typeof value === "boolean") return value ? "✓" : "–";
    if (Array.isArray(value)) return value.map(plain).join(", ");
    return say("preprocess.choice", String(value));
  };
  return plain;
}

/** Each step in words: what it was told, what it measured, and what its own check says. */
export function Steps({ steps }: { steps: StepSaid[] }) {
  const { t } = useTranslation();
  const say = useWords();
  const said = useCode();
  const plain = usePlain();
  return (
    <Stack component="ol" gap="xs" m={0} p={0} style={{ listStyle: "none" }}>
      {steps.map((step, n) => (
        <Box
          component="li"
          key={`${step.step}-${step.output ?? n}`}
          className="plan-step"
          px="sm"
          py="xs"
        >
          <Group justify="space-between" gap="xs">
            <Text fw={650} size="sm">
              {n + 1}. {say("preprocess.step", step.step)}
              <Text span size="xs" c="gray.7" ml="xs">
                {[step.input?.join(", "), step.output].filter(Boolean).join(" → ")}
              </Text>
            </Text>
            {step.finding && <State value={step.finding} />}
          </Group>
          {step.code && (
            <Text size="sm" c="orange.9">
              {said("preprocess.code", step.code)}
            </Text>
          )}
          {step.params && Object.keys(step.params).length > 0 && (
            <Text size="xs" c="gray.7">
              {Object.entries(step.params)
                .map(([name, value]) => `${say("preprocess.data", name)} ${plain(value)}`)
                .join(" · ")}
            </Text>
          )}
          <Measures measures={step.measures ?? {}} caption={t("preprocess.data.measures")} />
        </Box>
      ))}
    </Stack>
  );
}

/** Measures by name with their units, as a table. */
export function Measures({
  measures,
  caption,
}: {
  measures: Record<string, number>;
  caption: string;
}) {
  const measure = useMeasure();
  const rows = Object.entries(measures);
  if (rows.length === 0) return null;
  return (
    <Table fz="sm" verticalSpacing={2} maw={520} withRowBorders={false} aria-label={caption}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={400} c="gray.8">
              {measure(name)}
            </Table.Th>
            <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
              {figure(value)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
