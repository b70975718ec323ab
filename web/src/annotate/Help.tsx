import { Modal, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";

const brush = [
  ["B", "brush"],
  ["E", "erase"],
  ["W", "window"],
  ["[  ]", "size"],
  ["1 – 9", "label"],
  ["L", "lock"],
  ["Ctrl Z / Ctrl Y", "undo"],
  ["↑ ↓", "slice"],
  ["+ − 0", "zoom"],
  ["Space", "pan"],
  ["?", "help"],
] as const;
const polygon = [
  ["1 – 9", "label"],
  ["P", "polygon"],
  ["V", "select"],
  ["Enter", "close"],
  ["Esc", "cancel"],
  ["Delete", "delete"],
  ["?", "help"],
] as const;
const compare = [
  ["N / P", "next"],
  ["A", "a"],
  ["B", "b"],
  ["M", "merge"],
  ["X", "none"],
  ["↑ ↓", "slice"],
  ["?", "help"],
] as const;
const sheets = { brush, polygon, compare };

/** The keys of a screen; `?` opens and Esc closes it. */
export function Help({
  sheet,
  opened,
  close,
}: {
  sheet: keyof typeof sheets;
  opened: boolean;
  close: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("annotate.help.title")}
      transitionProps={{ duration: 100 }}
      closeButtonProps={{ "aria-label": t("annotate.help.close") }}
    >
      <Table className="keys" verticalSpacing={4} fz="sm">
        <Table.Tbody>
          {sheets[sheet].map(([keys, what]) => (
            <Table.Tr key={what}>
              <Table.Th scope="row" w={150}>
                <kbd>{keys}</kbd>
              </Table.Th>
              <Table.Td>{t(`annotate.help.${what}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
