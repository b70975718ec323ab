import { Modal, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { keyName, TOGGLES, WINDOW_CODE } from "./keys";
import { MARK_TOOLS } from "./marks/tools";
import { TOOLS } from "./tools";

type Row = readonly [keys: string, words: string];

const compare: readonly Row[] = [
  ["N / P", "annotate.help.next"],
  ["A", "annotate.help.a"],
  ["B", "annotate.help.b"],
  ["M", "annotate.help.merge"],
  ["X", "annotate.help.none"],
  ["E", "annotate.help.edit"],
  ["↑ ↓", "annotate.help.slice"],
  ["?", "annotate.help.help"],
];

/** The keys of the desk: what the registry of tools says, then settings and the viewer's. */
function desk(left: boolean): readonly Row[] {
  return [
    ...TOOLS.map(({ name, code }): Row => [keyName(code, left), `annotate.tool_about.${name}`]),
    ...MARK_TOOLS.map(
      ({ kind, code }): Row => [`Alt ${keyName(code, left)}`, `annotate.marks.${kind}`],
    ),
    [keyName(WINDOW_CODE, left), "annotate.help.window"],
    ["[  ]", "annotate.help.size"],
    [keyName(TOGGLES.deep, left), "annotate.setting.deep"],
    [keyName(TOGGLES.range, left), "annotate.setting.range"],
    [keyName(TOGGLES.subtract, left), "annotate.setting.subtract"],
    [keyName(TOGGLES.keepOthers, left), "annotate.help.lock"],
    ["1 – 9", "annotate.help.label"],
    ["Enter", "annotate.help.end"],
    ["Backspace", "annotate.help.back"],
    ["Esc", "annotate.help.cancel"],
    ["Ctrl Z / Ctrl Y", "annotate.help.undo"],
    ["↑ ↓", "annotate.help.slice"],
    ["Shift 1 – 9", "annotate.help.presets"],
    ["X", "annotate.help.cross"],
    ["M", "annotate.help.layout"],
    ["K", "annotate.help.cine"],
    ["I", "annotate.help.invert"],
    ["+ − 0", "annotate.help.zoom"],
    ["Space", "annotate.help.pan"],
    ["?", "annotate.help.help"],
  ];
}

/** The keys of a screen; `?` opens and Esc closes it. */
export function Help({
  sheet,
  left = false,
  opened,
  close,
}: {
  sheet: "desk" | "compare";
  left?: boolean;
  opened: boolean;
  close: () => void;
}) {
  const { t } = useTranslation();
  const rows = sheet === "desk" ? desk(left) : compare;
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
          {rows.map(([keys, words]) => (
            <Table.Tr key={words}>
              <Table.Th scope="row" w={150}>
                <kbd>{keys}</kbd>
              </Table.Th>
              <Table.Td>{t(words)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
