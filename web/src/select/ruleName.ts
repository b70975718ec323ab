import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import { useReason } from "./Reasons";

/** A rule of a recipe in words: a metric, one of the recipe's own, or a reason. */
export function useRuleName(): (rule: string) => string {
  const { t } = useTranslation();
  const said = useCode();
  const say = useReason();
  return (rule) => {
    const own = t(`select.dry.rule.${rule}`, { defaultValue: "" });
    if (own) return own;
    const metric = said("select.metric", rule);
    return metric === rule && /^[a-z_]+(\.[a-z_]+)?$/.test(rule) ? say(rule) : metric;
  };
}
