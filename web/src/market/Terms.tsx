import { List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { count, day } from "../parts/format";
import type { Terms as Agreement, Constraint } from "./rows";

const SIGN: Record<string, string> = { eq: "=", lt: "<", lteq: "≤", gt: ">", gteq: "≥" };

/** The agreement in words: what is allowed within which limits, owed, and forbidden. */
export function Terms({ terms }: { terms: Agreement }) {
  const { t } = useTranslation();
  const said = useCode();
  const first = terms.permission[0];
  const words = (code: string) => said("market.action", code.replace("renkei:", ""));
  const limit = (one: Constraint) => {
    const raw = one.rightOperand;
    if (one.leftOperand === "dateTime") {
      return t(one.operator === "lt" ? "market.until" : "market.from", { date: day(String(raw)) });
    }
    if (one.leftOperand === "recipient") return t("market.only_you");
    const value =
      one.leftOperand === "purpose"
        ? said("market.purposes", String(raw))
        : typeof raw === "number"
          ? count(raw)
          : String(raw);
    return `${said("market.operand", one.leftOperand)} ${SIGN[one.operator] ?? one.operator} ${value}`;
  };
  return (
    <Stack gap="sm" maw={760}>
      <Text size="sm" fw={600}>
        {t("market.permitted")}
      </Text>
      <List size="sm">
        {terms.permission.map((rule) => (
          <List.Item key={rule.action}>{words(rule.action)}</List.Item>
        ))}
      </List>
      {first && (
        <>
          <Text size="sm" fw={600}>
            {t("market.within")}
          </Text>
          <List size="sm">
            {first.constraint.map((one) => (
              <List.Item key={`${one.leftOperand}${one.operator}`}>{limit(one)}</List.Item>
            ))}
          </List>
          <Text size="sm" fw={600}>
            {t("market.owed")}
          </Text>
          <List size="sm">
            {first.duty.map((duty) => (
              <List.Item key={duty.action}>{words(duty.action)}</List.Item>
            ))}
          </List>
        </>
      )}
      <Text size="sm" fw={600}>
        {t("market.forbidden")}
      </Text>
      <List size="sm">
        {terms.prohibition.map((rule) => (
          <List.Item key={rule.action}>{words(rule.action)}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
