import { ActionIcon, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import {
  type Icon,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconContrast2,
  IconKeyboard,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { keyName, WINDOW_CODE } from "./keys";
import { TOOLS } from "./tools";
import type { Tool } from "./tools/tool";

interface Props {
  tool: Tool | null;
  choose: (tool: Tool | null) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
  help: () => void;
  left: boolean;
  locked: boolean;
  children?: ReactNode;
}

const WINDOW = { name: "window", code: WINDOW_CODE, Icon: IconContrast2 };

/** The tools of the desk; each says its key, and below them what the chosen one heeds. */
export function Toolbar({ tool, choose, undo, redo, help, left, locked, children }: Props) {
  const { t } = useTranslation();
  return (
    <Group gap="sm" className="panel" px={10} py={6} justify="space-between">
      <SegmentedControl
        size="xs"
        aria-label={t("annotate.desk.tools")}
        value={tool?.name ?? WINDOW.name}
        disabled={locked}
        onChange={(value) => choose(TOOLS.find((one) => one.name === value) ?? null)}
        data={[...TOOLS, WINDOW].map(({ name, code, Icon }) => ({
          value: name,
          label: (
            <Group gap={4} wrap="nowrap" title={t(`annotate.tool_about.${name}`)}>
              <Icon size={15} aria-hidden />
              <span className="tool-name">{t(`annotate.tool.${name}`)}</span>
              <Text span size="xs" c="gray.7" ff="monospace">
                {keyName(code, left)}
              </Text>
            </Group>
          ),
        }))}
      />
      <Group gap={4}>
        <Step label={t("annotate.desk.undo")} act={undo} Icon={IconArrowBackUp} />
        <Step label={t("annotate.desk.redo")} act={redo} Icon={IconArrowForwardUp} />
        <Step label={`${t("annotate.help.title")} (?)`} act={help} Icon={IconKeyboard} />
      </Group>
      <Group gap="sm" w="100%" mih={30}>
        {children}
      </Group>
    </Group>
  );
}

function Step({ label, act, Icon }: { label: string; act: (() => void) | null; Icon: Icon }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" aria-label={label} disabled={!act} onClick={() => act?.()}>
        <Icon size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
