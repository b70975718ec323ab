import { ActionIcon, Checkbox, Modal, Popover, Stack, Table, Tooltip } from "@mantine/core";
import { IconColumns, IconDownload, IconKeyboard } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Column } from "./columns";

/** Choose which columns a list shows. */
export function Columns<T>({
  columns,
  hidden,
  hide,
}: {
  columns: Column<T>[];
  hidden: string[];
  hide: (hidden: string[]) => void;
}) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" withinPortal>
      <Popover.Target>
        <Tooltip label={t("parts.columns")}>
          <ActionIcon variant="default" aria-label={t("parts.columns")}>
            <IconColumns size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap={6}>
          {columns.slice(1).map((column) => (
            <Checkbox
              key={column.key}
              size="xs"
              label={column.label}
              checked={!hidden.includes(column.key)}
              onChange={(event) =>
                hide(
                  event.currentTarget.checked
                    ? hidden.filter((key) => key !== column.key)
                    : [...hidden, column.key],
                )
              }
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

/** All rows of the list as CSV. */
export function Csv({ href }: { href: string }) {
  const { t } = useTranslation();
  return (
    <Tooltip label={t("parts.csv")}>
      <ActionIcon component="a" variant="default" href={href} download aria-label={t("parts.csv")}>
        <IconDownload size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** The keys of a list, by a button and by `?`. */
export function KeyMap({
  opened,
  show,
  close,
  keys,
}: {
  opened: boolean;
  show: () => void;
  close: () => void;
  keys: [string, string][];
}) {
  const { t } = useTranslation();
  return (
    <>
      <Tooltip label={t("parts.keys")}>
        <ActionIcon variant="default" aria-label={t("parts.keys")} onClick={show}>
          <IconKeyboard size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Modal
        opened={opened}
        onClose={close}
        title={t("parts.keys")}
        size="sm"
        closeButtonProps={{ "aria-label": t("parts.close") }}
        transitionProps={{ duration: 100 }}
      >
        <Table fz="sm" variant="vertical">
          <Table.Tbody>
            {keys.map(([key, what]) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" w={120} ff="monospace">
                  {key}
                </Table.Th>
                <Table.Td>{what}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
}
