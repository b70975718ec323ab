import { Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sendFile } from "../api";
import { Refusal } from "../parts/Refusal";

/** Choose the file's bytes anew; they take the place of those that are held. */
export function SendAgain({ id }: { id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sending = useMutation({
    mutationFn: (file: File) => sendFile(`/collect/quarantine/${id}/file`, file),
    onSuccess: async () => {
      notifications.show({ message: t("parts.saved"), color: "teal.9", autoClose: 4000 });
      await client.invalidateQueries();
    },
  });
  return (
    <>
      <FileButton onChange={(file) => file && sending.mutate(file)}>
        {(props) => (
          <Button {...props} size="xs" variant="default" loading={sending.isPending}>
            {t("collect.repair.resend")}
          </Button>
        )}
      </FileButton>
      {sending.error && <Refusal error={sending.error} />}
    </>
  );
}
