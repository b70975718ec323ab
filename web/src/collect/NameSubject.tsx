import { Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";

/** Say whose a held file is; the subject must stand in the batch's manifest. */
export function NameSubject({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation();
  const of = useServerForm({
    path: `/collect/quarantine/${id}/repair`,
    keep: "repair",
    initial: { pseudonym: "", why: "" },
    body: (values) => ({ kind: "subject", ...values }),
    about: { not_repairable: "pseudonym" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("collect.repair.subject")} cancel={close}>
      <TextInput
        label={t("collect.pseudonym")}
        description={t("collect.pseudonym_about")}
        required
        data-autofocus
        key={form.key("pseudonym")}
        {...form.getInputProps("pseudonym")}
      />
      <Textarea
        label={t("parts.why")}
        required
        key={form.key("why")}
        {...form.getInputProps("why")}
      />
    </Form>
  );
}
