import { Button, Checkbox, Group, MultiSelect, Select, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { Form } from "../parts/form/Form";
import { Outcome } from "../parts/form/Outcome";
import { useServerForm } from "../parts/form/useServerForm";
import { count } from "../parts/format";
import { useRows } from "../parts/rows";
import { type Case, pairsOf, timesOf } from "./cases";
import type { PlanRow } from "./rows";

interface Started {
  runs: string[];
  refused: Record<string, number>;
}

/** Run a plan on accepted cases; those that cannot be run are counted by reason. */
export function StartRun({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const said = useCode();
  const plans = useRows<PlanRow>("/preprocess/plans");
  const [plan, setPlan] = useState<string | null>(null);
  const [started, setStarted] = useState<Started | null>(null);
  const chosen = plans.find((one) => one.id === plan) ?? plans[0];
  const [modality = "", other = ""] = Object.values(chosen?.roles ?? {});
  const overTime = (chosen?.many.length ?? 0) > 0;
  const cases = useRows<Case>("/select/cases", { standing: "accept", kind: "series" });
  const fitting = cases.filter((one) => one.modality === modality);
  const second = cases.filter((one) => one.modality === other);
  const of = useServerForm({
    path: "/preprocess/runs",
    keep: "preprocess",
    initial: { series_ids: [] as string[], with_labels: true },
    body: (values) => ({
      plan: chosen?.id ?? "",
      series_ids: values.series_ids,
      with_labels: values.with_labels,
      pairs: other ? pairsOf(values.series_ids, fitting, second) : {},
      times: overTime ? timesOf(values.series_ids, fitting) : {},
    }),
    done: setStarted,
  });
  const { form } = of;
  if (started) {
    return (
      <Outcome
        sentence={t("preprocess.started_n", { n: count(started.runs.length) })}
        left={started.refused}
        group="preprocess.code"
        close={close}
      />
    );
  }
  return (
    <Form of={of} act={t("preprocess.start")} cancel={close}>
      <Select
        label={t("preprocess.plan")}
        required
        allowDeselect={false}
        value={chosen?.id ?? null}
        onChange={(value) => {
          setPlan(value);
          form.setFieldValue("series_ids", []);
        }}
        data={plans.map((one) => ({ value: one.id, label: `${one.name} ${one.version}` }))}
      />
      <MultiSelect
        label={t("preprocess.series")}
        description={t("preprocess.series_about", { modality })}
        required
        searchable
        maxDropdownHeight={260}
        data={fitting.map((one) => ({
          value: one.id,
          label: [one.pseudonym, said("parts.body", one.body_part), one.site]
            .filter(Boolean)
            .join(" · "),
        }))}
        key={form.key("series_ids")}
        {...form.getInputProps("series_ids")}
      />
      <Group justify="flex-end">
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() =>
            form.setFieldValue(
              "series_ids",
              fitting.map((one) => one.id),
            )
          }
        >
          {t("preprocess.all", { n: count(fitting.length) })}
        </Button>
      </Group>
      {other && <Text size="sm">{t("preprocess.pair_about", { modality: other })}</Text>}
      {overTime && <Text size="sm">{t("preprocess.times_about")}</Text>}
      <Checkbox
        label={t("preprocess.with_labels")}
        description={t("preprocess.with_labels_about")}
        key={form.key("with_labels")}
        {...form.getInputProps("with_labels", { type: "checkbox" })}
      />
    </Form>
  );
}
