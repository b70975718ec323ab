import { Textarea, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";

/** Open a dataset: a family of versions under one name. */
export function OpenDataset({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const of = useServerForm({
    path: "/publish/datasets",
    keep: "dataset",
    initial: { name: "", title_ja: "", title_en: "", description: "" },
    about: { name_taken: "name" },
    done: (made: { name: string }) =>
      void navigate({ to: "/publish/versions", search: { dataset: made.name } as never }),
  });
  const { form } = of;
  return (
    <Form of={of} act={t("publish.open_dataset")} cancel={close}>
      <TextInput
        label={t("publish.name")}
        description={t("publish.name_about")}
        required
        data-autofocus
        key={form.key("name")}
        {...form.getInputProps("name")}
      />
      <TextInput
        label={t("publish.title_ja")}
        required
        key={form.key("title_ja")}
        {...form.getInputProps("title_ja")}
      />
      <TextInput
        label={t("publish.title_en")}
        required
        key={form.key("title_en")}
        {...form.getInputProps("title_en")}
      />
      <Textarea
        label={t("publish.description")}
        description={t("publish.description_about")}
        autosize
        minRows={3}
        key={form.key("description")}
        {...form.getInputProps("description")}
      />
    </Form>
  );
}
