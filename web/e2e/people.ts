import { type BrowserContext, expect, type Page } from "@playwright/test";

export const ROLES = ["hospital", "curator", "reader", "licensee", "operator"] as const;
export type Role = (typeof ROLES)[number];
export type Language = "ja" | "en";

export interface DemoUser {
  id: string;
  name: string;
  role: Role;
  organisation: string;
}

/** Fail on whatever a user would never see but suffers from. */
export function watch(page: Page, origin: string): string[] {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error}`));
  page.on("console", (line) => {
    // Nobody is signed in yet: the page asks, and Chromium writes the answer down.
    const asked = line.location().url.endsWith("/people/me") && line.text().includes("401");
    if (line.type() === "error" && !asked) wrong.push(`${page.url()}: ${line.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) wrong.push(`foreign: ${url}`);
  });
  return wrong;
}

export async function users(page: Page): Promise<DemoUser[]> {
  return (await page.request.get("/api/v1/people/demo/users")).json();
}

/** Sign in by the demo's button, in a language. */
export async function signIn(
  context: BrowserContext,
  page: Page,
  role: Role,
  language: Language,
  who = 0,
): Promise<DemoUser> {
  await context.addInitScript((value) => localStorage.setItem("renkei.language", value), language);
  await page.goto("/");
  const user = (await users(page)).filter((one) => one.role === role)[who];
  if (!user) throw new Error(`the demo has no ${role}`);
  await page.getByRole("button").filter({ hasText: user.name }).click();
  await expect(page.getByRole("banner").getByText(user.name)).toBeVisible();
  return user;
}

/** Sign in without the page: for what is about something else. */
export async function enter(page: Page, isWho: (user: DemoUser) => boolean): Promise<void> {
  const user = (await users(page)).find(isWho);
  const data = { user_id: user?.id };
  expect((await page.request.post("/api/v1/people/demo/sign-in", { data })).ok()).toBe(true);
}
