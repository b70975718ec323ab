import { ActionIcon, Button, Group, SegmentedControl, Switch, Text, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBrush,
  IconContrast2,
  IconEraser,
  IconKeyboard,
} from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Refusal } from "../parts/Refusal";
import type { Tool } from "./types";
import { useNamed } from "./words";

export type Mode = "brush" | "erase" | "window";

interface Props {
  mode: Mode;
  setMode: (mode: Mode) => void;
  radius: number;
  resize: (by: number) => void;
  keepOthers: boolean;
  toggleKeep: () => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
  help: () => void;
  locked: boolean;
}

const modes = [
  ["brush", "B", IconBrush],
  ["erase", "E", IconEraser],
  ["window", "W", IconContrast2],
] as const;

/** The tools of the desk in one line; each says its key. */
export function Toolbar(props: Props) {
  const { t } = useTranslation();
  return (
    <Group gap="sm" className="panel" px={10} py={6}>
      <SegmentedControl
        size="xs"
        aria-label={t("annotate.desk.tools")}
        value={props.mode}
        disabled={props.locked}
        onChange={(value) => props.setMode(value as Mode)}
        data={modes.map(([value, key, Icon]) => ({
          value,
          label: (
            <Group gap={5} wrap="nowrap">
              <Icon size={15} aria-hidden />
              {t(`annotate.desk.${value}`)}
              <Text span size="xs" c="gray.7" ff="monospace">
                {key}
              </Text>
            </Group>
          ),
        }))}
      />
      <Group gap={4} role="group" aria-label={t("annotate.desk.size")}>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t("annotate.desk.smaller")}
          onClick={() => props.resize(-1)}
        >
          [
        </Button>
        <Text size="sm" w={66} ta="center" style={{ fontVariantNumeric: "tabular-nums" }}>
          ⌀ {2 * props.radius} mm
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t("annotate.desk.larger")}
          onClick={() => props.resize(1)}
        >
          ]
        </Button>
      </Group>
      <Switch
        size="xs"
        checked={props.keepOthers}
        disabled={props.locked}
        onChange={props.toggleKeep}
        label={`${t("annotate.desk.keep_others")} L`}
      />
      <Group gap={4} ml="auto">
        <Step label={t("annotate.desk.undo")} act={props.undo} Icon={IconArrowBackUp} />
        <Step label={t("annotate.desk.redo")} act={props.redo} Icon={IconArrowForwardUp} />
        <Tooltip label={`${t("annotate.help.title")} (?)`}>
          <ActionIcon variant="default" aria-label={t("annotate.help.title")} onClick={props.help}>
            <IconKeyboard size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  );
}

function Step({
  label,
  act,
  Icon,
}: {
  label: string;
  act: (() => void) | null;
  Icon: typeof IconBrush;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} disabled={!act} onClick={() => act?.()}>
        <Icon size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** The computing tools of the server, run on the chosen label. */
export function ComputingTools({
  run,
  label,
}: {
  run: ((tool: string) => Promise<void>) | null;
  label: string;
}) {
  const { t } = useTranslation();
  const named = useNamed();
  const tools = useQuery({
    queryKey: ["/annotate/tools"],
    queryFn: () => get<Tool[]>("/annotate/tools"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const act = useMutation({ mutationFn: async (tool: string) => run?.(tool) });
  return (
    <section className="panel" aria-label={t("annotate.desk.computing")}>
      <Text size="sm" fw={650} px={12} pt={8}>
        {t("annotate.desk.computing")}
      </Text>
      <Text size="xs" c="gray.7" px={12}>
        {t("annotate.desk.computing_about", { label })}
      </Text>
      <Group gap={6} px={12} py={8}>
        {tools.data?.map((tool) => (
          <Button
            key={tool.name}
            size="compact-sm"
            variant="default"
            disabled={!run || act.isPending}
            loading={act.isPending && act.variables === tool.name}
            onClick={() => act.mutate(tool.name)}
          >
            {named(tool)}
          </Button>
        ))}
      </Group>
      {act.error && <Refusal error={act.error} />}
    </section>
  );
}
