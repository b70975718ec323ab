import { Modal, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { TOOLS } from "./tools";

const others = [
  ["1 – 9", "label"],
  ["[  ]", "size"],
  ["Alt", "subtract"],
  ["Enter", "close"],
  ["Esc", "cancel"],
  ["Delete", "delete"],
  ["Ctrl Z / Ctrl Y", "undo"],
  ["↑ ↓ ← →", "pan_keys"],
  ["+ − 0", "zoom"],
  ["Space", "pan"],
  ["?", "help"],
] as const;

/** The keys of the slide workbench: those of the tools as the tools name them. */
export function Keys({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const rows = [
    ...TOOLS.map(({ name, letter }) => [letter, t(`annotate.slide.tool.${name}`)] as const),
    ...others.map(([keys, what]) => [keys, t(`annotate.slide.key.${what}`)] as const),
  ];
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
          {rows.map(([keys, what]) => (
            <Table.Tr key={keys}>
              <Table.Th scope="row" w={150}>
                <kbd>{keys}</kbd>
              </Table.Th>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
