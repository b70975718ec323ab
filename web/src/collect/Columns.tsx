import {
  Anchor,
  Button,
  Checkbox,
  Group,
  NativeSelect,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api";
import { useReadAgain } from "../parts/Act";
import { useCode } from "../parts/code";
import { Empty } from "../parts/Empty";
import { count } from "../parts/format";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import { type ColumnRow, retyped, SYSTEMS, type TableCheck, TYPES } from "./rows";

/** How one kind of table is read: type, unit and code system by column, and what does not fit. */
export function Columns() {
  return (
    <Loaded<TableCheck> path={`/collect/tables/${useId()}`}>
      {(found) => <Editor key={`${found.id} ${found.saved}`} found={found} />}
    </Loaded>
  );
}

function Editor({ found }: { found: TableCheck }) {
  const { t } = useTranslation();
  const saves = useMay("collect.send");
  const readAgain = useReadAgain();
  const [columns, setColumns] = useState<ColumnRow[]>(found.columns);
  const [checked, setChecked] = useState<TableCheck>(found);
  const path = `/collect/tables/${found.id}`;
  const check = useMutation({
    mutationFn: () => send<TableCheck>("POST", `${path}/check`, { columns }),
    onSuccess: setChecked,
  });
  const save = useMutation({
    mutationFn: () => send<TableCheck>("PUT", path, { columns }),
    onSuccess: async (answer) => {
      setChecked(answer);
      await readAgain();
    },
  });
  const error = save.error ?? check.error;
  return (
    <Screen
      title={t("collect.mapping_of", { n: found.header.length })}
      about={`${found.site} · ${t("collect.read_n", { tables: count(checked.tables_read), all: count(found.tables) })}`}
      actions={
        <>
          <Button
            size="xs"
            variant="default"
            loading={check.isPending}
            onClick={() => check.mutate()}
          >
            {t("collect.check")}
          </Button>
          {saves && (
            <Button size="xs" loading={save.isPending} onClick={() => save.mutate()}>
              {t("collect.save_mapping")}
            </Button>
          )}
        </>
      }
    >
      {error && <Refusal error={error} />}
      <Text size="sm" role="status">
        {t(checked.saved && !check.data ? "collect.by_saved" : "collect.by_draft")}{" "}
        {t("collect.fit", {
          fit: count(checked.rows_read - checked.rows_refused),
          refused: count(checked.rows_refused),
          all: count(checked.rows_read),
        })}
      </Text>
      <Fields columns={columns} checked={checked} change={setColumns} />
      <Cells checked={checked} />
    </Screen>
  );
}

function Fields({
  columns,
  checked,
  change,
}: {
  columns: ColumnRow[];
  checked: TableCheck;
  change: (columns: ColumnRow[]) => void;
}) {
  const { t } = useTranslation();
  const said = useCode();
  const put = (n: number, column: ColumnRow) =>
    change(columns.map((one, at) => (at === n ? column : one)));
  const options = (group: string, values: readonly string[]) =>
    values.map((value) => ({ value, label: said(group, value) }));
  return (
    <Table fz="sm" verticalSpacing={4} maw={1100} aria-label={t("collect.columns")}>
      <Table.Thead>
        <Table.Tr>
          {["column", "type", "unit_or_system", "lane", "required", "refused_cells"].map((name) => (
            <Table.Th key={name} scope="col">
              {t(`collect.${name}`)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {columns.map((one, n) => (
          <Table.Tr key={one.name}>
            <Table.Th scope="row">{one.name}</Table.Th>
            <Table.Td>
              <NativeSelect
                size="xs"
                aria-label={`${one.name} ${t("collect.type")}`}
                data={options("collect.column_type", TYPES)}
                value={one.type}
                onChange={(event) => put(n, retyped(one, event.currentTarget.value))}
              />
            </Table.Td>
            <Table.Td>
              {one.type === "number" && (
                <TextInput
                  size="xs"
                  aria-label={`${one.name} ${t("collect.unit")}`}
                  placeholder="mg/dL"
                  value={one.unit ?? ""}
                  onChange={(event) => put(n, { ...one, unit: event.currentTarget.value || null })}
                />
              )}
              {one.type === "code" && (
                <NativeSelect
                  size="xs"
                  aria-label={`${one.name} ${t("collect.system")}`}
                  data={options("collect.system_name", SYSTEMS)}
                  value={one.system ?? SYSTEMS[0]}
                  onChange={(event) =>
                    put(n, { ...one, system: event.currentTarget.value as ColumnRow["system"] })
                  }
                />
              )}
            </Table.Td>
            <Table.Td>
              {one.type !== "subject" && one.type !== "ignored" && (
                <NativeSelect
                  size="xs"
                  aria-label={`${one.name} ${t("collect.lane")}`}
                  data={[
                    { value: "", label: t("collect.no_lane") },
                    ...options("subjects.lane", ["diagnosis", "test", "drug", "operation"]),
                  ]}
                  value={one.lane ?? ""}
                  onChange={(event) =>
                    put(n, {
                      ...one,
                      lane: (event.currentTarget.value || null) as ColumnRow["lane"],
                    })
                  }
                />
              )}
            </Table.Td>
            <Table.Td>
              <Checkbox
                size="xs"
                aria-label={`${one.name} ${t("collect.required")}`}
                checked={one.required}
                onChange={(event) => put(n, { ...one, required: event.currentTarget.checked })}
              />
            </Table.Td>
            <Table.Td>
              <Group gap={8}>
                {Object.entries(checked.counts[one.name] ?? {}).map(([fault, cells]) => (
                  <Text key={fault} span size="sm" c="red.9">
                    {said("collect.fault", fault)} {count(cells)}
                  </Text>
                ))}
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Cells({ checked }: { checked: TableCheck }) {
  const { t } = useTranslation();
  const said = useCode();
  const all = Object.values(checked.counts).flatMap(Object.values<number>);
  const total = all.reduce((sum, cells) => sum + cells, 0);
  return (
    <Section
      title={t("collect.refused_cells")}
      about={t("collect.cells_about", { shown: checked.problems.length, all: total })}
    >
      {checked.problems.length === 0 ? (
        <Empty text={t("collect.all_fit")} />
      ) : (
        <Table fz="sm" verticalSpacing={4} maw={960} aria-label={t("collect.refused_cells")}>
          <Table.Thead>
            <Table.Tr>
              {["subject", "row", "column", "value", "why"].map((name) => (
                <Table.Th key={name} scope="col">
                  {t(`collect.${name}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {checked.problems.map((cell) => (
              <Table.Tr key={`${cell.record_id} ${cell.row} ${cell.column}`}>
                <Table.Td>
                  <Anchor
                    component={Link}
                    to={`/subjects/records/${cell.record_id}`}
                    fz="sm"
                    c="indigo.9"
                  >
                    {cell.pseudonym}
                  </Anchor>
                </Table.Td>
                <Table.Td>{cell.row}</Table.Td>
                <Table.Td>{cell.column}</Table.Td>
                <Table.Td>{cell.value || "—"}</Table.Td>
                <Table.Td>{said("collect.fault", cell.fault)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
