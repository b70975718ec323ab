import { Button, Group, NativeSelect, NumberInput, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Refusal } from "../parts/Refusal";
import type { ComputingTool, Term } from "./types";
import type { ToolRun } from "./useReading";
import { useNamed } from "./words";

interface Props {
  term: Term;
  terms: readonly Term[];
  run: ((call: Pick<ToolRun, "tool" | "values" | "other">) => Promise<void>) | null;
  /** Something is scribbled. */
  scribbled: boolean;
  /** The unit of the image's values. */
  unit: string;
}

/** The computing tools of the server, run on the chosen label. */
export function ComputingTools({ term, terms, run, scribbled, unit }: Props) {
  const { t } = useTranslation();
  const named = useNamed();
  const [open, setOpen] = useState<string | null>(null);
  const tools = useQuery({
    queryKey: ["/annotate/tools"],
    queryFn: () => get<ComputingTool[]>("/annotate/tools"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const act = useMutation({
    mutationFn: async (call: Parameters<NonNullable<typeof run>>[0]) => run?.(call),
  });
  const chosen = tools.data?.find((tool) => tool.name === open);
  const plain = (tool: ComputingTool) => !tool.numbers.length && !tool.needs.includes("other");
  return (
    <section className="panel" aria-label={t("annotate.desk.computing")}>
      <Text size="sm" fw={650} px={12} pt={8}>
        {t("annotate.desk.computing")}
      </Text>
      <Text size="xs" c="gray.7" px={12}>
        {t("annotate.desk.computing_about", { label: named(term) })}
      </Text>
      <Group gap={6} px={12} py={8}>
        {tools.data?.map((tool) => (
          <Button
            key={tool.name}
            size="compact-sm"
            variant="default"
            disabled={!run || act.isPending || (tool.needs.includes("scribbles") && !scribbled)}
            loading={act.isPending && act.variables.tool === tool.name}
            aria-expanded={plain(tool) ? undefined : open === tool.name}
            onClick={() => {
              setOpen(plain(tool) || open === tool.name ? null : tool.name);
              if (plain(tool)) act.mutate({ tool: tool.name, values: {} });
            }}
          >
            {named(tool)}
          </Button>
        ))}
      </Group>
      {chosen && (
        <Asked
          key={chosen.name}
          tool={chosen}
          others={terms.filter((one) => one.geometry === "mask" && one.key !== term.key)}
          unit={unit}
          busy={!run || act.isPending}
          go={(given) => act.mutate({ tool: chosen.name, ...given })}
        />
      )}
      {act.error && <Refusal error={act.error} />}
    </section>
  );
}

interface AskedProps {
  tool: ComputingTool;
  others: readonly Term[];
  unit: string;
  busy: boolean;
  go: (given: { values: Record<string, number>; other?: string }) => void;
}

/** What a tool asks for before it runs: its numbers, a second label. */
function Asked({ tool, others, unit, busy, go }: AskedProps) {
  const { t } = useTranslation();
  const named = useNamed();
  const [values, setValues] = useState<Record<string, number>>(() =>
    Object.fromEntries(tool.numbers.map((number) => [number.name, number.default])),
  );
  const [other, setOther] = useState(others[0]?.key ?? "");
  const second = tool.needs.includes("other");
  return (
    <Group gap={6} px={12} pb={10} align="end">
      {second && (
        <NativeSelect
          size="xs"
          label={t("annotate.desk.second_label")}
          value={other}
          onChange={(event) => setOther(event.currentTarget.value)}
          data={others.map((one) => ({ value: one.key, label: named(one) }))}
        />
      )}
      {tool.numbers.map((number) => (
        <NumberInput
          key={number.name}
          size="xs"
          w={130}
          label={named(number)}
          // Of an MR the values have no unit.
          suffix={` ${number.unit === "HU" ? unit : number.unit}`}
          min={number.least}
          max={number.most}
          value={values[number.name] ?? number.default}
          onChange={(value) =>
            typeof value === "number" && setValues((now) => ({ ...now, [number.name]: value }))
          }
        />
      ))}
      <Button
        size="xs"
        disabled={busy || (second && !other)}
        onClick={() => go({ values, ...(second && { other }) })}
      >
        {t("annotate.desk.compute")}
      </Button>
    </Group>
  );
}
