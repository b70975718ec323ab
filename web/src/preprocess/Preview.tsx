import { Box, Button, Group, MultiSelect, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { send, type Wire } from "../api";
import { useCode } from "../parts/code";
import { Refusal } from "../parts/Refusal";
import { useRows } from "../parts/rows";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { Compare } from "./Compare";
import { type Case, seriesOf } from "./cases";
import type { Draft } from "./draft";
import { Measures, type StepSaid, Steps } from "./Steps";

type Tried = Wire<"PlanPreviewOut">;
const MOST_CASES = 3;

interface Trial {
  id: string;
  label: string;
  tried?: Tried;
  error?: unknown;
}

/** Try the plan on up to three cases, one after the other, before it is kept. */
export function Preview({ draft, text, ready }: { draft: Draft; text: string; ready: boolean }) {
  const { t } = useTranslation();
  const said = useCode();
  const [chosen, setChosen] = useState<string[]>([]);
  const [trials, setTrials] = useState<Trial[]>([]);
  const [running, setRunning] = useState(false);
  const round = useRef(0);
  const cases = useRows<Case>("/select/cases", { standing: "accept", kind: "series" });
  const modality = draft.inputs[0]?.modality;
  const fitting = cases.filter((one) => one.modality === modality);
  const picked = chosen.filter((id) => fitting.some((one) => one.id === id));
  useEffect(() => {
    // Whoever leaves the page waits for nothing more.
    return () => {
      round.current += 1;
    };
  }, []);
  const label = (one: Case) =>
    [one.pseudonym, said("parts.body", one.body_part), one.site].filter(Boolean).join(" · ");
  const run = async () => {
    round.current += 1;
    const own = round.current;
    const fresh = fitting
      .filter((one) => picked.includes(one.id))
      .map((one): Trial => ({ id: one.id, label: label(one) }));
    setRunning(true);
    setTrials(fresh);
    for (const { id } of fresh) {
      const body = { toml: text, series_ids: seriesOf(id, draft.inputs, cases) };
      const answer = await send<Tried>("POST", "/preprocess/previews", body).then(
        (tried) => ({ tried }),
        (error: unknown) => ({ error }),
      );
      if (round.current !== own) return;
      setTrials((now) => now.map((one) => (one.id === id ? { ...one, ...answer } : one)));
    }
    setRunning(false);
  };
  return (
    <Section title={t("preprocess.preview.title")} about={t("preprocess.preview.about")}>
      <Group align="flex-end" gap="sm">
        <MultiSelect
          label={t("preprocess.series")}
          description={t("preprocess.series_about", { modality: modality ?? "" })}
          w={520}
          searchable
          maxValues={MOST_CASES}
          value={picked}
          onChange={setChosen}
          data={fitting.map((one) => ({ value: one.id, label: label(one) }))}
        />
        <Button
          size="xs"
          mb={4}
          loading={running}
          disabled={!ready || picked.length === 0}
          onClick={() => void run()}
        >
          {t("preprocess.preview.act")}
        </Button>
      </Group>
      <Stack gap="lg" mt="md" aria-live="polite">
        {trials.map((trial) => (
          <Box component="article" key={trial.id}>
            <Group gap="sm" mb="xs">
              <Title order={3} fz="md">
                {trial.label}
              </Title>
              {trial.tried && <State value={trial.tried.finding} />}
            </Group>
            {trial.error ? <Refusal error={trial.error} /> : null}
            {trial.tried && <Result tried={trial.tried} />}
            {!trial.tried && !trial.error && (
              <Text size="sm" c="gray.7">
                {t("preprocess.preview.waits")}
              </Text>
            )}
          </Box>
        ))}
      </Stack>
    </Section>
  );
}

function Result({ tried }: { tried: Tried }) {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Stack gap="sm">
      {tried.code && (
        <Text size="sm" fw={600}>
          {said("preprocess.code", tried.code)}
        </Text>
      )}
      {tried.views && (
        <Compare
          views={tried.views}
          source={(layer) => `data:image/png;base64,${tried.pictures[layer]}`}
        />
      )}
      <Measures measures={tried.measures} caption={t("preprocess.data.measures")} />
      {tried.steps.length > 0 && <Steps steps={tried.steps as unknown as StepSaid[]} />}
    </Stack>
  );
}
