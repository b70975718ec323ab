import {
  ActionIcon,
  Box,
  Group,
  MultiSelect,
  Select,
  SimpleGrid,
  Text,
  TextInput,
} from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCode, useWords } from "../parts/code";
import {
  changeStep,
  type Draft,
  moveStep,
  namesBefore,
  removeStep,
  rename,
  type StepKind,
} from "./draft";
import { ParamField } from "./ParamField";

interface Props {
  draft: Draft;
  at: number;
  kinds: Map<string, StepKind>;
  change: (draft: Draft) => void;
  /** What is wrong with this step. */
  wrong: string | null;
}

/** One step of a plan: what it works on, its parameters and the name of what it makes. */
export function StepCard({ draft, at, kinds, change, wrong }: Props) {
  const { t } = useTranslation();
  const say = useWords();
  const said = useCode();
  const step = draft.steps[at];
  if (!step) return null;
  const kind = kinds.get(step.name);
  const names = kind ? namesBefore(draft, at, kind.on, kinds) : [];
  const offered = [...new Set([...names, ...step.input])].filter(Boolean);
  const title = say("preprocess.step", step.name);
  const about = said("preprocess.step_about", step.name);
  const many = kind?.takes === "series";
  return (
    <Box component="li" className="plan-step" data-wrong={wrong ? "" : undefined} p="sm">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Box>
          <Text fw={650} size="sm">
            {at + 1}. {title}
          </Text>
          {about !== step.name && (
            <Text size="xs" c="gray.7">
              {about}
            </Text>
          )}
        </Box>
        <Group gap={4} wrap="nowrap">
          <Tool
            label={t("preprocess.build.up", { step: title })}
            off={at === 0}
            act={() => change(moveStep(draft, at, -1))}
            icon={<IconArrowUp size={16} aria-hidden />}
          />
          <Tool
            label={t("preprocess.build.down", { step: title })}
            off={at === draft.steps.length - 1}
            act={() => change(moveStep(draft, at, 1))}
            icon={<IconArrowDown size={16} aria-hidden />}
          />
          <Tool
            label={t("preprocess.build.remove", { step: title })}
            off={false}
            act={() => change(removeStep(draft, at))}
            icon={<IconTrash size={16} aria-hidden />}
          />
        </Group>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="xs" mt="xs">
        {many ? (
          <MultiSelect
            size="xs"
            label={t("preprocess.data.input")}
            value={step.input}
            data={offered}
            onChange={(input) => change(changeStep(draft, at, { input }))}
          />
        ) : (
          <Select
            size="xs"
            label={t("preprocess.data.input")}
            allowDeselect={false}
            value={step.input[0] ?? null}
            data={offered}
            onChange={(name) => name && change(changeStep(draft, at, { input: [name] }))}
          />
        )}
        {step.to !== null && (
          <Select
            size="xs"
            label={t("preprocess.data.to")}
            allowDeselect={false}
            value={step.to || null}
            data={[...new Set([...names, step.to])].filter(Boolean)}
            onChange={(to) => to && change(changeStep(draft, at, { to }))}
          />
        )}
        <TextInput
          size="xs"
          label={t("preprocess.data.output")}
          value={step.output}
          maxLength={80}
          onChange={(event) => change(rename(draft, step.output, event.currentTarget.value))}
        />
        {kind?.params.map((param) => (
          <ParamField
            key={`${step.name}-${param.name}`}
            step={step.name}
            kind={param}
            value={step.params[param.name]}
            set={(value) => {
              const { [param.name]: _old, ...others } = step.params;
              const params = value === undefined ? others : { ...others, [param.name]: value };
              change(changeStep(draft, at, { params }));
            }}
          />
        ))}
      </SimpleGrid>
      {wrong && (
        <Text size="sm" c="red.9" mt="xs">
          {wrong}
        </Text>
      )}
    </Box>
  );
}

function Tool({
  label,
  off,
  act,
  icon,
}: {
  label: string;
  off: boolean;
  act: () => void;
  icon: React.ReactNode;
}) {
  return (
    <ActionIcon
      variant="default"
      size="md"
      aria-label={label}
      title={label}
      disabled={off}
      onClick={act}
    >
      {icon}
    </ActionIcon>
  );
}
