import { ActionIcon, Popover, Stack, Switch, Tooltip } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Comfort } from "./useComfort";

interface Props {
  comfort: Comfort;
  set: (comfort: Comfort) => void;
}

const choices = ["left", "pressure", "dark"] as const;

/** How the desk is laid out and lit for this reader. */
export function ComfortMenu({ comfort, set }: Props) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" transitionProps={{ duration: 0 }}>
      <Popover.Target>
        <Tooltip label={t("annotate.comfort.title")}>
          <ActionIcon variant="default" aria-label={t("annotate.comfort.title")}>
            <IconAdjustments size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown className="panel">
        <Stack gap="xs">
          {choices.map((name) => (
            <Switch
              key={name}
              size="sm"
              checked={comfort[name]}
              onChange={(event) => set({ ...comfort, [name]: event.currentTarget.checked })}
              label={t(`annotate.comfort.${name}`)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
