import { Checkbox, Group, NumberInput, Select } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { useRows } from "../parts/rows";
import type { VersionRow } from "./rows";

const SIDES = ["train", "validation", "test"] as const;

interface Dataset {
  id: string;
  name: string;
  title_ja: string;
  title_en: string;
}

/** Open the draft of a dataset's next version: how patients are split, what is sealed. */
export function OpenDraft({ dataset, close }: { dataset?: string; close: () => void }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const datasets = useRows<Dataset>("/publish/datasets");
  const [chosen, setChosen] = useState<string | null>(null);
  const id = chosen ?? datasets.find((one) => one.name === dataset)?.id ?? datasets[0]?.id ?? null;
  const of = useServerForm({
    path: `/publish/datasets/${id}/drafts`,
    keep: "draft",
    initial: { train: 70, validation: 15, test: 15, sealed: true },
    body: (values) => ({
      train: Number(values.train) / 100,
      validation: Number(values.validation) / 100,
      test: Number(values.test) / 100,
      sealed: values.sealed,
    }),
    about: { bad_shares: "train" },
    done: (made: VersionRow) => void navigate({ to: `/publish/versions/${made.id}` }),
  });
  const { form } = of;
  return (
    <Form of={of} act={t("publish.open_draft")} cancel={close}>
      <Select
        label={t("publish.dataset")}
        required
        allowDeselect={false}
        value={id}
        onChange={setChosen}
        data={datasets.map((one) => ({
          value: one.id,
          label: `${i18n.language === "ja" ? one.title_ja : one.title_en} (${one.name})`,
        }))}
      />
      <Group grow align="flex-start">
        {SIDES.map((side) => (
          <NumberInput
            key={form.key(side)}
            label={t(`publish.side.${side}`)}
            description={t("publish.share_about")}
            suffix=" %"
            min={0}
            max={100}
            {...form.getInputProps(side)}
          />
        ))}
      </Group>
      <Checkbox
        label={t("publish.seal")}
        description={t("publish.seal_about")}
        key={form.key("sealed")}
        {...form.getInputProps("sealed", { type: "checkbox" })}
      />
    </Form>
  );
}
