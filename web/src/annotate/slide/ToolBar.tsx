import { ActionIcon, Button, Group, Text, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp, IconKeyboard } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ToolSettings } from "./ToolSettings";
import { TOOLS } from "./tools";
import type { Settings, SlideTool } from "./tools/tool";

interface Props {
  tool: SlideTool;
  take: (tool: SlideTool) => void;
  settings: Settings;
  set: (part: Partial<Settings>) => void;
  underWay: number;
  finish: () => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
  help: () => void;
}

/** The tools of the slide with their keys, what the one in the hand sets, and undo. */
export function ToolBar({ tool, take, settings, set, underWay, finish, undo, redo, help }: Props) {
  const { t } = useTranslation();
  const polygon = tool.name === "polygon";
  return (
    <section className="panel slide-tools" aria-label={t("annotate.desk.tools")}>
      <Group gap={4} px={8} py={6}>
        {TOOLS.map((one) => {
          const label = `${t(`annotate.slide.tool.${one.name}`)} (${one.letter})`;
          return (
            <Tooltip key={one.name} label={label} openDelay={300}>
              <ActionIcon
                size={32}
                variant={one === tool ? "filled" : "default"}
                aria-label={label}
                aria-pressed={one === tool}
                onClick={() => take(one)}
              >
                <one.icon size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          );
        })}
        <Group gap={4} ml="auto">
          {polygon && (
            <Button size="compact-sm" variant="default" disabled={underWay < 3} onClick={finish}>
              {t("annotate.slide.close")}
            </Button>
          )}
          <ActionIcon
            size={32}
            variant="default"
            aria-label={t("annotate.desk.undo")}
            disabled={!undo}
            onClick={() => undo?.()}
          >
            <IconArrowBackUp size={17} aria-hidden />
          </ActionIcon>
          <ActionIcon
            size={32}
            variant="default"
            aria-label={t("annotate.desk.redo")}
            disabled={!redo}
            onClick={() => redo?.()}
          >
            <IconArrowForwardUp size={17} aria-hidden />
          </ActionIcon>
          <ActionIcon
            size={32}
            variant="default"
            aria-label={t("annotate.help.title")}
            onClick={help}
          >
            <IconKeyboard size={17} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <Group gap="sm" px={10} pb={6} mih={34}>
        <ToolSettings tool={tool} settings={settings} set={set} />
        <Text size="sm" c="gray.7">
          {polygon && underWay
            ? t("annotate.slide.under_way", { n: underWay })
            : t(`annotate.slide.hint.${tool.name}`)}
        </Text>
      </Group>
    </section>
  );
}
