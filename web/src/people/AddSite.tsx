import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Form } from "../parts/form/Form";
import { useServerForm } from "../parts/form/useServerForm";

/** Make a hospital a source of data, under a short code. */
export function AddSite({ hospital, close }: { hospital: string; close: () => void }) {
  const { t } = useTranslation();
  const of = useServerForm({
    path: "/subjects/sites",
    keep: `site.${hospital}`,
    initial: { code: "", region: "" },
    body: ({ code, region }) => ({
      organisation_id: hospital,
      code: code.trim().toUpperCase(),
      region: region.trim() || null,
    }),
    about: { site_exists: "code" },
    done: close,
  });
  const { form } = of;
  return (
    <Form of={of} act={t("people.make_site")} cancel={close}>
      <TextInput
        label={t("people.code")}
        description={t("people.code_about")}
        required
        maxLength={16}
        w={240}
        data-autofocus
        key={form.key("code")}
        {...form.getInputProps("code")}
      />
      <TextInput
        label={t("people.region")}
        description={t("people.region_about")}
        key={form.key("region")}
        {...form.getInputProps("region")}
      />
    </Form>
  );
}
