import { ActionIcon, Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { type Draft, rename } from "./draft";

const MODALITIES = ["CT", "MR", "PT", "SM", "TABLE"];

/** What a plan takes: each input by its name, what it is, and whether it is a time series. */
export function Inputs({ draft, change }: { draft: Draft; change: (draft: Draft) => void }) {
  const { t } = useTranslation();
  const said = useCode();
  const set = (at: number, input: Partial<Draft["inputs"][number]>) =>
    change({
      ...draft,
      inputs: draft.inputs.map((one, n) => (n === at ? { ...one, ...input } : one)),
    });
  const free = () => {
    const modality = MODALITIES.find((one) => !draft.inputs.some((in_) => in_.modality === one));
    const role = (modality ?? "CT").toLowerCase();
    const taken = draft.inputs.some((one) => one.role === role);
    return {
      role: taken ? `${role}_${draft.inputs.length + 1}` : role,
      modality: modality ?? "CT",
      series: false,
    };
  };
  return (
    <Stack gap="xs">
      {draft.inputs.map((one, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an input's name is what is being typed
        <Group key={at} gap="sm" align="flex-end">
          <TextInput
            size="xs"
            w={140}
            label={t("preprocess.name")}
            value={one.role}
            maxLength={40}
            onChange={(event) => change(rename(draft, one.role, event.currentTarget.value))}
          />
          <Select
            size="xs"
            w={170}
            label={t("preprocess.build.kind")}
            allowDeselect={false}
            value={one.modality}
            data={[...new Set([...MODALITIES, one.modality])].map((value) => ({
              value,
              label: said("preprocess.modality", value),
            }))}
            onChange={(modality) => modality && set(at, { modality })}
          />
          <Checkbox
            size="xs"
            mb={8}
            label={t("preprocess.build.series")}
            checked={one.series}
            onChange={(event) => set(at, { series: event.currentTarget.checked })}
          />
          <ActionIcon
            variant="default"
            mb={2}
            aria-label={t("preprocess.build.remove_input", { name: one.role })}
            title={t("preprocess.build.remove_input", { name: one.role })}
            disabled={draft.inputs.length === 1}
            onClick={() =>
              change({ ...draft, inputs: draft.inputs.filter((_, other) => other !== at) })
            }
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          size="xs"
          onClick={() => change({ ...draft, inputs: [...draft.inputs, free()] })}
        >
          {t("preprocess.build.add_input")}
        </Button>
      </Group>
    </Stack>
  );
}
