import { Anchor, Box, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { API, text, type Wire } from "../api";
import { useWords } from "../parts/code";
import { Hash } from "../parts/Hash";
import { Loaded } from "../parts/Loaded";
import { Section } from "../parts/Section";
import { figure } from "../parts/Structure";
import { filled, readTable } from "./growth";

type RunFile = Wire<"RunFileOut">;

const GROWTH = "growth.csv";

/** What steps gave beside the results: transforms to load elsewhere, maps, and growth as a table. */
export function Files({ run }: { run: string }) {
  return (
    <Loaded<RunFile[]> path={`/preprocess/runs/${run}/files`}>
      {(files) => (files.length === 0 ? null : <Listed run={run} files={files} />)}
    </Loaded>
  );
}

function Listed({ run, files }: { run: string; files: RunFile[] }) {
  const { t } = useTranslation();
  const growth = files.find((file) => file.name.endsWith(GROWTH));
  return (
    <Stack gap="md">
      {growth && <Growth path={`/preprocess/runs/${run}/files/${growth.id}`} />}
      <Section title={t("preprocess.files.title")} about={t("preprocess.files.about")}>
        <Table fz="sm" verticalSpacing={4} maw={760}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("preprocess.name")}</Table.Th>
              <Table.Th scope="col">SHA-256</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map((file) => (
              <Table.Tr key={file.id}>
                <Table.Td>
                  <Anchor
                    href={`${API}/preprocess/runs/${run}/files/${file.id}`}
                    download={file.name}
                    fz="sm"
                    c="indigo.9"
                  >
                    {file.name}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <Hash value={file.sha256} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
    </Stack>
  );
}

function Growth({ path }: { path: string }) {
  const { t } = useTranslation();
  const say = useWords();
  const read = useQuery({ queryKey: [path], queryFn: () => text(path) });
  const rows = readTable(read.data ?? "");
  const names = filled(rows);
  const cell = (name: string, value: string) => {
    if (name === "state") return say("preprocess.growth", value);
    return value !== "" && Number.isFinite(Number(value)) ? figure(Number(value)) : value;
  };
  if (rows.length === 0) return null;
  return (
    <Section title={t("preprocess.growth.title")} about={t("preprocess.growth.about")}>
      <Box style={{ overflowX: "auto" }}>
        <Table fz="sm" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              {names.map((name) => (
                <Table.Th key={name} scope="col">
                  {say("preprocess.data", name)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={`${row.track}-${row.scan}`}>
                {names.map((name) => (
                  <Table.Td key={name}>
                    <Text size="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
                      {cell(name, row[name] ?? "")}
                    </Text>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Box>
    </Section>
  );
}
