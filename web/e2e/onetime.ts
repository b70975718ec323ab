import { createHmac } from "node:crypto";
import { expect, type Page } from "@playwright/test";
import { post } from "./handing";
import { enter, users } from "./people";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_S = 30;

/** The code that an authenticator shows at a moment (RFC 6238), from its key in base32. */
function codeAt(secret: string, seconds: number): string {
  const bits = [...secret]
    .map((one) => ALPHABET.indexOf(one).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(seconds / STEP_S)));
  const mac = createHmac("sha1", key).update(step).digest();
  const number = mac.readUInt32BE((mac.at(-1) as number) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Let the operator take away what an earlier run set up, so that nobody needs its key. */
export async function forgetFactor(page: Page, isWho: (name: string) => boolean) {
  await enter(page, (one) => one.role === "operator");
  const user = (await users(page)).find((one) => isWho(one.name));
  await post(page, `people/users/${user?.id}/second-factor`, {}, "DELETE");
}

/** Set up an authenticator where the page asks for one, and prove oneself by a code of it. */
export async function proveOneself(page: Page) {
  await page.getByRole("button", { name: "設定を始める" }).click();
  const secret = ((await page.locator("code").first().textContent()) ?? "").replaceAll(" ", "");
  const now = Date.now() / 1000;
  // Each code counts once: the last one confirms the key, this one proves who signs.
  for (const [at, about] of [
    [now - STEP_S, "登録したら"],
    [now, "署名の前に"],
  ] as const) {
    await expect(page.getByText(about, { exact: false }).last()).toBeVisible();
    await page.getByLabel("コード(6桁)").fill(codeAt(secret, at));
    await page.getByRole("button", { name: "確認", exact: true }).click();
  }
  await expect(page.getByText("本人確認済み", { exact: false })).toBeVisible();
}
