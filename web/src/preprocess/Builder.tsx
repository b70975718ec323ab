import { Button, Grid, Group, MultiSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Act } from "../parts/Act";
import { useCode, useWords } from "../parts/code";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import type { Search } from "../shell/search";
import { useMay } from "../shell/session";
import { addStep, type Draft, type StepKind, stepAt } from "./draft";
import { Inputs } from "./Inputs";
import { PlanText } from "./PlanText";
import { Preview } from "./Preview";
import type { PlanRow } from "./rows";
import { StepCard } from "./StepCard";
import { useDraft } from "./useDraft";

/** Write a plan: a list of steps beside its text, tried on three cases before it is kept. */
export function Builder() {
  const { from } = useSearch({ strict: false }) as Search;
  if (typeof from !== "string") return <Bench start={null} />;
  return (
    <Loaded<{ toml: string }> path={`/preprocess/plans/${from}`}>
      {({ toml }) => <Bench start={toml} />}
    </Loaded>
  );
}

function useKinds(): StepKind[] {
  const path = "/preprocess/steps";
  const steps = useQuery({ queryKey: [path], queryFn: () => get<StepKind[]>(path) });
  return steps.data ?? [];
}

function Bench({ start }: { start: string | null }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const keeps = useMay("preprocess.run");
  const all = useKinds();
  const kinds = new Map(all.map((one) => [one.name, one]));
  const { draft, text, wrong, isGood, change, type } = useDraft(start);
  const said = useCode();
  const wrongStep = stepAt(text, wrong?.line ?? null);
  const sentence = wrong ? wrong.sentence : null;
  return (
    <Screen title={t("preprocess.build.title")} about={t("preprocess.build.about")}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="sm">
            <Head draft={draft} change={change} />
            <Section title={t("preprocess.inputs")}>
              <Inputs draft={draft} change={change} />
            </Section>
            <Section title={t("preprocess.build.steps")}>
              <Stack component="ol" gap="sm" m={0} p={0} style={{ listStyle: "none" }}>
                {draft.steps.map((step, at) => (
                  <StepCard
                    // biome-ignore lint/suspicious/noArrayIndexKey: a step's names are being typed
                    key={`${at}-${step.name}`}
                    draft={draft}
                    at={at}
                    kinds={kinds}
                    change={change}
                    wrong={wrongStep === at ? sentence : null}
                  />
                ))}
              </Stack>
              <AddStep kinds={all} add={(kind) => change(addStep(draft, kind, kinds))} />
            </Section>
            <MultiSelect
              label={t("preprocess.build.results")}
              description={t("preprocess.build.results_about")}
              value={draft.results}
              data={[...new Set([...draft.steps.map((one) => one.output), ...draft.results])]}
              onChange={(results) => change({ ...draft, results })}
            />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <PlanText text={text} type={type} wrong={wrong} />
          <Group justify="space-between" mt="sm">
            <Text size="sm" role="status" c={wrong ? "red.9" : "teal.9"}>
              {wrong && said("parts.problem", wrong.code)}
              {isGood && t("preprocess.build.good")}
            </Text>
            {keeps && (
              <Act<PlanRow>
                path="/preprocess/plans"
                body={{ toml: text }}
                label={t("preprocess.build.keep")}
                disabled={!isGood}
                done={(made) => void navigate({ to: `/preprocess/plans/${made.id}` })}
              />
            )}
          </Group>
        </Grid.Col>
      </Grid>
      {keeps && <Preview draft={draft} text={text} ready={isGood} />}
    </Screen>
  );
}

function Head({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const { t } = useTranslation();
  return (
    <Group gap="sm" align="flex-start" grow>
      <TextInput
        label={t("preprocess.name")}
        value={draft.name}
        maxLength={80}
        onChange={(event) => change({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        label={t("preprocess.version")}
        value={draft.version}
        maxLength={20}
        onChange={(event) => change({ ...draft, version: event.currentTarget.value })}
      />
      <TextInput
        label={t("preprocess.build.description")}
        value={draft.description}
        maxLength={500}
        onChange={(event) => change({ ...draft, description: event.currentTarget.value })}
      />
    </Group>
  );
}

function AddStep({ kinds, add }: { kinds: StepKind[]; add: (kind: StepKind) => void }) {
  const { t } = useTranslation();
  const say = useWords();
  const [chosen, setChosen] = useState<string | null>(null);
  const kind = kinds.find((one) => one.name === chosen);
  return (
    <Group gap="xs" mt="sm" align="flex-end">
      <Select
        size="xs"
        w={280}
        searchable
        label={t("preprocess.build.next")}
        placeholder={t("preprocess.build.choose")}
        value={chosen}
        onChange={setChosen}
        data={["volume", "slide", "table"].map((on) => ({
          group: t(`preprocess.on.${on}`),
          items: kinds
            .filter((one) => one.on === on)
            .map((one) => ({ value: one.name, label: say("preprocess.step", one.name) })),
        }))}
      />
      <Button size="xs" variant="default" disabled={!kind} onClick={() => kind && add(kind)}>
        {t("preprocess.build.add")}
      </Button>
    </Group>
  );
}
