import { NumberInput, Select, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";
import { useRows } from "../parts/rows";

interface Version {
  id: string;
  dataset: string;
  number: string;
  patients: number;
}

/** Begin to train a model on a frozen version. */
export function StartRun({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const versions = useRows<Version>("/publish/versions", { state: "frozen", sort: "-frozen_at" });
  const path = "/train/recipes";
  const recipes = useQuery({ queryKey: [path], queryFn: () => get<{ name: string }[]>(path) });
  const of = useServerForm({
    path: "/train/runs",
    keep: "train",
    initial: {
      version_id: null as string | null,
      recipe: "voxel_forest",
      seed: 0 as number | string,
      structures: [] as string[],
    },
    done: () => {
      close();
      void navigate({ to: "/train/runs" });
    },
  });
  const { form } = of;
  return (
    <Form of={of} act={t("train.start")} cancel={close}>
      <Select
        label={t("train.version")}
        description={t("train.version_about")}
        required
        searchable
        data={versions.map((one) => ({
          value: one.id,
          label: t("train.version_of", { name: `${one.dataset} ${one.number}`, n: one.patients }),
        }))}
        key={form.key("version_id")}
        {...form.getInputProps("version_id")}
      />
      <Select
        label={t("train.recipe")}
        required
        allowDeselect={false}
        data={(recipes.data ?? []).map(({ name }) => ({
          value: name,
          label: t(`train.recipes.${name}`, { defaultValue: name }),
        }))}
        key={`${form.key("recipe")}${recipes.data?.length}`}
        {...form.getInputProps("recipe")}
      />
      <TagsInput
        label={t("train.structures")}
        description={t("train.structures_about")}
        key={form.key("structures")}
        {...form.getInputProps("structures")}
      />
      <NumberInput
        label={t("train.seed")}
        description={t("train.seed_about")}
        min={0}
        w={200}
        key={form.key("seed")}
        {...form.getInputProps("seed")}
      />
    </Form>
  );
}
